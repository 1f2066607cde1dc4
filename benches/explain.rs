//! What reading a long log costs: `explain` of a Postfix log beside `wc -l` of the same, time and memory.
//! `cargo bench --bench explain`; docs/CONTRIBUTING.md says how to read it. No test depends on it.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made is not worth going on with")]

use std::{
    env,
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const RUNS: usize = 9;
const SIZE: u64 = 100 << 20;

fn main() {
    // `cargo test --benches` only asks whether it still works.
    let whole = env::args().any(|argument| argument == "--bench");
    let (runs, size) = if whole { (RUNS, SIZE) } else { (1, 1 << 20) };
    let directory = tempfile::tempdir().unwrap();
    println!("medians of {runs}, in ms; {} MiB each", size >> 20);
    println!("{:<24}{:>8}{:>8}{:>8}{:>12}", "", "explain", "wc -l", "cat", "memory, KiB");
    for (name, each) in [
        ("1 of 700 refused", log(700) as fn(u64) -> String),
        ("all sent", log(u64::MAX)),
        ("all refused", log(1)),
        ("no line feed", |number| log(700)(number).replace('\n', " ")),
    ] {
        let path = directory.path().join("log");
        write(&path, size, each);
        let explain = || command(env!("CARGO_BIN_EXE_smtp-oauth"), &["explain", "-"], &path);
        let [ours, wc, cat] = [
            median(runs, explain),
            median(runs, || command("wc", &["-l"], &path)),
            median(runs, || command("cat", &[], &path)),
        ];
        println!("{name:<24}{ours:>8.0}{wc:>8.0}{cat:>8.0}{:>12}", memory(&path));
    }
}

/// A transaction of Postfix; of so many one is refused.
fn log(refused: u64) -> fn(u64) -> String {
    match refused {
        1 => |number| transaction(number, true),
        700 => |number| transaction(number, number % 700 == 0),
        _ => |number| transaction(number, false),
    }
}

fn transaction(number: u64, refused: bool) -> String {
    let time = format!(
        "Nov {:2} {:02}:{:02}:{:02}",
        1 + number / 60_000 % 28,
        number / 2500 % 24,
        number / 50 % 60,
        number % 60
    );
    let (id, byte) = (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 24, number % 251);
    let relay = format!("relay=smtp.office365.com[192.0.2.{byte}]:587, delay=1.7, delays=0.1/0.01/0.5/1.1");
    let end = if refused {
        format!(
            "dsn=4.7.3, status=deferred (SASL authentication failed; server smtp.office365.com[192.0.2.{byte}] said: 535 5.7.3 Authentication unsuccessful [AM0PR02CA0134.eurprd02.prod.outlook.com 2026-11-22T10:00:00.000Z 08DC{number:X}])"
        )
    } else {
        format!(
            "dsn=2.0.0, status=sent (250 2.0.0 OK <{id:X}@app.contoso.example> [Hostname=AM0PR02MB5555.eurprd02.prod.outlook.com])"
        )
    };
    let lines = [
        format!("smtpd[7]: connect from app.contoso.example[10.0.{byte}.7]"),
        format!("smtpd[7]: {id:010X}: client=app.contoso.example[10.0.{byte}.7]"),
        format!("cleanup[8]: {id:010X}: message-id=<{id:X}@app.contoso.example>"),
        format!("qmgr[9]: {id:010X}: from=<alerts@contoso.example>, size={}, nrcpt=1 (queue active)", number % 90_000),
        format!("smtp[5]: {id:010X}: to=<user{byte}@fabrikam.example>, {relay}, {end}"),
        format!("qmgr[9]: {id:010X}: removed"),
    ];
    lines.iter().map(|line| format!("{time} mx01 postfix/{line}\n")).collect()
}

fn write(path: &Path, size: u64, each: fn(u64) -> String) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    let (mut written, mut number) = (0, 0);
    while written < size {
        let text = each(number);
        file.write_all(text.as_bytes()).unwrap();
        written += text.len() as u64;
        number += 1;
    }
    file.flush().unwrap();
    // Whoever comes first would pay for the disk.
    drop(fs::read(path).unwrap());
}

fn command(program: &str, arguments: &[&str], path: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(File::open(path).unwrap()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn median(runs: usize, command: impl Fn() -> Command) -> f64 {
    let mut all: Vec<Duration> = (0..runs)
        .map(|_| {
            let begun = Instant::now();
            assert!(command().status().unwrap().success());
            begun.elapsed()
        })
        .collect();
    all.sort();
    all[all.len() / 2].as_secs_f64() * 1000.0
}

/// The most that it held, where GNU time is there to tell.
fn memory(path: &Path) -> String {
    let mut timed = command("/usr/bin/time", &["-f", "%M", env!("CARGO_BIN_EXE_smtp-oauth"), "explain", "-"], path);
    let told = timed.stderr(Stdio::piped()).output().map(|ran| String::from_utf8_lossy(&ran.stderr).into_owned());
    told.ok().and_then(|told| told.lines().last().map(str::to_owned)).unwrap_or_else(|| "?".to_owned())
}
