//! Answers that are not taken: each is named, with the status that says whose fault it is.

use serde_json::Value;
use smtp_oauth::{export::FORMATS, product};

use super::{
    answers::{document, item},
    desk::{self, Desk, ran},
};

/// What is said of a file that cannot be taken, its name left out, and the status.
fn refused(desk: &Desk, text: impl AsRef<[u8]>) -> (i32, String) {
    let file = desk.hands(text);
    let ran = ran(desk.unattended(&[]).output().unwrap());
    assert_eq!(ran.stdout, "");
    assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
    assert!(!desk.directory.path().join("state").exists());
    let said = ran.stderr.strip_prefix("smtp-oauth: ").unwrap_or(&ran.stderr);
    let formats = FORMATS.iter().map(|format| format.id).collect::<Vec<_>>().join(", ");
    (ran.status, said.replace(file.to_str().unwrap(), "FILE").replace(&formats, "FORMATS").trim_end().to_owned())
}

const USER: &str = "user = \"alerts@contoso.example\"\n";
const CLIENT: &str = "client_id = \"0f000000-0000-4000-8000-000000000001\"\n";

/// What is in the file, and what is said of it.
const WRONG: &[(&str, &str)] = &[
    ("usr = \"CANARY\"\n", "FILE, line 1: `usr`: There is no such key."),
    ("\n[smtp]\nprot = 1\n", "FILE, line 3: `smtp.prot`: There is no such key."),
    (
        "user = 5\n",
        "FILE, line 1: `user`: That is no mail address in plain letters: it has the form alerts@contoso.com.",
    ),
    (
        "user = \"CANARY\\u001b[2J\"\n",
        "FILE, line 1: `user`: That is no mail address in plain letters: it has the form alerts@contoso.com.",
    ),
    ("smtp.port = 65536\n", "FILE, line 1: `smtp.port`: A port is a number from 1 to 65535."),
    ("smtp = 587\n", "FILE, line 1: `smtp`: `smtp` is a table: [smtp]."),
    (
        "product = \"intra-mart\"\nbase_url = \"im.example\"\nconsent = \"browser\"\nbrowser = \"paste\"\n\
         redirect_uri = \"https://im.example/imart/system/oauth/redirect\"\n",
        "FILE, line 5: `redirect_uri`: That leads to the product itself, and a code of this sign-in must never go there. Register another redirect URI beside the product's for this sign-in, on http://localhost with a path of its own.",
    ),
    ("cloud = \"mars\"\n", "FILE, line 1: `cloud`: Known are: global, gcc-high, dod, china, custom."),
    ("cloud = \"custom\"\n", "FILE, line 1: `cloud`: For another authority the product is custom."),
    (
        "product = \"custom\"\ncloud = \"china\"\n",
        "FILE, line 2: `cloud`: With the product custom the cloud is custom, too.",
    ),
    (
        "product = \"outlook-com\"\ntenant = \"contoso.example\"\n",
        "FILE, line 2: `tenant`: With the product outlook-com the tenant is consumers; leave the key out.",
    ),
    (
        "product = \"outlook-com\"\ncloud = \"china\"\n",
        "FILE, line 2: `cloud`: With the product outlook-com the cloud is global.",
    ),
    (
        "user = \"a@b.example\"\nsecret_expires = 2020-01-01\n",
        "FILE, line 2: `secret_expires`: That day is not in the future. A secret that has expired does not work; make a new one.",
    ),
    ("lang = \"fr\"\n", "FILE, line 1: `lang`: Known are: en, ja."),
    (
        "account = \"../CANARY\"\n",
        "FILE, line 1: `account`: A name has 1 to 64 characters: small letters, digits, dot, dash, underscore; the first a letter or digit.",
    ),
    (
        "client_secret = \"CANARY\"\n",
        "FILE, line 1: `client_secret`: A secret does not stand in this file. Write it to a file of mode 0600 and name that file as `client_secret_file`.",
    ),
    (
        "consent = \"password\"\n",
        "FILE, line 1: `consent`: Microsoft takes a password for High Volume Email accounts alone (smtp.host = \"smtp.hve.mx.microsoft\"). Other accounts need a second factor, which a password cannot give.",
    ),
    ("browser = \"paste\"\n", "FILE, line 1: `browser`: It belongs to consent = 'browser'."),
    (
        "consent = \"client-credentials\"\ncertificate_key_file = \"app.key\"\n",
        "FILE, line 2: `certificate_key_file`: The key belongs to a certificate; name that as certificate_file.",
    ),
    ("password_file = \"pw\"\n", "FILE, line 1: `password_file`: It belongs to consent = 'password'."),
    (
        "certificate_file = \"c.pem\"\n",
        "FILE, line 1: `certificate_file`: It belongs to consent = 'client-credentials'.",
    ),
    (
        "certificate_key_file = \"k.pem\"\n",
        "FILE, line 1: `certificate_key_file`: It belongs to consent = 'client-credentials'.",
    ),
    (
        "base_url = \"https://mail.example\"\n",
        "FILE, line 1: `base_url`: The key product is missing, so server was assumed, which has no address of its own. Write the product, too, as in product = \"intra-mart\".",
    ),
    (
        "product = \"iwpro\"\nbase_url = \"https://mail.example\"\n",
        "FILE, line 2: `base_url`: The product iwpro has no address of its own.",
    ),
    (
        "endpoints.ca_file = \"/\"\n",
        "FILE, line 1: `endpoints.ca_file`: It names no file that can be used: it cannot be read (it is no file); a path is taken from the directory of the answers file",
    ),
    (
        "product = \"proself\"\nconsent = \"device-code\"\n",
        "FILE, line 2: `consent`: The product proself has other ways; write one of these: consent = \"browser\", browser = \"paste\"; consent = \"browser\", browser = \"loopback\".",
    ),
    (
        "base_url = \"mail\"\n",
        "FILE, line 1: `base_url`: That is no address of the product: it has the form https://im.example.com/imart, or im.example.com/imart; a path has letters, digits and - . _ ~ % only.",
    ),
    (
        "base_url = \"http://mail.example/imart\"\n",
        "FILE, line 1: `base_url`: It has to begin with https://. Entra registers a redirect URI with http:// for localhost alone; set the product up for https first.",
    ),
    (
        "base_url = \"https://mail.example/imart?a=b\"\n",
        "FILE, line 1: `base_url`: Leave out what stands behind a ? or # and any user name before an @: the address ends with the product's path, as in https://im.example.com/imart.",
    ),
    ("export = [\"teapot\"]\n", "FILE, line 1: `export`: There is no export 'teapot'. Known are: FORMATS."),
    (
        "endpoints.ca_file = \"no.pem\"\n",
        "FILE, line 1: `endpoints.ca_file`: There is no such file; a path is taken from the directory of the answers file.",
    ),
];

