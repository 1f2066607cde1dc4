//! What starting the program costs: medians of one run, each beside a program that does as little as can be done
//! for the same end. `cargo bench --bench startup`; docs/CONTRIBUTING.md says how to read it. No test depends on it.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made is not worth going on with")]

#[path = "../tests/commands/desk.rs"]
#[expect(dead_code, reason = "the tests' desk has more on it")]
mod desk;

use std::{
    env, fs,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use desk::Desk;

const RUNS: usize = 200;

fn main() {
    // `cargo test --benches` only asks whether it still works.
    let runs = if env::args().any(|argument| argument == "--bench") { RUNS } else { 1 };
    let desk = Desk::signed_in(0);
    println!("medians of {runs}, in ms");
    compare(runs, ("--version", || desk.command(&["--version"])), ("true", || Command::new("true")));
    compare(
        runs,
        ("token", || desk.command(&["token"])),
        ("cat", || {
            let mut cat = Command::new("cat");
            cat.arg(desk.vault_file());
            cat
        }),
    );
    compare(runs, ("token --refresh", || desk.command(&["token", "--refresh"])), ("curl", || curl(&desk)));
}

/// The two take turns, so that what else the machine does meets both.
fn compare(runs: usize, ours: (&str, impl Fn() -> Command), theirs: (&str, impl Fn() -> Command)) {
    let (mut of_ours, mut of_theirs) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        of_ours.push(took(ours.1()));
        of_theirs.push(took(theirs.1()));
    }
    let [of_ours, of_theirs] = [of_ours, of_theirs].map(median);
    println!("{:<16}{of_ours:>7.2}   {:<5}{of_theirs:>7.2}   {:>+7.2}", ours.0, theirs.0, of_ours - of_theirs);
}

/// From the start to the end of the process.
fn took(mut command: Command) -> Duration {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let begun = Instant::now();
    let status = command.status().unwrap();
    let took = begun.elapsed();
    assert!(status.success(), "{command:?}: {status}");
    took
}

fn median(mut all: Vec<Duration>) -> f64 {
    all.sort();
    all[all.len() / 2].as_secs_f64() * 1000.0
}

/// The same request, with the refresh token as it is by then.
fn curl(desk: &Desk) -> Command {
    let announced = desk.simulator.announcement();
    let scopes = desk.settings().scopes().join(" ");
    let refresh_token = desk.vault().refresh_token.unwrap();
    let fields = [
        ("client_id", &*announced.client_id),
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose()),
        ("scope", &scopes),
    ];
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let file = desk.directory.path().join("body");
    fs::write(&file, body).unwrap();
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--fail", "--cacert", &announced.ca_file, "--data"]).arg(format!("@{}", file.display()));
    curl.arg(format!("{}/{}/oauth2/v2.0/token", announced.authority, announced.tenant));
    curl
}
