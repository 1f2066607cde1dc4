//! `oidc-provider` as the authority of one tenant; see `provider.mjs`.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    certificate::Certificates,
    curl,
    dovecot::Validation,
    process::{Running, finish},
};

pub const TENANT: &str = "8d2c1f4e-0000-4000-8000-1234567890ab";

pub struct Provider {
    _server: Running,
    pub origin: String,
    ca_file: PathBuf,
}

impl Provider {
    /// Access tokens are `jwt` or `opaque`.
    pub fn start(certificates: &Certificates, format: &str) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop");
        assert!(here.join("node_modules").exists(), "`.ci/run` installs it; alone: `npm ci` in {}", here.display());
        let mut command = Command::new("node");
        command.arg(here.join("provider.mjs")).arg(certificates.leaf()).arg(certificates.key()).args([TENANT, format]);
        // It warns that it is not for production.
        let mut server = Running::start(command.stderr(Stdio::null()));
        let origin = server.line();
        Self { _server: server, origin, ca_file: certificates.ca() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}/{TENANT}/{path}", self.origin)
    }

    pub fn keys(&self) -> Value {
        finish(curl::trusting(&self.ca_file).arg(self.url("discovery/v2.0/keys")), "").json()
    }

    /// Dovecot asks this authority about every token (RFC 7662).
    pub fn introspection(&self) -> Validation {
        let url = self.url("oauth2/v2.0/introspect").replace("://", "://mail-server:CANARY-of-the-server@");
        Validation(format!(
            "introspection_mode = post\nintrospection_url = {url}\ntls_ca_cert_file = {}\n\
             active_attribute = active\nactive_value = true\n",
            self.ca_file.display()
        ))
    }
}
