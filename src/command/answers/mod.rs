//! `--answers FILE`: from the file to what the wizard is started with. The file is read and weighed before
//! anything else happens; a key that cannot stand is named, and nothing has been asked or sent by then.

mod consent;

use std::path::Path;

use consent::credential;

use super::{Context, Status, access, options::Setup, paths};
use crate::{
    account::{
        Settings,
        answers::{Answers, Fault, Unreadable},
        draft::Draft,
        health,
    },
    entra::Cloud,
    export::{self, FORMATS, Format},
    facts::{
        AccountName, Guid,
        clean::{Form, clean},
    },
    language::{Language, Texts},
    phrase::Phrase,
    product::{self, Product},
    runtime::named,
    secret::Secret,
    way::Way,
    wizard::{Answered, Given, verdict},
};

/// Why a file's answers are not taken, in a sentence.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There are no answers in it.
    #[error("{0}")]
    NoAnswers(String),
    /// A key is missing or cannot stand as it is.
    #[error("{0}")]
    Key(String),
}

impl Refusal {
    pub fn status(&self) -> Status {
        match self {
            Self::NoAnswers(_) => Status::BadInput,
            Self::Key(_) => Status::Configuration,
        }
    }
}

/// The answers as the wizard takes them.
pub struct Prepared {
    file: String,
    export: Vec<&'static Format>,
    lang: Option<Language>,
    settings: Settings,
    answered: Answered,
    account: Option<AccountName>,
    client_secret: Option<Secret>,
    password: Option<Secret>,
    /// What was done to values before they were taken.
    told: Vec<Told>,
    lines: Vec<(String, usize)>,
}

pub fn read(context: &Context, path: &Path, asked: &Setup, unattended: bool) -> Result<Prepared, Refusal> {
    let path = paths::absolute(path);
    let texts = &context.texts;
    let file = path.display().to_string();
    let unread = |phrase: Phrase| Refusal::NoAnswers(texts.say(&phrase));
    let text = named::document(&path).map_err(|failure| unread(verdict::file_trouble(&failure)))?;
    let answers = Answers::parse(&text).map_err(|error| match error {
        Unreadable::Empty => unread(Phrase::new("answers.empty").with("file", &file)),
        Unreadable::Toml { line, message } => {
            unread(Phrase::new("answers.no-toml").with("file", &file).with("line", line).with("message", message))
        }
        Unreadable::Key(fault) => Refusal::Key(say(texts, &file, &fault.key, fault.line, &fault.why)),
    })?;
    let prepared = Sheet { texts, path: &path, file, answers }.prepare(asked, unattended)?;
    let context = context.in_language(prepared.lang);
    for told in &prepared.told {
        context.complain(told.said(&context.texts, &prepared.file));
    }
    Ok(prepared)
}

/// `FILE, line 3: `key`: why`.
fn say(texts: &Texts, file: &str, key: &str, line: Option<usize>, why: &Phrase) -> String {
    let phrase = match line {
        Some(line) => Phrase::new("answers.at").with("line", line),
        None => Phrase::new("answers.nowhere"),
    };
    texts.say(&phrase.with("file", file).with("key", key).with("why", texts.say(why)))
}

/// What was done to a value before it was taken.
enum Told {
    ByKey(Fault),
    OfVariable(Phrase),
}

impl Told {
    fn line(&self) -> Option<usize> {
        match self {
            Self::ByKey(told) => told.line,
            Self::OfVariable(_) => None,
        }
    }

    fn said(&self, texts: &Texts, file: &str) -> String {
        match self {
            Self::ByKey(told) => say(texts, file, &told.key, told.line, &told.why),
            Self::OfVariable(what) => texts.say(&Phrase::new("answers.secret-variable").with("why", texts.say(what))),
        }
    }
}

/// A file whose keys are all well formed, on its way to being weighed.
struct Sheet<'a> {
    texts: &'a Texts,
    path: &'a Path,
    file: String,
    answers: Answers,
}

