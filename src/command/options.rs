//! The command line, as declared. What an option means is decided by the command that takes it.

use std::{error::Error, ffi::OsString, fmt, path::PathBuf, time::Duration};

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};

use super::exit;
use crate::{
    diagnosis::Experiment,
    export::{self, Format as ExportFormat},
    facts::{AccountName, Address, BaseUrl, Malformed},
    handover,
    language::{Language, Texts},
    phrase::Phrase,
    simulator::faults::{self, Fault},
};

#[derive(Debug, Parser)]
#[command(
    name = "smtp-oauth",
    version,
    about = "Sets a server up to send mail through Microsoft 365 with OAuth 2.0, and says why when it stops.",
    after_help = exit::HELP,
    subcommand_negates_reqs = true
)]
pub struct Options {
    #[command(flatten)]
    pub setup: Setup,
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "With every command")]
pub struct Global {
    /// Directory of config.toml, with the state in DIR/state, of /etc/smtp-oauth in /var/lib/smtp-oauth; otherwise $SMTP_OAUTH_CONFIG, and so on
    #[arg(long, global = true, value_name = "DIR")]
    pub config: Option<PathBuf>,
    /// Language of screens and messages
    #[arg(long, global = true, value_parser = languages())]
    pub lang: Option<Language>,
    /// Colours: when the terminal has them, always, or never
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: When,
    /// Marks, frames and QR codes in ASCII
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Never ask; what is missing ends in 78
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Say more on stderr
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum When {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum FrontChoice {
    #[default]
    Auto,
    Tui,
    Line,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The wizard; also what runs without a command
    Setup(Setup),
    /// A fresh access token on stdout, nothing else
    Token(Token),
    /// The live connection test
    Test(Test),
    /// Names the cause of a refusal: a log line, an OAuth error, a trace, as text or on standard input
    Explain(Explain),
    /// What will break first, and when: tokens, secret, certificate; asks nobody and changes nothing
    Status(Status),
    /// Configuration for another program, on stdout
    Export(Export),
    /// What a tenant's administrator has to do, as a note or a script, on stdout
    Handover(Handover),
    /// A simulated Microsoft on loopback, in the foreground, until SIGTERM or SIGINT
    Simulate(Simulate),
}

#[derive(Debug, Clone, Args, Default)]
#[command(next_help_heading = "The wizard")]
pub struct Setup {
    /// What to set up: server, custom, or a product such as intra-mart
    #[arg(long, value_name = "ID", value_parser = product)]
    pub product: Option<String>,
    /// Full screen, one line at a time, or what the terminal allows
    #[arg(long, value_enum)]
    pub front: Option<FrontChoice>,
    /// Start over instead of going on where you stopped
    #[arg(long)]
    pub fresh: bool,
    /// Take answers from this file (TOML); with --no-input nothing is asked
    #[arg(long, value_name = "FILE", conflicts_with = "demo")]
    pub answers: Option<PathBuf>,
    /// Ask nothing; events on stderr, one JSON document on stdout
    #[arg(long)]
    pub json: bool,
    /// Try everything against a simulated Microsoft, in a temporary directory; with something wrong there
    #[arg(long, value_name = "FAULT", value_parser = fault)]
    #[expect(clippy::option_option, reason = "how the parser says that a value may be left out")]
    pub demo: Option<Option<&'static Fault>>,
}

impl Setup {
    pub fn any(&self) -> bool {
        self.product.is_some()
            || self.front.is_some()
            || self.fresh
            || self.answers.is_some()
            || self.json
            || self.demo.is_some()
    }
}

#[derive(Debug, Clone, Args)]
pub struct Simulate {
    /// Something to be wrong there, from the start
    #[arg(value_name = "FAULT", value_parser = fault)]
    pub fault: Option<&'static Fault>,
    /// Print what can be wrong
    #[arg(long, conflicts_with = "fault")]
    pub list: bool,
}

#[derive(Debug, Clone, Args)]
pub struct Token {
    /// The account; otherwise `default_account`, or the only one
    #[arg(short, long, value_name = "NAME", value_parser = account)]
    pub account: Option<AccountName>,
    /// What to print: the token, JSON, or the base64 XOAUTH2 string for the account's user
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Renew unless the token lives at least this many seconds longer; otherwise 300, for High Volume Email 1200
    #[arg(long, value_name = "SECONDS")]
    pub min_life: Option<u32>,
    /// Renew in any case
    #[arg(long)]
    pub refresh: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    #[default]
    Raw,
    Json,
    Xoauth2,
}

#[derive(Debug, Clone, Args)]
pub struct Test {
    /// The account; otherwise `default_account`, or the only one
    #[arg(short, long, value_name = "NAME", value_parser = account)]
    pub account: Option<AccountName>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// Send a real message to this address; only that shows whether the sender may send
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub send_to: Option<Address>,
    /// Send it from this address instead of the account's sender
    #[arg(long, value_name = "ADDRESS", value_parser = address, requires = "send_to")]
    pub from: Option<Address>,
    /// Try again with growing pauses until it is accepted, for so long at most (2h, 90m, 1h30m): a change at Microsoft
    /// takes time to arrive
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub until_accepted: Option<Duration>,
    /// After a refusal once more, with one thing changed; each is one more sign-in, and may be named beside others:
    /// sign-in-name, fresh-token, other-audience, address-family, own-sender (sends a message to oneself)
    #[arg(long = "try", value_name = "NAME", value_parser = experiment)]
    pub tries: Vec<Experiment>,
    /// Write a report to paste into a ticket (Markdown, without tokens and secrets) to this file, or with `-` to stdout
    /// in place of the usual text; another text that is there is kept as FILE.old, or FILE.old.1 and so on
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// In the report, other names in place of mail addresses, and ids cut short
    #[arg(long, requires = "report")]
    pub hide_addresses: bool,
}

#[derive(Debug, Clone, Args)]
pub struct Explain {
    /// The text to explain; `-`, or nothing where standard input is no terminal, reads it from there
    #[arg(value_name = "TEXT")]
    pub text: Vec<OsString>,
    /// A TOML file with what is known of the failure
    #[arg(long, value_name = "FILE")]
    pub evidence: Option<PathBuf>,
    /// What a cause means and how it is fixed, in general
    #[arg(long, value_name = "SLUG", conflicts_with_all = ["text", "evidence", "report"])]
    pub cause: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// Write a report to paste into a ticket (Markdown, without tokens and secrets) to this file, or with `-` to stdout
    /// in place of the usual text; another text that is there is kept as FILE.old, or FILE.old.1 and so on
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// In the report, other names in place of mail addresses, and ids cut short
    #[arg(long, requires = "report")]
    pub hide_addresses: bool,
}

#[derive(Debug, Clone, Args)]
pub struct Status {
    /// This account alone; otherwise all there are
    #[arg(short, long, value_name = "NAME", value_parser = account)]
    pub account: Option<AccountName>,
    /// Print one JSON document; times are Unix seconds
    #[arg(long)]
    pub json: bool,
    /// One line for a monitoring system (Nagios, Icinga, ...), which also reads the exit code: 0, 1, 2 or 3
    #[arg(long, conflicts_with = "json")]
    pub nagios: bool,
    /// Warn so many days before something ends
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(..=3650))]
    pub warn_days: u32,
}

