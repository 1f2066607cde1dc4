//! The program's own assertions, judged by the simulator, with which they share no code.

use smtp_oauth::{
    entra::{
        Certificate, Failure,
        assertion::{Algorithm, sign},
        grant::{self, Credential, Registration},
    },
    runtime::web,
    simulator::{Simulator, tenant::State},
};

const SCOPE: &str = "https://outlook.office365.com/.default";

/// A pair, and the certificate's DER.
fn pair() -> (Certificate, Vec<u8>) {
    let (certificate, key, der) = crate::keys::pair();
    (Certificate::read(certificate.as_bytes(), Some(key.as_bytes())).unwrap(), der)
}

fn registration(simulator: &Simulator) -> Registration {
    let announced = simulator.announcement();
    Registration {
        authority: announced.authority.parse().unwrap(),
        tenant: announced.tenant.parse().unwrap(),
        client_id: announced.client_id.parse().unwrap(),
        credential: Credential::None,
        trust: Some(announced.ca_file.clone().into()),
    }
}

/// What comes of a request with an assertion for `meant`, made `late` seconds from now.
async fn outcome(simulator: &Simulator, meant: &Registration, algorithm: Algorithm, late: i64) -> Result<(), Failure> {
    let now = chrono::Utc::now().timestamp();
    let assertion = sign(&pair().0, meant, algorithm, now + late, "1").unwrap();
    let asked = Registration { credential: Credential::Assertion(assertion), ..registration(simulator) };
    let request = grant::client_credentials(&asked, SCOPE).unwrap();
    grant::read(&web::fetch(&request).await.unwrap(), now).map(|tokens| assert!(!tokens.access.is_empty()))
}

async fn simulator() -> Simulator {
    let mut state = State::healthy();
    state.registrations[0].certificates.push(pair().1);
    Simulator::start(state).await.unwrap()
}

#[tokio::test]
async fn both_algorithms_get_a_token_from_a_clock_that_is_a_little_off() {
    let simulator = simulator().await;
    let meant = registration(&simulator);
    for late in [-300, 0, 30] {
        assert_eq!(outcome(&simulator, &meant, Algorithm::Ps256, late).await, Ok(()));
        assert_eq!(outcome(&simulator, &meant, Algorithm::Rs256, late).await, Ok(()));
    }
}

#[tokio::test]
async fn another_tenant_another_app_another_time_and_no_certificate_are_told_apart() {
    let simulator = simulator().await;
    let meant = registration(&simulator);
    let code = async |meant: &Registration, late| {
        outcome(&simulator, meant, Algorithm::Ps256, late).await.unwrap_err().codes[0]
    };
    let elsewhere = Registration { authority: "https://login.example".parse().unwrap(), ..meant.clone() };
    assert_eq!(code(&elsewhere, 0).await, 700_023);
    let another = Registration { client_id: "0f000000-0000-4000-8000-000000000009".parse().unwrap(), ..meant.clone() };
    assert_eq!(code(&another, 0).await, 700_021);
    assert_eq!(code(&meant, 600).await, 700_024);
    assert_eq!(code(&meant, -1200).await, 700_024);
    simulator.with_state(|state| state.registrations[0].certificates.clear());
    assert_eq!(code(&meant, 0).await, 700_027);
}