impl Sheet<'_> {
    fn prepare(mut self, asked: &Setup, unattended: bool) -> Result<Prepared, Refusal> {
        let named = self.product(asked)?;
        let product = named.or_else(|| unattended.then(product::default));
        self.base_url(product.unwrap_or_else(product::default), named.is_none())?;
        if let Some(product) = product {
            self.settle(product)?;
        }
        let lang = self.lang()?;
        self.trust()?;
        self.secret_expires()?;
        self.consent(product.unwrap_or_else(product::default))?;
        let (client_secret, of_secret) = self.client_secret()?.unzip();
        let password = self.password()?;
        let export = self.answers.more.export.iter().map(|target| self.format(target)).collect::<Result<_, _>>()?;
        let needs_base = product.is_some_and(|product| product.base);
        let mut missing = missing(&self.answers.settings, needs_base);
        missing.extend(credential(&self.answers.settings, product, client_secret.as_ref(), password.as_ref()));
        if unattended && !missing.is_empty() {
            return Err(self.lacking(&missing));
        }
        let answered = Answered {
            keys: self.answers.keys(),
            complete: product.is_some() && missing.is_empty(),
            send_to: self.answers.more.send_to.clone(),
        };
        let told = self.told(of_secret.flatten());
        let lines = self.answers.lines().to_vec();
        let Answers { settings, more, .. } = self.answers;
        let (file, account) = (self.file, more.account);
        Ok(Prepared { file, export, lang, settings, answered, account, client_secret, password, told, lines })
    }

    fn told(&self, of_secret: Option<Phrase>) -> Vec<Told> {
        let by_key = |(key, what): &(String, Phrase)| Told::ByKey(self.answers.fault(key, what.clone()));
        let of_secret = of_secret.map(|what| match self.answers.more.client_secret_file {
            Some(_) => by_key(&("client_secret_file".to_owned(), what)),
            None => Told::OfVariable(what),
        });
        let mut told: Vec<Told> = self.answers.told.iter().map(by_key).chain(of_secret).collect();
        told.sort_by_key(Told::line);
        told
    }

    fn refuse(&self, key: &str, why: Phrase) -> Refusal {
        let fault = self.answers.fault(key, why);
        Refusal::Key(say(self.texts, &self.file, &fault.key, fault.line, &fault.why))
    }

    /// Each key with what it is, so that one run tells all.
    fn lacking(&self, missing: &[&str]) -> Refusal {
        let what = |key: &&str| format!("`{key}` ({})", self.texts.word(&format!("answers.keys.{}", slug(key))));
        let keys = missing.iter().map(what).collect::<Vec<_>>().join(", ");
        let phrase = Phrase::new("answers.missing").with("file", &self.file).with("keys", keys);
        Refusal::Key(self.texts.say(&phrase))
    }

    /// The file's, else the command line's.
    fn product(&self, asked: &Setup) -> Result<Option<&'static Product>, Refusal> {
        let (named, asked) = (self.answers.settings.product.as_deref(), asked.product.as_deref());
        if let (Some(_), Some(asked)) = (named, asked.filter(|asked| named != Some(asked))) {
            return Err(self.refuse("product", Phrase::new("answers.other-product").with("product", asked)));
        }
        let Some(id) = named.or(asked) else { return Ok(None) };
        let known = || product::all().iter().map(|product| product.id.as_str()).collect::<Vec<_>>().join(", ");
        let found = product::find(id)
            .ok_or_else(|| self.refuse("product", Phrase::new("answers.known").with("known", known())))?;
        Ok(Some(found))
    }

    /// The address of a product that has none is not passed over in silence.
    fn base_url(&self, product: &Product, assumed: bool) -> Result<(), Refusal> {
        if product.base || self.answers.settings.base_url.is_none() {
            return Ok(());
        }
        let key = if assumed { "answers.product-missing" } else { "answers.base-url" };
        Err(self.refuse("base_url", Phrase::new(key).with("product", &product.id)))
    }

    /// The product is known: what follows from it.
    fn settle(&mut self, product: &Product) -> Result<(), Refusal> {
        let cloud = self.answers.settings.cloud.unwrap_or(product.cloud);
        if cloud.is_microsoft() != product.cloud.is_microsoft() {
            let key =
                if product.cloud == Cloud::Custom { "answers.cloud-of-custom" } else { "answers.cloud-not-custom" };
            return Err(self.refuse("cloud", Phrase::new(key)));
        }
        if let Some(given) = self.answers.settings.client_id.take() {
            let form = if cloud.is_microsoft() { Form::Guid } else { Form::ClientName };
            let cleaned = clean(form, given.as_str());
            self.answers.told.extend(cleaned.told("cleaned.changed").map(|what| ("client_id".to_owned(), what)));
            self.answers.settings.client_id = Some(cleaned.text.parse().unwrap_or(given));
        }
        let client_id = self.answers.settings.client_id.as_ref();
        if cloud.is_microsoft() && client_id.is_some_and(|id| id.as_str().parse::<Guid>().is_err()) {
            return Err(self.refuse("client_id", Phrase::new("malformed.guid")));
        }
        let settings = &self.answers.settings;
        if let Some(tenant) = &product.tenant {
            let said = |key: &str| Phrase::new(key).with("product", &product.id);
            if cloud != product.cloud {
                return Err(self.refuse("cloud", said("answers.cloud-of-product").with("cloud", product.cloud.id())));
            }
            if settings.tenant.as_ref().is_some_and(|given| !product.takes(given)) {
                return Err(self.refuse("tenant", said("answers.tenant-of-product").with("tenant", tenant)));
            }
        }
        if settings.sender.is_some() && settings.sender != settings.user && !product.has_sender() {
            let why = Phrase::new("answers.sender-of-product").with("product", &product.id);
            return Err(self.refuse("sender", why));
        }
        let settings = &mut self.answers.settings;
        settings.tenant = product.tenant.clone().or(settings.tenant.take());
        settings.smtp.host = settings.smtp.host.take().or(product.smtp_host.clone());
        settings.product = Some(product.id.clone());
        settings.cloud = Some(cloud);
        // A device code is what a file means that says nothing; it stays open while somebody can be asked.
        if product.ways[0] != Way::DeviceCode {
            settings.settle_way(product.ways[0]);
        }
        Ok(())
    }

    fn lang(&self) -> Result<Option<Language>, Refusal> {
        let Some(named) = &self.answers.more.lang else { return Ok(None) };
        Language::of_code(named).map(Some).ok_or_else(|| {
            let known = Language::ALL.iter().map(|language| language.code()).collect::<Vec<_>>().join(", ");
            self.refuse("lang", Phrase::new("answers.known").with("known", known))
        })
    }

    /// A secret that has ended is worth nothing, and a sign-in with it would be for nothing.
    fn secret_expires(&self) -> Result<(), Refusal> {
        let date = self.answers.settings.secret_expires.as_ref();
        match date.and_then(health::unix).filter(|at| *at <= access::now()) {
            Some(_) => Err(self.refuse("secret_expires", Phrase::new("malformed.day-past"))),
            None => Ok(()),
        }
    }

    fn format(&self, target: &str) -> Result<&'static Format, Refusal> {
        export::find(target).ok_or_else(|| {
            let known = FORMATS.iter().map(|format| format.id).collect::<Vec<_>>().join(", ");
            self.refuse("export", Phrase::new("answers.target").with("target", target).with("known", known))
        })
    }
}