#[derive(Debug, Clone, Args)]
pub struct Export {
    /// The program; --list names those there are
    #[arg(required_unless_present = "list", value_parser = target)]
    pub target: Option<&'static ExportFormat>,
    /// List the programs, one a line
    #[arg(long, conflicts_with_all = ["target", "account", "output"])]
    pub list: bool,
    /// The account; otherwise `default_account`, or the only one
    #[arg(short, long, value_name = "NAME", value_parser = account)]
    pub account: Option<AccountName>,
    /// Write it to this file, or several files to this directory; another text that is there is kept as FILE.old,
    /// or FILE.old.1 and so on
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct Handover {
    /// For this product; otherwise for the unfinished wizard, or the default account
    #[arg(long, value_name = "ID", value_parser = product, conflicts_with = "account")]
    pub product: Option<String>,
    /// For this account
    #[arg(short, long, value_name = "NAME", value_parser = account)]
    pub account: Option<AccountName>,
    /// The mailbox that sends, where it is not known yet
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub mailbox: Option<Address>,
    /// Where the product is reached, where its redirect URI depends on that
    #[arg(long, value_name = "URL", value_parser = base_url)]
    pub base_url: Option<BaseUrl>,
    /// A note, a script for PowerShell, or one for Azure CLI
    #[arg(long, value_enum, default_value_t)]
    pub format: HandoverFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum HandoverFormat {
    #[default]
    Markdown,
    #[value(name = "powershell")]
    PowerShell,
    #[value(name = "azcli")]
    AzCli,
}

impl From<HandoverFormat> for handover::Format {
    fn from(format: HandoverFormat) -> Self {
        match format {
            HandoverFormat::Markdown => Self::Markdown,
            HandoverFormat::PowerShell => Self::PowerShell,
            HandoverFormat::AzCli => Self::AzCli,
        }
    }
}

/// Why a value is not taken: said in English by the parser, and anew in the language that was asked for.
#[derive(Debug, Clone)]
pub struct Unusable(pub Phrase);

impl fmt::Display for Unusable {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&Texts::new(Language::English).say(&self.0))
    }
}

