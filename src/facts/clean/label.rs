//! Labels that stand before a value in a portal, a program's settings or a mail, in English and Japanese, and are
//! copied with it. A label of another value stays, so that a value in the wrong field is refused.

use super::Form;

/// In small letters, without spaces.
fn labels(form: Form) -> &'static [&'static str] {
    match form {
        Form::Guid | Form::ClientName => &[
            "application(client)id",
            "アプリケーション(クライアント)id",
            "applicationid",
            "アプリケーションid",
            "clientid",
            "client_id",
            "client-id",
            "クライアントid",
            "appid",
            "app_id",
        ],
        Form::Tenant => &[
            "directory(tenant)id",
            "ディレクトリ(テナント)id",
            "directoryid",
            "ディレクトリid",
            "tenantid",
            "tenant_id",
            "tenant-id",
            "テナントid",
            "tenant",
            "テナント",
            "primarydomain",
            "プライマリドメイン",
            "domain",
            "ドメイン",
        ],
        Form::Address => &[
            "userprincipalname",
            "ユーザープリンシパル名",
            "upn",
            "e-mail",
            "email",
            "mail",
            "mailaddress",
            "emailaddress",
            "e-mailaddress",
            "メールアドレス",
            "メール",
            "username",
            "user",
            "ユーザー名",
            "ユーザー",
            "smtpuser",
            "smtpユーザー",
            "サインイン名",
            "mailbox",
            "メールボックス",
            "sender",
            "from",
            "送信元",
            "送信元メールアドレス",
            "差出人",
            "smtp",
        ],
        Form::Host | Form::Server => &[
            "smtpserver",
            "smtpサーバー",
            "smtpサーバ",
            "smtphost",
            "mailserver",
            "メールサーバー",
            "メールサーバ",
            "server",
            "servername",
            "サーバー",
            "サーバ",
            "サーバー名",
            "host",
            "hostname",
            "ホスト",
            "ホスト名",
        ],
        Form::Authority => &["authority", "issuer", "認可サーバー"],
        Form::RedirectUri => &[
            "redirecturi",
            "redirect_uri",
            "redirecturl",
            "リダイレクトuri",
            "リダイレクトurl",
            "callbackurl",
            "コールバックurl",
            "replyurl",
            "応答url",
        ],
        Form::BaseUrl => &["baseurl", "base_url", "ベースurl", "url", "address", "アドレス", "サーバーアドレス"],
        Form::Scopes => &["scope", "scopes", "スコープ"],
        Form::Day => &["expires", "expireson", "有効期限"],
        Form::Secret => &["value", "値", "clientsecret", "client_secret", "クライアントシークレット"],
        Form::Path => &[],
    }
}

/// The value behind its label. Between them stands a colon, an equals sign, a space or a quote; before an ID, whose
/// first character tells where it begins, nothing need stand.
pub fn without(form: Form, text: &str) -> Option<&str> {
    let rests = labels(form).iter().filter_map(|label| after(text, label));
    let parted = |rest: &str| rest.starts_with(parts);
    let rest =
        rests.filter(|rest| parted(rest) || form == Form::Guid && form.holds(rest)).min_by_key(|rest| rest.len())?;
    let bare = rest.trim_start_matches(parts);
    Some(bare).filter(|bare| !bare.is_empty())
}

/// IDs that stand beside the one wanted, and are never it.
const NEVER: &[&str] = &["objectid", "オブジェクトid", "secretid", "シークレットid"];

const OTHERS: &[Form] = &[Form::Guid, Form::Tenant, Form::Address, Form::Server, Form::RedirectUri, Form::Authority];

/// The label of a value of another kind, as it stands before one.
pub fn foreign(form: Form, text: &str) -> Option<&str> {
    let another = OTHERS.iter().filter(|other| labels(**other) != labels(form));
    let known = another.flat_map(|other| labels(other.to_owned()).iter().map(move |label| (*other, label)));
    let never = NEVER.iter().map(|label| (Form::Guid, label));
    let labelled = |(other, label): (Form, &&str)| {
        let rest = after(text, label)?;
        let value = rest.trim_start_matches(parts);
        other.holds(value.trim()).then(|| text[..text.len() - rest.len()].trim())
    };
    known.chain(never).find_map(labelled)
}

/// What stands between a label and its value.
fn parts(letter: char) -> bool {
    letter.is_whitespace() || ":：=＝\"'”’".contains(letter)
}

/// What follows a label, whatever its case and spaces.
fn after<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let mut wanted = label.chars();
    let mut next = wanted.next();
    for (at, letter) in text.char_indices() {
        match next {
            None => return Some(&text[at..]),
            Some(_) if letter.is_whitespace() => {}
            Some(expected) if letter.to_lowercase().eq([expected]) => next = wanted.next(),
            Some(_) => return None,
        }
    }
    None
}
