//! Values that are secret for the name before them, whatever they look like: `password: …`, `--secret …`,
//! `"client_secret": "…"`. It finds where they stand, and reads none.

use std::{ops::Range, sync::LazyLock};

use crate::pattern::{Captures, Pattern};

use super::records::pattern;
use crate::facts::Guid;

/// A name and what separates it from its value, up to the value itself: `"client_secret": `, `SMTP_PASSWORD=`,
/// `'password' => `, `\"pwd\":`. `passwordeval` and `password_maps` go on, so they are other names.
static NAME: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:(?:token|(?:client|app)?[ _-]?secret(?:[ _-]?value)?|(?:client[_-]?)?assertion|device[_-]?code|code[_-]?verifier|passw(?:or)?d|passwort|kennwort|contrase(?:ñ|Ñ|n)a|mot de passe|senha|(?:п|П)ароль|ПАРОЛЬ|密码|密碼|口令|비밀번호|pass[ _-]?phrase|pwd|pass|(?:user|authorization|auth)[_-]?code|[a-z_-]*(?:access|account|api|private|signing|encryption)[_-]?key|client_info|ESTSAUTH[a-z]*|x-ms-RefreshTokenCredential)(?:\\?["'])?[ \t]*(?:=>|:|=)|--[a-z-]*(?:secret|password|passwd|pass|pwd|token)[ \t=])[ \t]*"#,
    )
});
/// A secret's name with its value right behind it: `password "…"`, `Invalid client secret provided: …`,
/// `シークレット「…」`. The value is the group.
static WORDED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:(?:\b(?:password|passwd|passphrase|passwort|kennwort|mot de passe|senha|secret|(?:device|user|authorization|enter the|one-time)[ _-]?code)|\bcontrase(?:ñ|Ñ|n)a|(?:п|П)ароль|ПАРОЛЬ)[ \t]+(?:(?:is[ \t]+)?provided[ \t]*:?[ \t]*|is[ \t]+|was[ \t]+)?|(?:パスワード|パスフレーズ|シークレット|コード|密码|密碼|口令|비밀번호)(?:の値)?[ \t]*(?:(?:[:=]|：|＝|は)[ \t]*)?)(?:(?:["']|“|「|『)([!#-&(-_a-~]{3,})(?:["']|”|」|』)|([!#-&(-_a-~]{4,}))"#,
    )
});
/// Cookies, signatures and sessions of a URL, a line of Postfix's `sasl_passwd`, two arguments alone.
static OTHERS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:^|[?&;,\s])(?:session_state|sig|sid)=([^\s"'&,;]{4,})|\bcookie\\?["']?[ \t]*:[ \t]*\\?["']?([\w.-]+=[^\s"']+(?:[ \t]+[\w.-]+=[^\s"']+)*)|\]:\d+[ \t]+[^\s:]+@[^\s:@]+:([^\s]{4,})|\(b?["'][^"'\s]*["'],[ \t]*b?["']([^"'\s]{4,})["']\)"#,
    )
});
/// `Bearer …`, and the code of a redirected URL: here the value is the group.
static BESIDE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:[?&]code=|[?&]session_state=|\bbearer\s+)([^\s"'&,;}^\x01]{4,})|(?:\s-u|--user)[ =]["']?[^\s:'"]+:([^\s"']+)|://[^\s/:@"',]+:([^\s/@"]{2,})@"#,
    )
});
/// The answers to `Username:` and `Password:`, and what follows AUTH PLAIN.
static LOGIN: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?:VXNlcm5hbWU6|UGFzc3dvcmQ6)[^\n]*\n(?:[^\n]*(?:VXNlcm5hbWU6|UGFzc3dvcmQ6)[^\n]*\n)?[^\n]*?([A-Za-z0-9+/]{4,}=*)(?:\\r|\\n|["'])*[ \t\r]*(?:\n|$)|(?i:AUTH PLAIN)(?:\s*\n[^\n]*334[^\n]*\n[^\n]*?)? ?([A-Za-z0-9+/]{8,}=*)"#,
    )
});
/// A header without the name of a scheme, or with one; what IMAP and POP are signed in to with; a code of a redirect.
static SENT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?i)\bauthorization\\?["']?[ \t]*[:=][ \t]*\\?["']?(?:(?:basic|digest|negotiate|ntlm|token|apikey)[ \t]+)?([^\s"'\\,;]{6,})|(?:^|[\s'"])LOGIN "?[^\s"@]+@[^\s"]+ "?([^\s"]{2,})|(?:^|[>:'"] ?)PASS ([^\s'"\\]{2,})|(?:^|[\s{,?&'"])code\\?["']?[ \t]*[:=][ \t]*\\?["']?([\w.~!*$-]{20,})"#,
    )
});
/// A line of a configuration that is nothing but a name and a value.
static SET: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?i)^[ \t]*(?:client[_-]?secret|secret|password|passwd|pass|[a-z_-]*token)[ \t]+(\S{6,})[ \t\r]*\n?$")
});
/// What stands within brackets where somebody took a secret out.
static TAKEN_OUT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)^<[^>]*(?:redacted|hidden|removed|masked|censored|secret|pass|pwd|token|your|null|key|here|snip|omitted|xxx|\*|\.\.\.|…| )[^>]*>$",
    )
});
/// Where a value ends without a white space: at the next name of a form or list, or at the end of a quoted text.
static END: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r#"[&;,]\\?["']?[A-Za-z][\w.-]*\\?["']?[=:]|\\?["'](?:[,:;}\])]|$)|[)\]},;]+$"#));
/// No secret: a code of a reply or an error, a variable, a placeholder, a word for nothing.
static HARMLESS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"^(?i:[2-5]\d\d(?:-[245]\.\d+\.\d+)?|[45]\.\d+\.\d+|AADSTS\d*:?|invalid_\w+|\$\{?[A-Z_][A-Z0-9_]*\}?|%\w|‹(?u-i:[^›])*›|\*+|x+|\.+|none|null|true|false|undefined|yes|no|Authentication)$",
    )
});

