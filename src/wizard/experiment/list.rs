//! What lies over a refusal while something more is tried: the list of the experiments that would tell something, and the
//! one that runs. The step below keeps what it showed; when one has ended, its verdict is there with the new evidence.

use super::{
    super::{
        Model,
        effect::{Effect, Report, Ticket},
        message::Message,
        overlay::{self, Overlay},
        screen::{Act, Action, Block, Choice, Key, Screen},
        trial,
    },
    label,
};

impl Model {
    pub(in crate::wizard) fn show_experiments(&mut self) -> Vec<Effect> {
        match self.step.trial() {
            Some(trial) if !trial.experiments(&self.desk).is_empty() => self.lay(Overlay::Experiments),
            _ => Vec::new(),
        }
    }

    pub(in crate::wizard) fn over_experiments(&mut self, message: &Message, now: i64) -> Vec<Effect> {
        let runs = self.step.trial().is_some_and(|trial| trial.trying().is_some());
        let Some(trial) = self.step.trial_mut() else { return Vec::new() };
        match message {
            Message::Choose(number) if !runs => {
                let Some((experiment, change)) = trial.experiments(&self.desk).into_iter().nth(*number) else {
                    return self.lay(Overlay::Experiments);
                };
                let effects = trial.try_out(&mut self.desk, experiment, change, now);
                if !effects.is_empty() {
                    self.overlay = Some(Overlay::Experiments);
                }
                effects
            }
            Message::Back | Message::Cancel => trial.stop_trying(&mut self.desk),
            _ => self.lay(Overlay::Experiments),
        }
    }

    /// `None` when the report is for somebody else.
    pub(in crate::wizard) fn experiment_reported(
        &mut self,
        ticket: Ticket,
        report: &Report,
        now: i64,
    ) -> Option<Vec<Effect>> {
        let trial = self.step.trial_mut()?;
        trial.trying().filter(|trying| trying.ticket() == ticket)?;
        let effects = trial.tried_out(&mut self.desk, report.clone(), now);
        if trial.trying().is_none() && self.overlay == Some(Overlay::Experiments) {
            self.overlay = None;
        }
        Some(effects)
    }

    pub(in crate::wizard) fn dress_experiments(&self, screen: &mut Screen) {
        let desk = &self.desk;
        let Some(trial) = self.step.trial() else { return };
        if let Some(trying) = trial.trying() {
            screen.blocks = vec![
                Block::Text(desk.say(&trying.label())),
                Block::Transcript(trying.lines.iter().map(|line| trial::row(desk, line)).collect()),
            ];
            let key = if trying.fetches() { "busy.refresh" } else { "busy.connection" };
            screen.busy = Some(desk.say(&desk.about(key)));
            // Esc does the same as the key that says so.
            screen.actions.retain(|action| action.key != Key::Esc);
            let (label, act) = (desk.word("action.cancel"), Act::Send(Message::Cancel));
            screen.actions.insert(0, Action { key: Key::Letter('x'), label, act, primary: false });
            let (label, act) = (desk.word("action.back"), Act::Send(Message::Back));
            screen.actions.insert(1, Action { key: Key::Esc, label, act, primary: false });
            return;
        }
        let option = |(experiment, change)| {
            let label = desk.say(&label(experiment, &change));
            Choice { label, detail: desk.word(&format!("experiment.{}.shows", experiment.id())) }
        };
        let options = trial.experiments(desk).into_iter().map(option).collect();
        screen.blocks = vec![Block::Text(desk.word("experiment.how"))];
        *screen = overlay::choice(desk, screen.clone(), desk.word("experiment.question"), options, 0);
    }
}
