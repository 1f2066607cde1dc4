//! The person at the browser, as far as forms go: every form is filled in and handed in until there is
//! none, by curl, which keeps the cookies.

use std::path::Path;

use crate::{curl, process::finish};

pub struct Person<'a> {
    pub user: &'a str,
    pub user_code: &'a str,
    pub declines: bool,
}

/// What a browser shows: a page, or none when it could not connect, and the address above it.
struct Shown {
    page: String,
    address: String,
}

/// The pages up to the success page are five; a form that comes back for ever is not followed.
const PAGES: usize = 10;

impl Person<'_> {
    /// Opens the address and goes on to the page without a form, or past saying no; that page is handed back.
    pub fn visit(&self, ca_file: &Path, address: &str) -> String {
        self.walk(ca_file, address).page
    }

    /// The same where nobody serves what the forms lead to: what the browser's address bar shows then.
    pub fn comes_to(&self, ca_file: &Path, address: &str) -> String {
        let shown = self.walk(ca_file, address);
        assert!(shown.page.is_empty(), "{}", shown.page);
        shown.address
    }

    fn walk(&self, ca_file: &Path, address: &str) -> Shown {
        let cookies = tempfile::NamedTempFile::new().unwrap();
        let open = |address: &str, fields: &[(&str, &str)]| {
            let mut command = curl::trusting(ca_file);
            command.arg("--location").arg("--cookie").arg(cookies.path()).arg("--cookie-jar").arg(cookies.path());
            command.args(["--resolve", "app.example:443:127.0.0.1", "--write-out", "\n%{url_effective}"]);
            let opened = finish(curl::form(&mut command, fields).arg(address), "");
            // CURLE_COULDNT_CONNECT
            assert!([0, 7].contains(&opened.status), "{}\n{}", opened.out, opened.err);
            let (page, address) = opened.out.rsplit_once('\n').unwrap();
            Shown { page: page.to_owned(), address: address.to_owned() }
        };
        let mut shown = open(address, &[]);
        for _ in 0..PAGES {
            let page = &shown.page;
            let Some(form) = tags(page, "form").next() else { return shown };
            let action = attribute(form, "action").unwrap().to_owned();
            let declines = self.declines && tags(page, "button").any(|tag| attribute(tag, "name") == Some("abort"));
            let mut fields: Vec<(&str, &str)> = tags(page, "input").filter_map(|tag| self.filled(tag)).collect();
            if declines {
                fields.push(("abort", "yes"));
            }
            let action = url::Url::parse(&shown.address).unwrap().join(&action).unwrap();
            let next = open(action.as_str(), &fields);
            if declines {
                return next;
            }
            shown = next;
        }
        panic!("no end of forms: {}", shown.page);
    }

    fn filled<'a>(&'a self, input: &'a str) -> Option<(&'a str, &'a str)> {
        let name = attribute(input, "name")?;
        let typed = match name {
            "user_code" => self.user_code,
            "login" => self.user,
            "password" => "CANARY-of-the-person",
            _ => attribute(input, "value").unwrap_or_default(),
        };
        Some((name, typed))
    }
}

/// The insides of every tag of this name.
fn tags<'a>(page: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let inside = move |rest: &'a str| rest.strip_prefix(name)?.strip_prefix(char::is_whitespace)?.split('>').next();
    page.split('<').filter_map(inside)
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    rest.split('"').next()
}
