//! What only a terminal shows: the fronts, and the program itself.

mod browser;
mod demo;
mod faults;
mod fronts;
#[path = "../keys/mod.rs"]
mod keys;
mod language;
mod pty;
mod rechecking;
mod resume;
#[path = "../walk/stories/mod.rs"]
#[expect(dead_code, reason = "the checklist is looked at by the pure walks")]
mod stories;
mod ways;
