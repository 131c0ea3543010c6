//! Regular expressions that ECMA-262 (with and without the flag `u`), Python's `re` and Rust's `regex` read alike.
//!
//! No flag for letter case, no `\s` or `\d`, which do not mean the same everywhere, no lookahead. What is wider than what the
//! converter takes is so on purpose: a schema must not refuse what the API takes.

use std::fmt::Write as _;

/// Whitespace and whatever else is no visible ASCII character: the converter passes over some of it.
pub(super) const AROUND: &str = "[^!-~]*";

/// Whitespace of ASCII alone.
pub(super) const SPACE: &str = "[\t-\r ]*";

/// A text with each character that means something in a pattern escaped.
pub(super) fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        if r"\^$.|?*+()[]{}".contains(c) {
            out.push('\\');
        }
        out.push(c);
        out
    })
}

/// A text in any case of its ASCII letters: `[Ii][Dd]`.
pub(super) fn any_case(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        if c.is_ascii_alphabetic() {
            // Writing to a string cannot fail.
            let _ = write!(out, "[{}{}]", c.to_ascii_uppercase(), c.to_ascii_lowercase());
        } else {
            out.push_str(&escaped(c.encode_utf8(&mut [0; 4])));
        }
        out
    })
}

/// The name of a property in any case.
pub(super) fn name(name: &str) -> String {
    format!("^{}$", any_case(name))
}

/// One of several patterns.
pub(super) fn one_of(patterns: impl IntoIterator<Item = String>) -> String {
    let all: Vec<String> = patterns.into_iter().collect();
    format!("(?:{})", all.join("|"))
}

/// A code as the engine compares it with the tenant's: in any case, with whitespace around it, and a number also with leading
/// zeros. A letter beyond ASCII may have another case of another length, so that any such letters will do in its place.
pub(super) fn code(code: &str) -> String {
    let mut out = String::from(AROUND);
    let is_number = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        out.push_str("0*");
    }
    let digits = if is_number {
        code.trim_start_matches('0')
    } else {
        code
    };
    let mut wide = false;
    for c in digits.chars() {
        if !c.is_ascii() {
            if !wide {
                out.push_str("[^!-~]*");
            }
            wide = true;
            continue;
        }
        wide = false;
        match c.to_ascii_lowercase() {
            // Two letters beyond ASCII have these as their lower case.
            'i' => out.push_str("[Ii\u{130}]"),
            'k' => out.push_str("[Kk\u{212a}]"),
            _ => out.push_str(&any_case(c.encode_utf8(&mut [0; 4]))),
        }
    }
    out.push_str(AROUND);
    out
}

/// A text that is surely an e-mail address, with whitespace around it.
pub(super) fn email() -> String {
    const ATOM: &str = "[A-Za-z0-9_%+-]+";
    const LABEL: &str = "[A-Za-z0-9-]+";
    format!(r"^{SPACE}{ATOM}(?:\.{ATOM})*@{LABEL}(?:\.{LABEL})+{SPACE}$")
}

/// A text that may convert to a boolean; the empty one becomes null.
pub(super) fn boolean() -> String {
    format!("^{AROUND}{}{AROUND}$|^$", one_of(["true", "false"].map(any_case)))
}

/// A text that may convert to a 32-bit integer.
pub(super) fn int() -> String {
    format!("^{SPACE}[+-]?0*(?:[0-9]{{1,9}}|[12][0-9]{{9}}){AROUND}$|^$")
}

/// A text that may convert to a 64-bit integer.
pub(super) fn long() -> String {
    format!("^{SPACE}[+-]?0*[0-9]{{1,19}}{AROUND}$|^$")
}

/// A text that may convert to a decimal: a sign in front or behind, commas before the point, an exponent.
pub(super) fn decimal() -> String {
    const DIGITS: &str = r"(?:[0-9][0-9,]*\.?[0-9]*|\.[0-9]+)";
    format!("^{AROUND}[+-]?{DIGITS}(?:[Ee][+-]?[0-9]*)?{AROUND}[+-]?{AROUND}$|^$")
}

/// The names of months, weekdays, halves of a day, zones and eras that the converter knows.
const DATE_WORDS: [(&str, &str); 25] = [
    ("jan", "uary"),
    ("feb", "ruary"),
    ("mar", "ch"),
    ("apr", "il"),
    ("may", ""),
    ("jun", "e"),
    ("jul", "y"),
    ("aug", "ust"),
    ("sep", "tember"),
    ("oct", "ober"),
    ("nov", "ember"),
    ("dec", "ember"),
    ("sun", "day"),
    ("mon", "day"),
    ("tue", "sday"),
    ("wed", "nesday"),
    ("thu", "rsday"),
    ("fri", "day"),
    ("sat", "urday"),
    ("am", ""),
    ("pm", ""),
    ("gmt", ""),
    ("ad", ""),
    ("t", ""),
    ("z", ""),
];

/// What a text has to match to be a date: only words that dates have, and a digit. The empty text becomes null.
pub(super) fn date() -> [String; 2] {
    let words = DATE_WORDS.iter().map(|(short, rest)| {
        let rest = match *rest {
            "" => String::new(),
            rest => format!("(?:{})?", any_case(rest)),
        };
        any_case(short) + &rest
    });
    // Behind an offset one character may be anything; and an era is also written with points.
    let words = one_of(
        ["[^A-Za-z]".to_owned(), any_case("a.d.")]
            .into_iter()
            .chain(words),
    );
    let free = format!("^{words}*[A-Za-z]?[^A-Za-z]*$");
    let ticks = r"^/Date\([^A-Za-z]*\)/$";
    ["[0-9]|^$".to_owned(), format!("{free}|{ticks}")]
}

/// What a text must not match to be a date: digits alone, a day before the month, a month or a day that no year has.
pub(super) fn no_date() -> [String; 3] {
    let beyond_12 = "(?:1[3-9]|[2-9][0-9])";
    let behind = format!("(?:[ T][^+-]*)?{SPACE}$");
    [
        format!("^{SPACE}[0-9]+{SPACE}$"),
        format!("^{SPACE}{beyond_12}[/.-][0-9]{{1,2}}[/.-][0-9]{{1,4}}{behind}"),
        format!("^[0-9]{{4}}-(?:(?:00|{beyond_12})-[0-9]{{2}}|[0-9]{{2}}-(?:00|3[2-9]|[4-9][0-9])){behind}"),
    ]
}

/// A text that may be a member of an enumeration of which only some names are known.
pub(super) fn open_member() -> String {
    "^$|[^\t-\r ]".to_owned()
}

/// A text that may be a member, several with commas between, or a number; `members` are patterns.
pub(super) fn member(members: impl IntoIterator<Item = String>) -> String {
    let one = format!("{AROUND}{}{AROUND}", one_of(members));
    // Behind whitespace and a sign or digit the converter drops some characters, whatever they are.
    format!("^{one}(?:,{one})*$|^{SPACE}[+-]?[0-9]+{AROUND}$|^{AROUND}[+0-9-]|^$")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_case() {
        assert_eq!(name("IsOk"), "^[Ii][Ss][Oo][Kk]$");
        assert_eq!(any_case("a.b-1"), r"[Aa]\.[Bb]-1");
        assert_eq!(code("007"), "[^!-~]*0*7[^!-~]*");
    }
}
