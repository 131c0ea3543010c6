//! CSV of spreadsheets and databases: detects the encoding, the delimiter and the header.

use std::borrow::Cow;

use crate::spreadsheet_number::number;
use encoding_rs::{Encoding, WINDOWS_1252};

/// The highest number of lines before the header: titles, a date, empty lines.
const TITLES: usize = 10;

/// Words that begin a row of totals.
const TOTALS: [&str; 8] = [
    "total",
    "totals",
    "grand total",
    "sum",
    "summe",
    "gesamt",
    "count",
    "records",
];

/// Error values that a spreadsheet shows instead of a value.
const DAMAGE: [&str; 7] = ["#n/a", "#ref!", "#value!", "#name?", "#num!", "#div/0!", "#null!"];

/// Returns the text of a CSV file, without its byte order mark, and the name of its encoding if that is not UTF-8.
pub(super) fn text(bytes: &[u8]) -> (Cow<'_, str>, Option<&'static str>) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let body = bytes.get(mark..).unwrap_or_default();
        let (text, _) = encoding.decode_without_bom_handling(body);
        let foreign = (encoding != encoding_rs::UTF_8).then(|| encoding.name());
        return (text, foreign);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), None),
        Err(_) => (
            WINDOWS_1252.decode_without_bom_handling(bytes).0,
            Some(WINDOWS_1252.name()),
        ),
    }
}

/// The form of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    /// The byte offset of the header.
    pub start: usize,
    /// The delimiter between two cells.
    pub delimiter: u8,
}

/// Returns the form of a table whose header has known names. Of all possible header lines and delimiters, the
/// combination with the most known names is used.
pub(super) fn form(text: &str, is_known: &dyn Fn(&str) -> bool) -> Option<Form> {
    let mut start = 0;
    let mut declared = None;
    let mut best: Option<(usize, Form)> = None;
    for (number, line) in text.split_inclusive('\n').take(TITLES + 1).enumerate() {
        let bare = line.trim_end_matches(['\r', '\n']);
        let delimiter = bare.get(..4).filter(|name| name.eq_ignore_ascii_case("sep="));
        if let (0, Some(_), Some(&delimiter)) = (number, delimiter, bare.as_bytes().get(4)) {
            declared = Some(delimiter);
        } else if let (0, true) = (number, bare.eq_ignore_ascii_case("sep=")) {
            declared = Some(b'\t');
        } else {
            for delimiter in [b',', b';', b'\t', b'|'] {
                if declared.is_some_and(|declared| declared != delimiter) {
                    continue;
                }
                let cells = bare.split(char::from(delimiter));
                let known = cells
                    .filter(|cell| is_known(cell.trim().trim_matches('"')))
                    .count();
                if known > best.map_or(0, |(most, _)| most) {
                    best = Some((known, Form { start, delimiter }));
                }
            }
        }
        start += line.len();
    }
    best.map(|(_, form)| form)
}

/// Returns true if a row has totals.
pub(super) fn is_total<'c>(mut cells: impl Iterator<Item = &'c str>) -> bool {
    let first = cells
        .find(|cell| !cell.trim().is_empty())
        .map(|cell| cell.trim().to_lowercase());
    first.is_some_and(|first| {
        TOTALS.iter().any(|word| {
            let rest = first.strip_prefix(word);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', ' ']))
        }) || (first.starts_with('(') && first.contains("row"))
    })
}

/// Returns true if a code has been changed by a spreadsheet: `1.00E+17`, `1001.0`, `#N/A`.
pub(super) fn is_damaged(code: &str) -> bool {
    let code = code.trim();
    let hashes = || code.len() > 2 && code.bytes().all(|byte| byte == b'#');
    let is_error = || DAMAGE.iter().any(|error| error.eq_ignore_ascii_case(code));
    // A comma may be the decimal mark.
    let is_number =
        number(code).is_some() || (code.contains(',') && number(&code.replace(',', ".")).is_some());
    is_number || (code.starts_with('#') && (hashes() || is_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(usize, char)> {
        let known = ["code", "user"];
        let form = form(text, &|cell| known.contains(&cell))?;
        Some((form.start, char::from(form.delimiter)))
    }

    #[test]
    fn the_header_determines_the_separator() {
        assert_eq!(found("code,user\n1,2"), Some((0, ',')));
        assert_eq!(found("code;user\r\n1;2"), Some((0, ';')));
        assert_eq!(found("\"code\"\tother\n"), Some((0, '\t')));
        assert_eq!(found("sep=;\ncode;user\n"), Some((6, ';')));
        assert_eq!(found("Contacts, all\n\ncode,user\n"), Some((15, ',')));
        assert_eq!(found("a,b\n1,2"), None);
        assert_eq!(found(""), None);
    }

    #[test]
    fn totals_and_damage() {
        for row in ["Total,2", ",Total: 2", "(2 rows affected)", "Sum"] {
            assert!(is_total(row.split(',')), "{row}");
        }
        for row in ["TOTAL-1,2", "C-1,Total", "", "Summit,1"] {
            assert!(!is_total(row.split(',')), "{row}");
        }
        for code in ["1.00E+17", "1E+05", "1001.0", "#N/A", "#REF!", "#####"] {
            assert!(is_damaged(code), "{code}");
        }
        for code in ["C-1", "1.0.0", "1E5", "E+1", "#1", "10010", "2.5"] {
            assert!(!is_damaged(code), "{code}");
        }
    }

    #[test]
    fn text_in_other_encodings() {
        assert_eq!(
            text(b"M\xfcller"),
            (Cow::Borrowed("Müller"), Some("windows-1252"))
        );
        assert_eq!(text(b"\xef\xbb\xbfa"), (Cow::Borrowed("a"), None));
        assert_eq!(text(b"\xff\xfea\0"), (Cow::Borrowed("a"), Some("UTF-16LE")));
    }
}
