//! Makes `screenshots/*.svg` from the program itself: the demo, walked in a terminal of 80×24.
//! `cargo build && cargo run --example screenshots`

use std::{
    fmt::Write as _,
    fs,
    io::{Read, Write},
    num::NonZeroU16,
    path::PathBuf,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use portable_pty::{CommandBuilder, NativePtySystem, PtySize, PtySystem};
use vt100::{Cell, Color, Parser, Screen};

const ROWS: u16 = 24;
const COLUMNS: u16 = 80;
const SIZE: (NonZeroU16, NonZeroU16) = match (NonZeroU16::new(ROWS), NonZeroU16::new(COLUMNS)) {
    (Some(rows), Some(columns)) => (rows, columns),
    _ => unreachable!(),
};
const LIMIT: Duration = Duration::from_secs(30);

struct Terminal {
    keys: Box<dyn Write + Send>,
    bytes: Receiver<Vec<u8>>,
    parser: Parser,
}

impl Terminal {
    fn open(arguments: &[&str]) -> anyhow::Result<Self> {
        let size = PtySize { rows: ROWS, cols: COLUMNS, pixel_width: 0, pixel_height: 0 };
        let pty = NativePtySystem::default().openpty(size)?;
        let mut command = CommandBuilder::new(binary()?);
        command.args(arguments);
        command.env("LANG", "C.UTF-8");
        command.env("TERM", "xterm-256color");
        pty.slave.spawn_command(command)?;
        let (sender, bytes) = mpsc::channel();
        let mut reader = pty.master.try_clone_reader()?;
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let keys = pty.master.take_writer()?;
        // The terminal lives as long as the program runs in it.
        std::mem::forget(pty.master);
        Ok(Self { keys, bytes, parser: Parser::new(SIZE.0, SIZE.1, 0) })
    }

    fn wait_for(&mut self, text: &str) -> anyhow::Result<()> {
        let until = Instant::now() + LIMIT;
        while !self.parser.screen().contents().contains(text) {
            match self.bytes.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.parser.process(&bytes),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    anyhow::bail!("never saw {text:?} on\n{}", self.parser.screen().contents())
                }
            }
        }
        // What belongs to the same drawing arrives at once.
        while let Ok(bytes) = self.bytes.recv_timeout(Duration::from_millis(100)) {
            self.parser.process(&bytes);
        }
        Ok(())
    }

    fn press(&mut self, keys: &str) -> anyhow::Result<()> {
        self.keys.write_all(keys.as_bytes())?;
        Ok(self.keys.flush()?)
    }

    fn picture(&self, name: &str) -> anyhow::Result<()> {
        fs::create_dir_all("screenshots")?;
        fs::write(format!("screenshots/{name}.svg"), svg(self.parser.screen()))?;
        println!("screenshots/{name}.svg");
        Ok(())
    }
}

fn binary() -> anyhow::Result<PathBuf> {
    let here = std::env::current_exe()?;
    let built = here.parent().and_then(|examples| examples.parent()).map(|target| target.join("smtp-oauth"));
    built.filter(|path| path.exists()).ok_or_else(|| anyhow::anyhow!("run `cargo build` first"))
}

/// What each step of the path shows, and the picture that is taken of it.
const TO_THE_SIGN_IN: [(&str, Option<&str>); 10] = [
    ("The mailbox that sends", None),
    ("belongs to the tenant", None),
    ("How the sign-in is given", Some("ways")),
    ("The app registration", Some("registration")),
    ("Allow public client flows", None),
    ("Permissions", None),
    ("Client secret (Value)", None),
    ("Manage email apps", None),
    ("Sender address", None),
    ("The code runs out in", Some("sign-in")),
];

fn main() -> anyhow::Result<()> {
    the_path()?;
    a_fault()
}

fn a_fault() -> anyhow::Result<()> {
    let mut terminal = Terminal::open(&["--demo", "smtp_auth_disabled_tenant"])?;
    terminal.wait_for("What is to send mail?")?;
    for (title, _) in TO_THE_SIGN_IN {
        terminal.press("\r")?;
        terminal.wait_for(title)?;
    }
    terminal.press("a")?;
    terminal.wait_for("What the token says")?;
    terminal.press("\r")?;
    terminal.wait_for("switched off for the whole organisation")?;
    terminal.picture("verdict")?;
    terminal.press("\u{3}")
}

