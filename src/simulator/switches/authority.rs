//! Who may sign in, by which policies, and whether the authority answers.

use super::either;
use crate::simulator::{
    Instant,
    tenant::{Access, Between, State},
};

pub fn switch(state: &mut State, key: &str, value: &str, now: Instant) -> Option<()> {
    let number = || value.parse::<u32>().ok();
    match key {
        "account" => account(state, value)?,
        "second_factor" => state.policy.second_factor = either(value, "required", "off")?.then_some(now),
        "conditional_access" => {
            state.policy.access = match value {
                "grant" => Access::Granted,
                "block" => Access::Blocked,
                "managed-device" => Access::ManagedDevice,
                _ => return None,
            }
        }
        "sign_in_frequency" if value == "off" => state.policy.sign_in_frequency = None,
        "sign_in_frequency" => state.policy.sign_in_frequency = Some(i64::from(number()?)),
        "most_tokens" => state.policy.most_tokens = usize::try_from(number()?).ok()?,
        "exchange" => state.tenant.exchange = either(value, "on", "off")?,
        "password_agents" => state.tenant.agents = either(value, "up", "down")?,
        "authority" => state.authority.busy = either(value, "busy", "up")?,
        "https_between" => {
            state.authority.between = match value {
                "nothing" => Between::Nothing,
                "page" => Between::Page,
                "silence" => Between::Silence,
                _ => return None,
            }
        }
        _ => return None,
    }
    Some(())
}

fn account(state: &mut State, value: &str) -> Option<()> {
    let (upn, set) = value.rsplit_once(':')?;
    let upn = state.user(upn)?.upn.clone();
    let user = state.users.iter_mut().find(|user| user.upn == upn)?;
    (user.enabled, user.locked) = match set {
        "on" => (true, false),
        "off" => (false, false),
        "locked" => (true, true),
        _ => return None,
    };
    Some(())
}
