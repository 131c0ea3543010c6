//! HAR files, as browsers, proxies and test tools write them: both bodies of every call are in it.
//!
//! Only the method, the URL, the status, the time and the two bodies of an entry are ours. What else a tool has written, and
//! how well it has written it, does not matter: the file is read with recovery, and an entry is lost only if a part that
//! is needed cannot be read.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::routes::{Miss, Routes, shown_url};
use crate::bind::{Bound, DateTime, Day, Json, Scalar, Value, bind};
use crate::finding::Span;
use crate::json::{self, JsonKind, Node, NodeId, Reader, Root, SyntaxError, SyntaxKind, Tree};

/// Gives the bytes of a file that a HAR has put a body into, by the name in the HAR.
pub type Attached<'a> = dyn FnMut(&str) -> Result<Vec<u8>, String> + 'a;

/// The creator of the HAR files that hold predictions.
pub const SERVE: &str = "geplint serve";

/// What the names of the response headers of a prediction begin with, in lower case.
const SERVE_HEADERS: &str = "x-geplint-";

/// The member of an entry that has what only `geplint serve` knows of a call.
pub const SERVE_MEMBER: &str = "_geplint";

/// A HAR file.
#[derive(Debug)]
pub struct Har<'b> {
    bytes: &'b [u8],
    text: Cow<'b, str>,
    tree: Tree,
    /// What is wrong with its text, in the order of the file.
    errors: Vec<SyntaxError>,
    entries: Vec<NodeId>,
    /// The tool that wrote it, as it calls itself.
    pub creator: String,
}

/// An entry of a HAR file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1.
    pub number: usize,
    node: NodeId,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call<'h> {
    /// Endpoint id.
    pub endpoint: String,
    /// The URL, without what may be secret in it.
    pub url: String,
    /// The request body.
    pub request: Cow<'h, [u8]>,
    /// The response body.
    pub response: Cow<'h, [u8]>,
    /// The HTTP status.
    pub status: Option<u64>,
    /// `geplint serve` answered, not the API.
    pub predicted: bool,
}

/// An entry that is not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// The HTTP method; empty where there is none.
    pub method: String,
    /// The URL, without what may be secret in it; empty where there is none.
    pub url: String,
    /// What kind of entry it is.
    pub kind: UnusedKind,
    /// Why it is not used.
    pub why: String,
    /// The request, where only the answer is missing: it has changed what the tenant holds all the same.
    pub sent: Option<Box<Sent>>,
}

/// A request without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Endpoint id.
    pub endpoint: String,
    /// The request body.
    pub request: Vec<u8>,
    /// The HTTP status.
    pub status: Option<u64>,
}

/// Why an entry is not verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnusedKind {
    /// It is no call of a known endpoint.
    Other,
    /// A call of a known endpoint, recorded without one of its bodies.
    WithoutBody,
    /// A call of a known endpoint, of which a part cannot be read.
    Unreadable,
    /// A prediction, where answers of the API are asked for.
    Prediction,
    /// An answer that is not marked as a prediction, where predictions are asked for.
    NoPrediction,
}

/// What an entry comes to.
pub type Used<'h> = Result<Call<'h>, Unused>;

