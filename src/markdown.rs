//! Text as Markdown (CommonMark 0.31, GitHub's extensions): what comes from outside stays what it is, code that
//! nothing in it can break out of. It does not know what is said, and hides nothing.

use crate::visible;

/// A code span around whatever is in it (CommonMark 6.1), on one line.
pub fn code(text: &str) -> String {
    let text = visible::line(text);
    let longest = longest_run(&text);
    let fence = "`".repeat(longest + 1);
    // One space at each end is taken off again; without them text that begins or ends with one would lose its own.
    let edge = |end: Option<char>| end.is_none_or(|c| c == ' ' || c == '`');
    let space = if longest > 0 || edge(text.chars().next()) || edge(text.chars().last()) { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Lines of code (CommonMark 4.5); the fence is longer than any in them.
pub fn fenced(language: &str, text: &str) -> String {
    let text = visible::text(text);
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

/// Words at the beginning of a line, none of which is read as markup.
pub fn words(text: &str) -> String {
    at_the_beginning(words_within(text))
}

/// The same where something stands before them. An underscore within a word is none.
pub fn words_within(text: &str) -> String {
    let text = visible::line(text);
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let after = letters.peek().copied().unwrap_or(' ');
        let inside = letter == '_' && before.is_alphanumeric() && after.is_alphanumeric();
        // What would be an entity is one only with a name behind it.
        let entity = letter == '&' && (after.is_ascii_alphabetic() || after == '#');
        if entity || ("\\`*_<[]|~$".contains(letter) && !inside) {
            out.push('\\');
        }
        out.push(letter);
        before = letter;
    }
    out
}

/// What a line must not begin with: a list, a heading, a quotation.
fn at_the_beginning(mut out: String) -> String {
    let digits = out.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = digits > 0 && out[digits..].starts_with(['.', ')']);
    if numbered {
        out.insert(digits, '\\');
    } else if out.starts_with(['#', '>', '+', '-', '=']) {
        out.insert(0, '\\');
    }
    out
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_code() {
        assert_eq!(code("535 5.7.3"), "`535 5.7.3`");
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
        assert_eq!(code(" x\n"), "`  x^J `");
        assert_eq!(code(""), "`  `");
        assert_eq!(fenced("text", "S: 250 ```\n</pre>\n"), "````text\nS: 250 ```\n</pre>\n````\n");
        assert_eq!(fenced("", "a\u{1b}[2J"), "```\na^[[2J\n```\n");
    }

    #[test]
    fn words_are_no_markup() {
        assert_eq!(
            words("*a* _b_ c_d <b> [x](y) a|b ~~c~~ $1$"),
            "\\*a\\* \\_b\\_ c_d \\<b> \\[x\\](y) a\\|b \\~\\~c\\~\\~ \\$1\\$"
        );
        assert_eq!((words("# a"), words("1. a"), words("> a")), ("\\# a".into(), "1\\. a".into(), "\\> a".into()));
        assert_eq!(
            (words("- a"), words("12 a"), words("AT&T &lt;")),
            ("\\- a".into(), "12 a".into(), "AT\\&T \\&lt;".into())
        );
        assert_eq!(words("a\nb"), "a^Jb");
    }
}
