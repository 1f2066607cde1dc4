use super::*;

#[test]
fn what_stands_for_a_value_has_no_spaces_where_the_language_has_none() {
    let said = |language, template: &str| Texts::new(language).fill(template, &Phrase::new("x").with("host", "h"));
    assert_eq!(
        said(Language::Japanese, "対象は {user} です。{host} に {nobody} を"),
        "対象は対象のメールボックスです。h に…を"
    );
    assert_eq!(
        said(Language::Japanese, "ユーザー > {user} > メール: {user} で"),
        "ユーザー > 対象のメールボックス > メール: 対象のメールボックスで"
    );
    assert_eq!(
        said(Language::English, "It is {user} at {principal}."),
        "It is the mailbox at ‹Object ID in Exchange›."
    );
}

#[test]
fn a_detail_of_our_own_is_said_in_the_language() {
    let said = |language| Texts::new(language).fact_value("network.detail", "the server closed the connection");
    assert_eq!(said(Language::Japanese), "サーバーが接続を閉じました");
    assert_eq!(said(Language::English), "the server closed the connection");
}

/// It has the files themselves: their list is in `diagnosis/reading/own.rs`.
#[test]
fn what_is_shown_in_a_language_is_read_in_it() {
    for language in Language::ALL {
        let row =
            |fact: &str, value: &str| format!("- {}: `{value}`\n", Texts::new(language).word(&format!("facts.{fact}")));
        let mut reading = diagnosis::reading::Reading::default();
        reading.add_text(&(row("user", "kim@b.example") + &row("host", "mx.example")), 0);
        assert_eq!(
            reading.evidence.values("user"),
            ["kim@b.example"],
            "{language:?} is not in TEXTS of reading/own.rs"
        );
    }
}

#[test]
fn every_text_file_parses() {
    let files = Language::ALL.iter().flat_map(|language| language.files());
    for source in files.map(|(_, source)| *source).chain([steps::SOURCE]) {
        source.parse::<toml::Table>().unwrap();
    }
}
