//! The wizard: a pure core.
pub mod effect;
pub mod message;
pub mod screen;
