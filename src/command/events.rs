//! `setup --json`: what happens as one JSON object a line on stderr, and how it ended as one document on stdout.
//! It looks at the wizard from outside and decides nothing.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::PathBuf,
};

use serde::Serialize;

use super::{Context, access::Known, summary, test};
use crate::{
    checklist::{Checklist, Item, State},
    facts::AccountName,
    language::Texts,
    runtime::files::Places,
    secret::ascii_marks,
    smtp::{Conversation, Line},
    visible,
    wizard::{
        Model,
        effect::{Outcome, Report, Ticket},
    },
};

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event<'a> {
    /// Somebody is to open this address and type this code.
    DeviceCode { verification_uri: &'a str, user_code: &'a str, expires_in: i64 },
    /// Somebody is to open this address and sign in.
    AuthorizeUrl { url: &'a str },
    /// An item's state has changed.
    Item(ItemDocument),
    /// A line of the exchange, as it comes.
    Transcript(&'a Line),
    /// What would otherwise be said in plain words.
    Message { text: String },
}

#[derive(Debug, Serialize)]
struct ItemDocument {
    item: Item,
    state: State,
    evidence: Vec<String>,
}

/// The document of `setup --json`.
#[derive(Debug, Serialize)]
pub struct Document {
    outcome: Outcome,
    account: Option<String>,
    product: Option<String>,
    items: Vec<ItemDocument>,
    test: Option<test::Document>,
    /// What it failed of, before the mail server was asked or there; empty where it did not.
    causes: Vec<summary::CauseDocument>,
    files: Vec<String>,
}

fn emit(event: &Event<'_>) {
    // A reader that is gone is nobody's loss.
    let _ = io::stderr().write_all(summary::json(event).as_bytes());
}

/// Something for a person, where only machines listen.
pub fn message(text: &str) {
    emit(&Event::Message { text: plain(text) });
}

/// JSON is read on terminals, and by programs that know one kind of mark.
fn plain(text: &str) -> String {
    ascii_marks(&visible::line(text))
}

/// What has been told already.
#[derive(Default)]
pub struct Events {
    items: BTreeMap<Item, State>,
    user_code: Option<String>,
    authorize_url: Option<String>,
    /// The last exchange with the mail server.
    conversation: Option<Box<Conversation>>,
}

impl Events {
    /// Before the wizard hears of it.
    pub fn heard(&mut self, model: &Model, ticket: Ticket, report: &Report) {
        // Of a task that was given up, nothing counts.
        if !model.desk().is_out(ticket) {
            return;
        }
        match report {
            Report::Line(line) => emit(&Event::Transcript(line)),
            Report::Conversed(conversation) => self.conversation = Some(conversation.clone()),
            _ => {}
        }
    }

    /// After something has happened; `now` in Unix seconds.
    pub fn seen(&mut self, model: &Model, now: i64) {
        let draft = model.draft();
        for item in model.desk().items() {
            let state = draft.checklist.state(item);
            if self.items.insert(item, state).unwrap_or_default() != state {
                emit(&Event::Item(ItemDocument::of(&draft.checklist, item, &model.desk().texts)));
            }
        }
        let code = draft.secrets.device.as_ref();
        if let Some(code) = code.filter(|code| self.user_code.as_ref() != Some(&code.user_code)) {
            self.user_code = Some(code.user_code.clone());
            emit(&Event::DeviceCode {
                verification_uri: &plain(&code.verification_uri),
                user_code: &plain(&code.user_code),
                expires_in: code.expires_at - now,
            });
        }
        let pending = draft.secrets.browser.as_ref();
        if let Some(pending) = pending.filter(|pending| self.authorize_url.as_ref() != Some(&pending.authorize_url)) {
            self.authorize_url = Some(pending.authorize_url.clone());
            emit(&Event::AuthorizeUrl { url: &plain(&pending.authorize_url) });
        }
    }

    /// How it ended.
    pub fn document(self, model: &Model, outcome: Outcome, places: &Places, now: i64) -> Document {
        let draft = model.draft();
        let conversation = self.conversation.map(|conversation| *conversation);
        let row = |item| ItemDocument::of(&draft.checklist, item, &model.desk().texts);
        Document {
            outcome,
            account: draft.account.as_ref().map(ToString::to_string),
            product: draft.settings.product.clone(),
            items: model.desk().items().into_iter().map(row).collect(),
            test: conversation.and_then(|conversation| tested(model, conversation, places, now)),
            causes: summary::causes(&model.desk().texts, model.causes()),
            files: Vec::new(),
        }
    }
}

/// The exchange as `test --json` has it.
fn tested(model: &Model, conversation: Conversation, places: &Places, now: i64) -> Option<test::Document> {
    let draft = model.draft();
    let account = draft.settings.account().ok()?;
    let tokens = draft.secrets.tokens.as_ref()?;
    let name = draft.account.clone().unwrap_or_else(|| AccountName::for_mailbox(&account.user));
    let settings = draft.settings.clone();
    let known = Known { places: places.clone(), name, account, settings };
    let causes = summary::causes(&model.desk().texts, &model.desk().causes);
    Some(test::of_wizard(&known, conversation, &tokens.access, tokens.expires_at - now, causes))
}

impl ItemDocument {
    fn of(checklist: &Checklist, item: Item, texts: &Texts) -> Self {
        let evidence = checklist.evidence(item).iter().map(|phrase| plain(&texts.say(phrase))).collect();
        Self { item, state: checklist.state(item), evidence }
    }
}

impl Document {
    /// Of a run that did not begin.
    pub fn nothing(outcome: Outcome) -> Self {
        let items = Item::ALL.map(|item| ItemDocument { item, state: State::Open, evidence: Vec::new() });
        let items = items.into();
        Self { outcome, account: None, product: None, items, test: None, causes: Vec::new(), files: Vec::new() }
    }

    /// With the files that were written.
    pub fn print(mut self, context: &Context, files: &[PathBuf]) {
        self.files = files.iter().map(|path| path.display().to_string()).collect();
        context.deliver(&summary::json(&self));
    }
}