static DATED: LazyLock<Pattern> = LazyLock::new(|| pattern(r"^\d{4}-\d\d-\d\d|^[\[(]|^b$|^\d{3}-\d"));
static HOST: LazyLock<Pattern> = LazyLock::new(|| pattern(r"^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?$"));

/// Of words for a password in other languages; letters beyond ASCII have no other case here.
const FOREIGN: [&str; 8] = ["contrase", "senha", "ароль", "АРОЛЬ", "密码", "密碼", "口令", "비밀번호"];
/// In small letters: a line without any of these and of [`FOREIGN`] holds no such name, and most lines hold none.
const SIGNS: [&str; 11] =
    ["token", "secret", "assertion", "code", "pass", "pwd", "kennwort", "key", "client_info", "estsauth", "x-ms-"];

/// A quoted value may hold anything, also where it was broken over two lines.
const LONGEST: usize = 512;
const LINES: usize = 2;

/// Where the secret values stand, in order.
pub fn values(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut from, mut end) = (0, 0);
    for line in text.split_inclusive('\n') {
        let begin = end;
        end += line.len();
        let lower = line.to_ascii_lowercase();
        if end <= from || !SIGNS.iter().chain(&FOREIGN).any(|sign| lower.contains(sign)) {
            continue;
        }
        from = from.max(begin);
        while let Some(name) = NAME.find_at(&text[..end], from) {
            let value = value(text, name.end());
            // What is no value may be the name of the next one.
            from = value.as_ref().map_or(name.end(), |value| value.end.max(name.end()));
            let token = is_bare_token(&text[..name.start()], name.as_str());
            let word = |value: &str| token && (is_word(value) || text[..name.start()].ends_with(['‹', '<']));
            found.extend(value.filter(|value| !harmless(&text[value.clone()]) && !word(&text[value.clone()])));
            if from >= end {
                break;
            }
        }
    }
    for pattern in [&BESIDE, &LOGIN] {
        let groups = pattern.captures_iter(text).filter_map(|found| found.iter().skip(1).flatten().next());
        // The number of an error page, not a code of a sign-in.
        let number = |at: usize| text[..at].ends_with("/error?code=");
        let groups = groups.filter(|value| !number(value.start()));
        found.extend(groups.filter(|value| !harmless(value.as_str())).map(|value| value.range()));
    }
    found.extend(in_lines(text));
    apart(found)
}

fn harmless(value: &str) -> bool {
    // This program's own mark: `<token: 2113 characters, sha256 1a2b3c4d>`.
    let own = ["<token:", "‹token:"].iter().any(|mark| value.starts_with(mark));
    own || HARMLESS.is_match(value) || TAKEN_OUT.is_match(value)
}

/// `token:` alone, which a sentence may say of anything; `access_token=` and `--token` name a secret.
fn is_bare_token(before: &str, name: &str) -> bool {
    let kind = before.trim_end_matches(['_', '-']).to_ascii_lowercase();
    let named = kind.len() < before.len() && ["access", "refresh", "id"].iter().any(|word| kind.ends_with(word));
    name.to_ascii_lowercase().starts_with("token") && !named
}