impl<'b> Har<'b> {
    /// Reads a HAR file; fails with the reason why it is none.
    pub fn read(bytes: &'b [u8]) -> Result<Self, String> {
        let (text, mut errors) = json::text(bytes);
        if let Some(error) = errors.iter().find(|error| is_fatal(error)) {
            return Err(format!("not a HAR file: {}", error.message(&text)));
        }
        let mut tree = Tree::default();
        let mut reader = Reader::new(&text);
        let root = reader.root(&mut tree);
        errors.extend(reader.into_errors());
        let entries = tree
            .root()
            .filter(|_| root == Root::Value)
            .and_then(|root| member(&text, &tree, root, "log"))
            .and_then(|log| Some((log, member(&text, &tree, log, "entries")?)))
            .filter(|(_, entries)| tree.node(*entries).kind == JsonKind::Array);
        let Some((log, list)) = entries else {
            let broken = errors.iter().find(|error| !error.is_warning());
            return Err(match broken {
                Some(error) => format!("not a HAR file: not JSON: {}", error.message(&text)),
                None => "not a HAR file: it has no list log.entries".to_owned(),
            });
        };
        let creator = member(&text, &tree, log, "creator")
            .and_then(|creator| member(&text, &tree, creator, "name"))
            .filter(|name| tree.node(*name).kind == JsonKind::String)
            .map_or_else(String::new, |name| {
                json::decode(&text, tree.node(name)).into_owned()
            });
        let entries = tree.elements(list).collect();
        Ok(Self {
            bytes,
            text,
            tree,
            errors,
            entries,
            creator,
        })
    }

    /// What keeps a part of the file from being read, where something does.
    pub fn cut(&self) -> Option<String> {
        let cuts = |error: &&SyntaxError| {
            matches!(
                error.kind,
                SyntaxKind::TooMany | SyntaxKind::Unclosed { .. } | SyntaxKind::UnterminatedString
            )
        };
        let error = self.errors.iter().rfind(cuts)?;
        let line = self
            .text
            .as_bytes()
            .get(..error.span.start as usize)
            .unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', line).count() + 1;
        let read = match self.entries.len() {
            1 => "1 entry was".to_owned(),
            count => format!("{count} entries were"),
        };
        Some(format!(
            "line {line}: {}; {read} read up to there",
            error.message(&self.text)
        ))
    }

    /// The entries, as they are listed, or in the order of time. One without a time stays behind the one before it.
    pub fn entries(&self, by_time: bool) -> Vec<Entry> {
        let mut entries: Vec<Entry> = (1..)
            .zip(&self.entries)
            .map(|(number, node)| Entry { number, node: *node })
            .collect();
        if by_time {
            let mut last = None;
            entries.sort_by_cached_key(|entry| {
                last = self.started(*entry).or(last);
                last
            });
        }
        entries
    }

    /// When the call was made; moments can be compared.
    fn started(&self, entry: Entry) -> Option<(u16, u8, u8, i64)> {
        let text = self.string(self.member(entry.node, "startedDateTime")?)?;
        let Ok(Bound {
            value: Value::DateTime(DateTime { day, ticks, .. }),
            ..
        }) = bind(Scalar::DateTime, &[], false, Json::Text(&text), "")
        else {
            return None;
        };
        match day {
            Day::Date { year, month, day } => Some((year, month, day, ticks)),
            Day::ThisYear { .. } | Day::Today { .. } => None,
        }
    }

