//! The catalogue of causes, one TOML file each, and a cause as found.

use std::{collections::BTreeSet, sync::LazyLock};

use serde::{Deserialize, Serialize};

use super::{
    Evidence,
    rules::{Condition, Rule, Test},
};
use crate::{checklist::Item, entra::Cloud, phrase::Phrase, way::Way};

/// How far the evidence goes. The order is the order of listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// The evidence excludes the rest.
    Certain,
    Likely,
    Possible,
}

impl Certainty {
    pub fn id(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

/// A cause that the evidence speaks for, ready to be said in any language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    pub slug: &'static str,
    pub certainty: Certainty,
    /// The checklist item to look at.
    pub item: Item,
    pub headline: Phrase,
    pub why: Phrase,
    /// Facts that led here: name and value. A text `facts.NAME` says what the fact is.
    pub evidence: Vec<(&'static str, String)>,
    pub fix: Vec<Phrase>,
    /// Label and command template.
    pub commands: Vec<(Phrase, Phrase)>,
    pub next: Vec<Phrase>,
    /// Those of `next` that somebody with rights has to answer.
    pub ask: Vec<Phrase>,
    /// Those of `commands` that change nothing, and whose output would tell.
    pub reads: Vec<(Phrase, Phrase)>,
    pub source: &'static str,
    /// What shows that the fix has worked.
    pub verify: Option<Phrase>,
    /// Ways of consent that it does not stand in the way of.
    pub ways: &'static [Way],
    /// The step to lead to, where that is not the item's.
    pub step: Option<&'static str>,
    /// How long a fix may take to arrive, where that is known (minutes).
    pub arrives_within: Option<u32>,
}

/// One file of `causes/`. Its texts are in the same file and get their keys from the place they stand:
/// `causes.SLUG.headline`, `causes.SLUG.fix.0`, `causes.SLUG.commands.0.label`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub slug: String,
    pub item: Item,
    pub headline: String,
    pub why: String,
    /// Said in place of `why` where its conditions hold.
    pub why_else: Option<Conditional>,
    /// Facts to show, in order.
    pub show: Vec<String>,
    #[serde(default)]
    pub fix: Vec<Line>,
    #[serde(default)]
    pub commands: Vec<Command>,
    #[serde(default)]
    pub next: Vec<Line>,
    pub source: String,
    /// What shows that the fix has worked; none where there is none.
    pub verify: Option<Verify>,
    /// Where it stands in the way of one way of consent: those that it does not.
    #[serde(default)]
    pub ways: Vec<Way>,
    /// The step that mends it, where that is not the one of its item.
    pub step: Option<String>,
    /// It is about the protocol, and as true of another service's server.
    #[serde(default)]
    pub any_server: bool,
    /// Minutes until Microsoft's servers act on the fix; until then the same refusal proves nothing.
    pub arrives_within: Option<u32>,
    #[serde(default)]
    pub when: Vec<Rule>,
    /// Facts of a real or documented failure that must lead to this cause first.
    pub example: toml::Table,
    /// The same words in Japanese; `language` reads them.
    #[expect(dead_code, reason = "read by key, as texts")]
    #[serde(default)]
    ja: toml::Table,
}

/// What shows that a fix has worked: `verify.KIND` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verify {
    /// Another sign-in brings a token.
    SignIn,
    /// The authority gives a token without one.
    Token,
    /// The mail server accepts the sign-in.
    Test,
    /// The same, once the change has arrived.
    Wait,
    /// The mail server takes a message.
    Message,
    /// The program that failed no longer does; the account alone may be right without that.
    Program,
}

impl Verify {
    fn phrase(self) -> Phrase {
        Phrase::new(match self {
            Self::SignIn => "verify.sign-in",
            Self::Token => "verify.token",
            Self::Test => "verify.test",
            Self::Wait => "verify.wait",
            Self::Message => "verify.message",
            Self::Program => "verify.program",
        })
    }
}

