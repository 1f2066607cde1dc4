//! The program. Everything it can do is in `smtp_oauth::command`.

use std::panic;

use smtp_oauth::command::{self, Status};

fn main() -> Status {
    // What a panic says has been printed by then; what is left is the status for a bug.
    panic::catch_unwind(|| command::run(std::env::args_os())).unwrap_or(Status::Bug)
}