    /// The call that an entry is, or why it is none that could be verified.
    pub fn call(&self, entry: Entry, routes: &Routes<'_>, attached: &mut Attached<'_>) -> Used<'_> {
        let request = self.member(entry.node, "request");
        let part = |name| request.and_then(|request| self.member(request, name));
        let method = part("method")
            .and_then(|node| self.string(node))
            .unwrap_or_default();
        let url = part("url").and_then(|node| self.string(node)).unwrap_or_default();
        let unused = |kind, why: String| Unused {
            method: method.clone().into_owned(),
            url: shown_url(&url),
            kind,
            why,
            sent: None,
        };
        let other = |why: &str| unused(UnusedKind::Other, why.to_owned());
        if method.is_empty() && url.is_empty() {
            return Err(other(match self.broken(entry) {
                Some(_) => "it cannot be read: the text is not JSON here",
                None => "it has neither a method nor a URL",
            }));
        }
        let predicted = self.is_predicted(entry);
        let found = routes
            .named(self.endpoint(entry).filter(|_| predicted).as_deref())
            .map_or_else(|| routes.endpoint(&method, &url), Ok)
            .map_err(|miss| other(&words(&miss, &method)))?;
        // Of what only may be a call, nothing is missing.
        let lost = |(kind, why)| unused(if found.by_url { kind } else { UnusedKind::Other }, why);
        // What a guess has put in order may not be what was sent.
        if let Some(why) = self.broken(entry) {
            return Err(unused(
                UnusedKind::Unreadable,
                format!("it cannot be read: {why}"),
            ));
        }
        let holder = part("postData");
        let request = self.body(holder, "request", attached).map_err(lost)?;
        if !found.by_url && !is_json(&request) {
            return Err(other("its request body is not JSON"));
        }
        let response = self.member(entry.node, "response");
        let content = response.and_then(|response| self.member(response, "content"));
        let status: Option<u64> = response
            .and_then(|response| self.member(response, "status"))
            .and_then(|node| self.tree.node(node).span.of(&self.text).parse().ok())
            .filter(|status| *status > 0);
        let response = match self.body(content, "response", attached) {
            Ok(response) => response,
            // A fault that was asked for, or a call that was refused before it was read.
            Err(_) if predicted => {
                let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
                return Err(other(&format!(
                    "its response has no body (HTTP status: {status})"
                )));
            }
            Err(missing) => {
                let sent = Sent {
                    endpoint: found.endpoint.to_owned(),
                    request: request.into_owned(),
                    status,
                };
                return Err(Unused {
                    sent: Some(Box::new(sent)),
                    ..lost(missing)
                });
            }
        };
        Ok(Call {
            endpoint: found.endpoint.to_owned(),
            url: shown_url(&url),
            request,
            response,
            status,
            predicted,
        })
    }

    /// Whether `geplint serve` has answered: it wrote the file, or a header of the response names it.
    fn is_predicted(&self, entry: Entry) -> bool {
        let headers = || self.member(self.member(entry.node, "response")?, "headers");
        let names = |header| self.member(header, "name").and_then(|name| self.string(name));
        self.creator == SERVE
            || headers().is_some_and(|headers| {
                self.tree.elements(headers).filter_map(names).any(|name| {
                    name.get(..SERVE_HEADERS.len())
                        .is_some_and(|start| start.eq_ignore_ascii_case(SERVE_HEADERS))
                })
            })
    }

    /// The endpoint that `geplint serve` took a call for.
    fn endpoint(&self, entry: Entry) -> Option<Cow<'_, str>> {
        self.string(self.member(self.member(entry.node, SERVE_MEMBER)?, "endpoint")?)
    }

    /// The tenant facts that a call to `geplint serve` met, as a tenant file has them. It writes them where they are not what
    /// the calls before it have left.
    pub fn tenant(&self, entry: Entry) -> Option<Cow<'_, str>> {
        let facts = self.member(self.member(entry.node, SERVE_MEMBER)?, "tenant")?;
        let node = self.tree.node(facts);
        (self.creator == SERVE && node.kind == JsonKind::String).then(|| json::decode(&self.text, node))
    }

    /// The body of an answer with success to a GET, for what it says of the tenant.
    pub fn answer_to_get(&self, entry: Entry, attached: &mut Attached<'_>) -> Option<Cow<'_, [u8]>> {
        let method = self.string(self.member(self.member(entry.node, "request")?, "method")?)?;
        let response = self.member(entry.node, "response")?;
        let status = self
            .tree
            .node(self.member(response, "status")?)
            .span
            .of(&self.text);
        if !method.eq_ignore_ascii_case("GET") || !status.starts_with('2') {
            return None;
        }
        self.body(self.member(response, "content"), "response", attached)
            .ok()
    }

    fn member(&self, object: NodeId, name: &str) -> Option<NodeId> {
        member(&self.text, &self.tree, object, name)
    }

    /// The text of a string that is not empty.
    fn string(&self, id: NodeId) -> Option<Cow<'_, str>> {
        let node = self.tree.node(id);
        let text = (node.kind == JsonKind::String).then(|| json::decode(&self.text, node))?;
        (!text.is_empty()).then_some(text)
    }

    /// What is wrong inside an entry and leaves in doubt what its parts are. Values that are no JSON, such as `NaN`, leave
    /// no doubt.
    fn broken(&self, entry: Entry) -> Option<String> {
        let span = self.tree.node(entry.node).span;
        let from = self.errors.partition_point(|error| error.span.start < span.start);
        self.errors
            .get(from..)?
            .iter()
            .take_while(|error| error.span.start < span.end)
            .find(|error| !error.certain() && !matches!(error.kind, SyntaxKind::InvalidUtf8 { .. }))
            .map(|error| error.message(&self.text))
    }

    /// The body in a `postData` or `content`.
    fn body(
        &self,
        holder: Option<NodeId>,
        what: &str,
        attached: &mut Attached<'_>,
    ) -> Result<Cow<'_, [u8]>, (UnusedKind, String)> {
        let without = || (UnusedKind::WithoutBody, format!("it has no {what} body"));
        let unreadable = |why: String| (UnusedKind::Unreadable, why);
        let holder = holder.ok_or_else(without)?;
        let text = self
            .member(holder, "text")
            .map(|text| (text, *self.tree.node(text)));
        let text = match text {
            Some((_, node)) if node.kind == JsonKind::String && node.span.end - node.span.start > 2 => node,
            None => return self.elsewhere(holder, what, attached),
            Some((_, node)) if matches!(node.kind, JsonKind::String | JsonKind::Null) => {
                return self.elsewhere(holder, what, attached);
            }
            Some(_) => return Err(unreadable(format!("its {what} body is not a string"))),
        };
        let span = text.span;
        let original = self.bytes.get(span.start as usize..span.end as usize);
        if original.is_none_or(|bytes| std::str::from_utf8(bytes).is_err()) {
            return Err(unreadable(format!(
                "its {what} body holds bytes that are not UTF-8"
            )));
        }
        let encoding = self.member(holder, "encoding").map(|node| *self.tree.node(node));
        match encoding {
            None => Ok(verbatim(&self.text, &text)),
            Some(node) if node.kind == JsonKind::Null => Ok(verbatim(&self.text, &text)),
            Some(node) if node.kind == JsonKind::String => {
                let encoding = json::decode(&self.text, &node);
                match &*encoding.to_ascii_lowercase() {
                    "" | "utf-8" | "utf8" => Ok(verbatim(&self.text, &text)),
                    "base64" => base64(&json::decode(&self.text, &text), what).map_err(unreadable),
                    _ => Err(unreadable(format!(
                        "its {what} body is in an encoding that is not known: {encoding}"
                    ))),
                }
            }
            Some(_) => Err(unreadable(format!(
                "the encoding of its {what} body is not a string"
            ))),
        }
    }

    /// A body that is not in `text`: in a file, or taken apart into the parameters of a form.
    fn elsewhere(
        &self,
        holder: NodeId,
        what: &str,
        attached: &mut Attached<'_>,
    ) -> Result<Cow<'_, [u8]>, (UnusedKind, String)> {
        if let Some(name) = self.member(holder, "_file").and_then(|name| self.string(name)) {
            return match attached(&name) {
                Ok(bytes) if bytes.is_empty() => Err((
                    UnusedKind::WithoutBody,
                    format!("the file of its {what} body is empty: {name}"),
                )),
                Ok(bytes) => Ok(Cow::Owned(bytes)),
                Err(why) => Err((
                    UnusedKind::Unreadable,
                    format!("the file of its {what} body: {name}: {why}"),
                )),
            };
        }
        let parameters = self.member(holder, "params").map(|params| self.form(params));
        match parameters {
            Some(form) if !form.is_empty() => match json_of_form(&form) {
                Some(body) => Ok(Cow::Owned(body)),
                None => Err((
                    UnusedKind::Unreadable,
                    format!("its {what} body is a form, not JSON"),
                )),
            },
            _ => Err((UnusedKind::WithoutBody, format!("it has no {what} body"))),
        }
    }

    /// `name=value&name` of a list of parameters, as it was sent.
    fn form(&self, list: NodeId) -> String {
        let parts = self.tree.elements(list).map(|parameter| {
            let part = |name| self.member(parameter, name).and_then(|node| self.string(node));
            let name = part("name").unwrap_or_default();
            match part("value") {
                Some(value) => format!("{name}={value}"),
                None => name.into_owned(),
            }
        });
        parts.collect::<Vec<_>>().join("&")
    }
}

