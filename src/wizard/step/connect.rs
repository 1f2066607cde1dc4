//! The live connection test: to the reply to AUTH and no further. Enters by starting it, shows every line as
//! it comes, ends with 235, or with the causes and the item to go to. Where a change takes its time to arrive at
//! Microsoft's servers, it waits and tries again; a wait that was left is gone on with.

use std::time::Duration;

use super::{Go, Page, Turn, adopt, adopting, countdown, go_on, lead, narrowing, primary, secondary, token};
use crate::{
    account::draft::Waiting,
    checklist::Item,
    diagnosis::Cause,
    phrase::Phrase,
    report::Report as Telling,
    wizard::{
        desk::Desk,
        effect::{Effect, Outcome, Report, Ticket},
        message::Message,
        screen::{self, Act, Block, Key, Tone},
        trial::{self, Trial},
    },
};

/// What does not pass within an hour is no passing trouble.
const PASSES_WITHIN: i64 = 60 * 60;

#[derive(Debug, Clone, PartialEq)]
pub struct Connect {
    /// Absent when it was cancelled.
    trial: Option<Box<Trial>>,
    /// The pause before the next try, and when that is (Unix seconds).
    pause: Option<(Ticket, i64)>,
}

impl Connect {
    pub fn enter(desk: &mut Desk, now: i64) -> (Self, Turn) {
        let mut step = Self { trial: None, pause: None };
        let turn = step.begin(desk, now);
        (step, turn)
    }

    fn begin(&mut self, desk: &mut Desk, now: i64) -> Turn {
        let wanted = self.trial.as_deref().map(Trial::wanted).unwrap_or_default();
        match Trial::begin(desk, wanted, None, now) {
            Some((trial, effect)) => {
                self.trial = Some(Box::new(trial));
                Turn::asking(effect)
            }
            None => {
                desk.drop_tokens();
                Turn::go(Go::To("consent"))
            }
        }
    }

    /// How long the foremost cause's fix may take to arrive, or a server that takes nothing for now to be well again
    /// (seconds), when there is something to wait for.
    fn arrives_within(&self) -> Option<i64> {
        let trial = self.trial.as_ref()?;
        match trial.outcome()? {
            Outcome::Refused => Some(i64::from(trial.causes().first()?.arrives_within?) * 60),
            Outcome::Temporary => Some(PASSES_WITHIN),
            _ => None,
        }
    }

    fn passes(&self) -> bool {
        self.trial.as_ref().and_then(|trial| trial.outcome()) == Some(Outcome::Temporary)
    }

    /// Waits for the next try; `None` when nothing is waited for, or not any longer.
    fn wait(&mut self, desk: &mut Desk, now: i64) -> Option<Turn> {
        let waiting = desk.draft.waiting.filter(|waiting| waiting.until > now && self.arrives_within().is_some());
        desk.draft.waiting = waiting.map(|waiting| Waiting { tries: waiting.tries + 1, ..waiting });
        let waiting = waiting?;
        let pause = i64::try_from(trial::pause(waiting.tries as usize).as_secs()).unwrap_or(i64::MAX);
        let at = now.saturating_add(pause).min(waiting.until);
        let ticket = desk.ticket();
        self.pause = Some((ticket, at));
        let pause = Duration::from_secs(u64::try_from(at - now).unwrap_or(0));
        let kept = Effect::KeepDraft(Box::new(desk.draft.clone()));
        Some(Turn { effects: vec![kept, Effect::Wait(ticket, pause)], go: Go::Stay })
    }

    /// Drops the pause; what was waited for is not any more.
    fn stop_waiting(&mut self, desk: &mut Desk) -> Vec<Effect> {
        desk.draft.waiting = None;
        let Some((ticket, _)) = self.pause.take() else { return Vec::new() };
        desk.hand_back(ticket);
        vec![Effect::Cancel(ticket)]
    }

    pub fn update(&mut self, desk: &mut Desk, message: Message, now: i64) -> Turn {
        if let Some((ticket, _)) = self.pause {
            return match message {
                Message::Reported(_, Report::Waited) => {
                    self.pause = None;
                    self.begin(desk, now)
                }
                Message::Retry => {
                    self.pause = None;
                    desk.hand_back(ticket);
                    let mut turn = self.begin(desk, now);
                    turn.effects.insert(0, Effect::Cancel(ticket));
                    turn
                }
                Message::Cancel => Turn { effects: self.stop_waiting(desk), go: Go::Stay },
                Message::GoTo(item) => Turn { effects: self.stop_waiting(desk), go: Go::Mend(item) },
                _ => Turn::stay(),
            };
        }
        let runs = self.trial.as_deref().is_some_and(Trial::runs);
        match (message, &mut self.trial) {
            (Message::Reported(_, report), Some(trial)) => {
                let effects = trial.reported(desk, report, now);
                if trial.outcome().is_some()
                    && let Some(mut turn) = self.wait(desk, now)
                {
                    turn.effects.splice(0..0, effects);
                    return turn;
                }
                let Some(trial) = &self.trial else { return Turn::stay() };
                // With nobody there to say so, a sign-in that is worth nothing any more is done again.
                let anew = desk.unattended && trial.outcome() == Some(Outcome::SignIn);
                if anew {
                    desk.drop_tokens();
                }
                Turn { effects, go: if anew { Go::To("consent") } else { Go::Stay } }
            }
            (Message::Cancel, Some(trial)) => match trial.ticket() {
                Some(ticket) => {
                    desk.hand_back(ticket);
                    self.trial = None;
                    Turn::asking(Effect::Cancel(ticket))
                }
                None => Turn::stay(),
            },
            (Message::Retry, _) if !runs => self.begin(desk, now),
            (Message::GoTo(item), _) if !runs => Turn::go(Go::Mend(item)),
            (Message::Other, _) if !runs => {
                desk.anew = true;
                Turn::go(Go::To("consent"))
            }
            (Message::Skip, _) if !runs => Turn::go(Go::To("save")),
            (Message::UsualScopes, _) if !runs && token::asks_amiss(desk) => token::ask_for_the_usual(desk),
            (Message::Adopt, Some(trial)) if !runs => {
                let change = trial.adoptable().cloned();
                change.map_or_else(Turn::stay, |change| adopt(desk, change))
            }
            (Message::Continue, Some(trial)) if trial.accepted() => Turn::next(),
            (Message::Continue, _) if !runs => match self.arrives_within() {
                Some(within) => {
                    desk.draft.waiting = Some(Waiting { since: now, until: now + within, tries: 0 });
                    self.wait(desk, now).unwrap_or_default()
                }
                None => Turn::stay(),
            },
            _ => Turn::stay(),
        }
    }

