//! A real message to one's own mailbox, to the reply after DATA: the only proof that the sender may
//! send. Enters with an offer; nothing is sent unless the person says so.

use std::time::{Duration, SystemTime};

use super::{Go, Page, Turn, adopt, adopting, go_on, lead, narrowing, primary, secondary, words};
use crate::{
    account::Account,
    checklist::Item,
    diagnosis::Cause,
    facts::{
        Address, Malformed,
        clean::{Form, clean},
    },
    language::Texts,
    phrase::Phrase,
    product,
    report::Report as Telling,
    smtp::{Envelope, message::TestMessage},
    wizard::{
        desk::Desk,
        effect::{Effect, Outcome},
        message::Message,
        screen::{Act, Input, Key, Question},
        trial::{Trial, Wanted},
    },
};

#[derive(Debug, Clone, PartialEq)]
pub struct Send {
    phase: Phase,
    error: Option<Phrase>,
    /// The token to send the next one with, after a refusal.
    wanted: Wanted,
}

#[derive(Debug, Clone, PartialEq)]
enum Phase {
    Offering,
    Sending(Box<Trial>),
}

impl Send {
    pub fn enter() -> Self {
        Self { phase: Phase::Offering, error: None, wanted: Wanted::default() }
    }

    pub fn update(&mut self, desk: &mut Desk, message: Message, now: i64) -> Turn {
        let runs = matches!(&self.phase, Phase::Sending(trial) if trial.runs());
        match (message, &mut self.phase) {
            (Message::Answer(typed), Phase::Offering) => {
                let cleaned = clean(Form::Address, typed.expose());
                match cleaned.text.parse::<Address>() {
                    Ok(recipient) => {
                        desk.taken = cleaned.told("cleaned.taken").map(|told| told.with("value", &recipient));
                        self.send(desk, &recipient, now)
                    }
                    Err(error) => {
                        self.error = Some(Malformed::phrase(error));
                        Turn::stay()
                    }
                }
            }
            (Message::Skip, Phase::Offering) => Turn::next(),
            (Message::Reported(_, report), Phase::Sending(trial)) => {
                let effects = trial.reported(desk, report, now);
                if trial.accepted() {
                    sent(desk);
                }
                Turn { effects, go: Go::Stay }
            }
            (Message::Cancel, Phase::Sending(trial)) => match trial.ticket() {
                Some(ticket) => {
                    desk.hand_back(ticket);
                    self.phase = Phase::Offering;
                    Turn::asking(Effect::Cancel(ticket))
                }
                None => Turn::stay(),
            },
            (Message::Continue, Phase::Sending(trial)) if trial.accepted() => Turn::next(),
            (Message::Skip, Phase::Sending(_)) if !runs => Turn::next(),
            (Message::Retry, Phase::Sending(trial)) if !runs => {
                self.wanted = trial.wanted();
                self.phase = Phase::Offering;
                Turn::stay()
            }
            (Message::GoTo(item), Phase::Sending(_)) if !runs => Turn::go(Go::Mend(item)),
            (Message::Other, Phase::Sending(_)) if !runs => {
                desk.anew = true;
                Turn::go(Go::Mend(Item::Consent))
            }
            (Message::Adopt, Phase::Sending(trial)) if !runs => {
                let change = trial.adoptable().cloned();
                change.map_or_else(Turn::stay, |change| adopt(desk, change))
            }
            _ => Turn::stay(),
        }
    }

    fn send(&mut self, desk: &mut Desk, recipient: &Address, now: i64) -> Turn {
        let account = desk.draft.settings.account().ok();
        let envelope = account.and_then(|account| test_message(&desk.texts, &account, recipient, now, &desk.seed));
        let Some(envelope) = envelope else {
            self.error = Some(Phrase::new("message.unbuildable"));
            return Turn::stay();
        };
        match Trial::begin(desk, self.wanted, Some(envelope), now) {
            Some((trial, effect)) => {
                desk.draft.typed.remove("message");
                desk.sent_to = Some(recipient.clone());
                (self.phase, self.error) = (Phase::Sending(Box::new(trial)), None);
                Turn::asking(effect)
            }
            None => {
                desk.drop_tokens();
                Turn::go(Go::To("consent"))
            }
        }
    }

    pub fn tell(&self, desk: &Desk, told: &mut Telling) {
        if let Phase::Sending(trial) = &self.phase {
            trial.tell(&sent_from(desk), told);
        }
    }

    pub fn trial(&self) -> Option<&Trial> {
        match &self.phase {
            Phase::Offering => None,
            Phase::Sending(trial) => Some(trial),
        }
    }

    pub fn trial_mut(&mut self) -> Option<&mut Trial> {
        match &mut self.phase {
            Phase::Offering => None,
            Phase::Sending(trial) => Some(trial),
        }
    }

