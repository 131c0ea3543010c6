//! JSON Lines: one value in each line, which is a record of one common request, or the body of a separate request.

use serde::de::IgnoredAny;

use super::request::utf8;
use super::{Body, Container, Request};
use crate::finding::Span;
use crate::mapped_text::MappedText;

/// Parses a file. The error is the reason why it is invalid.
///
/// All records together are one request without a name. A line with an array, or one that is not JSON, is a separate request,
/// named after the line. A file that is one JSON value on several lines is read as that value.
pub fn read(bytes: &[u8]) -> Result<Container, String> {
    let text = utf8(bytes)?;
    let mut records = MappedText::at(0);
    let mut others = Vec::new();
    let mut place = 0;
    for (number, whole) in (1_u32..).zip(text.split_inclusive('\n')) {
        let start = place;
        place += whole.len();
        let line = whole.trim_start_matches('\u{feff}').trim();
        if line.is_empty() {
            continue;
        }
        let at = start + whole.find(line).unwrap_or(0);
        let is_json = serde_json::from_str::<IgnoredAny>(line).is_ok();
        if number == 1
            && !is_json
            && serde_json::from_str::<IgnoredAny>(text.trim_start_matches('\u{feff}')).is_ok()
        {
            others.push(request(
                String::new(),
                MappedText::verbatim(text, span(0, text.len())),
            ));
            break;
        }
        if is_json && !line.starts_with('[') {
            let before = span(at, at);
            records.push_replaced(if records.is_empty() { "[" } else { "," }, before);
            records.push_verbatim(line, before.start);
        } else {
            let end = at + line.len();
            let mut body = MappedText::at(offset(at));
            let is_list = line.starts_with('[');
            body.push_replaced(if is_list { "" } else { "[" }, span(at, at));
            body.push_verbatim(line, offset(at));
            body.push_replaced(if is_list { "" } else { "]" }, span(end, end));
            others.push(request(format!("line {number}"), body));
        }
    }
    let mut container = Container::default();
    if !records.is_empty() {
        let end = records.file_span().end;
        records.push_replaced("]", Span::new(end, end));
        container.requests.push(request(String::new(), records));
    }
    container.requests.extend(others);
    Ok(container)
}

fn request(name: String, text: MappedText) -> Request {
    Request {
        name,
        method: String::new(),
        url: String::new(),
        body: Body::Text { text, fixable: false },
        examples: Vec::new(),
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn span(start: usize, end: usize) -> Span {
    Span::new(offset(start), offset(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(text: &str) -> Vec<(String, String)> {
        let container = read(text.as_bytes()).expect(text);
        let all = container.requests.into_iter().map(|request| match request.body {
            Body::Text { text: body, .. } => {
                // Every value maps to its line.
                let at = body.text().find("\"a\"").map_or(0, offset);
                assert_eq!(body.span(Span::new(at, at + 3)).of(text), "\"a\"");
                (request.name, body.text().to_owned())
            }
            other => panic!("{other:?}"),
        });
        all.collect()
    }

    fn row(name: &str, body: &str) -> (String, String) {
        (name.to_owned(), body.to_owned())
    }

    #[test]
    fn records_are_one_request_and_lists_are_their_own() {
        assert_eq!(
            bodies("{\"a\":1}\r\n\r\n {\"a\":2} \n"),
            [row("", "[{\"a\":1},{\"a\":2}]")]
        );
        assert_eq!(
            bodies("\u{feff}[{\"a\":1}]\n[{\"a\":2}]"),
            [row("line 1", "[{\"a\":1}]"), row("line 2", "[{\"a\":2}]")]
        );
        assert_eq!(
            bodies("{\"a\":1}\n{\"a\":\n{\"a\":3}"),
            [row("", "[{\"a\":1},{\"a\":3}]"), row("line 2", "[{\"a\":]")]
        );
    }

    #[test]
    fn one_text_over_several_lines_is_one() {
        let text = "[\n {\"a\": 1}\n]\n";
        assert_eq!(bodies(text), [row("", text)]);
        assert!(read(b"\n \n").expect("it is text").requests.is_empty());
        assert!(read(b"\xff").is_err());
    }
}