/// Whether a file that begins so is a HAR file, whatever it is called.
pub fn is_har(start: &[u8]) -> bool {
    let start = start
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(start)
        .trim_ascii_start();
    let name = start.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    let rest = name
        .and_then(|name| name.strip_prefix(b"\"log\""))
        .map(<[u8]>::trim_ascii_start);
    let rest = rest
        .and_then(|rest| rest.strip_prefix(b":"))
        .map(<[u8]>::trim_ascii_start);
    rest.is_some_and(|rest| rest.starts_with(b"{"))
}

/// How the tool that has left out bodies records them, as far as it is known.
pub fn cure(creator: &str) -> &'static str {
    const CURES: [(&str, &str); 5] = [
        (
            "playwright",
            "Playwright records them with recordHar: { content: \"embed\" }",
        ),
        (
            "webinspector",
            "in Chrome and Edge, open the DevTools before the calls, turn on \"Preserve log\", and export the HAR there",
        ),
        (
            "firefox",
            "in Firefox, set devtools.netmonitor.har.includeResponseBodies to true in about:config",
        ),
        (
            "mitmproxy",
            "mitmproxy leaves out what it streams: unset stream_large_bodies",
        ),
        ("", "record the calls again with bodies"),
    ];
    let creator = creator.to_ascii_lowercase();
    let known = CURES.iter().find(|(tool, _)| creator.contains(tool));
    known.map_or("", |(_, cure)| cure)
}