#[test]
fn a_key_that_is_wrong_is_named_with_its_line_and_ends_in_78() {
    let desk = Desk::new();
    for (text, said) in WRONG {
        assert_eq!(refused(&desk, text), (78, (*said).to_owned()), "{text}");
    }
    let known = product::all().iter().map(|product| product.id.as_str()).collect::<Vec<_>>().join(", ");
    let said = format!("FILE, line 1: `product`: Known are: {known}.");
    assert_eq!(refused(&desk, "product = \"CANARY\"\n"), (78, said));
    desk.hands("product = \"custom\"\n");
    let ran = ran(desk.unattended(&["--product", "server"]).output().unwrap());
    assert_eq!(ran.status, 78);
    assert!(ran.stderr.ends_with("line 1: `product`: The command line says server.\n"), "{}", ran.stderr);
    let id = format!("{USER}client_id = \"my-app\"\n");
    let said = "FILE, line 2: `client_id`: That is no ID: it has the form 8d2c1f00-1111-2222-3333-0123456789ab (8-4-4-4-12 digits 0-9, a-f).";
    assert_eq!(refused(&desk, &id), (78, said.into()));
}

#[test]
fn a_key_that_is_missing_is_named_and_ends_in_78() {
    let desk = Desk::new();
    let custom = format!("product = \"custom\"\n{USER}client_id = \"app\"\ntenant = \"t.example\"\n");
    let at_authority = format!("{custom}endpoints.authority = \"https://login.example\"\n");
    let vendor = format!("product = \"proself\"\n{USER}{CLIENT}");
    let user = "`user` (the mailbox that signs in)";
    let id = "`client_id` (the app registration's 'Application (client) ID')";
    let host = "`smtp.host` (the mail server)";
    let secret = "`client_secret_file` (a file with the client secret's 'Value')";
    let base = "`base_url` (the address at which users reach the product)";
    for (text, keys) in [
        ("product = \"server\"\n", format!("{user}, {id}")),
        (USER, id.to_owned()),
        ("consent = \"client-credentials\"\n", format!("{user}, {id}, {secret}")),
        (&custom, format!("`endpoints.authority` (the address of the OAuth authority), {host}")),
        (&at_authority, host.to_owned()),
        (&vendor, base.to_owned()),
    ] {
        assert_eq!(refused(&desk, text), (78, format!("FILE: missing: {keys}")), "{text}");
    }
    let ran = ran(desk.command(&["setup", "--no-input"]).output().unwrap());
    assert!(ran.status == 78 && ran.stderr.contains("this is `user`"), "{ran:?}");
}