/// A word of a sentence, the name of what comes next, or an address: what stands behind `token:` as well.
fn is_word(value: &str) -> bool {
    let letters = |letter: char| letter.is_ascii_lowercase() || matches!(letter, '_' | '-' | '.');
    let rest = value.strip_prefix(|letter: char| letter.is_ascii_uppercase()).unwrap_or(value);
    value.len() < 6
        || rest.chars().all(letters)
        || value.ends_with(':')
        || value.starts_with(['{', '[', '(', '/'])
        || value.contains("://")
}

/// Two that overlap are one.
fn apart(mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    found.sort_by_key(|value| value.start);
    found.dedup_by(|next, before| {
        let overlaps = next.start < before.end;
        before.end = if overlaps { before.end.max(next.end) } else { before.end };
        overlaps
    });
    found
}

/// What only a line with such a sign holds; the patterns are dear.
fn in_lines(text: &str) -> Vec<Range<usize>> {
    const WORDS: [&str; 8] =
        ["pass", "secret", "code", "kennwort", "パスワード", "パスフレーズ", "シークレット", "コード"];
    const SHAPES: [&str; 7] = ["cookie", "sig=", "sid=", "session_state=", "]:", "('", "(\""];
    const SENDS: [&str; 5] = ["authorization", "login ", "pass ", "code", "token"];
    let (mut found, mut end) = (Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        let begin = end;
        end += line.len();
        let lower = line.to_ascii_lowercase();
        let has = |signs: &[&str]| signs.iter().any(|sign| lower.contains(sign));
        let mut take = |value: Range<usize>| found.push(begin + value.start..begin + value.end);
        let names = has(&WORDS) || has(&FOREIGN);
        if names {
            worded(line).for_each(&mut take);
        }
        if names || has(&SENDS) {
            sent(line).for_each(&mut take);
        }
        if has(&SHAPES) {
            let groups = OTHERS.captures_iter(line).filter_map(|found| found.iter().skip(1).flatten().next());
            groups.filter(|value| !is_reply(value.as_str())).map(|value| value.range()).for_each(&mut take);
        }
    }
    found
}

/// What a client sends, and what a line sets. The code of an error has no digits.
fn sent(line: &str) -> impl Iterator<Item = Range<usize>> {
    let code = |found: &Captures<'_>| {
        found.get(4).is_some_and(|code| !code.as_str().contains(|letter: char| letter.is_ascii_digit()))
    };
    let sent = SENT.captures_iter(line).filter(move |found| !code(found));
    let groups = sent.chain(SET.captures_iter(line)).filter_map(|found| found.iter().skip(1).flatten().next());
    groups.filter(|value| !is_reply(value.as_str()) && !is_word(value.as_str())).map(|value| value.range())
}

/// What a server or an authority says, in the place where a secret could stand.
fn is_reply(value: &str) -> bool {
    harmless(value) || value.starts_with("AADSTS")
}

/// Without `=` or `:` a quoted value is one, and a bare word where it looks like no other word.
fn worded(text: &str) -> impl Iterator<Item = Range<usize>> {
    WORDED.captures_iter(text).filter_map(|found| {
        if let Some(quoted) = found.get(1) {
            return Some(quoted.range()).filter(|_| !is_reply(quoted.as_str()));
        }
        let value = found.get(2)?;
        let word = value.as_str().trim_end_matches(['.', ',', ';', ':', ')', ']']);
        (!is_reply(word) && is_odd(word)).then(|| value.start()..value.start() + word.len())
    })
}

/// Letters and digits in one word that is no time, id, host, address or name of a method.
fn is_odd(word: &str) -> bool {
    let has = |class: fn(&u8) -> bool| word.as_bytes().iter().any(class);
    let named = ["OAUTH2", "XOAUTH2", "SHA", "MD5", "BASE64", "UTF"];
    let upper = word.to_ascii_uppercase();
    let other = named.iter().any(|name| upper.starts_with(name)) || DATED.is_match(word);
    let place = word.contains(['@', '/', '\\', '(', '=']) || word.parse::<Guid>().is_ok() || HOST.is_match(word);
    word.len() >= 6 && has(u8::is_ascii_alphabetic) && has(u8::is_ascii_digit) && !other && !place
}

