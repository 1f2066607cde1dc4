//! What can be tried once more after a refusal, and what its outcome says: each is the refused sign-in with one thing
//! changed (`experiments.toml`). It makes no connection and chooses nothing for anybody.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::{Cause, Certainty, Evidence, UNKNOWN, rules::Condition};
use crate::{
    network::FailureKind,
    smtp::{Conversation, Ending},
};

/// In order of what they cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Experiment {
    /// The same token, for the name that the token itself tells.
    SignInName,
    /// The same with a token fetched just now.
    FreshToken,
    /// The same with a token for another name of the service, or for the service that was meant.
    OtherAudience,
    /// The same over the other of IPv4 and IPv6.
    AddressFamily,
    /// A message from the user's own address to itself.
    OwnSender,
}

/// How one ended. That it could not be made at all is no outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showed {
    Accepted,
    /// As before.
    Refused,
    /// For another reason, which says nothing of the one before.
    Otherwise,
    Temporary,
    Unreachable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    apart: Vec<String>,
    #[serde(default)]
    against: Vec<String>,
    #[serde(default)]
    fixes: bool,
    when: Vec<Vec<Condition>>,
}

#[expect(clippy::expect_used, reason = "data in the binary; a test loads it")]
static TABLE: LazyLock<BTreeMap<Experiment, Entry>> =
    LazyLock::new(|| toml::from_str(include_str!("experiments.toml")).expect("experiments.toml"));

/// Before the name of one in the fact that its outcome is.
const OUTCOME: &str = "experiment.";

impl Experiment {
    pub const ALL: [Self; 5] =
        [Self::SignInName, Self::FreshToken, Self::OtherAudience, Self::AddressFamily, Self::OwnSender];

    pub fn id(self) -> &'static str {
        self.fact().trim_start_matches(OUTCOME)
    }

    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|experiment| experiment.id() == id)
    }

    /// The fact that its outcome is: its name behind [`OUTCOME`].
    pub fn fact(self) -> &'static str {
        match self {
            Self::SignInName => "experiment.sign-in-name",
            Self::FreshToken => "experiment.fresh-token",
            Self::OtherAudience => "experiment.other-audience",
            Self::AddressFamily => "experiment.address-family",
            Self::OwnSender => "experiment.own-sender",
        }
    }

    /// Whether a fact is the outcome of one.
    pub fn is_outcome(fact: &str) -> bool {
        Self::ALL.iter().any(|experiment| experiment.fact() == fact)
    }

    fn entry(self) -> &'static Entry {
        &TABLE[&self]
    }

    /// The place in the ranking of what it would speak of first; `None` where it would tell nothing.
    fn tells(self, evidence: &Evidence, causes: &[Cause]) -> Option<usize> {
        let entry = self.entry();
        let applies = entry.when.iter().any(|all| all.iter().all(|condition| condition.holds(evidence)));
        if !applies || !evidence.values(self.fact()).is_empty() {
            return None;
        }
        let in_question = |cause: &Cause| match cause.certainty {
            Certainty::Certain => entry.fixes && entry.apart.iter().any(|slug| slug == cause.slug),
            Certainty::Likely | Certainty::Possible => {
                cause.slug == UNKNOWN || entry.apart.iter().any(|slug| slug == cause.slug)
            }
        };
        causes.iter().position(in_question)
    }
}

/// Those that would tell something now, the most telling first.
pub fn offered(evidence: &Evidence, causes: &[Cause]) -> Vec<Experiment> {
    let told = |experiment: Experiment| Some((experiment.tells(evidence, causes)?, experiment));
    let mut offered: Vec<_> = Experiment::ALL.into_iter().filter_map(told).collect();
    offered.sort();
    offered.into_iter().map(|(_, experiment)| experiment).collect()
}

/// Whether one was refused that would have been accepted if this were the whole cause.
pub fn speaks_against(slug: &str, evidence: &Evidence) -> bool {
    let refused = |experiment: &Experiment| evidence.values(experiment.fact()).iter().any(|shown| shown == "refused");
    let foretold = |experiment: &Experiment| experiment.entry().against.iter().any(|cause| cause == slug);
    Experiment::ALL.iter().any(|experiment| foretold(experiment) && refused(experiment))
}

impl Showed {
    /// By how the conversation ended, beside the one it was compared with; `None` where there was nothing to go by, as
    /// without a way over that kind of address.
    pub fn by(before: &Conversation, after: &Conversation) -> Option<Self> {
        Some(match &after.ending {
            Ending::Accepted => Self::Accepted,
            Ending::Refused { reply, stage } => {
                let same = before.ending.stage() == Some(*stage)
                    && before
                        .ending
                        .reply()
                        .is_some_and(|was| was.code == reply.code && was.enhanced == reply.enhanced);
                // Another refusal behind the sign-in, where the sign-in itself was refused: that one was taken.
                let past = after.authenticated() && !before.authenticated();
                match (past, same) {
                    (true, _) => Self::Accepted,
                    (false, true) => Self::Refused,
                    (false, false) => Self::Otherwise,
                }
            }
            Ending::Temporary { .. } => Self::Temporary,
            Ending::Unreachable { failure, .. } if failure.kind == FailureKind::Unroutable => return None,
            Ending::Unreachable { .. } | Ending::Fault { .. } => Self::Unreachable,
            Ending::Cancelled => return None,
        })
    }

    pub fn id(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Otherwise => "refused-otherwise",
            Self::Temporary => "temporary",
            Self::Unreachable => "unreachable",
        }
    }
}

#[cfg(test)]
mod tests;
