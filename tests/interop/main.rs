//! The program and its simulator against programs nobody here wrote: curl, msmtp and mutt as clients, Dovecot
//! as the mail server, `oidc-provider` as the authority. Behind the feature `interop`, since they have to be
//! installed; `.ci/run` does that, as root, and runs this.
#![expect(clippy::unwrap_used, clippy::panic, reason = "this is a test throughout, helpers included")]

mod account;
mod authority;
mod browser;
mod certificate;
mod curl;
mod dovecot;
mod grants;
mod killed;
mod msmtp;
mod mutt;
mod process;
mod provider;
mod simulated;
mod sink;
mod submission;
mod systemd;
mod unattended;
mod ways;
mod wizard;
