//! Microsoft's identity platform as a protocol: requests and answers as values.

pub mod wire;
