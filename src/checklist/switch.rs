//! An item that one product alone has. Its id is `product:` and the id of the step that settles it, whose title it
//! goes by.

use std::{collections::BTreeSet, sync::Mutex};

const PREFIX: &str = "product:";

/// Ids come from a product's file, from a cause's, or from a draft, and live as long as the program.
static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Switch(&'static str);

impl Switch {
    /// `None` for what is no id of this form.
    pub fn find(id: &str) -> Option<Self> {
        let step = id.strip_prefix(PREFIX)?;
        let plain = step.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if step.is_empty() || step.len() > 64 || !plain {
            return None;
        }
        let mut known = KNOWN.lock().ok()?;
        if let Some(id) = known.get(id) {
            return Some(Self(id));
        }
        let id: &'static str = Box::leak(id.into());
        known.insert(id);
        Some(Self(id))
    }

    pub fn id(self) -> &'static str {
        self.0
    }

    /// The step that settles it.
    pub fn step(self) -> &'static str {
        self.0.strip_prefix(PREFIX).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_id_is_one_item_and_nothing_else_is_any() {
        let one = Switch::find("product:expose-api").unwrap();
        assert_eq!((Switch::find("product:expose-api"), one.step()), (Some(one), "expose-api"));
        for wrong in ["product:", "expose-api", "product:Expose", "product:a b", "product:\u{1b}", &PREFIX.repeat(20)] {
            assert_eq!(Switch::find(wrong), None, "{wrong}");
        }
    }
}
