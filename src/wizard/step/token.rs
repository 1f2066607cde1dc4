//! What the token says, beside what was asked. Enters and ends with nothing but looking; a token of
//! somebody else can be answered by making that one the SMTP user, or by signing in again.

use super::{Go, Page, Turn, go_on, lead, primary, secondary, take_user};
use crate::{
    account::Settings,
    checklist::{Item, State},
    diagnosis::Cause,
    facts::Address,
    phrase::Phrase,
    token::{Claims, Form},
    wizard::{
        blame,
        desk::Desk,
        message::Message,
        screen::{Act, Action, Block, Key, Tone},
        tokens, verdict,
    },
};

#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Why a mail server will not take it, as far as that shows already.
    causes: Vec<Cause>,
}

/// The token itself is shown above; what is said of it beside that matters only when something is missing.
const ITEMS: [Item; 3] = [Item::Audience, Item::Permission, Item::SmtpUser];

impl Token {
    pub fn enter(desk: &mut Desk, now: i64) -> (Self, Turn) {
        let at_hand = desk.draft.secrets.tokens.is_some();
        let mut step = Self { causes: Vec::new() };
        step.weigh(desk, now);
        (step, if at_hand { Turn::stay() } else { Turn::go(Go::To("consent")) })
    }

    /// That it is at hand does not undo what was found wrong with it since it came.
    fn weigh(&mut self, desk: &mut Desk, now: i64) {
        let before = desk.draft.checklist.clone();
        tokens::weigh(desk);
        if before.state(Item::Token) == State::Failed {
            desk.draft.checklist.put_back(Item::Token, &before);
        }
        self.causes = if has_failed(desk) { blame::of_the_token(desk, now) } else { Vec::new() };
    }

    pub fn update(&mut self, desk: &mut Desk, message: Message, now: i64) -> Turn {
        match message {
            Message::Continue => Turn::next(),
            Message::Retry => {
                desk.anew = true;
                Turn::go(Go::To("consent"))
            }
            Message::Other => {
                let Some(upn) = other_user(desk) else { return Turn::stay() };
                let turn = take_user(desk, upn, Go::Next);
                self.weigh(desk, now);
                turn
            }
            Message::UsualScopes if asks_amiss(desk) => ask_for_the_usual(desk),
            Message::GoTo(item) => Turn::go(Go::Mend(item)),
            _ => Turn::stay(),
        }
    }

    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    pub fn page(&self, desk: &Desk) -> Page {
        let Some(tokens) = &desk.draft.secrets.tokens else { return Page::default() };
        let claims = Claims::read(&tokens.access);
        let mut blocks = vec![Block::Facts(facts(desk, &claims))];
        let checklist = &desk.draft.checklist;
        let refused = checklist.state(Item::Token) == State::Failed;
        for item in refused.then_some(Item::Token).into_iter().chain(ITEMS) {
            let tone = match checklist.state(item) {
                State::Proven => Tone::Success,
                State::Failed => Tone::Failure,
                State::Open | State::Attested | State::NotNeeded => Tone::Info,
            };
            // What somebody said is told on the item's own page; here the token speaks.
            let spoken = checklist.evidence(item).iter().filter(|phrase| !is_word(phrase));
            let evidence = spoken.map(|phrase| desk.say(phrase));
            for note in evidence.map(|text| Block::Note { tone, text }) {
                // One reply may show several items.
                if !blocks.contains(&note) {
                    blocks.push(note);
                }
            }
        }
        blocks.extend(verdict::blocks(desk, &self.causes));
        if tokens.refresh.is_none() && !desk.draft.way().is_app_only() {
            blocks.push(Block::Note { tone: Tone::Warning, text: desk.word("evidence.no-refresh-token") });
        }
        let mut actions = Vec::new();
        if let Some(upn) = other_user(desk) {
            let label = desk.say(&Phrase::new("action.use-upn").with("upn", &upn));
            actions.push(primary(Key::Letter('u'), label, Act::Send(Message::Other)));
        }
        actions.extend(mends_scopes(desk));
        let failed = desk.draft.checklist.state(Item::Permission) == State::Failed;
        let item = failed.then_some(Item::Permission).or_else(|| blame::blamed(&self.causes));
        actions.extend(lead(desk, &self.causes, item, "token"));
        let again = desk.word("action.sign-in-again");
        if refused {
            actions.push(primary(Key::Enter, again, Act::Send(Message::Retry)));
            actions.push(secondary(Key::Letter('c'), desk.word("action.continue"), Message::Continue));
        } else {
            actions.push(go_on(desk));
            actions.push(secondary(Key::Letter('n'), again, Message::Retry));
        }
        Page { blocks, actions, ..Page::default() }
    }
}