/// The keys that are needed and that nothing can find out. A tenant is found by the mail domain.
fn missing(settings: &Settings, needs_base: bool) -> Vec<&'static str> {
    let needed = [
        ("user", settings.user.is_some()),
        ("base_url", settings.base_url.is_some() || !needs_base),
        ("client_id", settings.client_id.is_some()),
    ];
    let mut keys: Vec<&str> = needed.into_iter().filter(|(_, there)| !there).map(|(key, _)| key).collect();
    let of_servers = [settings.authority().err(), settings.server().err()];
    keys.extend(of_servers.into_iter().flatten().map(|missing| missing.0));
    keys
}

/// As texts name it.
fn slug(key: &str) -> String {
    key.replace(['.', '_'], "-")
}

impl Prepared {
    /// The file, as it is shown.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Why a key's value is not taken, with its line where it stands in the file.
    pub fn refuted(&self, key: &str, why: &str) -> Phrase {
        let phrase = match self.lines.iter().find(|(name, _)| name == key) {
            Some((_, line)) => Phrase::new("answers.at").with("line", line),
            None => Phrase::new("answers.nowhere"),
        };
        phrase.with("file", &self.file).with("key", key).with("why", why)
    }

    /// The programs to write configuration for.
    pub fn export(&self) -> &[&'static Format] {
        &self.export
    }

    /// The account's name: given, or made of the mailbox's.
    pub fn account(&self) -> Option<AccountName> {
        self.account.clone().or_else(|| self.settings.user.as_ref().map(AccountName::for_mailbox))
    }

    /// What the wizard is to speak.
    pub fn lang(&self) -> Option<Language> {
        self.lang
    }

    /// The same run, with this file's answers in place of what was known otherwise.
    pub fn given(&self, given: Given) -> Given {
        let draft = given.draft.filter(|draft| agrees(draft, &self.settings)).map(|mut draft| {
            draft.secrets.client_secret = self.client_secret.clone().or(draft.secrets.client_secret);
            draft.secrets.password = self.password.clone().or(draft.secrets.password);
            draft
        });
        Given {
            draft,
            suggested: self.settings.clone(),
            answered: Some(self.answered.clone()),
            account: self.account.clone(),
            client_secret: self.client_secret.clone(),
            password: self.password.clone(),
            ..given
        }
    }
}

/// Whether a draft was made with these answers: all that they say it says as well.
fn agrees(draft: &Draft, settings: &Settings) -> bool {
    let table = |settings: &Settings| toml::Value::try_from(settings).ok();
    match (table(settings), table(&draft.settings)) {
        (Some(given), Some(kept)) => within(&given, &kept),
        _ => false,
    }
}

fn within(part: &toml::Value, whole: &toml::Value) -> bool {
    match (part.as_table(), whole.as_table()) {
        (Some(part), Some(whole)) => {
            part.iter().all(|(key, value)| whole.get(key).is_some_and(|other| within(value, other)))
        }
        _ => part == whole,
    }
}
