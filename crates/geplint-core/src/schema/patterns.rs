//! Regular expressions with the same meaning in ECMA-262 (with and without the flag `u`), Python's `re` and Rust's `regex`.
//!
//! They have no flag for case, no `\s` or `\d` (whose meaning differs) and no lookahead. Patterns accept more than the
//! converter where they cannot be exact, because the schema must not reject valid input.

use std::fmt::Write as _;

/// Any characters except visible ASCII; the converter ignores some of them.
pub(super) const AROUND: &str = "[^!-~]*";

/// ASCII whitespace.
pub(super) const SPACE: &str = "[\t-\r ]*";

/// Escapes the metacharacters of a text.
pub(super) fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        if r"\^$.|?*+()[]{}".contains(c) {
            out.push('\\');
        }
        out.push(c);
        out
    })
}

/// Matches a text in any case of its ASCII letters: `[Ii][Dd]`.
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

/// Matches the name of a property in any case.
pub(super) fn name(name: &str) -> String {
    format!("^{}$", any_case(name))
}

/// Joins alternatives.
pub(super) fn one_of(patterns: impl IntoIterator<Item = String>) -> String {
    let all: Vec<String> = patterns.into_iter().collect();
    format!("(?:{})", all.join("|"))
}

/// Matches a code as the engine compares it with the tenant's codes: in any case, with whitespace around it, and a number also
/// with leading zeros. A non-ASCII letter may have another case of another length, so any non-ASCII letters match in its place.
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
            // Two non-ASCII letters have these as their lower case.
            'i' => out.push_str("[Ii\u{130}]"),
            'k' => out.push_str("[Kk\u{212a}]"),
            _ => out.push_str(&any_case(c.encode_utf8(&mut [0; 4]))),
        }
    }
    out.push_str(AROUND);
    out
}

/// Matches only e-mail addresses, with whitespace around them.
pub(super) fn email() -> String {
    const ATOM: &str = "[A-Za-z0-9_%+-]+";
    const LABEL: &str = "[A-Za-z0-9-]+";
    format!(r"^{SPACE}{ATOM}(?:\.{ATOM})*@{LABEL}(?:\.{LABEL})+{SPACE}$")
}

/// Matches all texts that convert to a boolean; the empty text becomes null.
pub(super) fn boolean() -> String {
    format!("^{AROUND}{}{AROUND}$|^$", one_of(["true", "false"].map(any_case)))
}

/// Matches all texts that convert to a 32-bit integer.
pub(super) fn int() -> String {
    format!("^{SPACE}[+-]?0*(?:[0-9]{{1,9}}|[12][0-9]{{9}}){AROUND}$|^$")
}

/// Matches all texts that convert to a 64-bit integer.
pub(super) fn long() -> String {
    format!("^{SPACE}[+-]?0*[0-9]{{1,19}}{AROUND}$|^$")
}

/// Matches all texts that convert to a decimal: a leading or trailing sign, commas before the point, an exponent.
pub(super) fn decimal() -> String {
    const DIGITS: &str = r"(?:[0-9][0-9,]*\.?[0-9]*|\.[0-9]+)";
    format!("^{AROUND}[+-]?{DIGITS}(?:[Ee][+-]?[0-9]*)?{AROUND}[+-]?{AROUND}$|^$")
}

/// The names of months, weekdays, AM and PM, zones and eras that the converter accepts: the abbreviation and the rest.
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

/// Returns patterns that every date matches: it has a digit, and only the words of dates. The empty text becomes null.
pub(super) fn date() -> [String; 2] {
    let words = DATE_WORDS.iter().map(|(short, rest)| {
        let rest = match *rest {
            "" => String::new(),
            rest => format!("(?:{})?", any_case(rest)),
        };
        any_case(short) + &rest
    });
    // One arbitrary character may follow an offset; an era may have points.
    let words = one_of(
        ["[^A-Za-z]".to_owned(), any_case("a.d.")]
            .into_iter()
            .chain(words),
    );
    let free = format!("^{words}*[A-Za-z]?[^A-Za-z]*$");
    let ticks = r"^/Date\([^A-Za-z]*\)/$";
    ["[0-9]|^$".to_owned(), format!("{free}|{ticks}")]
}

/// Returns patterns that no date matches: only digits, a day before the month, an impossible month or day.
pub(super) fn no_date() -> [String; 3] {
    let beyond_12 = "(?:1[3-9]|[2-9][0-9])";
    let following = format!("(?:[ T][^+-]*)?{SPACE}$");
    [
        format!("^{SPACE}[0-9]+{SPACE}$"),
        format!("^{SPACE}{beyond_12}[/.-][0-9]{{1,2}}[/.-][0-9]{{1,4}}{following}"),
        format!(
            "^[0-9]{{4}}-(?:(?:00|{beyond_12})-[0-9]{{2}}|[0-9]{{2}}-(?:00|3[2-9]|[4-9][0-9])){following}"
        ),
    ]
}

/// Matches all possible members of an enumeration of which only some names are known.
pub(super) fn open_member() -> String {
    "^$|[^\t-\r ]".to_owned()
}

/// Matches a member, several members separated by commas, or a number; `members` are patterns.
pub(super) fn member(members: impl IntoIterator<Item = String>) -> String {
    let one = format!("{AROUND}{}{AROUND}", one_of(members));
    // After whitespace and a sign or digit, the converter drops some characters of any kind.
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