impl Error for Unusable {}

fn unusable(key: &str) -> Unusable {
    Unusable(Phrase::new(key))
}

fn none_of<'a>(known: impl Iterator<Item = &'a str>) -> Unusable {
    Unusable(Phrase::new("command.value.known").with("known", known.collect::<Vec<_>>().join(", ")))
}

fn base_url(text: &str) -> Result<BaseUrl, Unusable> {
    text.parse().map_err(|malformed: Malformed| Unusable(malformed.phrase()))
}

fn languages() -> impl TypedValueParser<Value = Language> {
    let codes = PossibleValuesParser::new(Language::ALL.iter().map(|language| language.code()));
    codes.map(|code| Language::of_code(&code).unwrap_or_default())
}

fn fault(text: &str) -> Result<&'static Fault, Unusable> {
    faults::find(text).ok_or_else(|| unusable("command.value.fault"))
}

fn account(text: &str) -> Result<AccountName, Unusable> {
    text.parse().map_err(|_| unusable("command.value.account"))
}

fn address(text: &str) -> Result<Address, Unusable> {
    text.parse().map_err(|_| unusable("command.value.address"))
}

/// Hours, minutes and seconds, from a second to a week.
fn time(text: &str) -> Result<Duration, Unusable> {
    let mut rest = text;
    let mut seconds: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits].parse().map_err(|_| unusable("command.value.time"))?;
        let unit = match rest.as_bytes().get(digits) {
            Some(b'h') => 3_600,
            Some(b'm') => 60,
            Some(b's') => 1,
            _ => return Err(unusable("command.value.time")),
        };
        seconds = seconds.saturating_add(number.saturating_mul(unit));
        rest = &rest[digits + 1..];
    }
    let usable = (1..=7 * 86_400).contains(&seconds);
    usable.then(|| Duration::from_secs(seconds)).ok_or_else(|| unusable("command.value.time"))
}

fn product(text: &str) -> Result<String, Unusable> {
    let known = || none_of(crate::product::all().iter().map(|product| product.id.as_str()));
    crate::product::find(text).map(|product| product.id.clone()).ok_or_else(known)
}

fn experiment(text: &str) -> Result<Experiment, Unusable> {
    Experiment::find(text).ok_or_else(|| none_of(Experiment::ALL.iter().map(|experiment| experiment.id())))
}

fn target(text: &str) -> Result<&'static ExportFormat, Unusable> {
    export::find(text).ok_or_else(|| none_of(export::FORMATS.iter().map(|format| format.id)))
}
