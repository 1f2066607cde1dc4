//! What of an account breaks first, and when: a judgement over what its files say, at a time that is handed in.
//! It asks nobody, and reads no file itself.

use chrono::{NaiveDate, NaiveTime};
use serde::Serialize;
use toml::value::{Datetime, Offset};

use super::{
    Settings,
    settings::Consent,
    vault::{Of, Refused, Vault},
};
use crate::{entra::Cloud, way::Way};

/// Microsoft's refresh tokens die when nobody has used them for so long; each use brings a new one.
const UNUSED: i64 = 90 * DAY;

const DAY: i64 = 86_400;

/// From best to worst, so that the worst of several is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Ok,
    /// It cannot be told.
    Unknown,
    /// Something ends within the days of warning.
    Warn,
    /// Something has ended, or a renewal was refused.
    Critical,
}

impl State {
    pub fn id(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Critical => "critical",
            Self::Unknown => "unknown",
        }
    }
}

/// What can end an account's mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The authority or the mail server refused last.
    Refusal,
    /// Nobody has signed in.
    SignIn,
    RefreshToken,
    ClientSecret,
    Certificate,
    /// Where nothing renews it.
    AccessToken,
}

impl Part {
    pub fn id(self) -> &'static str {
        match self {
            Self::Refusal => "refusal",
            Self::SignIn => "sign-in",
            Self::RefreshToken => "refresh-token",
            Self::ClientSecret => "client-secret",
            Self::Certificate => "certificate",
            Self::AccessToken => "access-token",
        }
    }
}

/// What breaks first. `at` is in Unix seconds, as every time here; it may be past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Next {
    pub what: Part,
    pub at: Option<i64>,
}

/// What the files of one account say.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub settings: &'a Settings,
    pub vault: Option<&'a Vault>,
    /// When the certificate that the app shows itself by ends.
    pub certificate_expires: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    pub state: State,
    pub next: Option<Next>,
    pub access_expires: Option<i64>,
    pub refresh: Refresh,
    pub secret_expires: Option<i64>,
    pub certificate_expires: Option<i64>,
    pub last_success: Option<i64>,
    pub refused: Option<Refused>,
    /// There is a secret, and nobody has written down when it ends.
    pub secret_undated: bool,
    /// What helps where the last sign-in was refused, or where there was none.
    pub remedy: Remedy,
    /// The sign-in was by device code, which an organisation's policy can end at the next renewal (AADSTS530036).
    pub by_device_code: bool,
    /// Whose account it is, where of somebody else's the access token is all that may be read.
    pub owner: Option<String>,
}

impl Health {
    /// As far as the access token tells: its owner renews it, so that its end is no warning.
    pub fn of_others(settings: &Settings, shared: &Vault, owner: String, now: i64) -> Self {
        let known = Known { settings, vault: Some(shared), certificate_expires: None };
        let state = match shared.expires_at {
            Some(at) if at > now => State::Ok,
            Some(_) => State::Critical,
            None => State::Unknown,
        };
        let next = Some(Next { what: Part::AccessToken, at: shared.expires_at });
        Self { state, next, owner: Some(owner), ..known.judge(now, 0) }
    }
}

/// What a refusal asks for, as far as its number tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Somebody signs in.
    SignIn,
    /// A new client secret or certificate.
    Credential,
    /// The app signs in as itself, and something else is wrong.
    Settings,
    /// Another test: the mail server refused, and what mends that is done elsewhere. Other programs may send again by now.
    Test,
}

/// Refusals of the secret or of the certificate itself.
const CREDENTIAL: [u32; 5] = [7_000_215, 7_000_222, 700_027, 50_012, 1_000_502];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Refresh {
    pub issued_at: Option<i64>,
    pub last_used: Option<i64>,
    /// `None` as well for an authority whose rule is not known.
    pub dies_at: Option<i64>,
}

