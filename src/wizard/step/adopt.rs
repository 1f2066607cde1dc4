//! What follows from an experiment that was accepted: what was tried takes the place of what was refused, with one key.
//! Nothing is taken over unasked.

use super::{Go, Turn, primary, secondary};
use crate::{
    checklist::steps::Field,
    facts::Address,
    phrase::Phrase,
    wizard::{
        desk::Desk,
        experiment::{self, Change},
        message::Message,
        plan,
        screen::{Act, Action, Key, Tone},
        trial::Trial,
    },
};

/// The key that takes it over; none where nothing was accepted that could be.
pub fn adopting(desk: &Desk, trial: &Trial) -> Option<Action> {
    let with = match trial.adoptable()? {
        Change::User(upn) => upn.clone(),
        Change::Scopes(scopes) => experiment::audience(scopes).to_owned(),
        Change::Sender => desk.draft.settings.user.as_ref()?.to_string(),
        Change::Fresh | Change::Over(_) => return None,
    };
    let label = Phrase::new("action.adopt").with("with", with);
    Some(primary(Key::Letter('u'), desk.say(&label), Act::Send(Message::Adopt)))
}

/// The key to what can be tried once more; none where nothing would tell anything.
pub fn narrowing(desk: &Desk, trial: &Trial) -> Option<Action> {
    let some = !trial.experiments(desk).is_empty();
    some.then(|| secondary(Key::Letter('t'), desk.word("action.narrow-down"), Message::ShowExperiments))
}

pub fn adopt(desk: &mut Desk, change: Change) -> Turn {
    match change {
        Change::User(upn) => match upn.parse() {
            Ok(upn) => take_user(desk, upn, Go::To("connection")),
            Err(_) => Turn::stay(),
        },
        Change::Scopes(scopes) => {
            desk.change(|desk| desk.draft.settings.scopes = scopes);
            Turn::go(Go::To("consent"))
        }
        Change::Sender => {
            desk.change(|desk| desk.draft.settings.sender = None);
            Turn::go(Go::To("message"))
        }
        Change::Fresh | Change::Over(_) => Turn::stay(),
    }
}

/// Makes the one who signed in the SMTP user; who was the user stays the sender. Another sender than the user brings the
/// step about 'Send as' into the path; where there is none it goes on as `otherwise`.
pub fn take_user(desk: &mut Desk, upn: Address, otherwise: Go) -> Turn {
    desk.change(|desk| {
        let settings = &mut desk.draft.settings;
        settings.sender = settings.sender.clone().or_else(|| settings.user.clone());
        settings.user = Some(upn);
    });
    desk.notices = vec![(Tone::Success, desk.about("notice.user-changed"))];
    Turn::go(plan::step_for(&plan::path(desk), Field::Sender).map_or(otherwise, Go::To))
}
