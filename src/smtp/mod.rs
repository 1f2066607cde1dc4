//! SMTP submission with XOAUTH2, without a socket or a clock: bytes and times in, bytes and facts out.
//! Read `dialogue.rs` first; it says what is sent, what is waited for, and how a conversation can end.
//! It must know nothing of products, accounts or causes.

mod capability;
mod content;
pub mod conversation;
pub mod dialogue;
mod mask;
mod meaning;
pub mod message;
pub mod plan;
mod record;
pub mod reply;
pub mod transcript;
mod turn;
pub mod xoauth2;

pub use conversation::{Conversation, Ending, Fault, StageResult, TlsFacts};
pub use dialogue::{Dialogue, Step};
pub use plan::{Envelope, Limits, Plan, Security};
pub use reply::Reply;
pub use transcript::{Line, Side, Stage};