/// Where nothing can be read at all.
fn is_fatal(error: &SyntaxError) -> bool {
    matches!(
        error.kind,
        SyntaxKind::Empty | SyntaxKind::Encoding(_) | SyntaxKind::Foreign(_) | SyntaxKind::TooLarge
    )
}

/// A member of an object by its name.
fn member(text: &str, tree: &Tree, object: NodeId, name: &str) -> Option<NodeId> {
    tree.members(object)
        .find(|(key, _)| json::decode(text, tree.node(*key)) == name)
        .map(|(_, value)| value)
}

/// Why no endpoint takes a call.
pub fn words(miss: &Miss, method: &str) -> String {
    match miss {
        Miss::Method => format!(
            "its method is {}; payloads are sent with POST or PUT",
            method.to_uppercase()
        ),
        Miss::Url => "its URL is that of no endpoint".to_owned(),
        Miss::OtherEndpoint(id) => format!("it is a call of {id}, not of the endpoint that was asked for"),
        Miss::Base(base) => format!(
            "its URL ends like that of an endpoint, but does not stand below the API's path; \
             --base-path {base} takes it for one"
        ),
    }
}

/// The bytes that a string was made of. Where a tool could not read a byte as UTF-8 it writes half of a surrogate pair,
/// U+DC80 to U+DCFF (mitmproxy does): that is the byte.
fn verbatim<'t>(text: &'t str, node: &Node) -> Cow<'t, [u8]> {
    let decoded = json::decode(text, node);
    match decoded {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(decoded) if !decoded.contains('\u{FFFD}') => Cow::Owned(decoded.into_bytes()),
        Cow::Owned(_) => Cow::Owned(with_bytes(json::raw(text, node))),
    }
}