fn the_path() -> anyhow::Result<()> {
    let mut terminal = Terminal::open(&["--demo"])?;
    terminal.wait_for("What is to send mail?")?;
    for (title, name) in TO_THE_SIGN_IN {
        terminal.press("\r")?;
        terminal.wait_for(title)?;
        if let Some(name) = name {
            terminal.picture(name)?;
        }
    }
    terminal.press("a")?;
    terminal.wait_for("What the token says")?;
    terminal.picture("token")?;
    terminal.press("\r")?;
    terminal.wait_for("Valid until")?;
    terminal.picture("connection")?;
    terminal.press("o")?;
    terminal.wait_for("Show the evidence for")?;
    terminal.picture("checklist")?;
    terminal.press("\u{1b}")?;
    terminal.wait_for("Connection test")?;
    terminal.press("\r")?;
    terminal.wait_for("A real message")?;
    terminal.press("\u{e}")?;
    terminal.wait_for("Name of the account")?;
    terminal.press("\r")?;
    terminal.wait_for("config.toml")?;
    terminal.picture("save")?;
    terminal.press("\u{3}")
}

const CELL: (u16, u16) = (9, 19);

/// Every run of cells of one style is one text, stretched to its columns so that no font shifts them.
fn svg(screen: &Screen) -> String {
    let (width, height) = (COLUMNS * CELL.0, ROWS * CELL.1);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"15\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#101418\"/>\n"
    );
    for row in 0..ROWS {
        let mut column = 0;
        while column < COLUMNS {
            let style = style(screen.cell(row, column));
            let start = column;
            let mut text = String::new();
            while column < COLUMNS && self::style(screen.cell(row, column)) == style {
                let cell = screen.cell(row, column).filter(|cell| cell.has_contents());
                text.push_str(cell.map_or(" ", Cell::contents));
                column += 1;
            }
            draw(&mut out, row, start, column - start, &text, &style);
        }
    }
    out + "</svg>\n"
}

#[derive(PartialEq)]
struct Style {
    ink: String,
    paper: Option<String>,
    bold: bool,
}

fn style(cell: Option<&Cell>) -> Style {
    let Some(cell) = cell else { return Style { ink: String::new(), paper: None, bold: false } };
    let (ink, paper) = (color(cell.fgcolor()), color(cell.bgcolor()));
    let (ink, paper) =
        if cell.inverse() { (paper.or(Some("#101418".into())), ink.or(Some("#d8dee4".into()))) } else { (ink, paper) };
    let ink = ink.unwrap_or_else(|| if cell.dim() { "#8b949e".into() } else { "#d8dee4".into() });
    Style { ink, paper, bold: cell.bold() }
}

fn color(color: Color) -> Option<String> {
    const NAMED: [&str; 16] = [
        "#101418", "#f47067", "#57ab5a", "#c69026", "#539bf5", "#b083f0", "#39c5cf", "#d8dee4", "#768390", "#ff938a",
        "#6bc46d", "#daaa3f", "#6cb6ff", "#dcbdfb", "#56d4dd", "#ffffff",
    ];
    match color {
        Color::Default => None,
        Color::Idx(index) => Some(NAMED.get(usize::from(index)).unwrap_or(&"#d8dee4").to_string()),
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
    }
}

fn draw(out: &mut String, row: u16, column: u16, columns: u16, text: &str, style: &Style) {
    let (x, y) = (column * CELL.0, row * CELL.1);
    let width = columns * CELL.0;
    if let Some(paper) = &style.paper {
        let _ = writeln!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" fill=\"{paper}\"/>", CELL.1);
    }
    if text.chars().all(|c| c == '▀') {
        // A font leaves gaps between half blocks; a telephone must be able to read this.
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" fill=\"{}\"/>",
            f32::from(CELL.1) / 2.0,
            style.ink
        );
    } else if !text.trim().is_empty() {
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let weight = if style.bold { " font-weight=\"bold\"" } else { "" };
        let baseline = y + CELL.1 - 5;
        let _ = writeln!(
            out,
            "<text x=\"{x}\" y=\"{baseline}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{weight} xml:space=\"preserve\">{escaped}</text>",
            style.ink
        );
    }
}