fn is_word(phrase: &Phrase) -> bool {
    ["evidence.said-so", "evidence.file-says", "evidence.not-asked"].contains(&phrase.key.as_str())
}

/// Whether the token shows something to be wrong.
pub fn has_failed(desk: &Desk) -> bool {
    ITEMS.iter().any(|item| desk.draft.checklist.state(*item) == State::Failed)
}

/// Whether the token, or the request for one, is amiss because of scopes that somebody chose: the ones that are right are known.
pub fn asks_amiss(desk: &Desk) -> bool {
    let failed = |item| desk.draft.checklist.state(item) == State::Failed;
    let settings = &desk.draft.settings;
    let usual = Settings { cloud: settings.cloud, ..Settings::default() }.scopes();
    let asked = settings.scopes();
    let lacks = usual.first().is_some_and(|scope| !asked.contains(scope));
    let chosen = lacks || asked.iter().any(|scope| !usual.contains(scope));
    settings.cloud().is_microsoft() && chosen && (failed(Item::Audience) || failed(Item::Permission))
}

/// The key that asks for those instead, the same wherever it is offered.
pub fn mends_scopes(desk: &Desk) -> Option<Action> {
    let label = || desk.word("action.ask-for-smtp");
    asks_amiss(desk).then(|| primary(Key::Letter('m'), label(), Act::Send(Message::UsualScopes)))
}

/// What was issued keeps what was asked for.
pub fn ask_for_the_usual(desk: &mut Desk) -> Turn {
    take_the_usual(desk);
    Turn::go(Go::To("consent"))
}

pub fn take_the_usual(desk: &mut Desk) {
    desk.change(|desk| desk.draft.settings.scopes.clear());
}

/// The one who signed in, when it is somebody else than the SMTP user.
fn other_user(desk: &Desk) -> Option<Address> {
    let failed = desk.draft.checklist.state(Item::SmtpUser) == State::Failed;
    let upn = tokens::signed_in(desk.draft.secrets.tokens.as_ref()?)?;
    // A guest has no mailbox here.
    upn.parse().ok().filter(|_| failed && !upn.contains("#EXT#"))
}

fn facts(desk: &Desk, claims: &Claims) -> Vec<(String, String)> {
    let label = |name: &str| desk.word(&format!("claims.{name}"));
    let mark = desk.draft.secrets.tokens.as_ref().map(|tokens| tokens.access.token_mark());
    let mut facts = vec![(label("token"), mark.unwrap_or_default())];
    if claims.form == Form::Opaque {
        facts.push((label("form"), desk.word("claims.opaque")));
        let user = desk.draft.secrets.tokens.as_ref().and_then(tokens::signed_in);
        facts.extend(user.map(|user| (label("id-user"), user)));
        let granted = desk.draft.secrets.tokens.as_ref().map(|tokens| tokens.scope.clone()).unwrap_or_default();
        facts.push((label("granted"), granted));
    }
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let rows = [
        ("upn", text(&claims.upn)),
        ("aud", text(&claims.aud)),
        ("scp", claims.scp.join(" ")),
        ("roles", claims.roles.join(" ")),
        ("appid", text(&claims.appid)),
        ("tid", text(&claims.tid)),
    ];
    facts.extend(rows.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (label(name), value)));
    facts
}
