//! The app signs in as itself, and a password is sent, typed by a person at both fronts: from the choice of the way
//! to the mail server's 235.

use std::{fs, os::unix::fs::PermissionsExt};

use smtp_oauth::simulator::switches::switch;

use crate::{browser::Room, keys, pty::Terminal};

/// What is shown, and what is typed there, before Enter. In lines a choice is typed by its number as well.
type Typed<'a> = &'a [(&'a str, &'a str)];

fn walks(terminal: &mut Terminal, front: &str, typed: Typed) {
    for (shown, answer) in typed {
        if front == "tui" {
            terminal.sees(shown);
        } else {
            terminal.reads(shown);
            terminal.reads("> ");
        }
        terminal.types(&format!("{answer}\r"));
    }
}

fn accepted(terminal: &mut Terminal, front: &str, secret: &str) {
    match front {
        "tui" => terminal.sees("235: the mail server accepts"),
        _ => terminal.reads("235: the mail server accepts"),
    }
    assert!(!terminal.bytes().contains(secret), "the secret was shown");
}

const PRODUCT: &str = "product = \"server\"";

#[test]
fn an_app_signs_in_by_its_secret() {
    for front in ["tui", "line"] {
        let room = Room::new();
        let announced = room.simulator.announcement().clone();
        let mut terminal = room.opens_with(PRODUCT, front);
        let secret = announced.client_secret;
        walks(
            &mut terminal,
            front,
            &[
                ("How the sign-in is given", "4"),
                ("Application (client) ID", &announced.client_id),
                ("The app's own permission", ""),
                ("Client secret (Value)", &secret),
                ("The secret expires on", ""),
                ("Tick 'Authenticated SMTP'", ""),
                ("Sender address", ""),
                ("What the token says", ""),
                ("The app's access to the mailbox", ""),
            ],
        );
        accepted(&mut terminal, front, &secret);
    }
}

#[test]
fn an_app_signs_in_by_its_certificate() {
    let (certificate, key, der) = keys::pair();
    for front in ["tui", "line"] {
        let room = Room::new();
        let announced = room.simulator.announcement().clone();
        room.simulator.with_state(|state| state.registrations[0].certificates.push(der.clone()));
        let at = |name: &str, text: &str| {
            let path = room.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let (certificate, key_file) = (at("app.pem", &certificate), at("app.key", &key));
        let mut terminal = room.opens_with(PRODUCT, front);
        walks(
            &mut terminal,
            front,
            &[
                ("How the sign-in is given", "5"),
                ("Application (client) ID", &announced.client_id),
                ("The app's own permission", ""),
                ("Certificate file (PEM)", &certificate),
                ("Key file (PEM)", &key_file),
                ("Tick 'Authenticated SMTP'", ""),
                ("Sender address", ""),
                ("What the token says", ""),
                ("The app's access to the mailbox", ""),
            ],
        );
        accepted(&mut terminal, front, key.lines().nth(1).unwrap());
    }
}

#[test]
fn a_password_is_sent_and_not_kept() {
    for front in ["tui", "line"] {
        let room = Room::new();
        let announced = room.simulator.announcement().clone();
        // At a page nobody sees, nobody consents: an administrator did.
        room.simulator.with_state(|state| switch(state, "admin_consent", "granted", chrono::Utc::now())).unwrap();
        let scopes = "scopes = [\"https://outlook.office.com/SMTP.Send\", \"offline_access\"]";
        let first = format!("product = \"custom\"\ncloud = \"custom\"\nsmtp.security = \"starttls\"\n{scopes}");
        let mut terminal = room.opens_with(&first.replace("smtp.security = \"starttls\"\n", ""), front);
        walks(
            &mut terminal,
            front,
            &[
                ("How TLS begins", ""),
                ("How the sign-in is given", "6"),
                ("Application (client) ID", &announced.client_id),
                ("Public client", ""),
                ("SMTP.Send", ""),
                ("Client secret (Value)", ""),
                ("not shown, not kept", &announced.password),
                ("Tick 'Authenticated SMTP'", ""),
                ("Sender address", ""),
                ("What the token says", ""),
            ],
        );
        accepted(&mut terminal, front, &announced.password);
        let kept = fs::read_to_string(room.path().join("state/draft.secret")).unwrap();
        assert!(!kept.contains(&announced.password));
    }
}