#[test]
fn what_holds_no_answers_ends_in_65_and_names_the_file() {
    let desk = Desk::new();
    for (text, said) in [
        (&b""[..], "FILE: there are no answers in it"),
        (b"# CANARY\n\n", "FILE: there are no answers in it"),
        (b"user = CANARY\n", "FILE, line 1: string values must be quoted, expected literal string"),
        (b"\n\x00\x01CANARY", "FILE, line 2: "),
        (b"user = 1\nuser = 2\n", "FILE, line 2: duplicate key"),
        (b"\xff\xfe\x00C", "FILE cannot be understood, and is left as it is: it is not valid UTF-8"),
    ] {
        let (status, stated) = refused(&desk, text);
        assert!(status == 65 && stated.starts_with(said), "{status} {stated}");
    }
    let huge = format!("{USER}# {}\n", "x".repeat(1024 * 1024));
    let said = "FILE cannot be understood, and is left as it is: it holds more than 1048576 bytes";
    assert_eq!(refused(&desk, huge), (65, said.into()));
    let ran = desk.run(&["--answers", "/nonexistent/answers.toml"]);
    let said = "smtp-oauth: /nonexistent/answers.toml cannot be read: there is no such file\n";
    assert_eq!((ran.status, ran.stderr.as_str()), (65, said));
    assert_eq!(desk.run(&["--answers", "/"]).status, 65);
}

#[test]
fn a_secret_comes_from_a_closed_file_or_the_environment_and_is_never_shown() {
    let desk = Desk::new();
    let whole = format!("client_secret_file = \"cs\"\n{USER}{CLIENT}");
    let at = "FILE, line 1: `client_secret_file`: It names no file that can be used: ";
    let missing = "it cannot be read (there is no such file); a path is taken from the directory of the answers file";
    assert_eq!(refused(&desk, &whole), (78, format!("{at}{missing}")));
    desk.secret("cs", b"CANARY", 0o640);
    assert_eq!(refused(&desk, &whole), (78, format!("{at}others can read it; chmod 600")));
    for text in [&b""[..], b"CANARY\nCANARY\n", b"\xffCANARY", &[b'x'; 70_000]] {
        desk.secret("cs", text, 0o600);
        assert_eq!(refused(&desk, &whole), (78, format!("{at}what it holds is no secret on one line")));
    }
    let named = format!("client_secret_file = \"CANARY-value\"\n{USER}{CLIENT}");
    assert_eq!(refused(&desk, &named).0, 78);
    desk.hands(format!("{USER}{CLIENT}"));
    let ran = ran(desk.unattended(&[]).env("SMTP_OAUTH_CLIENT_SECRET", "CANARY\nCANARY").output().unwrap());
    let said = "smtp-oauth: SMTP_OAUTH_CLIENT_SECRET: what it holds is no secret on one line\n";
    assert_eq!((ran.status, ran.stderr.as_str()), (78, said));
}

#[test]
fn a_secret_that_the_authority_refuses_is_named_by_its_key() {
    let desk = Desk::new();
    let file = desk.answers("client_secret_file = \"cs\"");
    // An ID is told by its form, before anything is asked.
    let id = "8d2c1f00-1111-2222-3333-0123456789ab";
    for (secret, line, why) in [("CANARY-wrong", ", line 1", "AADSTS7000215"), (id, ", line 1", "'Secret ID'")] {
        desk.secret("cs", format!("{secret}\n").as_bytes(), 0o600);
        let ran = ran(desk.unattended(&[]).output().unwrap());
        assert_eq!((ran.status, ran.stdout.as_str()), (78, ""), "{}", ran.stderr);
        let start = format!("smtp-oauth: {}{line}", file.display());
        let last = ran.stderr.lines().last().unwrap();
        let key = last.contains(": `client_secret_file`: ");
        assert!(last.starts_with(&start) && key && last.contains(why), "{}", ran.stderr);
        assert!(!ran.stderr.contains("CANARY"));
    }
    desk.secret("cs", b"CANARY-wrong", 0o600);
    let ran = ran(desk.unattended(&["--json"]).output().unwrap());
    let cause = &document(&ran)["causes"][0];
    assert!(cause["item"] == "client-secret" && !cause["fix"].as_array().unwrap().is_empty(), "{cause}");
}

