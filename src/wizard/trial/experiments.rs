//! What can be tried once more after a refusal: which experiments, the one that runs, and the judgement anew with what it
//! showed. What an experiment changes is `wizard/experiment/`.

use super::{
    super::{
        blame,
        desk::Desk,
        effect::{Effect, Report},
        experiment::{self as making, Came, Change, Ended, Means, Tried, Trying},
        tokens,
    },
    Phase, Trial, settle,
};
use crate::{
    diagnosis::{Experiment, experiment},
    phrase::Phrase,
    smtp::Conversation,
};

impl Trial {
    pub fn trying(&self) -> Option<&Trying> {
        self.trying.as_ref()
    }

    /// What would tell something, the most telling first; nothing that cannot be made here, and nothing twice.
    pub fn experiments(&self, desk: &Desk) -> Vec<(Experiment, Change)> {
        let Phase::Ended(before) = &self.phase else { return Vec::new() };
        let fresh = |experiment: &Experiment| !self.tried.iter().any(|tried| tried.experiment == *experiment);
        let offered = experiment::offered(&self.evidence, &self.causes).into_iter().filter(fresh);
        offered.filter_map(|experiment| Some((experiment, change(desk, experiment, before)?))).collect()
    }

    pub fn try_out(&mut self, desk: &mut Desk, experiment: Experiment, change: Change, now: i64) -> Vec<Effect> {
        let Ok(account) = desk.draft.settings.account() else { return Vec::new() };
        let message = match change.message(&desk.texts, &account, now, &desk.seed) {
            Ok(message) => message,
            Err(why) => {
                self.tried.push(Tried { experiment, change, ended: Err(why), lines: Vec::new() });
                return Vec::new();
            }
        };
        let Some((trying, effect)) = Trying::begin(desk, experiment, change, message, now) else { return Vec::new() };
        self.trying = Some(trying);
        vec![effect]
    }

    pub fn stop_trying(&mut self, desk: &mut Desk) -> Vec<Effect> {
        let Some(trying) = self.trying.take() else { return Vec::new() };
        desk.hand_back(trying.ticket());
        vec![Effect::Cancel(trying.ticket())]
    }

    /// Takes in what comes of the one that runs; at its end the refusal is judged anew.
    pub fn tried_out(&mut self, desk: &mut Desk, report: Report, now: i64) -> Vec<Effect> {
        let Some(mut trying) = self.trying.take() else { return Vec::new() };
        let (came, effects) = trying.reported(desk, report, now);
        let ended = match came {
            Came::Runs => {
                self.trying = Some(trying);
                return effects;
            }
            Came::Nothing(why) => Err(why),
            Came::Ended(after, with) => self.shown(trying.experiment, &after, &with),
        };
        self.tried.push(trying.ended(ended));
        if let Phase::Ended(before) = &self.phase {
            self.causes = settle::causes(before, &self.evidence);
        }
        blame::mark(desk, &self.causes);
        desk.causes.clone_from(&self.causes);
        effects
    }

    fn shown(&mut self, experiment: Experiment, after: &Conversation, with: &str) -> Ended {
        let Phase::Ended(before) = &self.phase else { return Err(Phrase::new("experiment.cannot.both")) };
        let ended = making::ended(before, after);
        if let Ok((showed, _)) = &ended {
            self.evidence.add_experiment(experiment, *showed, with, &after.ending);
        }
        ended
    }

    /// What was accepted, and can take the place of what was refused.
    pub fn adoptable(&self) -> Option<&Change> {
        let better = self.tried.iter().rev().find(|tried| tried.accepted())?;
        Some(&better.change).filter(|change| !matches!(change, Change::Fresh | Change::Over(_)))
    }
}

/// What an experiment would change here; `None` where it cannot be made.
fn change(desk: &Desk, experiment: Experiment, before: &Conversation) -> Option<Change> {
    let account = desk.draft.settings.account().ok()?;
    let tokens = desk.draft.secrets.tokens.as_ref()?;
    let signed_in = tokens::signed_in(tokens);
    let renews = desk.draft.way().is_app_only() || tokens.refresh.is_some();
    let means = Means { account: &account, token: &tokens.access, signed_in: signed_in.as_deref(), renews, before };
    making::change(experiment, &means).ok()
}
