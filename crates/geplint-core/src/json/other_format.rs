//! Detects the format of a file that is not JSON by its first bytes: an error page of a gateway, a compressed file,
//! YAML.
//!
//! No JSON text is taken for another format: a text that begins with a bracket or a brace is never tested, and each
//! format below has bytes near its start that no JSON scalar has.

/// A format that is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Foreign {
    /// An HTML page.
    Html,
    /// An XML document.
    Xml,
    /// The argument that names a file for curl.
    CurlArgument,
    /// An error message of curl.
    CurlError,
    /// An HTTP response with its headers.
    Http,
    /// YAML, with or without a `---` line.
    Yaml,
    /// Text that begins with a `---` line and goes on as JSON.
    FrontMatter,
    /// `a=1&b=2`, or JSON with percent-encoding.
    UrlEncoded,
    /// Lines of `name = value`.
    Assignments,
    /// Rows of values.
    Csv,
    /// A pointer to a file that Git LFS stores.
    LfsPointer,
    /// NUL bytes.
    Nul,
    /// A compressed file; its format.
    Compressed(&'static str),
    /// A document or image; its format.
    Document(&'static str),
    /// A program; what kind of one.
    Program(&'static str),
    /// Bytes that no text begins with.
    Binary,
}

/// The number of bytes of a line that are read.
const LINE: usize = 4096;

/// The first bytes of formats that are recognized by them alone.
const MAGIC: &[(&[u8], Foreign)] = &[
    (b"\x1F\x8B", Foreign::Compressed("gzip")),
    (b"PK\x03\x04", Foreign::Compressed("ZIP (or XLSX)")),
    (b"PK\x05\x06", Foreign::Compressed("ZIP")),
    (b"BZh", Foreign::Compressed("bzip2")),
    (b"\xFD7zXZ\x00", Foreign::Compressed("xz")),
    (b"\x28\xB5\x2F\xFD", Foreign::Compressed("Zstandard")),
    (b"7z\xBC\xAF", Foreign::Compressed("7-Zip")),
    (b"%PDF-", Foreign::Document("PDF document")),
    (
        b"\xD0\xCF\x11\xE0",
        Foreign::Document("Microsoft Office document"),
    ),
    (b"\x89PNG", Foreign::Document("PNG image")),
    (b"GIF8", Foreign::Document("GIF image")),
    (b"\xFF\xD8\xFF", Foreign::Document("JPEG image")),
    (b"II*\0", Foreign::Document("TIFF image")),
    (b"MM\0*", Foreign::Document("TIFF image")),
    (b"SQLite format 3\0", Foreign::Document("SQLite database")),
    (b"PAR1", Foreign::Document("Parquet file")),
    (b"Obj\x01", Foreign::Document("Avro file")),
    (b"Rar!\x1A\x07", Foreign::Compressed("RAR")),
    (b"\x7FELF", Foreign::Program("a program for Linux (ELF)")),
    (b"\xCF\xFA\xED\xFE", Foreign::Program("a program for macOS")),
    (
        b"\xCA\xFE\xBA\xBE",
        Foreign::Program("a Java class or a program for macOS"),
    ),
    (b"\0asm", Foreign::Program("a WebAssembly program")),
];

impl Foreign {
    /// Returns the format of a file by its start, if it is not JSON. `body` begins with its first byte that is neither
    /// whitespace nor a byte order mark.
    pub(super) fn of(body: &[u8]) -> Option<Self> {
        // Nearly all files begin like this. The bytes are only binary if the bracket is not followed by JSON, and they are not
        // text.
        if let [b'[' | b'{', rest @ ..] = body {
            let goes_on = matches!(rest, [] | [b' '..=b'~' | b'\t' | b'\r' | b'\n', ..]);
            return (!goes_on && !is_utf8(start_of(body)) && is_binary(body)).then_some(Self::Binary);
        }
        if let Some((_, magic)) = MAGIC.iter().find(|(magic, _)| body.starts_with(magic)) {
            return Some(if is_office(body) {
                Self::Document("Microsoft Office document, such as XLSX")
            } else {
                *magic
            });
        }
        if body.starts_with(b"MZ") && body.get(..64).unwrap_or(body).contains(&0) {
            return Some(Self::Program("a program for Windows"));
        }
        if body.starts_with(b"RIFF") && body.get(8..12) == Some(b"WEBP") {
            return Some(Self::Document("WebP image"));
        }
        match body {
            [] => None,
            // A single NUL byte is more likely a typo.
            [0, 0, ..] => Some(Self::Nul),
            [1..=8 | 0xE..=0x1F | 0x7F, ..] => Some(Self::Binary),
            _ if is_binary(body) => Some(Self::Binary),
            [b'<', rest @ ..] => markup(rest),
            [b'@', rest @ ..] => is_alone(body, !rest.is_empty()).then_some(Self::CurlArgument),
            [b'-', b'-', b'-', rest @ ..] => front_matter(rest),
            _ => lines(body),
        }
    }

    /// Returns the name of the format, as the end of "the file is …".
    pub(super) fn name(self) -> String {
        match self {
            Self::Html => "an HTML page".into(),
            Self::Xml => "an XML document".into(),
            Self::CurlArgument => "a curl argument: `@` and a file name".into(),
            Self::CurlError => "a curl error message".into(),
            Self::Http => "an HTTP response with its headers".into(),
            Self::Yaml => "probably YAML".into(),
            Self::FrontMatter => "text after a `---` line, as in YAML and front matter".into(),
            Self::UrlEncoded => "URL-encoded".into(),
            Self::Assignments => "a list of `name = value` lines".into(),
            Self::Csv => "probably CSV".into(),
            Self::LfsPointer => "a Git LFS pointer".into(),
            Self::Nul => "a binary file: it begins with NUL bytes".into(),
            Self::Compressed(format) => format!("compressed: {format}"),
            Self::Document(format) => format!("a {format}"),
            Self::Program(kind) => kind.into(),
            Self::Binary => "binary data, not text".into(),
        }
    }

    /// Returns the help.
    pub(super) const fn advice(self) -> &'static str {
        match self {
            Self::Html => {
                "a gateway, a proxy or a login page may have answered instead of the server: fetch the file again"
            }
            Self::Xml => "export the records as JSON",
            Self::CurlArgument => "use the content of that file instead",
            Self::CurlError => "the download failed: fetch the file again",
            Self::Http => "keep only the body, without the headers",
            Self::Yaml => "convert it to JSON",
            Self::FrontMatter => "remove the line",
            Self::UrlEncoded => "send the records as JSON, with Content-Type: application/json",
            Self::Assignments | Self::Csv => "convert it to JSON, a list of records",
            Self::LfsPointer => "fetch the file itself: git lfs pull",
            Self::Nul => "the file was probably not written completely: write it again",
            Self::Compressed(_) => "decompress it first",
            Self::Document(_) | Self::Program(_) | Self::Binary => "send a list of records, as JSON in UTF-8",
        }
    }
}

/// Returns true if a ZIP file is a document of Microsoft Office.
fn is_office(body: &[u8]) -> bool {
    let start = body.get(..LINE).unwrap_or(body);
    body.starts_with(b"PK\x03\x04") && memchr::memmem::find(start, b"[Content_Types].xml").is_some()
}

/// Returns true if the bytes are not text in any single-byte encoding: at least two, and a third of all, are control characters other than NUL,
/// or at least 5 % are control characters and the bytes are not UTF-8.
fn is_binary(body: &[u8]) -> bool {
    let start = start_of(body);
    let is_control = |byte: &&u8| matches!(byte, 0..=8 | 0xB | 0xE..=0x1A | 0x1C..=0x1F | 0x7F);
    let controls = start.iter().filter(is_control).count();
    // NUL bytes alone are from another encoding, or a mistake.
    let others = start.iter().filter(is_control).filter(|byte| **byte != 0).count();
    controls >= 2 && (others * 3 >= start.len() || (!is_utf8(start) && controls * 20 >= start.len()))
}

/// Returns the first 512 bytes, which suffice to recognize a format.
fn start_of(body: &[u8]) -> &[u8] {
    body.get(..512).unwrap_or(body)
}

/// Returns true if the bytes are UTF-8, except for a character that is cut off at the end.
fn is_utf8(start: &[u8]) -> bool {
    std::str::from_utf8(start).map_or_else(|error| error.error_len().is_none(), |_| true)
}

/// Returns true if a line begins with a conflict marker.
pub(super) fn is_conflict(line: &[u8]) -> bool {
    let marker = |mark: u8| {
        let (head, rest) = line.split_at_checked(7).unwrap_or((line, b""));
        head == [mark; 7] && matches!(rest.first(), None | Some(b' ' | b'\r' | b'\n'))
    };
    marker(b'<') || marker(b'=') || marker(b'>') || marker(b'|')
}

/// Detects HTML and XML after a `<`.
fn markup(rest: &[u8]) -> Option<Foreign> {
    const HTML: &[&[u8]] = &[
        b"!doctype html",
        b"html",
        b"head",
        b"body",
        b"title",
        b"script",
        b"div",
        b"p>",
    ];
    let begins = |word: &&[u8]| {
        let head = rest.get(..word.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    if HTML.iter().any(begins) {
        return Some(Foreign::Html);
    }
    match rest {
        [b'!' | b'?', ..] => Some(Foreign::Xml),
        // An element with its end, which a placeholder such as `<Contacts>` does not have.
        [b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => {
            let whole = rest.windows(2).any(|pair| matches!(pair, b"</" | b"/>"));
            whole.then_some(Foreign::Xml)
        }
        _ => None,
    }
}

/// Returns true if a text is a single word.
fn is_alone(text: &[u8], has_more: bool) -> bool {
    let text = text.trim_ascii_end();
    has_more && text.len() <= LINE && !text.iter().any(u8::is_ascii_whitespace)
}

/// Detects front matter after three hyphens: the end of the line, and then perhaps JSON.
fn front_matter(rest: &[u8]) -> Option<Foreign> {
    let after = match rest {
        [] | [b' ' | b'\t' | b'\r' | b'\n', ..] => rest.trim_ascii_start(),
        _ => return None,
    };
    match after {
        [b'[' | b'{', ..] => Some(Foreign::FrontMatter),
        _ => Some(Foreign::Yaml),
    }
}

/// Detects the format by the first lines.
fn lines(body: &[u8]) -> Option<Foreign> {
    let mut lines = body.split(|byte| *byte == b'\n').map(|line| {
        let line = line.get(..LINE).unwrap_or(line);
        line.trim_ascii_end()
    });
    let first = lines.next()?;
    let second = lines.find(|line| !line.is_empty());
    if first.starts_with(b"HTTP/") {
        return Some(Foreign::Http);
    }
    if first.starts_with(b"version https://git-lfs.") {
        return Some(Foreign::LfsPointer);
    }
    if first.starts_with(b"curl: (") {
        return Some(Foreign::CurlError);
    }
    if is_url_encoded(first) && second.is_none() {
        return Some(Foreign::UrlEncoded);
    }
    if is_assignment(first) && second.is_none_or(is_assignment) {
        return Some(Foreign::Assignments);
    }
    if is_yaml(first) {
        return Some(Foreign::Yaml);
    }
    is_csv(first, second).then_some(Foreign::Csv)
}

/// Returns true for a byte of a plain name.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$')
}

/// Returns the number of bytes of the plain name at the start of a line; 0 if it does not begin with a letter or `_`.
fn name(line: &[u8]) -> usize {
    match line.first() {
        Some(first) if first.is_ascii_alphabetic() || *first == b'_' => {
            line.iter().take_while(|byte| is_name(**byte)).count()
        }
        _ => 0,
    }
}

/// Returns true for `a=1&b=2` and `%5B%7B`.
fn is_url_encoded(line: &[u8]) -> bool {
    let hex = |at: usize| line.get(at).is_some_and(u8::is_ascii_hexdigit);
    if line.first() == Some(&b'%') {
        return hex(1) && hex(2);
    }
    let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'{' | b'}' | b'<' | b'>');
    let end = name(line);
    end > 0 && line.get(end) == Some(&b'=') && line.get(end + 1) != Some(&b'=') && line.iter().all(plain)
}

/// Returns true for `name = value`.
fn is_assignment(line: &[u8]) -> bool {
    let end = name(line);
    let rest = line.get(end..).unwrap_or_default().trim_ascii_start();
    // An array or object after the `=` is a variable of a script, which can be read.
    end > 0
        && matches!(rest, [b'=', next @ ..] if !matches!(next.trim_ascii_start(), [b'[' | b'{' | b'=' | b'>', ..]))
}

/// Returns true for `- name: value`, `name: value` and `name:`. A value in JSON syntax is more likely an object without
/// braces.
fn is_yaml(line: &[u8]) -> bool {
    let (item, line) = match line {
        [b'-', b' ', rest @ ..] => (true, rest.trim_ascii_start()),
        _ => (false, line),
    };
    let end = name(line);
    let value = match line.get(end..) {
        Some([b':']) if end > 0 => return true,
        Some([b':', b' ' | b'\t', value @ ..]) if end > 0 => value.trim_ascii_start(),
        _ => return item && end > 0,
    };
    !matches!(value, [b'"' | b'[' | b'{', ..]) && !value.ends_with(b",")
}

/// Returns true for two rows with the same number of values, at least two.
fn is_csv(first: &[u8], second: Option<&[u8]>) -> bool {
    let Some(second) = second else { return false };
    if second.ends_with(b",") && !first.ends_with(b",") {
        return false;
    }
    [b',', b';', b'\t'].into_iter().any(|mark| {
        let columns = marks(first, mark);
        columns > 0 && columns == marks(second, mark) && !first.contains(&b':')
    })
}

/// Returns the number of marks in a row outside of quotes.
fn marks(row: &[u8], mark: u8) -> usize {
    let mut quoted = false;
    let mut count = 0;
    for byte in row {
        quoted ^= *byte == b'"';
        count += usize::from(*byte == mark && !quoted);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_recognised_by_their_start() {
        let formats: &[(&[u8], Foreign)] = &[
            (b"<!DOCTYPE html><html>", Foreign::Html),
            (b"<HTML>", Foreign::Html),
            (b"<?xml version=\"1.0\"?><a/>", Foreign::Xml),
            (b"<Contacts><Contact/></Contacts>", Foreign::Xml),
            (b"@payload.json\n", Foreign::CurlArgument),
            (
                b"curl: (6) Could not resolve host: example.com",
                Foreign::CurlError,
            ),
            (b"HTTP/1.1 502 Bad Gateway\r\n", Foreign::Http),
            (b"- contactCode: C-1\n  userName: a\n", Foreign::Yaml),
            (b"- C-1\n- C-2\n", Foreign::Yaml),
            (b"contacts:\n  - contactCode: C-1\n", Foreign::Yaml),
            (b"contactCode: C-1\n", Foreign::Yaml),
            (b"---\ncontactCode: C-1\n", Foreign::Yaml),
            (b"---\n[{\"contactCode\": 1}]", Foreign::FrontMatter),
            (b"contactCode=C-1&userName=a%40b", Foreign::UrlEncoded),
            (b"%5B%7B%22a%22%3A1%7D%5D", Foreign::UrlEncoded),
            (b"a = 1\nb = 2\n", Foreign::Assignments),
            (b"ContactCode,UserName\nC-1,ann\n", Foreign::Csv),
            (
                b"\"ContactCode\";\"UserName\"\r\n\"C-1\";\"a;b\"\r\n",
                Foreign::Csv,
            ),
            (
                b"version https://git-lfs.github.com/spec/v1\noid sha256:0",
                Foreign::LfsPointer,
            ),
            (b"\0\0\0\0", Foreign::Nul),
            (b"\x1F\x8B\x08\0", Foreign::Compressed("gzip")),
            (b"%PDF-1.7", Foreign::Document("PDF document")),
            (b"\x02\x03", Foreign::Binary),
            (b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF\0\0\xB8\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", Foreign::Program("a program for Windows")),
            (b"\x7FELF\x02\x01", Foreign::Program("a program for Linux (ELF)")),
            (b"RIFF\x24\0\0\0WEBPVP8 ", Foreign::Document("WebP image")),
            (b"PK\x03\x04\x14\0\x06\0[Content_Types].xml", Foreign::Document("Microsoft Office document, such as XLSX")),
            (b"PK\x03\x04\x14\0\x06\0a.json", Foreign::Compressed("ZIP (or XLSX)")),
            (b"q\x9D\x03\xF1\x81\x11\x7Fz\xEE\x02", Foreign::Binary),
            (b"\xF7\0\x12\x9C", Foreign::Binary),
            (b"{\x9D\x03\xF1\x81\x11\x7Fz\xEE\x02", Foreign::Binary),
        ];
        for (bytes, foreign) in formats {
            let text = String::from_utf8_lossy(bytes);
            assert_eq!(Foreign::of(bytes), Some(*foreign), "{text:?}");
            assert!(
                !foreign.name().is_empty() && !foreign.advice().is_empty(),
                "{text:?}"
            );
        }
    }

    #[test]
    fn text_that_may_be_json_is_left_to_the_reader() {
        let left = [
            "",
            "[]",
            "{}",
            "\"a\"",
            "\"a,b\"\n",
            "-1",
            "1.5e3",
            "true",
            "null",
            "}",
            "-[1]",
            "// a comment\n[]",
            "/* a */ {}",
            "# a\n[]",
            "// nothing else",
            "\0[]",
            "<placeholder>",
            "<<<<<<< HEAD\n[]\n=======\n[]\n>>>>>>> other\n",
            "contactCode: \"C-1\", userName: \"ann\"",
            "\"contactCode\": \"C-1\",\n\"userName\": \"ann\"",
            "var x = [1];",
            "records = [{}]",
            "module.exports = {}",
            "callback([1])",
            "hello",
            "hello \u{1}\u{2} world, and more of it",
            "\"a\u{1}b\u{2}c\"",
            "{\u{e9}: 1}",
        ];
        for text in left {
            assert_eq!(Foreign::of(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn conflict_markers_are_seven_alike_and_a_line_of_their_own() {
        for line in [
            "<<<<<<< HEAD",
            "=======",
            "=======\r\n",
            ">>>>>>> a",
            "||||||| base",
        ] {
            assert!(is_conflict(line.as_bytes()), "{line}");
        }
        for line in ["<<<<<< HEAD", "========", "<<<<<<<HEAD", "", "======"] {
            assert!(!is_conflict(line.as_bytes()), "{line}");
        }
    }
}
