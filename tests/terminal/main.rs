//! What only a terminal shows: the fronts, and the program itself.

mod demo;
mod fronts;
mod pty;
mod resume;