#[test]
fn what_the_document_says_of_a_redirect_uri_that_is_not_registered() {
    let desk = Desk::new();
    let mut settings = desk.settings();
    settings.redirect_uri = "http://localhost/nobodys".parse().ok();
    settings.consent = Some(smtp_oauth::account::settings::Consent::Browser);
    desk.hands(toml::to_string(&settings).unwrap());
    let ran = ran(desk.unattended(&["--json"]).output().unwrap());
    let causes = &document(&ran)["causes"];
    let first = &causes[0];
    assert!(first["item"] == "redirect-uri" && !first["fix"].as_array().unwrap().is_empty(), "{ran:?}");
}

#[test]
fn what_was_done_to_a_value_is_said_before_anything_is_asked() {
    let desk = Desk::new();
    let settings = desk.settings();
    let (user, id) = (settings.user.as_ref().unwrap(), settings.client_id.as_ref().unwrap());
    let text = toml::to_string(&settings).unwrap();
    let text = text.replace(&format!("\"{user}\""), &format!("'「mailto:{user}」'"));
    let text = text.replace(&format!("\"{id}\""), &format!("'{}'", id.as_str().replace('-', "")));
    let file = desk.hands(format!("client_secret_file = \"cs\"\n{text}"));
    desk.secret("cs", "\u{feff}CANARY-wrong\n".as_bytes(), 0o600);
    let ran = ran(desk.unattended(&[]).output().unwrap());
    let changed = |line, key, what| {
        let file = file.display();
        format!("smtp-oauth: {file}, line {line}: `{key}`: It was changed before it was taken. {what}")
    };
    let said: Vec<&str> = ran.stderr.lines().take(3).collect();
    let wanted = [
        changed(1, "client_secret_file", "Invisible characters were removed."),
        changed(3, "user", "The https://, mailto: or the like before it was left out. Quotes were removed."),
        changed(5, "client_id", "The hyphens of an ID were put in."),
    ];
    assert_eq!(said, wanted, "{}", ran.stderr);
    assert!(
        ran.status == 78 && ran.stderr.contains("AADSTS7000215") && !ran.stderr.contains("CANARY"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_app_that_the_authority_does_not_know_is_named_and_a_dead_one_is_unreachable() {
    let desk = Desk::new();
    let unknown = |settings: &mut smtp_oauth::account::Settings| settings.client_id = CLIENT_OF_NOBODY.parse().ok();
    let mut settings = desk.settings();
    unknown(&mut settings);
    let file = desk.hands(toml::to_string(&settings).unwrap());
    let written = std::fs::read_to_string(&file).unwrap();
    let line = written.lines().position(|line| line.starts_with("client_id")).unwrap() + 1;
    let ran = ran(desk.unattended(&["--json"]).output().unwrap());
    assert_eq!((ran.status, &document(&ran)["outcome"]), (78, &"incomplete".into()), "{}", ran.stderr);
    let last: Value = serde_json::from_str(ran.stderr.lines().last().unwrap()).unwrap();
    let text = last["text"].as_str().unwrap();
    assert!(
        text.starts_with(&format!("{}, line {line}: `client_id`: ", file.display())) && text.contains("AADSTS700016"),
        "{text}"
    );
    let cause = &document(&ran)["causes"][0];
    assert!(cause["item"] == "client-id" && !cause["fix"].as_array().unwrap().is_empty(), "{cause}");

    settings.endpoints.authority = "https://127.0.0.1:1".parse().ok();
    desk.hands(toml::to_string(&settings).unwrap());
    let ran = desk::ran(desk.unattended(&["--json"]).output().unwrap());
    let document = document(&ran);
    assert_eq!((ran.status, &document["outcome"]), (69, &"unreachable".into()), "{}", ran.stderr);
    assert!(ran.stderr.contains("127.0.0.1:1"), "{}", ran.stderr);
    assert_eq!(item(&document, "network")["state"], "failed");
}

#[test]
fn what_can_be_found_out_neither_by_the_file_nor_by_asking_is_missing() {
    let desk = Desk::new();
    let mut settings = desk.settings();
    settings.tenant = None;
    settings.user = "alerts@unknown.example".parse().ok();
    let (status, said) = refused(&desk, toml::to_string(&settings).unwrap());
    let last = said.lines().last().unwrap();
    assert!(last.contains("FILE: `tenant` is missing, and it is not to be found out: "), "{said}");
    assert!(status == 78 && last.contains("90002"), "{said}");
    settings = desk.settings();
    desk.secret("no.pem", b"CANARY", 0o644);
    settings.endpoints.ca_file = Some("no.pem".into());
    let (status, said) = refused(&desk, toml::to_string(&settings).unwrap());
    assert!(status == 78 && said.contains("The CA file "), "{said}");
}

const CLIENT_OF_NOBODY: &str = "0f000000-0000-4000-8000-00000000dead";
