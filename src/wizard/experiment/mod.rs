//! One experiment as it is made: what is changed in the sign-in that was refused, and what that takes. The wizard and
//! `test` make them alike; who asks for one is their business.

mod list;
mod trying;

pub use trying::{Came, Tried, Trying, label, told};

use crate::{
    account::{Account, settings::Consent},
    diagnosis::{Experiment, experiment::Showed},
    entra::{Cloud, cloud::smtp_scopes},
    facts::Address,
    language::Texts,
    network::Family,
    phrase::Phrase,
    secret::Secret,
    smtp::{Conversation, Envelope, Plan, Stage},
    token::Claims,
};

use super::{effect::Conversing, step::test_message, trial, verdict};

/// The one thing that is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    User(String),
    /// A token fetched now, for what the one before was for.
    Fresh,
    /// A token fetched now, for these scopes.
    Scopes(Vec<String>),
    Over(Family),
    Sender,
}

/// What there is to make one with.
#[derive(Debug, Clone, Copy)]
pub struct Means<'a> {
    pub account: &'a Account,
    pub token: &'a Secret,
    /// Who signed in, by the token or by what came with it.
    pub signed_in: Option<&'a str>,
    /// New tokens can be had without anybody signing in.
    pub renews: bool,
    /// What was refused.
    pub before: &'a Conversation,
}

/// What is to be changed; `Err` where it cannot be made here, and why.
pub fn change(experiment: Experiment, means: &Means<'_>) -> Result<Change, Phrase> {
    let cannot = |why: &str| Phrase::new(format!("experiment.cannot.{why}"));
    let stage = means.before.ending.stage();
    let elsewhere = match experiment {
        Experiment::SignInName | Experiment::FreshToken | Experiment::OtherAudience => stage != Some(Stage::Auth),
        Experiment::AddressFamily => means.before.authenticated(),
        Experiment::OwnSender => !means.before.authenticated(),
    };
    match experiment {
        _ if elsewhere => Err(cannot("elsewhere")),
        Experiment::SignInName => {
            let name = means.signed_in.ok_or_else(|| cannot("nameless"))?;
            let address: Address = name.parse().map_err(|_| cannot("nameless"))?;
            if means.account.user.same_as(address.as_str()) {
                Err(cannot("same-name").with("user", &means.account.user))
            } else {
                Ok(Change::User(address.to_string()))
            }
        }
        Experiment::FreshToken if means.renews => Ok(Change::Fresh),
        Experiment::OtherAudience if means.renews => other_scopes(means.account, &Claims::read(means.token))
            .map(Change::Scopes)
            .ok_or_else(|| cannot("audience")),
        Experiment::FreshToken | Experiment::OtherAudience => Err(cannot("renewal")),
        Experiment::AddressFamily => match (means.before.family(), means.before.families().as_slice()) {
            (Some(family), [_, _]) => Ok(Change::Over(family.other())),
            (_, [one]) => Err(cannot("family").with("family", one.name()).with("host", &means.account.server.host)),
            (None, [_, _]) => Err(cannot("both")),
            _ => Err(cannot("unresolved").with("host", &means.account.server.host)),
        },
        Experiment::OwnSender if means.account.sender == means.account.user => {
            Err(cannot("own").with("user", &means.account.user))
        }
        Experiment::OwnSender => Ok(Change::Sender),
    }
}

/// The names of one service in the worldwide cloud.
const NAMES: [&str; 2] = ["https://outlook.office.com", "https://outlook.office365.com"];

/// The same permissions of Exchange under its other name, or of Exchange where the token was another service's.
fn other_scopes(account: &Account, claims: &Claims) -> Option<Vec<String>> {
    let addresses = account.cloud.addresses()?;
    let app_only = account.consent == Consent::ClientCredentials;
    let usual = match &addresses.app_resource {
        Some(resource) if app_only => resource.as_str(),
        _ => addresses.resource.as_str(),
    };
    let asked = account.scopes.iter().find_map(|scope| scope.rsplit_once('/').filter(|_| scope.contains("://")));
    let asked = asked.map(|(resource, _)| resource.trim_end_matches('/'));
    let present = claims.aud.as_deref().map(|aud| aud.trim_end_matches('/')).or(asked).unwrap_or(usual);
    let of_exchange = if claims.aud.is_some() { claims.is_for_exchange() } else { NAMES.contains(&present) };
    let wanted = if of_exchange {
        let other = NAMES.iter().position(|name| name.eq_ignore_ascii_case(present)).map(|at| NAMES[1 - at]);
        other.or(Some(usual).filter(|usual| !usual.eq_ignore_ascii_case(present)))
    } else {
        Some(usual)
    };
    let wanted = wanted.filter(|_| account.cloud != Cloud::Custom)?;
    Some(if app_only { vec![format!("{wanted}/.default")] } else { smtp_scopes(wanted) })
}

/// The name of the service that scopes are of.
pub fn audience(scopes: &[String]) -> &str {
    scopes.first().and_then(|scope| scope.rsplit_once('/')).map_or("", |(resource, _)| resource)
}

impl Change {
    /// Whether a token has to be fetched first, and for which scopes if not the account's own.
    pub fn fetches(&self) -> Option<Option<&[String]>> {
        match self {
            Self::Fresh => Some(None),
            Self::Scopes(scopes) => Some(Some(scopes)),
            Self::User(_) | Self::Over(_) | Self::Sender => None,
        }
    }

    /// The thing itself, for those who read the evidence.
    pub fn with(&self, token: &Secret) -> String {
        match self {
            Self::User(name) => name.clone(),
            Self::Fresh => {
                let claims = Claims::read(token);
                claims.scp.into_iter().chain(claims.roles).collect::<Vec<_>>().join(" ")
            }
            Self::Scopes(scopes) => audience(scopes).to_owned(),
            Self::Over(family) => family.name().to_owned(),
            Self::Sender => String::new(),
        }
    }

    /// The message that is sent where one is: from the user to itself. `now` in Unix seconds; `seed` as for any message.
    pub fn message(&self, texts: &Texts, account: &Account, now: i64, seed: &str) -> Result<Option<Envelope>, Phrase> {
        if *self != Self::Sender {
            return Ok(None);
        }
        let own = Account { sender: account.user.clone(), ..account.clone() };
        let message = test_message(texts, &own, &own.user, now, seed);
        message.map(Some).ok_or_else(|| Phrase::new("test.no-message"))
    }

    /// The conversation that is had; `message` from the user to itself where one is sent.
    pub fn conversing(&self, account: &Account, token: Secret, message: Option<Envelope>) -> Conversing {
        let plan = trial::plan(account, token, message);
        let user = match self {
            Self::User(name) => name.clone(),
            _ => plan.user.clone(),
        };
        let over = match self {
            Self::Over(family) => Some(*family),
            _ => None,
        };
        let (server, trust) = (account.server.clone(), account.registration.trust.clone());
        Conversing { server, trust, plan: Plan { user, ..plan }, over }
    }
}

/// How one ended, with what was said where it was not accepted; or why it showed nothing.
pub type Ended = Result<(Showed, Option<Phrase>), Phrase>;

/// What a conversation showed beside the one that was refused before.
pub fn ended(before: &Conversation, after: &Conversation) -> Ended {
    let said = verdict::ending(&after.ending);
    match Showed::by(before, after) {
        Some(showed) => Ok((showed, said)),
        None => Err(said.unwrap_or_else(|| Phrase::new("connect.cancelled"))),
    }
}