/// As [`verbatim`], of the escaped text of a string.
fn with_bytes(raw: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    // From here on nothing has been decoded yet.
    let mut start = 0;
    let mut at = 0;
    let bytes = raw.as_bytes();
    while let Some(offset) = bytes.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        at += offset;
        match unit(bytes, at) {
            Some(0xD800..=0xDBFF) if matches!(unit(bytes, at + 6), Some(0xDC00..=0xDFFF)) => at += 12,
            Some(low @ 0xDC80..=0xDCFF) => {
                out.extend(decoded(raw.get(start..at).unwrap_or_default()));
                out.push(u8::try_from(low & 0xFF).unwrap_or_default());
                at += 6;
                start = at;
            }
            _ => at += 2,
        }
    }
    out.extend(decoded(raw.get(start..).unwrap_or_default()));
    out
}

/// The UTF-16 unit that a `\u` at a place stands for.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

fn decoded(raw: &str) -> Vec<u8> {
    let quoted = format!("\"{raw}\"");
    let node = Node {
        span: Span::new(0, u32::try_from(quoted.len()).unwrap_or(u32::MAX)),
        next: 1,
        kind: JsonKind::String,
        escaped: true,
        malformed: false,
    };
    json::decode(&quoted, &node).into_owned().into_bytes()
}

/// Whether a body begins as a list or an object does.
fn is_json(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    body.trim_ascii_start().starts_with(b"[") || body.trim_ascii_start().starts_with(b"{")
}

/// The JSON that was sent as a form, as `curl -d` does: tools take it apart at `&` and `=`.
fn json_of_form(form: &str) -> Option<Vec<u8>> {
    if is_json(form.as_bytes()) {
        return Some(form.as_bytes().to_vec());
    }
    let mut out = Vec::with_capacity(form.len());
    let mut rest = form.as_bytes();
    while let [first, after @ ..] = rest {
        let code = (*first == b'%').then(|| after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()));
        let code = code.flatten().and_then(|hex| u8::from_str_radix(hex, 16).ok());
        rest = if code.is_some() { after.get(2..)? } else { after };
        out.push(code.unwrap_or(if *first == b'+' { b' ' } else { *first }));
    }
    is_json(&out).then_some(out)
}

/// Decodes base64, with or without padding, on one line or on many.
fn base64<'t>(text: &str, what: &str) -> Result<Cow<'t, [u8]>, String> {
    const MILD: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let packed: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    GeneralPurpose::new(&STANDARD, MILD)
        .decode(packed)
        .map(Cow::Owned)
        .map_err(|error| format!("its {what} body is not base64: {error}"))
}

#[cfg(test)]
mod tests {
    use super::super::routes::Route;
    use super::*;
    use serde_json::{Value, json};

