//! A certificate authority of the day and one leaf for loopback, as files that servers and clients are
//! pointed at. The directory is open to others: servers read it as users of their own.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use tempfile::TempDir;

pub struct Certificates {
    pub directory: TempDir,
}

impl Certificates {
    pub fn make() -> Self {
        let mut builder = tempfile::Builder::new();
        let directory = builder.prefix("interop-").permissions(fs::Permissions::from_mode(0o755)).tempdir().unwrap();
        let made = Self { directory };
        let mut root = CertificateParams::default();
        root.distinguished_name.push(DnType::CommonName, "of the test, not to be trusted");
        root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let root = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
        let names = ["localhost", "127.0.0.1"].map(str::to_owned);
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(names).unwrap().signed_by(&key, &root).unwrap();
        fs::write(made.ca(), root.pem()).unwrap();
        fs::write(made.leaf(), leaf.pem()).unwrap();
        fs::write(made.key(), key.serialize_pem()).unwrap();
        made
    }

    pub fn ca(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    pub fn leaf(&self) -> PathBuf {
        self.directory.path().join("leaf.pem")
    }

    pub fn key(&self) -> PathBuf {
        self.directory.path().join("key.pem")
    }

    /// One file that trusts this authority and the one of another file.
    pub fn ca_and(&self, other: &str) -> PathBuf {
        let both = self.directory.path().join("both.pem");
        fs::write(&both, fs::read_to_string(self.ca()).unwrap() + &fs::read_to_string(other).unwrap()).unwrap();
        both
    }
}