/// A line of `fix` or `next`: said always, or only where its conditions hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Line {
    Always(String),
    If(Conditional),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditional {
    pub text: String,
    pub when: Vec<Condition>,
    /// Of `next`: somebody with rights has to answer it.
    #[serde(default)]
    pub ask: bool,
}

impl Line {
    fn asks(&self) -> bool {
        matches!(self, Self::If(line) if line.ask)
    }
}

impl Conditional {
    fn holds(&self, evidence: &Evidence) -> bool {
        self.when.iter().all(|condition| condition.holds(evidence))
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    pub label: String,
    pub text: String,
    /// Shown only where these hold.
    #[serde(default)]
    pub when: Vec<Condition>,
}

impl Command {
    /// Whether it shows and changes nothing.
    fn reads(&self) -> bool {
        let shows = |line: &str| ["Get-", "Test-"].iter().any(|verb| line.starts_with(verb)) && !line.contains(';');
        self.text.lines().map(str::trim).filter(|line| !line.is_empty()).all(shows)
    }
}

macro_rules! files {
    ($($slug:literal)*) => { &[$(($slug, include_str!(concat!("causes/", $slug, ".toml"))),)*] };
}

/// The files, in the order in which equally sure causes are listed. A new cause is one file and one line here.
pub const FILES: &[(&str, &str)] = files! {
    "unknown"
    "other_service"
    "smtp_auth_disabled_mailbox"
    "smtp_auth_disabled_tenant"
    "security_defaults"
    "wrong_sasl_mechanism_chosen"
    "auth_policy_basic"
    "ropc_federated_account"
    "ropc_password_wrong"
    "password_wrong"
    "basic_auth_retired"
    "token_near_expiry_hve"
    "hve_app_not_allowed"
    "hve_external_recipient"
    "hve_account_needed"
    "hve_sender_not_account"
    "refresh_token_sent_as_access_token"
    "token_truncated_in_storage"
    "malformed_xoauth2"
    "xoauth2_initial_response_form"
    "send_as_denied"
    "reputation_block"
    "quota_exceeded"
    "throttled"
    "service_side_fault"
    "consumer_primary_alias_mismatch"
    "wrong_cloud"
    "guest_account_token"
    "user_is_alias"
    "user_must_be_upn"
    "user_is_not_token_user"
    "delegated_permission_for_app_only"
    "service_principal_wrong_object_id"
    "propagation_delay"
    "service_principal_missing"
    "missing_app_role_smtp_sendasapp"
    "wrong_audience_graph_token"
    "wrong_audience_other"
    "audience_refused"
    "token_stale_after_permission_change"
    "missing_scope_smtp_send"
    "permission_on_wrong_api"
    "token_expired"
    "mailbox_permission_missing"
    "unlicensed_mailbox"
    "client_sent_no_auth"
    "starttls_not_used"
    "auth_mechanism_not_offered"
    "tls_too_old"
    "missing_scope_user_read"
    "local_token_store_key_mismatch"
    "scope_not_for_personal_account"
    "scopes_of_two_resources"
    "malformed_scope"
    "missing_scope_parameter"
    "authorization_code_invalid"
    "authorization_code_expired"
    "malformed_request"
    "registration_permission_ids_wrong"
    "permission_not_in_registration"
    "exchange_not_in_tenant"
    "public_client_flow_disabled"
    "redirect_platform_wrong"
    "client_secret_missing"
    "secret_sent_by_public_client"
    "secret_id_instead_of_value"
    "secret_mangled"
    "secret_expired"
    "client_certificate_expired"
    "client_certificate_unknown"
    "client_assertion_invalid"
    "authority_url_malformed"
    "common_endpoint_single_tenant_app"
    "multi_tenant_needed"
    "authority_audience_mismatch"
    "app_registration_retired"
    "first_party_client_borrowed"
    "client_id_wrong"
    "tenant_wrong"
    "app_disabled_in_tenant"
    "state_mismatch"
    "redirect_uri_mismatch"
    "redirect_uri_missing"
    "user_not_assigned_to_app"
    "account_cannot_sign_in"
    "federation_fault"
    "prompt_consent_forced"
    "consent_missing"
    "admin_consent_needed"
    "consent_declined"
    "app_being_added"
    "device_code_expired"
    "sign_in_interrupted"
    "sign_in_pending"
    "device_code_blocked"
    "ca_blocks"
    "mfa_needed_for_ropc"
    "interaction_required"
    "authorization_code_reused"
    "pkce_mismatch"
    "client_loop"
    "ropc_personal_account_unsupported"
    "refresh_token_missing"
    "refresh_token_expired"
    "refresh_token_revoked"
    "refresh_token_invalid"
    "ca_file_unusable"
    "clock_skew"
    "tls_intercepted"
    "certificate_untrusted"
    "host_name_unknown"
    "implicit_tls_on_starttls_port"
    "starttls_on_implicit_tls_port"
    "smtp_redirected_by_network"
    "starttls_missing"
    "xoauth2_not_offered"
    "connection_dropped"
    "proxy_refuses"
    "proxy_unreachable"
    "proxy_address_malformed"
    "answer_overdue"
    "network_blocked"
    "wrong_host_or_port"
    "captive_portal"
    "service_temporary"
    "client_config_not_read"
    "client_library_bug"
    "entra_other"
};

/// The slug of the verdict that none can be given.
pub const UNKNOWN: &str = "unknown";

/// Causes that are there from the first try on: mistakes in setting up. What worked with the same settings had none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Onset {
    set_up: Vec<String>,
}

