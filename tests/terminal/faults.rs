//! Faults by hand: the program in a terminal at 80×24, keys pressed as its own footer names them. The terminals run
//! beside one another; each waits for what the simulated Microsoft and its own screen do. Every fault is told to the pure
//! wizard; here are those that take another key, page or way than the rest.

use std::sync::atomic::{AtomicUsize, Ordering};

use smtp_oauth::{
    front::key,
    language::{Language, Texts},
    product,
    simulator::faults,
    wizard::screen::Key,
};

use crate::{
    demo::TO_THE_SIGN_IN,
    pty::{Seen, Terminal},
    stories::{self, Mends, Story},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_smtp-oauth");
/// The longest path has some twenty screens; every line of an exchange and every second of a countdown changes one.
const MOST_CHANGES: usize = 600;
/// ED with 2 (ECMA-48, 8.3.39): all of the screen is erased.
const CLEARED: &[u8] = b"\x1b[2J";

/// A screen as one line of words: what is too long for a row is found all the same.
fn words(screen: &str) -> String {
    screen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the two rows at the bottom name this key.
fn offers(seen: &Seen, key: &str) -> bool {
    let screen = seen.screen.screen().contents();
    let rows: Vec<&str> = screen.lines().collect();
    format!(" {} ", rows[rows.len().saturating_sub(3)..].join(" ")).contains(&format!(" {key} "))
}

/// Whether a drawing is complete: each ends with the cursor hidden, or shown and put in its place.
fn is_whole(seen: &Seen) -> bool {
    let tail = String::from_utf8_lossy(&seen.bytes[seen.bytes.len().saturating_sub(24)..]).into_owned();
    let placed = |rest: &str| rest.starts_with("\x1b[") && rest.find('H') == Some(rest.len() - 1);
    tail.ends_with("\x1b[?25l") || tail.rsplit_once("\x1b[?25h").is_some_and(|(_, rest)| placed(rest))
}

struct Journey {
    terminal: Terminal,
    texts: Texts,
}

impl Journey {
    /// Types this and waits until it has been handled: Ctrl-L after it paints the whole screen anew, and keys are taken
    /// in turn. Without that the next look could meet the screen from before, and its key would be pressed twice.
    fn types(&mut self, keys: &str) {
        let repaints = |seen: &Seen| seen.bytes.windows(CLEARED.len()).filter(|bytes| *bytes == CLEARED).count();
        let before = repaints(&self.terminal.seen.0.lock().unwrap());
        self.terminal.types(&format!("{keys}\x0c"));
        self.terminal.wait("the screen painted anew", |seen| repaints(seen) > before && is_whole(seen));
    }

    /// Presses a letter once the footer names it as it does at this step: with Ctrl where letters are text.
    fn presses(&mut self, step: &str, letter: char) {
        let takes_text = product::step(step).is_some_and(|step| step.field.is_some());
        let name = key::pressed(Key::Letter(letter), takes_text);
        self.terminal.wait(&name, |seen| is_whole(seen) && offers(seen, &name));
        let byte = if takes_text { letter as u8 & 0x1f } else { letter as u8 };
        self.types(&char::from(byte).to_string());
    }

    /// Takes what is proposed, approves where that is offered, until this is read. No key is pressed at a screen
    /// that is half drawn.
    fn walks_until(&mut self, wanted: &str) {
        let read = |seen: &Seen| words(&seen.screen.screen().contents()).contains(wanted);
        // The address is handed in once: a key after that meets the screen that follows.
        let mut handed_in = false;
        for _ in 0..MOST_CHANGES {
            self.terminal.wait("a whole screen", is_whole);
            let (before, key) = {
                let seen = self.terminal.seen.0.lock().unwrap();
                if !is_whole(&seen) {
                    continue;
                }
                if read(&seen) {
                    return;
                }
                // A refusal at the browser stays one, however often it is asked.
                let refused = seen.screen.screen().contents().contains("That did not work");
                let key = [
                    ("k Let it happen", "k"),
                    (if refused { "Enter" } else { "a Approve" }, "a"),
                    ("^S Approve", "\x13"),
                    ("Enter", "\r"),
                ]
                .into_iter()
                .find(|(name, _)| offers(&seen, name))
                .filter(|_| !handed_in || !offers(&seen, "^P Wait"));
                handed_in = offers(&seen, "^P Wait");
                (seen.screen.screen().contents(), key)
            };
            if let Some((_, key)) = key {
                self.types(key);
            }
            self.terminal.wait(wanted, |seen| read(seen) || seen.screen.screen().contents() != before);
        }
        panic!("never came to {wanted}");
    }

    /// Another step is open.
    fn is_at(&self, step: &str) {
        let title = self.texts.word(&format!("steps.{step}.title"));
        self.terminal.wait(&title, |seen| {
            is_whole(seen) && seen.screen.screen().contents().lines().next().is_some_and(|row| row.contains(&title))
        });
    }

    fn repairs(&mut self, step: &str) {
        self.presses(step, 'f');
        self.terminal.sees("✓ Done");
    }

    /// What the browser says is typed in, as far as its number.
    fn reads_at_the_browser(&mut self) {
        self.walks_until("That did not work: AADSTS");
        let screen = words(&self.terminal.seen.0.lock().unwrap().screen.screen().contents());
        let (_, said) = screen.split_once("That did not work: ").unwrap();
        let number = said.split(':').next().unwrap().to_owned();
        self.presses("consent", 'b');
        self.terminal.sees("What the browser shows");
        self.types(&format!("{number}\r"));
    }

    fn mends(&mut self, story: &Story) {
        match story.mends {
            Mends::At(step) => {
                self.presses(story.shows, 'g');
                self.is_at(step);
                self.repairs(step);
                self.types("\r");
            }
            Mends::Here(Key::Letter(letter)) => {
                self.repairs(story.shows);
                self.presses(story.shows, letter);
            }
            Mends::Here(_) => {
                self.repairs(story.shows);
                self.types("\r");
            }
            Mends::Waits(_) | Mends::Chooses(..) => unreachable!("told to the pure wizard alone"),
            Mends::With(Key::Letter(letter)) => self.presses(story.shows, letter),
            Mends::With(_) => self.types("\r"),
            Mends::Types("mail-server", _) => {
                self.presses(story.shows, 'g');
                self.is_at("mail-server");
                let screen = self.terminal.seen.0.lock().unwrap().screen.screen().contents();
                let port = screen.rsplit_once("localhost.invalid:").unwrap().1;
                let port: String = port.chars().take_while(char::is_ascii_digit).collect();
                self.types(&format!("\x15localhost:{port}\r"));
            }
            Mends::Types(step, text) if step == story.shows => {
                self.is_at(step);
                self.repairs(step);
                self.types(&format!("{text}\r"));
            }
            Mends::Types(step, text) => {
                self.presses(story.shows, 'g');
                self.is_at(step);
                self.types(&format!("\x15{text}\r"));
            }
        }
    }
}

fn told(story: &Story) {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().to_str().unwrap();
    let terminal = Terminal::run(PROGRAM, &["--demo", story.fault, "--config", config]);
    let mut journey = Journey { terminal, texts: Texts::new(Language::English) };
    // The fault of one product is that product's demo.
    if faults::find(story.fault).unwrap().told.product.is_none() {
        journey.is_at("product");
    }
    let headline = words(&journey.texts.word(&format!("causes.{}.headline", story.cause)));
    let accepted = words(&journey.texts.word("connect.accepted"));
    let sent = "took a message from";
    if story.shows == "told" {
        journey.reads_at_the_browser();
    }
    journey.walks_until(&headline);
    journey.mends(story);
    let end = if story.ends() == "message" { sent } else { accepted.as_str() };
    journey.walks_until(end);
    journey.terminal.types("\x03");
    assert_eq!(journey.terminal.ended(), 2, "{}", story.fault);
    journey.terminal.is_as_before();
}

/// Microsoft tells this one at the browser alone: what is read there is typed in.
#[test]
fn what_the_browser_says_is_typed_in_and_named() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().to_str().unwrap();
    let terminal = Terminal::run(PROGRAM, &["--demo", "admin_consent_needed", "--config", config]);
    let mut journey = Journey { terminal, texts: Texts::new(Language::English) };
    journey.walks_until("AADSTS90094");
    journey.presses("consent", 'b');
    journey.terminal.sees("What the browser shows");
    journey.terminal.types("Need admin approval\r");
    let headline = words(&journey.texts.word("causes.admin_consent_needed.headline"));
    journey.walks_until(&headline);
    journey.repairs("consent");
    journey.presses("consent", 'a');
    let accepted = words(&journey.texts.word("connect.accepted"));
    journey.walks_until(&accepted);
    journey.terminal.types("\x03");
    assert_eq!(journey.terminal.ended(), 2);
}

/// One line at a time, the same keys by their names.
#[test]
fn line_mode_names_leads_and_tries_again() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().to_str().unwrap();
    let arguments = ["--demo", "smtp_auth_disabled_mailbox", "--front", "line", "--config", config];
    let mut terminal = Terminal::run(PROGRAM, &arguments);
    for step in &TO_THE_SIGN_IN[..TO_THE_SIGN_IN.len() - 1] {
        terminal.reads(step);
        terminal.reads("> ");
        terminal.types("\r");
    }
    for (text, answer) in [
        ("The code runs out in", "a\r"),
        ("What the token says", "\r"),
        ("Authenticated SMTP is switched off for this mailbox (certain)", "g\r"),
        ("Do what the fix says", "f\r"),
        ("Done over there", "\r"),
        ("235: the mail server accepts the sign-in.", "q\r"),
    ] {
        terminal.reads(text);
        terminal.reads("> ");
        terminal.types(answer);
    }
    assert_eq!(terminal.ended(), 2);
}