/// The value that begins here; `None` where there is none on this line.
fn value(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let escaped = rest.starts_with('\\');
    let opened = rest.strip_prefix('\\').unwrap_or(rest);
    if let Some(quote) = opened.chars().next().filter(|letter| matches!(letter, '"' | '\'')) {
        let inner = text.len() - opened.len() + 1;
        let length = closed(&text[inner..], quote, escaped);
        return (length > 0).then_some(inner..inner + length);
    }
    let word = rest.split(char::is_whitespace).next().unwrap_or_default();
    let word = END.find(word).map_or(word, |end| &word[..end.start()]);
    (!word.is_empty()).then_some(start..start + word.len())
}

/// How long a quoted value is. One that is not closed soon ends with its line.
fn closed(text: &str, quote: char, escaped: bool) -> usize {
    let (mut slashes, mut lines) = (0, 1);
    for (at, letter) in text.char_indices().take(LONGEST) {
        let ends = if escaped { slashes == 1 } else { slashes % 2 == 0 };
        if letter == quote && ends {
            return if escaped { at - 1 } else { at };
        }
        slashes = if letter == '\\' { slashes + 1 } else { 0 };
        lines += usize::from(letter == '\n');
        if lines > LINES {
            break;
        }
    }
    text.find('\n').unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(text: &str) -> String {
        let mut ranges = values(text);
        ranges.sort_by_key(|range| std::cmp::Reverse(range.start));
        ranges.iter().fold(text.to_owned(), |text, range| format!("{}§{}", &text[..range.start], &text[range.end..]))
    }

    #[test]
    fn the_value_behind_a_secrets_name_is_found() {
        for (text, shown) in [
            ("password: Hunter2CANARY", "password: §"),
            ("password Hunter", "password Hunter"),
            ("Kennwort: Hunter2CANARY", "Kennwort: §"),
            ("SMTP_PASSWORD=Hunter2&CANARY!", "SMTP_PASSWORD=§"),
            ("'password' => 'Hunter2 CANARY', 'port' => 587", "'password' => '§', 'port' => 587"),
            ("password = \"Hunter2\nCANARY\" # why", "password = \"§\" # why"),
            ("password = \"Hunter2 CANARY\nnext", "password = \"§\nnext"),
            (r#"{\"client_secret\":\"ab\\\"CANARY\",\"x\":1}"#, r#"{\"client_secret\":\"§\",\"x\":1}"#),
            (
                r#"{"error":"x","error_description":"bad password: CANARY"}"#,
                r#"{"error":"x","error_description":"bad password: §"}"#,
            ),
            ("client_secret=CANARY&grant_type=client_credentials", "client_secret=§&grant_type=client_credentials"),
            ("Password=CANARY;User=me", "Password=§;User=me"),
            ("client_secret: CANARY", "client_secret: §"),
            ("Client Secret Value: CANARY", "Client Secret Value: §"),
            ("tool --secret CANARY --user a@b.example", "tool --secret § --user a@b.example"),
            ("tool --client-secret=CANARY run", "tool --client-secret=§ run"),
            ("curl -u a@b.example:CANARY smtp://x", "curl -u a@b.example:§ smtp://x"),
            ("smtp://a%40b.example:CANARY@smtp.office365.com:587", "smtp://a%40b.example:§@smtp.office365.com:587"),
            ("(password=CANARY)", "(password=§)"),
            ("refused with password CANARYp4ss again", "refused with password § again"),
            ("for user bob password \"CANARYpw1!\" [x]", "for user bob password \"§\" [x]"),
            ("Invalid client secret provided 'CANARY-x'.", "Invalid client secret provided '§'."),
            ("Invalid client secret provided: CANARY5.", "Invalid client secret provided: §."),
            ("パスワード「CANARY!」が違います", "パスワード「§」が違います"),
            ("パスワード: CANARY1 が", "パスワード: § が"),
            ("('bob', 'CANARYpw3')", "('bob', '§')"),
            ("device_code CANARY99x, user code CANARY7AB", "device_code §, user code §"),
            (
                "Endpoint=sb://x;SharedAccessKeyName=root;SharedAccessKey=CANARY=",
                "Endpoint=sb://x;SharedAccessKeyName=root;SharedAccessKey=§",
            ),
            ("https://x.example/?sv=1&sig=CANARY%3D&se=2", "https://x.example/?sv=1&sig=§&se=2"),
            ("Cookie: ESTSAUTH=CANARY; buid=CANARY", "Cookie: §"),
            ("Set-Cookie: ESTSAUTHPERSISTENT=CANARY; path=/", "Set-Cookie: §"),
            ("error=x&client_info=CANARY&sid=CANARY", "error=x&client_info=§&sid=§"),
            ("[smtp.office365.com]:587 a@b.example:CANARY", "[smtp.office365.com]:587 a@b.example:§"),
            ("token: CANARY1", "token: §"),
            ("smtp_token=CANARYab", "smtp_token=§"),
            ("oauth_token: 'CANARY'", "oauth_token: '§'"),
            ("X-Api-Token: CANARYab", "X-Api-Token: §"),
            ("Authorization: CANARYab", "Authorization: §"),
            ("Authorization: Basic CANARYab==", "Authorization: Basic §"),
            ("pass phrase: CANARY", "pass phrase: §"),
            ("tool --pass CANARY x", "tool --pass § x"),
            ("password=<CANARY>", "password=§"),
            ("  client-secret CANARY-x\n", "  client-secret §\n"),
            ("token  CANARYab", "token  §"),
            ("code=0.AXoACANARYCANARYCANARY1&state=x", "code=§&state=x"),
            (r#"{"code":"M.C533_CANARYCANARYCANARY"}"#, r#"{"code":"§"}"#),
            ("A1 LOGIN a@b.example CANARYpw", "A1 LOGIN a@b.example §"),
            ("C: PASS CANARYpw", "C: PASS §"),
            ("contraseña: CANARY", "contraseña: §"),
            ("CONTRASEÑA: CANARY", "CONTRASEÑA: §"),
            ("Пароль: CANARY", "Пароль: §"),
            ("refresh_token=/CANARY", "refresh_token=§"),
            ("refresh_token=canaryslowercase", "refresh_token=§"),
            ("access_token=(CANARY", "access_token=§"),
            ("--refresh-token canary canary", "--refresh-token § canary"),
            ("mot de passe : x, mot de passe: CANARY", "mot de passe : x, mot de passe: §"),
            ("Passwort CANARYpw1 falsch", "Passwort § falsch"),
            ("密码：CANARY 비밀번호: CANARY", "密码：CANARY 비밀번호: §"),
        ] {
            assert_eq!(hidden(text), shown, "{text}");
        }
    }

    #[test]
    fn other_names_and_what_is_no_value_stay() {
        for text in [
            "passwordeval = \"pass show mail\"",
            "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd",
            "wrong password: 535 5.7.139 Authentication unsuccessful",
            "wrong password: 535-5.7.139 Authentication unsuccessful",
            "client secret: AADSTS7000215: Invalid client secret provided.",
            "grant_type=password&username=a",
            "password:\nnext line",
            "MAIL_PASSWORD=${SMTP_SECRET}",
            "password: ********",
            "client_secret: null",
            "smtp-oauth token --format xoauth2",
            "Secret ID: 0f1e2d3c-4444-5555-6666-0123456789ab",
            "https://login.microsoftonline.com:443/x@y",
            r#"{"aud":"https://graph.microsoft.com","scp":"SMTP.Send","upn":"kim@b.example"}"#,
            r#"{"endpoint":"https://x.example:443","error":"AADSTS7000215","user":"kim@b.example"}"#,
            "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent",
            "the following parameter: 'client_assertion' or 'client_secret'.",
            "for a secret 0f1e2d3c-4444-5555-6666-0123456789ab",
            "authorization code AADSTS54005: OAuth2 Authorization code was already redeemed",
            "('invalid_grant', 'AADSTS50126: wrong password')",
            "password for smtp.office365.com: accepted",
            "「証明書とシークレット」 > 「クライアント シークレット」",
            "パスワードは 535 5.7.139 で拒否",
            "token: oauth2: \"invalid_client\"",
            "the token: expired, token=refreshed",
            "‹token: 2113 characters, sha256 1a2b3c4d›, <token: 2113 characters, sha256 1a2b3c4d>",
            "user=a@b.example^Aauth=Bearer <token: 2113 characters, sha256 1a2b3c4d>^A^A",
            "token: https://login.microsoftonline.com/common/oauth2/v2.0/token",
            "TokenStore::Refresh: token_endpoint: https://login.microsoftonline.com/x",
            "{\"error\":{\"code\":\"InvalidAuthenticationToken\"}}",
            "password=<redacted>, password: <your-password>",
            "a1 NO LOGIN failed. 2 NO LOGIN failed",
            "Password incorrect",
            "Authorization: denied",
            "code: 'EAUTH', code=53003",
        ] {
            assert_eq!(hidden(text), text);
        }
    }
}