#[expect(clippy::expect_used, reason = "data in the binary; a test loads it")]
static ONSET: LazyLock<Onset> = LazyLock::new(|| toml::from_str(include_str!("onset.toml")).expect("onset.toml"));

impl Cause {
    pub fn is_of_setting_up(&self) -> bool {
        ONSET.set_up.iter().any(|slug| slug == self.slug)
    }
}

#[expect(clippy::expect_used, reason = "data in the binary; a test loads it")]
static CATALOGUE: LazyLock<Vec<Entry>> =
    LazyLock::new(|| FILES.iter().map(|(slug, text)| toml::from_str(text).expect(slug)).collect());

pub fn catalogue() -> &'static [Entry] {
    &CATALOGUE
}

/// The words that rules look for, each with the fact they look for them in.
pub(super) fn words() -> impl Iterator<Item = (&'static str, &'static str)> {
    CATALOGUE.iter().flat_map(|entry| &entry.when).flat_map(|rule| &rule.all).filter_map(Condition::words)
}

/// Every AADSTS number that a rule speaks of.
pub fn codes() -> &'static BTreeSet<&'static str> {
    static CODES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
        let conditions = catalogue().iter().flat_map(|entry| &entry.when).flat_map(|rule| &rule.all);
        let numbers = conditions.filter(|condition| condition.fact == "oauth.code").map(|condition| &condition.test);
        let named = numbers.flat_map(|test| match test {
            Test::Is(code) => std::slice::from_ref(code),
            Test::OneOf(codes) => codes.as_slice(),
            _ => &[],
        });
        named.map(String::as_str).collect()
    });
    &CODES
}

pub fn find(slug: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|entry| entry.slug == slug)
}

#[expect(clippy::expect_used, reason = "data in the binary; a test loads it")]
pub(super) fn unknown() -> &'static Entry {
    find(UNKNOWN).expect(UNKNOWN)
}

impl Entry {
    /// The cause, as sure as the surest of its rules that hold.
    pub(super) fn judge(&'static self, evidence: &Evidence) -> Option<Cause> {
        let certainty =
            self.when.iter().filter(|rule| rule.holds(evidence)).map(|rule| rule.certainty_by(evidence)).min()?;
        Some(self.stand(certainty, evidence))
    }

