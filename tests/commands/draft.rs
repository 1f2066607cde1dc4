//! A wizard's draft that cannot be taken up or kept is spoken of, and not lost in silence.

use std::{fs, path::Path};

use super::bare;

/// The wizard with nobody there, which asks for the mailbox and ends.
fn wizard(directory: &Path) -> String {
    let ran = bare(&["--no-input", "--config", directory.to_str().unwrap()]);
    assert_eq!((ran.status, ran.stdout.as_str()), (78, ""), "{}", ran.stderr);
    ran.stderr
}

#[test]
fn a_draft_that_cannot_be_understood_is_named_and_kept() {
    let directory = tempfile::tempdir().unwrap();
    let draft = directory.path().join("state/draft.toml");
    fs::create_dir(directory.path().join("state")).unwrap();
    fs::write(&draft, "version = 99").unwrap();
    let said = wizard(directory.path());
    let complaint = format!(
        "smtp-oauth: {}: version 99, but this program reads version 1; the draft is kept as draft.*.bad\n",
        draft.display()
    );
    assert!(said.starts_with(&complaint), "{said}");
    assert_eq!(fs::read_to_string(directory.path().join("state/draft.toml.bad")).unwrap(), "version = 99");
}

#[test]
fn a_draft_that_could_not_be_written_is_not_said_to_be_kept() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("state"), "no directory").unwrap();
    let said = wizard(directory.path());
    let last = said.lines().last().unwrap();
    assert!(last.starts_with("smtp-oauth: What was typed is not kept"), "{said}");
    assert!(last.contains(directory.path().join("state").to_str().unwrap()), "{said}");
}
