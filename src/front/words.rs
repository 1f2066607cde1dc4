//! The few words a front itself needs, in a language chosen by the caller. All else arrives
//! inside the `Screen`, already a sentence.

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Words {
            $($(#[$doc])* pub $name: String,)*
        }

        impl Words {
            /// The keys of the table `[front]`, one a field.
            pub const KEYS: &[&str] = &[$(stringify!($name)),*];

            /// Made from the texts of one language; `text` is asked for each of [`Words::KEYS`].
            pub fn new(mut text: impl FnMut(&str) -> String) -> Self {
                Self { $($name: text(stringify!($name)),)* }
            }
        }
    };
}

words! {
    /// The other language, where its own letters cannot be shown.
    other_language,
    more_above,
    more_around,
    more_below,
    /// `{width}` and `{height}`: the size of window that would hold the QR code.
    qr_needs,
    /// What Enter does to a secret that was given before.
    kept,
    /// `{count}`: how long a secret in its field is.
    characters,
    why,
    evidence,
    fix,
    commands,
    next,
    source,
    leave,
    /// After a text was shown outside the full screen.
    press_enter,
    checklist,
    /// Line mode, above the keys: an answer is typed as it stands, a key with a colon before it.
    answer_or_key,
    choose_number,
    choose_key,
    /// `{what}`: the answers there are.
    not_known,
}

#[cfg(test)]
impl Words {
    pub fn in_language(table: &str) -> Self {
        let texts: toml::Table = table.parse().unwrap();
        Self::new(|key| texts["front"][key].as_str().unwrap().to_owned())
    }

    pub fn english() -> Self {
        Self::in_language(include_str!("../language/en.toml"))
    }

    pub fn japanese() -> Self {
        Self::in_language(include_str!("../language/ja.toml"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_each_word_and_no_other() {
        for table in [include_str!("../language/en.toml"), include_str!("../language/ja.toml")] {
            let texts: toml::Table = table.parse().unwrap();
            let mut keys: Vec<&str> = texts["front"].as_table().unwrap().keys().map(String::as_str).collect();
            let mut wanted = Words::KEYS.to_vec();
            keys.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(keys, wanted);
        }
    }
}
