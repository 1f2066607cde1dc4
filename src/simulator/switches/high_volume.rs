//! What an Exchange administrator sets of High Volume Email: the service, its accounts, and who may use them.

use super::either;
use crate::simulator::tenant::{HighVolumeAccount, State};

/// `Add-HVEAppAccess` takes no more for an account.
const MOST_APPS: usize = 10;

pub fn switch(state: &mut State, key: &str, value: &str) -> Option<()> {
    let service = &mut state.high_volume;
    match key {
        "hve_billing" => service.billing = either(value, "on", "off")?,
        "hve_external" => service.external = either(value, "on", "off")?,
        "hve_codes" => service.older_codes = either(value, "older", "newer")?,
        "hve_min_life" => service.min_life = value.parse().ok().filter(|life| (0..=86_400).contains(life))?,
        "hve_account" => account(state, value)?,
        "hve_app_access" => app_access(state, value)?,
        _ => return None,
    }
    Some(())
}

/// A mail user of this kind, or one that is none (any more); what has a mailbox cannot become one.
fn account(state: &mut State, value: &str) -> Option<()> {
    let (upn, kind) = value.split_once(':')?;
    let kind = either(kind, "on", "off")?;
    let upn = state.user(upn)?.upn.clone();
    let user = state.users.iter_mut().find(|user| user.upn == upn).filter(|user| user.mailbox.is_none())?;
    match (kind, &user.high_volume) {
        (true, None) => user.high_volume = Some(HighVolumeAccount::default()),
        (true, Some(_)) => {}
        (false, _) => user.high_volume = None,
    }
    Some(())
}

/// `on` is the registration's own enterprise application, anything else the Object ID of another.
fn app_access(state: &mut State, value: &str) -> Option<()> {
    let (upn, app) = value.split_once(':')?;
    let own = state.registrations.first()?.object_id.clone();
    let upn = state.user(upn)?.upn.clone();
    let user = state.users.iter_mut().find(|user| user.upn == upn)?;
    let apps = &mut user.high_volume.as_mut()?.apps;
    let app = match app {
        "off" => {
            apps.clear();
            return Some(());
        }
        "on" => own,
        id => id.to_owned(),
    };
    let guid = app.len() == 36 && app.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    apps.retain(|listed| *listed != app);
    (guid && apps.len() < MOST_APPS).then(|| apps.push(app))
}
