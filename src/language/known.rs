//! The languages there are. A new one is an entry here and the files it names: each holds the words that stand at its
//! place in English, under the same keys. Between code and files stands what is set between two sentences.

macro_rules! languages {
    ($($name:ident $code:literal $space:literal { $($place:literal: $file:literal,)* })*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum Language {
            #[default]
            $($name,)*
        }

        impl Language {
            pub const ALL: [Self; [$($code,)*].len()] = [$(Self::$name,)*];

            /// As ISO 639-1 has it.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// Between two sentences.
            pub fn space(self) -> &'static str {
                match self {
                    $(Self::$name => $space,)*
                }
            }

            /// The place that the words of a file stand at, and the file.
            pub fn files(self) -> &'static [(&'static str, &'static str)] {
                match self {
                    $(Self::$name => &[$(($place, include_str!($file)),)*],)*
                }
            }
        }
    };
}

languages! {
    English "en" " " { "": "en.toml", "handover": "handover.en.toml", "report": "report.en.toml", "values": "values.en.toml", }
    Japanese "ja" "" { "": "ja.toml", "handover": "handover.ja.toml", "report": "report.ja.toml", "values": "values.ja.toml", "steps": "../checklist/steps.ja.toml", "help": "help.ja.toml", }
}

/// Where the words of `--help` stand; English ones stand with the options.
pub const HELP: &str = "help";

impl Language {
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(code))
    }

    /// What F2 leads to from this one: the next, and from the last to the first.
    pub fn other(self) -> Self {
        let next = Self::ALL.iter().position(|language| *language == self).map_or(0, |at| at + 1);
        Self::ALL.get(next).copied().unwrap_or_default()
    }
}