    fn routes() -> Routes<'static> {
        Routes {
            known: vec![Route {
                endpoint: "one",
                path: "/One",
            }],
            ..Routes::default()
        }
    }

    fn entry(url: &str) -> Value {
        json!({
            "request": { "method": "POST", "url": url, "postData": { "text": "[]" } },
            "response": { "status": 200, "content": { "text": "e30", "encoding": "base64" } },
        })
    }

    fn no_files(_: &str) -> Result<Vec<u8>, String> {
        Err("there is none".to_owned())
    }

    /// The bytes of a request and of its response.
    type Read = Result<(Vec<u8>, Vec<u8>), Unused>;

    fn of_text(text: &str) -> Vec<Read> {
        let har = Har::read(text.as_bytes()).unwrap();
        let used = har.entries(false).into_iter().map(|entry| {
            let call = har.call(entry, &routes(), &mut no_files)?;
            Ok((call.request.into_owned(), call.response.into_owned()))
        });
        used.collect()
    }

    fn read(entries: &[Value]) -> Vec<Read> {
        of_text(&json!({ "log": { "entries": entries } }).to_string())
    }

    fn why(pointer: &str, value: Value) -> (UnusedKind, String) {
        let mut entry = entry("/one");
        *entry.pointer_mut(pointer).unwrap() = value;
        let unused = read(&[entry]).remove(0).unwrap_err();
        (unused.kind, unused.why)
    }

    #[test]
    fn bodies_are_decoded() {
        assert_eq!(read(&[entry("/one")]), [Ok((b"[]".to_vec(), b"{}".to_vec()))]);
        let mut entry = entry("/one");
        entry["request"]["postData"] = json!({ "text": "W10=\r\n", "encoding": "BASE64" });
        assert_eq!(read(&[entry])[0].as_ref().unwrap().0, b"[]");
    }

    #[test]
    fn what_lacks_a_body_says_so() {
        for (pointer, value, what) in [
            ("/request/postData", json!({}), "it has no request body"),
            (
                "/request",
                json!({"method": "PUT", "url": "/one"}),
                "it has no request body",
            ),
            ("/response/content/text", json!(""), "it has no response body"),
            ("/response/content/text", json!(null), "it has no response body"),
            ("/response", json!(null), "it has no response body"),
        ] {
            assert_eq!(why(pointer, value), (UnusedKind::WithoutBody, what.to_owned()));
        }
    }

    #[test]
    fn what_cannot_be_read_says_so() {
        for (pointer, value, what) in [
            (
                "/response/content/text",
                json!(1),
                "its response body is not a string",
            ),
            ("/response/content/text", json!("*"), "not base64"),
            ("/response/content/encoding", json!("br"), "not known: br"),
            ("/response/content/encoding", json!([]), "is not a string"),
            (
                "/response/content",
                json!({"_file": "a.json"}),
                "a.json: there is none",
            ),
            (
                "/request/postData",
                json!({"params": [{"name": "a", "value": "b"}]}),
                "is a form, not JSON",
            ),
        ] {
            let (kind, why) = why(pointer, value);
            assert_eq!(kind, UnusedKind::Unreadable);
            assert!(why.contains(what), "{why}");
        }
    }

    #[test]
    fn a_form_that_was_json_is_put_together_again() {
        for params in [
            json!([{"name": "[{\"a\":\"b", "value": "c"}, {"name": "d\"}]", "value": ""}]),
            json!([{"name": "%5B%7B%22a%22%3A%22b%3Dc%26d%22%7D%5D"}]),
        ] {
            let mut entry = entry("/one");
            entry["request"]["postData"] = json!({"text": "", "params": params});
            assert_eq!(read(&[entry])[0].as_ref().unwrap().0, br#"[{"a":"b=c&d"}]"#);
        }
    }

    #[test]
    fn what_a_tool_wrote_badly_elsewhere_does_not_matter() {
        let text = r#"{"log":{"entries":[
            {"time": NaN, "request":{"method":"PUT","url":"/one","headers":[{"value":"M\udcfcller"}],
              "postData":{"text":"[1]"}},"response":{"status":1e999,"content":{"text":"{}"}}},
            {"request":{"method":"PUT","url":"/one","postData":{"text":"[2]" ] },"response":{"content":{"text":"{}"}}},
            {"request":{"method":"PUT","url":"/one","postData":{"text":"[3]"}},"response":{"content":{"text":"{}"}}}
        ]}}"#;
        let used = of_text(text);
        let bodies: Vec<Option<&[u8]>> = used
            .iter()
            .map(|used| used.as_ref().ok().map(|call| &*call.0))
            .collect();
        assert_eq!(bodies, [Some(&b"[1]"[..]), None, Some(b"[3]")]);
        assert_eq!(used[1].as_ref().unwrap_err().kind, UnusedKind::Unreadable);
    }

    #[test]
    fn half_a_surrogate_pair_is_the_byte_that_was_sent() {
        for (written, sent) in [
            (r"M\udcfcller", &b"M\xfcller"[..]),
            (
                r#"\uDCE9\\udcfc\" \ud83d\ude00 \udc80"#,
                b"\xe9\\udcfc\" \xf0\x9f\x98\x80 \x80",
            ),
            (r"'\ufffd\ud800", "'\u{fffd}\u{fffd}".as_bytes()),
        ] {
            let text = format!(
                r#"{{"log":{{"entries":[{{"request":{{"method":"PUT","url":"/one","postData":{{"text":"{written}"}}}},
                "response":{{"content":{{"text":"{{}}"}}}}}}]}}}}"#
            );
            assert_eq!(of_text(&text)[0].as_ref().unwrap().0, sent, "{written}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_matter_in_bodies_alone() {
        let text = |header: &str, body: &str| {
            let (header, body) = (header.as_bytes(), body.as_bytes());
            let parts: [&[u8]; 5] = [
                br#"{"log":{"entries":[{"comment":""#,
                header,
                br#"","request":{"method":"PUT","url":"/one","postData":{"text":""#,
                body,
                br#""}},"response":{"content":{"text":"{}"}}}]}}"#,
            ];
            let mut bytes = parts.concat();
            for byte in &mut bytes {
                *byte = if *byte == b'~' { 0xFC } else { *byte };
            }
            bytes
        };
        let unused = |bytes: &[u8]| {
            let har = Har::read(bytes).unwrap();
            har.call(har.entries(false)[0], &routes(), &mut no_files).err()
        };
        assert_eq!(unused(&text("M~ller", "[]")), None);
        assert!(unused(&text("", "[~]")).unwrap().why.contains("not UTF-8"));
    }

    #[test]
    fn entries_follow_each_other_in_time() {
        let timed = |time: Value| json!({ "startedDateTime": time });
        let entries = [
            timed(json!("2026-11-28T10:00:02.5Z")),
            timed(json!(null)),
            timed(json!("2026-11-28T10:00:01.123456+00:00")),
            timed(json!("2026-11-28T11:00:00.000+01:00")),
        ];
        let text = json!({ "log": { "entries": entries } }).to_string();
        let har = Har::read(text.as_bytes()).unwrap();
        let numbers = |by_time| {
            har.entries(by_time)
                .iter()
                .map(|entry| entry.number)
                .collect::<Vec<_>>()
        };
        assert_eq!(numbers(false), [1, 2, 3, 4]);
        assert_eq!(numbers(true), [4, 3, 1, 2]);
    }

    #[test]
    fn everything_else_is_no_call() {
        let mut get = entry("/one");
        get["request"]["method"] = json!("GET");
        let used = read(&[
            get,
            entry("/two"),
            json!(null),
            json!([]),
            json!({ "request": 1 }),
            json!({ "request": { "method": "PUT" } }),
        ]);
        for unused in &used {
            assert_eq!(unused.as_ref().unwrap_err().kind, UnusedKind::Other);
        }
        assert!(used[0].as_ref().unwrap_err().why.contains("its method is GET"));
    }

    #[test]
    fn a_broken_file_says_why() {
        let why = |text: &str| Har::read(text.as_bytes()).unwrap_err();
        assert!(why("").contains("empty"));
        assert!(why("{").contains("not JSON"));
        assert!(why("<html>").contains("HTML"));
        assert!(why("{\"log\":{\"entries\":{}}}").contains("log.entries"));
        assert!(why("[]").contains("log.entries"));
        assert!(
            why(&"[".repeat(100_000)).contains("log.entries")
                || why(&"[".repeat(100_000)).contains("not JSON")
        );
        assert!(Har::read(b"\xff\xfe{\0").unwrap_err().contains("UTF-16"));
        assert!(Har::read("\u{feff}{\"log\":{\"entries\":[]}}".as_bytes()).is_ok());
    }

    #[test]
    fn a_file_that_ends_early_says_where() {
        let text = r#"{"log":{"entries":[{"request":{"method":"PUT","url":"/one","postData":{"text":"[]"}},
            "response":{"content":{"text":"{}"}}},
            {"request":{"method":"PUT","url":"/one","postData":{"te"#;
        let har = Har::read(text.as_bytes()).unwrap();
        assert!(har.cut().unwrap().starts_with("line 3: "), "{:?}", har.cut());
        let used = of_text(text);
        assert!(used[0].is_ok());
        assert_eq!(used[1].as_ref().unwrap_err().kind, UnusedKind::Unreadable);
    }
}