    /// The cause in general, for one who looks it up.
    pub fn in_general(&'static self) -> Cause {
        self.stand(Certainty::Possible, &Evidence::default())
    }

    pub(super) fn stand(&'static self, certainty: Certainty, evidence: &Evidence) -> Cause {
        let phrase = |place: &str| filled(Phrase::new(format!("causes.{}.{place}", self.slug)), evidence);
        let list = |place: &str, lines: &[Line], wanted: &dyn Fn(&Line) -> bool| -> Vec<Phrase> {
            let said = |(index, line): (usize, &Line)| match line {
                line if !wanted(line) => None,
                Line::If(line) if !line.holds(evidence) => None,
                Line::Always(_) | Line::If(_) => Some(phrase(&format!("{place}.{index}"))),
            };
            lines.iter().enumerate().filter_map(said).collect()
        };
        let instead = self.why_else.as_ref().is_some_and(|why| why.holds(evidence));
        // What was said before stands beside what was said last.
        let with_earlier = |fact: &'static String| match fact.as_str() {
            "reply.text" => ["reply.earlier", "reply.text"],
            "oauth.description" => ["oauth.earlier", "oauth.description"],
            fact => [fact, ""],
        };
        let shown = |fact: &'static str| Some((fact, shortened(evidence.text(fact)?)));
        let command = |index| (phrase(&format!("commands.{index}.label")), phrase(&format!("commands.{index}.text")));
        let fits = |shown: &Command| shown.when.iter().all(|condition| condition.holds(evidence));
        let commands: Vec<_> = self.commands.iter().enumerate().filter(|(_, shown)| fits(shown)).collect();
        Cause {
            slug: &self.slug,
            certainty,
            item: self.item,
            headline: phrase("headline"),
            why: phrase(if instead { "why_else" } else { "why" }),
            evidence: self.show.iter().flat_map(with_earlier).filter_map(shown).chain(tried(evidence)).collect(),
            fix: list("fix", &self.fix, &|_| true),
            reads: commands.iter().filter(|(_, shown)| shown.reads()).map(|(index, _)| command(*index)).collect(),
            commands: commands.into_iter().map(|(index, _)| command(index)).collect(),
            next: list("next", &self.next, &|_| true),
            ask: list("next", &self.next, &Line::asks),
            source: &self.source,
            verify: self.verify.map(Verify::phrase),
            ways: &self.ways,
            step: self.step.as_deref(),
            arrives_within: self.arrives_within,
        }
    }
}

/// What was tried after a refusal bears on every cause of it.
fn tried(evidence: &Evidence) -> impl Iterator<Item = (&'static str, String)> {
    let names = super::evidence::FACTS.iter().map(|(fact, _)| *fact).filter(|fact| fact.starts_with("experiment."));
    names.filter_map(|fact| Some((fact, shortened(evidence.text(fact)?))))
}

/// An authority's or a server's words are as long as it likes; a screen is not.
fn shortened(text: String) -> String {
    const MOST: usize = 1_000;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{} … ({} characters)", &text[..end], text.chars().count()),
        None => text,
    }
}

/// Every fact goes along as a value, so that a text may name any of them; and what follows from the account's cloud.
fn filled(phrase: Phrase, evidence: &Evidence) -> Phrase {
    let seen = super::evidence::FACTS.iter().filter_map(|(fact, _)| Some((*fact, evidence.text(fact)?)));
    let phrase = cloud(evidence).told().into_iter().fold(phrase, |phrase, (name, value)| phrase.with(name, value));
    seen.fold(phrase, |phrase, (fact, value)| phrase.with(fact, value))
}

/// The worldwide one, unless another is known.
fn cloud(evidence: &Evidence) -> Cloud {
    let named = |id: &String| serde_json::from_value(id.as_str().into()).ok();
    evidence.values("cloud").iter().find_map(named).unwrap_or_default()
}

#[cfg(test)]
mod tests;
