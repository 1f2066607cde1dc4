//! What a key is called, on the footer and in the menu of line mode.

use crate::wizard::screen::Key;

/// A key by its name; line mode takes it typed as a line, in any case.
pub fn name(key: Key) -> String {
    match key {
        Key::Enter => "Enter".to_owned(),
        Key::Esc => "Esc".to_owned(),
        Key::F2 => "F2".to_owned(),
        Key::Letter(letter) => letter.to_string(),
    }
}

/// A key as it is pressed: a letter with Ctrl while letters are text.
pub fn pressed(key: Key, takes_text: bool) -> String {
    match key {
        Key::Letter(letter) if takes_text => format!("^{}", letter.to_ascii_uppercase()),
        key => name(key),
    }
}
