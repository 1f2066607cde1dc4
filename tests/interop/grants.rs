//! The program's requests at `oidc-provider`'s token endpoint, one grant after the other: what it takes for a client
//! that shows itself by a secret, by a certificate's key, by nothing, and what it says when it does not.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    process::Command,
};

use smtp_oauth::{
    entra::{
        Failure,
        assertion::{Algorithm, sign},
        grant::{self, Credential, Registration, Tokens},
        wire::Request,
    },
    runtime::{pair, web},
    secret::Secret,
    token::Claims,
    wizard::effect::CertificateFiles,
};

use crate::{
    authority::USER,
    certificate::Certificates,
    process::finish,
    provider::{Provider, TENANT},
};

/// The key that the provider knows two apps by, and a certificate for it, by the line that an administrator is told.
pub fn app_certificate(directory: &Path) -> CertificateFiles {
    let (certificate, key) = (directory.join("app.pem"), directory.join("app.key"));
    let known = include_str!("../keys/rfc9500-rsa2048.pem").replace("TESTING", "PRIVATE");
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&key).unwrap();
    file.write_all(known.as_bytes()).unwrap();
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-days", "365", "-subj", "/CN=smtp-oauth"]).arg("-key").arg(&key);
    finish(command.arg("-out").arg(&certificate), "").done();
    CertificateFiles { certificate, key: Some(key) }
}

struct Authority {
    provider: Provider,
    certificates: Certificates,
}

impl Authority {
    fn start() -> Self {
        let certificates = Certificates::make();
        Self { provider: Provider::start(&certificates, "jwt"), certificates }
    }

    fn registration(&self, client_id: &str, credential: Credential) -> Registration {
        Registration {
            authority: self.provider.origin.parse().unwrap(),
            tenant: TENANT.parse().unwrap(),
            client_id: client_id.parse().unwrap(),
            credential,
            trust: Some(self.certificates.ca()),
        }
    }

    /// As `client_id`, with what is signed by its certificate's key.
    fn certified(&self, client_id: &str, algorithm: Algorithm, jti: &str) -> Registration {
        let directory = self.certificates.directory.path().join(jti);
        fs::create_dir(&directory).unwrap();
        let certificate = pair::read(&app_certificate(&directory), now()).unwrap();
        let bare = self.registration(client_id, Credential::None);
        let assertion = sign(&certificate, &bare, algorithm, now(), jti).unwrap();
        Registration { credential: Credential::Assertion(assertion), ..bare }
    }
}

fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

async fn asked(request: Option<Request>) -> Result<Tokens, Failure> {
    grant::read(&web::fetch(&request.unwrap()).await.unwrap(), now())
}

/// An app's token: for Exchange's stand-in, of the mailbox, and without a way to renew it.
fn is_the_apps(tokens: &Tokens) {
    let claims = Claims::read(&tokens.access);
    assert_eq!((claims.idtyp.as_deref(), claims.upn.as_deref()), (Some("app"), Some(USER)), "{claims:?}");
    assert_eq!((tokens.scope.as_str(), &tokens.refresh), ("SMTP.Send", &None));
}

#[tokio::test]
async fn an_app_shows_itself_by_a_secret() {
    let authority = Authority::start();
    let by = |secret: &str| authority.registration("app-by-secret", Credential::Secret(Secret::new(secret)));
    is_the_apps(&asked(grant::client_credentials(&by("CANARY-of-the-app"), "SMTP.Send")).await.unwrap());
    let refused = asked(grant::client_credentials(&by("CANARY-of-another"), "SMTP.Send")).await.unwrap_err();
    assert_eq!((refused.status, refused.error.as_str()), (401, "invalid_client"));
}

#[tokio::test]
async fn an_app_shows_itself_by_a_certificates_key() {
    let authority = Authority::start();
    let first = authority.certified("app-by-certificate", Algorithm::Ps256, "first");
    is_the_apps(&asked(grant::client_credentials(&first, "SMTP.Send")).await.unwrap());
    let again = asked(grant::client_credentials(&first, "SMTP.Send")).await.unwrap_err();
    assert_eq!(again.error, "invalid_client", "an assertion is good for once");
    let second = authority.certified("app-by-certificate", Algorithm::Ps256, "second");
    is_the_apps(&asked(grant::client_credentials(&second, "SMTP.Send")).await.unwrap());
}

#[tokio::test]
async fn a_server_that_knows_one_algorithm_is_asked_again_with_that() {
    let authority = Authority::start();
    let first = authority.certified("app-by-old-certificate", Algorithm::default(), "first");
    let refused = asked(grant::client_credentials(&first, "SMTP.Send")).await.unwrap_err();
    let algorithm = Algorithm::default().instead(&refused).unwrap();
    let second = authority.certified("app-by-old-certificate", algorithm, "second");
    is_the_apps(&asked(grant::client_credentials(&second, "SMTP.Send")).await.unwrap());
}

#[tokio::test]
async fn a_password_brings_a_token_that_is_renewed_with_another_refresh_token_each_time() {
    let authority = Authority::start();
    let scopes = ["SMTP.Send", "offline_access"].map(str::to_owned);
    let registrations = [
        authority.registration("public-client", Credential::None),
        authority.registration("confidential-client", Credential::Secret(Secret::new("CANARY-of-the-app"))),
    ];
    for registration in registrations {
        let by = |password: &str| grant::password(&registration, USER, &Secret::new(password), &scopes);
        let refused = asked(by("CANARY-of-another")).await.unwrap_err();
        assert_eq!((refused.status, refused.error.as_str()), (400, "invalid_grant"));
        let first = asked(by("CANARY-of-the-person")).await.unwrap();
        assert_eq!(Claims::read(&first.access).upn.as_deref(), Some(USER));
        let refresh = first.refresh.unwrap();
        let second = asked(grant::refresh(&registration, &refresh, &scopes)).await.unwrap();
        assert_ne!(second.refresh.unwrap(), refresh);
        let void = asked(grant::refresh(&registration, &refresh, &scopes)).await.unwrap_err();
        assert_eq!(void.error, "invalid_grant");
    }
}