    /// How the sending ended, once it has.
    pub fn causes(&self) -> &[Cause] {
        match &self.phase {
            Phase::Offering => &[],
            Phase::Sending(trial) => trial.causes(),
        }
    }

    pub fn outcome(&self) -> Option<Outcome> {
        match &self.phase {
            Phase::Offering => None,
            Phase::Sending(trial) => trial.outcome(),
        }
    }

    pub fn blamed(&self) -> Option<Item> {
        match &self.phase {
            Phase::Offering => None,
            Phase::Sending(trial) => trial.blamed(),
        }
    }

    pub fn page(&self, desk: &Desk) -> Page {
        let Phase::Sending(trial) = &self.phase else { return self.offer(desk) };
        let blocks = trial.blocks(desk, &sent_from(desk));
        if trial.runs() {
            return Page {
                blocks,
                busy: Some(desk.say(&desk.about("busy.message"))),
                actions: vec![secondary(Key::Letter('x'), desk.word("action.cancel"), Message::Cancel)],
                ..Page::default()
            };
        }
        if trial.accepted() {
            return Page { blocks, actions: vec![go_on(desk)], ..Page::default() };
        }
        let go = || lead(desk, trial.causes(), trial.blamed(), "message");
        let mut actions: Vec<_> = adopting(desk, trial).or_else(go).into_iter().collect();
        actions.push(primary(Key::Letter('r'), desk.word("action.retry"), Act::Send(Message::Retry)));
        actions.extend(narrowing(desk, trial));
        if trial.outcome() == Some(Outcome::SignIn) {
            actions.push(secondary(Key::Letter('n'), desk.word("action.sign-in-again"), Message::Other));
        }
        actions.push(secondary(Key::Letter('s'), desk.word("action.save-anyway"), Message::Skip));
        Page { blocks, actions, ..Page::default() }
    }

    fn offer(&self, desk: &Desk) -> Page {
        // One without a mailbox reads nothing; where nobody is, that the server takes the message is all that counts.
        let unread = desk.draft.settings.is_hve() && !desk.unattended;
        let own = desk.draft.settings.user.as_ref().filter(|_| !unread);
        let proposed = desk.sent_to.as_ref().or(desk.recipient.as_ref()).or(own);
        let proposed = proposed.map(ToString::to_string).unwrap_or_default();
        Page {
            blocks: words("message", desk),
            question: Some(Question {
                label: desk.word("steps.message.question"),
                hint: desk.word(if unread { "message.hint-unread" } else { "steps.message.hint" }),
                error: self.error.as_ref().map(|error| desk.say(error)),
                input: Input::Text { value: desk.typed("message").unwrap_or(proposed) },
            }),
            actions: vec![
                primary(Key::Enter, desk.word("action.send"), Act::Answer),
                secondary(Key::Letter('n'), desk.word("action.no-message"), Message::Skip),
            ],
            ..Page::default()
        }
    }
}

/// The message that shows whether the sender may send; `seed` makes its Message-ID unlike any other.
pub fn test_message(texts: &Texts, account: &Account, recipient: &Address, now: i64, seed: &str) -> Option<Envelope> {
    let text = Phrase::new("message.text")
        .with("sender", &account.sender)
        .with("user", &account.user)
        .with("server", &account.server);
    let message = TestMessage {
        sender: account.sender.clone(),
        recipient: recipient.clone(),
        subject: texts.word("message.subject"),
        text: texts.say(&text),
        date: SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(now).ok()?),
        id: format!("{now}{seed}"),
    };
    message.envelope().ok()
}

fn sent_from(desk: &Desk) -> Phrase {
    let settings = &desk.draft.settings;
    let sender = settings.sender.clone().or_else(|| settings.user.clone());
    Phrase::new("evidence.sent").with("sender", sender.map(String::from).unwrap_or_default())
}

fn sent(desk: &mut Desk) {
    let settings = &desk.draft.settings;
    let own = settings.sender.is_none() || settings.sender == settings.user;
    let phrase = sent_from(desk);
    desk.draft.checklist.prove(Item::Message, phrase.clone());
    // An account that is particular about apps has taken mail from this one.
    for item in desk.items() {
        if let Item::Product(switch) = item
            && desk.draft.way().is_app_only()
            && product::step(switch.step()).is_some_and(|step| step.items.contains(&Item::Connection))
        {
            desk.draft.checklist.prove(item, phrase.clone());
        }
    }
    if own {
        desk.draft.checklist.not_needed(Item::SendAs, Phrase::new("evidence.sender-is-user"));
    } else {
        desk.draft.checklist.prove(Item::SendAs, phrase);
    }
}