/// They mostly wait, for the pause between two polls above all.
const AT_ONCE: usize = 8;

/// Of the authority's, those that differ in what a hand has to do.
const BY_HAND: [&str; 15] = [
    "tenant_wrong",
    "client_id_wrong",
    "secret_expired",
    "public_client_flow_disabled_late",
    "consent_declined",
    "device_code_expired",
    "device_code_blocked",
    "user_must_be_upn",
    "wrong_audience_graph_token",
    "redirect_platform_wrong",
    "account_cannot_sign_in",
    "malformed_scope",
    "ca_blocks_app",
    "mfa_needed_for_ropc",
    "refresh_token_expired",
];

/// Of the mail servers', likewise.
const BY_HAND_OF_EXCHANGE: [&str; 11] = [
    "host_name_unknown",
    "wrong_host_or_port",
    "certificate_untrusted",
    "starttls_missing",
    "xoauth2_not_offered",
    "smtp_auth_disabled_tenant",
    "smtp_auth_disabled_mailbox",
    "hve_app_not_allowed",
    "hve_account_needed",
    "throttled_rate",
    "send_as_denied",
];

#[test]
fn faults_are_named_and_mended_by_hand() {
    let next = AtomicUsize::new(0);
    let by_hand = [&BY_HAND[..], &BY_HAND_OF_EXCHANGE].concat();
    let stories: Vec<&Story> = stories::all().filter(|story| by_hand.contains(&story.fault)).collect();
    assert_eq!(stories.len(), by_hand.len());
    let tell_all = || {
        while let Some(story) = stories.get(next.fetch_add(1, Ordering::Relaxed)) {
            told(story);
        }
    };
    std::thread::scope(|scope| {
        let tellers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(tell_all)).collect();
        for teller in tellers {
            assert!(teller.join().is_ok(), "see above which one");
        }
    });
}