    pub fn waits(&self) -> bool {
        self.pause.is_some()
    }

    pub fn tell(&self, told: &mut Telling) {
        if let Some(trial) = &self.trial {
            trial.tell(&Phrase::new("connect.accepted"), told);
        }
    }

    pub fn trial(&self) -> Option<&Trial> {
        self.trial.as_deref()
    }

    pub fn trial_mut(&mut self) -> Option<&mut Trial> {
        self.trial.as_deref_mut()
    }

    /// How the test ended, once it has.
    pub fn causes(&self) -> &[Cause] {
        self.trial.as_deref().map_or(&[], Trial::causes)
    }

    pub fn outcome(&self) -> Option<Outcome> {
        self.trial.as_deref().and_then(Trial::outcome)
    }

    pub fn blamed(&self) -> Option<Item> {
        self.trial.as_deref().and_then(Trial::blamed)
    }

    pub fn page(&self, desk: &Desk, now: i64) -> Page {
        let Some(trial) = &self.trial else {
            return Page {
                blocks: vec![Block::Text(desk.word("connect.cancelled"))],
                actions: vec![primary(Key::Enter, desk.word("action.test"), Act::Send(Message::Retry))],
                ..Page::default()
            };
        };
        let blocks = trial.blocks(desk, &Phrase::new("connect.accepted"));
        if trial.runs() {
            let key = if trial.renews() { "busy.refresh" } else { "busy.connection" };
            return Page {
                blocks,
                busy: Some(desk.say(&desk.about(key))),
                actions: vec![secondary(Key::Letter('x'), desk.word("action.cancel"), Message::Cancel)],
                ..Page::default()
            };
        }
        if trial.accepted() {
            return Page { blocks, actions: vec![go_on(desk)], ..Page::default() };
        }
        if let Some((_, at)) = self.pause {
            return self.waiting(desk, blocks, at - now);
        }
        // The fix itself where it is a key, and the step that mends it beside.
        let fix = adopting(desk, trial).or_else(|| token::mends_scopes(desk));
        let go = lead(desk, trial.causes(), trial.blamed(), "connection");
        let mut actions: Vec<_> = fix.into_iter().chain(go).collect();
        actions.push(primary(Key::Letter('r'), desk.word("action.retry"), Act::Send(Message::Retry)));
        if self.arrives_within().is_some() {
            actions.push(secondary(Key::Letter('w'), desk.word("action.wait"), Message::Continue));
        }
        actions.extend(narrowing(desk, trial));
        actions.push(secondary(Key::Letter('n'), desk.word("action.sign-in-again"), Message::Other));
        actions.push(secondary(Key::Letter('s'), desk.word("action.save-anyway"), Message::Skip));
        Page { blocks, actions, ..Page::default() }
    }

    /// The refusal stays in sight; beside it, when it is tried again and until when.
    fn waiting(&self, desk: &Desk, mut blocks: Vec<Block>, left: i64) -> Page {
        let tries = desk.draft.waiting.map_or(1, |waiting| waiting.tries);
        let minutes = desk.draft.waiting.map_or(0, |waiting| (waiting.until - waiting.since) / 60);
        let key = if self.passes() { "connect.passing" } else { "connect.waiting" };
        let phrase = Phrase::new(key).with("time", countdown(left)).with("tries", tries);
        let at = screen::above_verdict(&blocks);
        blocks.insert(at, Block::Note { tone: Tone::Info, text: desk.say(&phrase.with("minutes", minutes)) });
        let go = self.trial.as_ref().and_then(|trial| lead(desk, trial.causes(), trial.blamed(), "connection"));
        let mut actions = vec![
            primary(Key::Letter('r'), desk.word("action.test-now"), Act::Send(Message::Retry)),
            secondary(Key::Letter('x'), desk.word("action.stop-waiting"), Message::Cancel),
        ];
        actions.extend(go);
        let busy = if self.passes() { "busy.passing" } else { "busy.arriving" };
        Page { blocks, actions, busy: Some(desk.word(busy)), ticks: true, ..Page::default() }
    }
}