impl Known<'_> {
    /// `warn` is in days.
    pub fn judge(&self, now: i64, warn: u32) -> Health {
        let vault = self.vault.cloned().unwrap_or_default();
        let refresh = self.refresh(&vault);
        // A date that stayed from an app with a secret ends nothing where none is sent.
        let renews_without = vault.refresh_token.is_some() && vault.client_secret.is_none();
        // A product elsewhere has its own, and stops on that day.
        let of_product = self.settings.base_url.is_some();
        let secret = of_product || !renews_without && self.settings.way() != Way::Certificate;
        let secret_expires = self.settings.secret_expires.as_ref().filter(|_| secret).and_then(unix);
        let ends = [
            (Part::RefreshToken, refresh.dies_at),
            (Part::ClientSecret, secret_expires),
            (Part::Certificate, self.certificate_expires),
            (Part::AccessToken, vault.expires_at.filter(|_| self.ends_with_access_token(&vault))),
        ];
        let dated = ends.into_iter().filter_map(|(what, at)| Some(Next { what, at: Some(at?) }));
        let next = self.trouble(&vault).or_else(|| dated.min_by_key(|next| next.at));
        Health {
            state: self.state(next, now, warn),
            next,
            access_expires: vault.expires_at,
            refresh,
            secret_expires,
            certificate_expires: self.certificate_expires,
            last_success: vault.last_success,
            remedy: self.remedy(vault.refused.as_ref()),
            refused: vault.refused,
            secret_undated: vault.client_secret.is_some() && secret_expires.is_none(),
            by_device_code: self.consent() == Consent::DeviceCode && vault.refresh_token.is_some(),
            owner: None,
        }
    }

    fn consent(&self) -> Consent {
        self.settings.consent.unwrap_or_default()
    }

    fn remedy(&self, refused: Option<&Refused>) -> Remedy {
        let of_credential =
            refused.and_then(|refused| refused.codes.first()).is_some_and(|code| CREDENTIAL.contains(code));
        match self.consent() {
            _ if refused.is_some_and(|refused| refused.of == Of::Mailbox) => Remedy::Test,
            _ if of_credential => Remedy::Credential,
            Consent::ClientCredentials => Remedy::Settings,
            Consent::DeviceCode | Consent::Browser | Consent::Password => Remedy::SignIn,
        }
    }

    /// What is wrong already and has no date to come.
    fn trouble(&self, vault: &Vault) -> Option<Next> {
        if let Some(at) = vault.refused_at {
            return Some(Next { what: Part::Refusal, at: Some(at) });
        }
        let needs_sign_in = self.consent() != Consent::ClientCredentials;
        let nothing = vault.refresh_token.is_none() && vault.access_token.is_none();
        (needs_sign_in && nothing).then_some(Next { what: Part::SignIn, at: None })
    }

    fn state(&self, next: Option<Next>, now: i64, warn: u32) -> State {
        match next {
            Some(Next { what: Part::Refusal | Part::SignIn, .. }) => State::Critical,
            Some(Next { at: Some(at), .. }) if at <= now => State::Critical,
            Some(Next { at: Some(at), .. }) if at.saturating_sub(now) <= i64::from(warn) * DAY => State::Warn,
            // An app that signs in as itself, and never has.
            _ if self.vault.is_none_or(|vault| vault.last_success.is_none() && vault.expires_at.is_none()) => {
                State::Unknown
            }
            _ => State::Ok,
        }
    }

    fn refresh(&self, vault: &Vault) -> Refresh {
        if vault.refresh_token.is_none() {
            return Refresh::default();
        }
        // An authority may renew without a new refresh token; the old one was used then all the same.
        let last_used = vault.issued_at.max(vault.refreshed_at);
        let rule = (self.settings.cloud() != Cloud::Custom).then_some(UNUSED);
        let dies_at = last_used.zip(rule).map(|(at, unused)| at.saturating_add(unused));
        Refresh { issued_at: vault.refreshed_at, last_used, dies_at }
    }

    fn ends_with_access_token(&self, vault: &Vault) -> bool {
        vault.refresh_token.is_none() && self.consent() != Consent::ClientCredentials
    }
}

