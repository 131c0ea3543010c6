//! Bruno's `.bru` files, which consist of blocks: a request or an environment.

use super::request::{name_in, utf8};
use super::{Body, Container, Request, Variables};
use crate::finding::Span;
use crate::mapped_text::MappedText;

/// The blocks with the name of a method.
const METHODS: [&str; 9] = [
    "get", "post", "put", "patch", "delete", "head", "options", "connect", "trace",
];

/// Parses a file. The error is the reason why it is invalid.
pub fn read(bytes: &[u8]) -> Result<Container, String> {
    let text = utf8(bytes)?;
    let blocks = blocks(text)?;
    let mut container = Container {
        variables: values(text, &blocks),
        ..Container::default()
    };
    let Some(call) = blocks.iter().find(|block| METHODS.contains(&block.name)) else {
        return Ok(container);
    };
    let meta = blocks.iter().find(|block| block.name == "meta");
    let name = meta
        .and_then(|meta| entry(meta.text(text), "name"))
        .unwrap_or("request");
    let mode = entry(call.text(text), "body").unwrap_or("json");
    let json = blocks
        .iter()
        .find(|block| matches!(block.name, "body:json" | "body"));
    container.requests.push(Request {
        name: name_in(&[], name),
        method: call.name.to_ascii_uppercase(),
        url: entry(call.text(text), "url").unwrap_or_default().to_owned(),
        body: match json.filter(|_| mode == "json") {
            Some(block) => Body::Text {
                text: MappedText::verbatim(text, block.trimmed(text)),
                fixable: true,
            },
            None => Body::None,
        },
        examples: Vec::new(),
    });
    Ok(container)
}

/// Parses a Bruno environment. The error is the reason why it is invalid.
pub(super) fn environment(text: &str) -> Result<Variables, String> {
    Ok(values(text, &blocks(text)?))
}

/// A block: a line `name {`, the content, and a line `}`.
struct Block<'t> {
    name: &'t str,
    start: usize,
    end: usize,
}

impl Block<'_> {
    fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Returns the span of the content without surrounding whitespace.
    fn trimmed(&self, text: &str) -> Span {
        let inner = self.text(text);
        let start = self.start + (inner.len() - inner.trim_start().len());
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(offset(start), offset(start + inner.trim().len()))
    }
}

fn blocks(text: &str) -> Result<Vec<Block<'_>>, String> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    // The open block, the line that closes it, and the number of its first line.
    let mut open: Option<(Block<'_>, &str, usize)> = None;
    let mut at = 0;
    for (number, whole) in text.split_inclusive('\n').enumerate() {
        let line = whole.trim_end();
        let next = at + whole.len();
        if let Some((block, close, _)) = &mut open {
            if line == *close {
                block.end = at;
                blocks.extend(open.take().map(|(block, ..)| block));
            }
        } else if let Some((name, close)) = opening(line) {
            let block = Block {
                name,
                start: next,
                end: next,
            };
            open = Some((block, close, number + 1));
        }
        at = next;
    }
    match open {
        Some((block, close, line)) => Err(format!(
            "line {line}: the block {} is not closed by a line `{close}`",
            block.name
        )),
        None => Ok(blocks),
    }
}

/// Returns the name of the block that a line opens, and the line that closes it.
fn opening(line: &str) -> Option<(&str, &'static str)> {
    let open = |mark| Some(line.strip_suffix(mark)?.trim_end()).filter(|name| !name.is_empty());
    let is_name = |name: &&str| !name.contains(char::is_whitespace);
    open('{')
        .map(|name| (name, "}"))
        .or_else(|| open('[').map(|name| (name, "]")))
        .filter(|(name, _)| is_name(name))
}

/// Returns the value of an entry `name: value` of a block.
fn entry<'t>(block: &'t str, name: &str) -> Option<&'t str> {
    let mut entries = block.lines().filter_map(|line| line.split_once(':'));
    entries
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim())
}

/// Returns the enabled variables of all blocks.
fn values(text: &str, blocks: &[Block<'_>]) -> Variables {
    let mut variables = Variables::default();
    for block in blocks
        .iter()
        .filter(|block| matches!(block.name, "vars" | "vars:pre-request"))
    {
        for (name, value) in block.text(text).lines().filter_map(|line| line.split_once(':')) {
            let name = name.trim();
            if !name.starts_with('~') {
                variables.set(name.trim_start_matches('@'), value.trim().to_owned());
            }
        }
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = "meta {\n  name: new group\n  type: http\n}\n\npost {\n  url: {{host}}/a\n  body: json\n  auth: none\n}\n\n\
        headers {\n  a: b\n}\n\nbody:json {\n  [\n    {\"a\": 1}\n  ]\n}\n\nvars:pre-request {\n  host: https://example.com\n  ~off: 1\n}\n\n\
        script:pre-request {\n  if (x) {\n  }\n}\n";

    #[test]
    fn a_request_is_read_from_its_blocks() {
        for text in [REQUEST.to_owned(), REQUEST.replace('\n', "\r\n")] {
            let container = read(text.as_bytes()).expect("it is valid");
            let [request] = container.requests.as_slice() else {
                panic!("{container:?}");
            };
            assert_eq!(
                (&*request.name, &*request.method, &*request.url),
                ("new group", "POST", "{{host}}/a")
            );
            let Body::Text {
                text: body,
                fixable: true,
            } = &request.body
            else {
                panic!("{request:?}");
            };
            assert!(
                body.text().starts_with('[') && body.text().ends_with(']'),
                "{body:?}"
            );
            assert_eq!(body.file_span().of(&text), body.text());
            assert_eq!(
                container.variables.value("host").as_deref(),
                Some("https://example.com")
            );
            assert_eq!(container.variables.value("off"), None);
        }
    }

    #[test]
    fn other_bodies_and_other_files_are_skipped() {
        let other = REQUEST.replace("body: json", "body: none");
        assert_eq!(
            read(other.as_bytes()).expect("it is valid").requests[0].body,
            Body::None
        );
        let environment = "vars {\n  a: 1\n}\nvars:secret [\n  b\n]\n";
        assert!(
            read(environment.as_bytes())
                .expect("it is valid")
                .requests
                .is_empty()
        );
        assert_eq!(
            super::environment(environment)
                .expect("it is valid")
                .value("a")
                .as_deref(),
            Some("1")
        );
        assert!(read(b"").expect("it is valid").requests.is_empty());
    }

    #[test]
    fn an_unclosed_block_is_an_error() {
        let cut = &REQUEST[..REQUEST.find("  ]\n}").expect("it is there")];
        assert_eq!(
            read(cut.as_bytes()).expect_err("it is cut"),
            "line 16: the block body:json is not closed by a line `}`"
        );
    }
}
