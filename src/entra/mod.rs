//! Microsoft's identity platform as a protocol: requests and answers as values, nothing sent here.
//! Every request goes to `{authority}/{tenant}/…` and nowhere else, whatever discovery says.

pub mod assertion;
pub mod browser;
pub mod certificate;
pub mod cloud;
pub mod device;
pub mod discovery;
pub mod failure;
pub mod grant;
pub mod patience;
pub mod wire;

pub use certificate::Certificate;
pub use cloud::Cloud;
pub use failure::Failure;
