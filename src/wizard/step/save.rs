//! Saving: the account's name, then exactly what would be written as a difference against what is there,
//! then the writing, with the tokens as they are by then. Enters with the question for the name; ends when the files
//! are whole on the disk.

use std::path::PathBuf;

use similar::{ChangeTag, TextDiff};

use super::{Go, Page, Turn, primary, secondary, words};
use crate::{
    account::{
        config::{self, Config},
        vault::{Accepted, Vault},
    },
    checklist::{Item, State},
    facts::{AccountName, Malformed},
    phrase::Phrase,
    secret::{MARK, Secret},
    wizard::{
        desk::Desk,
        effect::{Effect, Existing, FileFailureKind, Report, Saving, Ticket},
        message::Message,
        screen::{Act, Block, Change, Input, Key, Question, Tone},
        verdict,
    },
};

#[derive(Debug, Clone, PartialEq)]
pub struct Save {
    phase: Phase,
    error: Option<Phrase>,
}

#[derive(Debug, Clone, PartialEq)]
enum Phase {
    Naming,
    Inspecting(Ticket),
    Reviewing(Box<Review>),
    /// It is to be written once a renewal is over: its answer may be the one refresh token that is good from then on.
    Awaiting(Box<Review>),
    Writing(Ticket),
}

#[derive(Debug, Clone, PartialEq)]
struct Review {
    existing: Existing,
    account: AccountName,
    /// The whole of `config.toml`.
    config: String,
}

impl Save {
    pub fn enter(desk: &mut Desk) -> (Self, Turn) {
        let go = if desk.draft.secrets.tokens.is_some() { Go::Stay } else { Go::To("consent") };
        (Self { phase: Phase::Naming, error: None }, Turn::go(go))
    }

    pub fn update(&mut self, desk: &mut Desk, message: Message, now: i64) -> Turn {
        match (message, &self.phase) {
            (Message::Answer(typed), Phase::Naming) => match typed.expose().parse() {
                Ok(name) => {
                    desk.draft.typed.remove("save");
                    self.inspect(desk, name)
                }
                Err(error) => self.fail(Malformed::phrase(error)),
            },
            (Message::Reported(_, Report::Inspected(outcome)), Phase::Inspecting(_)) => match outcome {
                Ok(existing) => self.review(desk, existing),
                Err(failure) => self.fail(verdict::file_trouble(&failure)),
            },
            (Message::Continue, Phase::Reviewing(review)) => {
                self.phase = Phase::Awaiting(review.clone());
                if desk.renews { Turn::stay() } else { self.renewed(desk, now) }
            }
            (Message::Other, Phase::Reviewing(_)) => {
                self.phase = Phase::Naming;
                Turn::stay()
            }
            (Message::Reported(_, Report::Saved(outcome)), Phase::Writing(_)) => match outcome {
                Ok(files) => saved(desk, &files),
                Err(failure) => {
                    let why = verdict::file_trouble(&failure);
                    let unwritable = matches!(failure.kind, FileFailureKind::Write | FileFailureKind::Changed);
                    desk.unwritten = unwritable.then(|| why.clone());
                    self.fail(why)
                }
            },
            _ => Turn::stay(),
        }
    }

    /// No renewal is under way any more: what waited for it is written.
    pub fn renewed(&mut self, desk: &mut Desk, now: i64) -> Turn {
        let Phase::Awaiting(review) = &self.phase else { return Turn::stay() };
        let Some(vault) = vault(desk, now) else { return Turn::go(Go::To("consent")) };
        let Review { existing, account, config } = (**review).clone();
        let ticket = desk.ticket();
        self.phase = Phase::Writing(ticket);
        Turn::asking(Effect::Save(ticket, Box::new(Saving { account, config, expected: existing.config, vault })))
    }

    fn fail(&mut self, error: Phrase) -> Turn {
        *self = Self { phase: Phase::Naming, error: Some(error) };
        Turn::stay()
    }

    fn inspect(&mut self, desk: &mut Desk, name: AccountName) -> Turn {
        desk.draft.account = Some(name.clone());
        let ticket = desk.ticket();
        *self = Self { phase: Phase::Inspecting(ticket), error: None };
        Turn::asking(Effect::Inspect(ticket, name))
    }

    fn review(&mut self, desk: &Desk, existing: Existing) -> Turn {
        let settings = &desk.draft.settings;
        let signed_in = desk.draft.secrets.tokens.is_some();
        let Some(account) = desk.draft.account.clone().filter(|_| signed_in) else {
            return Turn::go(Go::To("consent"));
        };
        match config::with_account(existing.config.as_deref(), &account, &settings.settled()) {
            Ok(config) => {
                self.phase = Phase::Reviewing(Box::new(Review { existing, account, config }));
                Turn::stay()
            }
            Err(error) => {
                let path = existing.config_path.display().to_string();
                self.fail(Phrase::new("files.content").with("path", path).with("detail", error))
            }
        }
    }

