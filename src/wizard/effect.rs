//! Everything the wizard may ask for.

/// Tells a live answer from a late one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u32);

#[derive(Debug, Clone, PartialEq)]
pub enum Report {}
