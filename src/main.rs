//! The program. Everything it can do is in `smtp_oauth::command`.

use smtp_oauth::command::{self, Status};

fn main() -> Status {
    command::run(std::env::args_os())
}