    pub fn page(&self, desk: &Desk) -> Page {
        match &self.phase {
            Phase::Naming => self.naming(desk),
            Phase::Inspecting(_) | Phase::Writing(_) => Page { busy: Some(desk.word("busy.files")), ..Page::default() },
            Phase::Awaiting(_) => Page { busy: Some(desk.say(&desk.about("busy.refresh"))), ..Page::default() },
            Phase::Reviewing(review) => reviewing(desk, review),
        }
    }

    fn naming(&self, desk: &Desk) -> Page {
        let settings = &desk.draft.settings;
        let proposed = || settings.user.as_ref().map(AccountName::for_mailbox);
        let name = desk.draft.account.clone().or_else(proposed).map(String::from).unwrap_or_default();
        Page {
            blocks: words("save", desk),
            question: Some(Question {
                label: desk.word("steps.save.question"),
                hint: desk.word("steps.save.hint"),
                error: self.error.as_ref().map(|error| desk.say(error)),
                input: Input::Text { value: desk.typed("save").unwrap_or(name) },
            }),
            actions: vec![primary(Key::Enter, desk.word("action.continue"), Act::Answer)],
            ..Page::default()
        }
    }
}

/// The account's, as of now.
fn vault(desk: &Desk, now: i64) -> Option<Vault> {
    let tokens = desk.draft.secrets.tokens.as_ref()?;
    let mut vault = Vault::signed_in(desk.client_secret().cloned(), tokens, now);
    vault.changed_at = desk.draft.changed_at;
    let checklist = &desk.draft.checklist;
    if checklist.state(Item::Connection) == State::Proven
        && let Ok(account) = desk.draft.settings.account()
    {
        vault.accepted = Some(Accepted::of(&account, checklist.found_at(Item::Connection).unwrap_or(now)));
    }
    Some(vault)
}

fn saved(desk: &mut Desk, files: &[PathBuf]) -> Turn {
    (desk.saved, desk.unwritten) = (files.to_vec(), None);
    Turn { effects: vec![Effect::DropDraft], go: Go::Next }
}

fn reviewing(desk: &Desk, review: &Review) -> Page {
    let Review { existing, account, config } = review;
    let before = existing.config.as_deref().unwrap_or_default();
    let replaces = Config::parse(before).is_ok_and(|config| config.accounts.contains_key(account));
    let mut blocks = Vec::new();
    if replaces {
        let text = desk.say(&Phrase::new("save.replaces").with("account", account));
        blocks.push(Block::Note { tone: Tone::Warning, text });
    }
    blocks.push(Block::Difference {
        path: existing.config_path.display().to_string(),
        lines: difference(before, config),
    });
    let written = Phrase::new(if existing.vault_exists { "save.vault-replaced" } else { "save.vault-new" });
    blocks.push(Block::Text(desk.say(&written.with("path", existing.vault_path.display()))));
    blocks.push(Block::Difference {
        path: existing.vault_path.display().to_string(),
        lines: vault(desk, desk.now).iter().flat_map(masked).map(|line| (Change::Added, line)).collect(),
    });
    Page {
        blocks,
        actions: vec![
            primary(Key::Enter, desk.word("action.write"), Act::Send(Message::Continue)),
            secondary(Key::Letter('a'), desk.word("action.other-name"), Message::Other),
        ],
        ..Page::default()
    }
}

fn difference(before: &str, after: &str) -> Vec<(Change, String)> {
    let diff = TextDiff::from_lines(before, after);
    let lines = diff.iter_all_changes().map(|change| {
        let kind = match change.tag() {
            ChangeTag::Equal => Change::Kept,
            ChangeTag::Insert => Change::Added,
            ChangeTag::Delete => Change::Removed,
        };
        (kind, change.value().trim_end_matches('\n').to_owned())
    });
    lines.collect()
}

/// The account file as it will be, every secret replaced by its mark.
fn masked(vault: &Vault) -> Vec<String> {
    let mark = |secret: &Option<Secret>| secret.as_ref().map(|_| Secret::new(MARK));
    let shown = Vault {
        client_secret: mark(&vault.client_secret),
        refresh_token: mark(&vault.refresh_token),
        access_token: vault.access_token.as_ref().map(|token| Secret::new(token.token_mark())),
        ..vault.clone()
    };
    shown.text().expose().lines().map(str::to_owned).collect()
}
