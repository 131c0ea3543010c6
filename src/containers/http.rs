//! `.http` and `.rest` files, as the HTTP clients of IDEs and VS Code read them.

use super::request::{Names, utf8};
use super::{Body, Container, Request};
use crate::finding::Span;
use crate::mapped_text::MappedText;

/// The methods at the start of a request line.
const METHODS: [&str; 9] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE",
];

/// Parses a file. The error is the reason why it is invalid.
pub fn read(bytes: &[u8]) -> Result<Container, String> {
    let text = utf8(bytes)?;
    let mut container = Container::default();
    let mut names = Names::default();
    let mut part = Part::default();
    let mut script = false;
    for line in lines(text) {
        let words = line.text.trim_end().trim_start_matches('\u{feff}');
        if let Some(name) = words.strip_prefix("###") {
            container.requests.extend(part.request(text, &mut names));
            part = Part::named(name.trim_matches('#').trim());
            script = false;
            continue;
        }
        if script || (part.body.is_none() && words.trim_start().starts_with("< {%")) {
            script = !words.contains("%}");
            continue;
        }
        match part.stage {
            Stage::Before => part.before(&line, &mut container),
            Stage::Headers if words.trim().is_empty() => part.stage = Stage::Body,
            // Indented lines continue a URL.
            Stage::Headers if words.starts_with([' ', '\t']) && !part.has_headers => {
                part.url.push_str(words.trim());
            }
            Stage::Headers => part.has_headers = true,
            Stage::Body if words.starts_with('>') || words.starts_with("<>") => part.stage = Stage::Done,
            Stage::Body => part.add(&line),
            Stage::Done => {}
        }
    }
    container.requests.extend(part.request(text, &mut names));
    Ok(container)
}

/// A line, without the line end.
struct Line<'t> {
    text: &'t str,
    start: usize,
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |whole| {
        let line = Line {
            text: whole.trim_end_matches(['\n', '\r']),
            start,
        };
        start += whole.len();
        line
    })
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Before the request line: comments, variables, blank lines.
    #[default]
    Before,
    Headers,
    Body,
    /// After the body.
    Done,
}

/// A request that is being parsed.
#[derive(Default)]
struct Part {
    name: String,
    method: String,
    url: String,
    stage: Stage,
    has_headers: bool,
    /// The body, from its first line that is not blank to its last one.
    body: Option<(usize, usize)>,
}

impl Part {
    fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// Handles a line before the request line, or the request line.
    fn before(&mut self, line: &Line<'_>, container: &mut Container) {
        let words = line.text.trim_start_matches('\u{feff}').trim();
        let comment = words.strip_prefix('#').or_else(|| words.strip_prefix("//"));
        if let Some(comment) = comment {
            let name = comment
                .trim()
                .strip_prefix("@name")
                .map(|name| name.trim_start_matches([' ', '=']));
            if let Some(name) = name
                .map(str::trim)
                .filter(|name| !name.is_empty() && self.name.is_empty())
            {
                name.clone_into(&mut self.name);
            }
            return;
        }
        if let Some((name, value)) = words.strip_prefix('@').and_then(|rest| rest.split_once('=')) {
            container.variables.set(name, value.trim().to_owned());
            return;
        }
        if words.is_empty() {
            return;
        }
        let (first, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        if METHODS.contains(&first.to_ascii_uppercase().as_str()) {
            self.method = first.to_ascii_uppercase();
            without_version(rest.trim()).clone_into(&mut self.url);
        } else {
            "GET".clone_into(&mut self.method);
            without_version(words).clone_into(&mut self.url);
        }
        self.stage = Stage::Headers;
    }

    fn add(&mut self, line: &Line<'_>) {
        if !line.text.trim().is_empty() {
            let end = line.start + line.text.trim_end().len();
            self.body = Some((self.body.map_or(line.start, |(start, _)| start), end));
        }
    }

    fn request(&self, text: &str, names: &mut Names) -> Option<Request> {
        if self.stage == Stage::Before {
            return None;
        }
        let name = if self.name.is_empty() {
            format!("{} {}", self.method, self.url)
        } else {
            self.name.clone()
        };
        Some(Request {
            name: names.unique(super::request::name_in(&[], &name)),
            method: self.method.clone(),
            url: self.url.clone(),
            body: self
                .body
                .map_or(Body::None, |(start, end)| body(text, start, end)),
            examples: Vec::new(),
        })
    }
}

/// Returns a body, or the name of the file that contains it.
fn body(text: &str, start: usize, end: usize) -> Body {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let written = text.get(start..end).unwrap_or_default();
    let span = Span::new(offset(start), offset(end));
    if let Some(rest) = written.strip_prefix('<')
        && !written.contains('\n')
    {
        // `<@latin1 ./file`: variables are replaced, and the encoding is optional.
        let rest = match rest.strip_prefix('@') {
            Some(rest) => rest.split_once(char::is_whitespace).map_or("", |(_, path)| path),
            None => rest,
        };
        return Body::File(rest.trim().to_owned(), span);
    }
    Body::Text {
        text: MappedText::verbatim(text, span),
        fixable: true,
    }
}

/// Returns a URL without the protocol version after it.
fn without_version(url: &str) -> &str {
    match url.rsplit_once(char::is_whitespace) {
        Some((url, version)) if version.starts_with("HTTP/") => url.trim_end(),
        _ => url,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, String, String, String)> {
        let container = read(text.as_bytes()).expect(text);
        let all = container.requests.into_iter().map(|request| {
            let body = match request.body {
                Body::Text { text, .. } => text.text().to_owned(),
                Body::File(name, _) => format!("file {name}"),
                Body::None => String::new(),
            };
            (request.name, request.method, request.url, body)
        });
        all.collect()
    }

    fn row(name: &str, method: &str, url: &str, body: &str) -> (String, String, String, String) {
        (name.into(), method.into(), url.into(), body.into())
    }

    #[test]
    fn both_dialects_are_read() {
        let text = "@host = https://example.com\n# a comment\n\n### first\n// @name ignored\nPOST {{host}}/a HTTP/1.1\r\nA: b\r\n\r\n\r\n[\r\n  1\r\n]\r\n\r\n> {%\n client.test(1)\n%}\n\
            ### \n# @name second\nput {{host}}/b\n    ?x=1\n    &y=2\nA: b\n\n< ./b.json\n###\n< {%\n request.x = 1\n%}\nhttps://example.com/c\n###\n### last\nPOST /d\n\n<@utf8 ../d.json\n<> answer.json\n";
        assert_eq!(
            found(text),
            [
                row("first", "POST", "{{host}}/a", "[\r\n  1\r\n]"),
                row("second", "PUT", "{{host}}/b?x=1&y=2", "file ./b.json"),
                row("GET https://example.com/c", "GET", "https://example.com/c", ""),
                row("last", "POST", "/d", "file ../d.json"),
            ]
        );
        let container = read(text.as_bytes()).expect("it is text");
        assert_eq!(
            container.variables.value("host").as_deref(),
            Some("https://example.com")
        );
    }

    #[test]
    fn a_file_without_requests_has_none() {
        for text in ["", "###", "### a\n# b\n\n@x = 1\n", "\u{feff}", "###\n###\n"] {
            assert!(found(text).is_empty(), "{text}");
        }
        assert!(read(b"\xff\xfe").is_err());
    }
}
