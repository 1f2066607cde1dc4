//! The device-code flow (RFC 8628 as Entra does it): the request for a code, and the poll. What the
//! person does with the code is [`super::approval`].

use chrono::TimeDelta;
use serde_json::json;

use super::{
    Answer, Answered, Form, Request,
    client::{self, Prover},
    discovery::Directory,
    failure, grant_failure, issue, scope,
};
use crate::simulator::{
    Instant, Site,
    ledger::{DeviceRequest, DeviceStage},
    tenant::{PublicClientFlows, Registration, State},
};

/// A client that waits the interval to the millisecond is not to be blamed for a busy machine.
const SLACK: TimeDelta = TimeDelta::milliseconds(250);

pub fn request(state: &mut State, site: &Site, tenant: &str, request: &Request, now: Instant) -> Answered {
    let form = client::form(request)?;
    let directory = Directory::named(state, tenant)?;
    let app = client::registration(state, directory, &form)?;
    if directory == Directory::Consumers && app.public_client_flows != PublicClientFlows::On {
        return Err(failure::not_marked_as_mobile());
    }
    if app.public_client_flows == PublicClientFlows::Off {
        Prover { state, site, app: &app, now }.fallback(&form)?;
    }
    let wanted = client::required(&form, "scope")?;
    let asked = scope::parse(wanted, (directory, &app), &state.tenant.name, scope::Mixed::Refused)?;

    let (lifetime, interval) = (state.policy.device_code_lifetime, state.policy.device_interval);
    let serial = &mut state.ledger.serial;
    let (user_code, device_code) = (serial.user_code(), serial.text(260));
    // Personal accounts have a page of their own.
    let page = if directory == Directory::Consumers { "link" } else { "device" };
    let verification_uri = format!("{}/{page}", site.authority);
    let body = json!({
        "user_code": user_code,
        "device_code": device_code,
        "verification_uri": verification_uri,
        "expires_in": lifetime,
        "interval": interval,
        "message": format!(
            "To sign in, use a web browser to open the page {verification_uri} and enter the code {user_code} to \
             authenticate."
        ),
    });
    state.ledger.keep_device(DeviceRequest {
        device_code,
        user_code,
        client_id: app.client_id,
        directory,
        asked,
        expires: now + TimeDelta::seconds(lifetime),
        interval,
        polled: None,
        stage: DeviceStage::Pending,
    });
    Ok(Answer::json(200, &body))
}

pub fn poll(state: &mut State, site: &Site, client: (Directory, &Registration), form: &Form, now: Instant) -> Answered {
    let (directory, app) = client;
    let proof = Prover { state, site, app, now }.fallback(form);
    if app.public_client_flows != PublicClientFlows::OffLate {
        proof.clone()?;
    }
    let code = client::required(form, "device_code")?;
    let place = state.ledger.devices.iter().position(|device| device.device_code == code);
    let device =
        place.and_then(|place| state.ledger.devices.get_mut(place)).ok_or_else(grant_failure::device_code_unknown)?;
    if device.client_id != app.client_id {
        return Err(grant_failure::grant_invalid());
    }
    if device.directory != directory {
        return Err(grant_failure::other_tenants_code());
    }
    let polled = device.polled.replace(now);
    let upn = match &device.stage {
        DeviceStage::Redeemed => return Err(grant_failure::already_redeemed()),
        _ if now >= device.expires => return Err(grant_failure::device_code_expired()),
        DeviceStage::Declined => return Err(grant_failure::declined()),
        DeviceStage::Blocked => return Err(failure::blocked_by_conditional_access()),
        DeviceStage::Pending => {
            let early = polled.is_some_and(|polled| now - polled + SLACK < TimeDelta::seconds(device.interval));
            if early {
                device.interval += 5;
            }
            return Err(if early { grant_failure::slow_down() } else { grant_failure::pending() });
        }
        DeviceStage::Approved(upn) => upn.clone(),
    };
    let proof = proof?;
    device.stage = DeviceStage::Redeemed;
    let asked = device.asked.clone();
    let user = state.user(&upn).cloned().ok_or_else(grant_failure::grant_invalid)?;
    let session = issue::Session { app, user: &user, asked: &asked, proof, from_device_code: true, began: None };
    issue::delegated(state, site, &session, now)
}
