//! What the wizard is started with: all that it cannot find out by itself.

use super::{Answered, Companion, Remote};
use crate::{
    account::{Settings, draft::Draft},
    facts::{AccountName, Address},
    language::Texts,
    phrase::Phrase,
    secret::Secret,
};

/// What the wizard is started with.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    pub texts: Texts,
    /// Taken up again, if there is one.
    pub draft: Option<Draft>,
    /// Known beforehand; shown in the fields, to be confirmed.
    pub suggested: Settings,
    /// The product was named: it is not asked for.
    pub product_fixed: bool,
    pub companions: Vec<Companion>,
    /// The account that is set up already, to be proposed again.
    pub account: Option<AccountName>,
    /// Its client secret.
    pub client_secret: Option<Secret>,
    /// Sent once, and not kept.
    pub password: Option<Secret>,
    /// To whom the message of the test is proposed to go; else to the account itself.
    pub recipient: Option<Address>,
    /// Said on the first screen.
    pub notices: Vec<Phrase>,
    /// What a file answers: these steps are passed over.
    pub answered: Option<Answered>,
    /// Nobody is there.
    pub unattended: bool,
    /// A browser can be opened on this machine's own screen.
    pub graphical: bool,
    /// Random characters, different in every run.
    pub seed: String,
    /// 32 random bytes as text: secrets of a sign-in are made of them.
    pub entropy: Secret,
    /// Where the person sits elsewhere, and came by SSH.
    pub remote: Option<Remote>,
    /// What to add to commands shown so that they find this configuration; empty for the usual place.
    pub config_option: String,
}

impl Given {
    /// Somebody who sits down with nothing: no draft, no account, no file.
    pub fn nothing(texts: Texts, seed: String, entropy: Secret) -> Self {
        Self {
            texts,
            seed,
            entropy,
            draft: None,
            suggested: Settings::default(),
            product_fixed: false,
            companions: Vec::new(),
            account: None,
            client_secret: None,
            password: None,
            recipient: None,
            notices: Vec::new(),
            answered: None,
            unattended: false,
            graphical: false,
            remote: None,
            config_option: String::new(),
        }
    }
}