/// In Unix seconds; a date alone is its beginning in UTC, since Microsoft's portal does not show the hour. `None`
/// for a time without a date.
pub fn unix(written: &Datetime) -> Option<i64> {
    let date = written.date?;
    let date = NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))?;
    let time = written.time.map_or(Some(NaiveTime::MIN), |time| {
        NaiveTime::from_hms_opt(u32::from(time.hour), u32::from(time.minute), u32::from(time.second.unwrap_or(0)))
    })?;
    let offset = match written.offset {
        Some(Offset::Custom { minutes }) => i64::from(minutes) * 60,
        Some(Offset::Z) | None => 0,
    };
    Some(date.and_time(time).and_utc().timestamp() - offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    const NOW: i64 = 1_795_000_000;

    fn settings(more: &str) -> Settings {
        toml::from_str(more).unwrap()
    }

    /// Signed in so many days ago, and renewed whenever asked until then.
    fn vault(days: i64) -> Vault {
        Vault {
            version: 1,
            refresh_token: Some(Secret::new("CANARY-rt")),
            refreshed_at: Some(NOW - days * DAY),
            access_token: Some(Secret::new("CANARY-at")),
            issued_at: Some(NOW - days * DAY),
            expires_at: Some(NOW - days * DAY + 3600),
            last_success: Some(NOW - days * DAY),
            ..Vault::default()
        }
    }

    fn judge(more: &str, vault: Option<&Vault>, certificate_expires: Option<i64>) -> Health {
        Known { settings: &settings(more), vault, certificate_expires }.judge(NOW, 30)
    }

    fn verdict(health: &Health) -> (State, Option<(Part, Option<i64>)>) {
        (health.state, health.next.map(|next| (next.what, next.at.map(|at| (at - NOW) / DAY))))
    }

    #[test]
    fn a_secret_that_a_product_elsewhere_signs_in_with_counts() {
        let settings = "secret_expires = 2020-01-01\nbase_url = \"https://im.example/imart\"\n";
        let health = judge(settings, Some(&vault(200)), None);
        let next = health.next.map(|next| next.what);
        assert_eq!((health.state, next), (State::Critical, Some(Part::ClientSecret)));
    }

    #[test]
    fn a_refresh_token_dies_ninety_days_after_its_last_use() {
        for (days, state) in [
            (0, State::Ok),
            (59, State::Ok),
            (60, State::Warn),
            (89, State::Warn),
            (90, State::Critical),
            (400, State::Critical),
        ] {
            let health = judge("", Some(&vault(days)), None);
            assert_eq!(verdict(&health), (state, Some((Part::RefreshToken, Some(90 - days)))), "{days}");
            assert!(health.by_device_code);
        }
        let renewed = Vault { refreshed_at: Some(NOW - 100 * DAY), ..vault(1) };
        assert_eq!(verdict(&judge("", Some(&renewed), None)).1, Some((Part::RefreshToken, Some(89))));
    }

    #[test]
    fn of_an_authority_whose_rule_is_not_known_nothing_is_foretold() {
        let health = judge("cloud = \"custom\"\n", Some(&vault(200)), None);
        assert_eq!((verdict(&health), health.refresh.dies_at), ((State::Ok, None), None));
    }

    #[test]
    fn what_ends_first_is_named() {
        let public = judge("secret_expires = 2026-12-01\n", Some(&vault(0)), None);
        assert_eq!((public.secret_expires, public.next.map(|next| next.what)), (None, Some(Part::RefreshToken)));
        let with_secret = Vault { client_secret: Some(Secret::new("CANARY-cs")), ..vault(0) };
        let soon = judge("secret_expires = 2026-12-01\n", Some(&with_secret), Some(NOW + 400 * DAY));
        assert_eq!(soon.next.map(|next| next.what), Some(Part::ClientSecret));
        let past = judge("secret_expires = 2026-12-01\n", Some(&vault(0)), Some(NOW - DAY));
        assert_eq!(verdict(&past), (State::Critical, Some((Part::Certificate, Some(-1)))));
    }

    #[test]
    fn a_refusal_and_a_missing_sign_in_are_trouble_now() {
        let refused = Vault { refused_at: Some(NOW - 60), refused: Some(Refused::default()), ..vault(0) };
        assert_eq!(verdict(&judge("", Some(&refused), None)), (State::Critical, Some((Part::Refusal, Some(0)))));
        let none = (State::Critical, Some((Part::SignIn, None)));
        assert_eq!(verdict(&judge("", None, None)), none);
        assert_eq!(verdict(&judge("", Some(&Vault::new(None)), None)), none);
    }

    #[test]
    fn an_access_token_counts_where_nothing_renews_it() {
        let alone = Vault { refresh_token: None, ..vault(0) };
        assert_eq!(verdict(&judge("", Some(&alone), None)), (State::Warn, Some((Part::AccessToken, Some(0)))));
        let app = judge("consent = \"client-credentials\"\n", Some(&alone), None);
        assert_eq!(verdict(&app), (State::Ok, None));
    }

    #[test]
    fn an_app_of_which_nothing_is_known_is_unknown() {
        let app = "consent = \"client-credentials\"\n";
        assert_eq!(verdict(&judge(app, None, None)), (State::Unknown, None));
        let later = judge(app, None, Some(NOW + 300 * DAY));
        assert_eq!(verdict(&later), (State::Unknown, Some((Part::Certificate, Some(300)))));
        let undated = judge(app, Some(&Vault { client_secret: Some(Secret::new("CANARY")), ..vault(0) }), None);
        assert!(undated.secret_undated);
    }

    #[test]
    fn a_date_is_its_beginning_and_a_time_is_exact() {
        let at = |text: &str| unix(&text.parse::<Datetime>().unwrap());
        assert_eq!(at("2027-05-01"), Some(1_809_129_600));
        assert_eq!(at("2027-05-01T09:00:00+09:00"), Some(1_809_129_600));
        assert_eq!(at("2027-05-01T00:00:01"), Some(1_809_129_601));
        assert_eq!(at("07:32:00"), None);
    }

    #[test]
    fn the_worst_of_several_is_the_greatest() {
        let all = [State::Unknown, State::Critical, State::Ok, State::Warn];
        assert_eq!(all.into_iter().max(), Some(State::Critical));
        assert!(State::Warn > State::Unknown && State::Unknown > State::Ok);
    }

    #[test]
    fn what_helps_is_a_sign_in_only_where_somebody_signs_in() {
        let remedy = |more: &str, codes: &[u32]| {
            let refused = Refused { summary: String::new(), codes: codes.to_vec(), ..Refused::default() };
            let vault = Vault { refused_at: Some(NOW), refused: Some(refused), ..vault(1) };
            judge(more, Some(&vault), None).remedy
        };
        let app = r#"consent = "client-credentials""#;
        assert_eq!((remedy("", &[50_173]), remedy("", &[])), (Remedy::SignIn, Remedy::SignIn));
        assert_eq!((remedy("", &[7_000_222]), remedy(app, &[700_027])), (Remedy::Credential, Remedy::Credential));
        assert_eq!((remedy(app, &[700_016]), remedy(app, &[])), (Remedy::Settings, Remedy::Settings));
    }
}
