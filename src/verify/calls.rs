//! The calls in a recording of a tool.
//!
//! Only the method, the URL, the status, the time and the two bodies of an entry are used. Mistakes in other parts do
//! not matter: the file is parsed with recovery, and an entry is unusable only if a needed part cannot be read.

use std::borrow::Cow;

use super::entry::{Body, Parts, is_json};
use super::parsed::{Parsed, ValueRef};
use super::routes::{Miss, Routes, shown_url};
use super::{bruno, har, newman};

pub use super::entry::{Attached, Entry, UnusedKind};

/// The format of a file, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A HAR file of a browser, a proxy or a test tool.
    Har,
    /// The JSON report of Newman, which runs Postman collections.
    Newman,
    /// The JSON report of Bruno's command line.
    Bruno,
}

/// A file with recorded calls.
#[derive(Debug)]
pub struct Calls<'b> {
    parsed: Parsed<'b>,
    format: Format,
    entries: Vec<Entry>,
    /// The name of the tool that wrote it, from the file.
    pub(crate) creator: String,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call<'h> {
    /// Endpoint id.
    pub endpoint: String,
    /// The URL, without parts that may be secret.
    pub url: String,
    /// The request body.
    pub request: Cow<'h, [u8]>,
    /// The response body.
    pub response: Cow<'h, [u8]>,
    /// The HTTP status.
    pub status: Option<u64>,
    /// True if `geplint serve` answered, not the API.
    pub predicted: bool,
}

/// An entry that is not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// The HTTP method, or empty.
    pub method: String,
    /// The URL, without parts that may be secret, or empty.
    pub url: String,
    /// The kind of the entry.
    pub kind: UnusedKind,
    /// The reason.
    pub why: String,
    /// The request, if only the response is missing, because it has changed the tenant's data anyway.
    pub sent: Option<Box<Sent>>,
}

/// A request without a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Endpoint id.
    pub endpoint: String,
    /// The request body.
    pub request: Vec<u8>,
    /// The HTTP status.
    pub status: Option<u64>,
}

/// The result for an entry.
pub type Used<'h> = Result<Call<'h>, Unused>;

impl Format {
    /// Returns the possible format of a file with this start. [`Calls::read`] decides.
    pub fn of_start(start: &[u8]) -> Option<Self> {
        const FIRST: [(&[u8], Format); 6] = [
            (b"log", Format::Har),
            (b"collection", Format::Newman),
            (b"run", Format::Newman),
            (b"iterationIndex", Format::Bruno),
            (b"summary", Format::Bruno),
            (b"results", Format::Bruno),
        ];
        let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
        let start = start.trim_ascii_start();
        let (list, start) = match start.strip_prefix(b"[") {
            Some(rest) => (true, rest.trim_ascii_start()),
            None => (false, start),
        };
        let name = start.strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"")?;
        let (_, format) = FIRST.iter().find(|(first, _)| {
            let rest = name
                .strip_prefix(*first)
                .and_then(|rest| rest.strip_prefix(b"\""));
            rest.is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"))
        })?;
        (!list || *format == Self::Bruno).then_some(*format)
    }
}

impl<'b> Calls<'b> {
    /// Parses a file with recorded calls. The error is the reason why it is not one.
    pub fn read(bytes: &'b [u8]) -> Result<Self, String> {
        let parsed = Parsed::read(bytes).map_err(|why| format!("not a HAR file: {why}"))?;
        let roots = parsed.roots();
        let har = || Some((Format::Har, har::entries(&parsed, &roots)?));
        let newman = || Some((Format::Newman, newman::entries(&parsed, &roots)?));
        let bruno = || Some((Format::Bruno, bruno::entries(&parsed, &roots)?));
        let found = har().or_else(newman).or_else(bruno);
        let Some((format, entries)) = found else {
            let why = parsed.why_not_json();
            let why = why.unwrap_or_else(|| "it has no array log.entries".to_owned());
            return Err(format!("not a HAR file: {why}"));
        };
        let creator = match format {
            Format::Har => har::creator(&parsed, &roots),
            Format::Newman => Some("newman".to_owned()),
            Format::Bruno => Some("bruno".to_owned()),
        };
        Ok(Self {
            parsed,
            format,
            entries,
            creator: creator.unwrap_or_default(),
        })
    }

    /// Returns the mistake that makes a part of the file unreadable, if there is one.
    pub fn cut(&self) -> Option<String> {
        self.parsed.cut(self.entries.len())
    }

    /// Returns the entries in the order of the file or of time. An entry without a time stays after the one before it.
    pub fn entries(&self, by_time: bool) -> Vec<Entry> {
        let mut entries = self.entries.clone();
        // The other formats list calls in the order of time.
        if by_time && self.format == Format::Har {
            let mut last = None;
            entries.sort_by_cached_key(|entry| {
                last = har::started(&self.parsed, entry.node).or(last);
                last
            });
        }
        entries
    }

    /// Returns the name of an entry's request, if the tool has names for requests.
    pub fn title(&self, entry: Entry) -> Option<Cow<'_, str>> {
        match self.format {
            Format::Har => None,
            Format::Newman => newman::title(&self.parsed, entry.node),
            Format::Bruno => bruno::title(&self.parsed, entry.node),
        }
    }

    /// Returns the call of an entry, or the reason why it cannot be verified.
    pub fn call(&self, entry: Entry, routes: &Routes<'_>, attached: &mut Attached<'_>) -> Used<'_> {
        let Parts {
            method,
            url,
            status,
            failed,
        } = self.parts(entry.node);
        let unused = |kind, why: String| Unused {
            method: method.clone().into_owned(),
            url: shown_url(&url),
            kind,
            why,
            sent: None,
        };
        let other = |why: &str| unused(UnusedKind::Other, why.to_owned());
        if method.is_empty() && url.is_empty() {
            return Err(other(match (self.parsed.broken(entry.node), &failed) {
                (Some(_), _) => "it cannot be read: not JSON here",
                (None, Some((_, why))) => why,
                (None, None) => "it has neither a method nor a URL",
            }));
        }
        if let Some(first) = entry.repeats {
            return Err(other(&newman::repeats(first)));
        }
        let predicted = self.is_predicted(entry);
        let named = predicted
            .then(|| har::endpoint(&self.parsed, entry.node))
            .flatten();
        let found = routes
            .named(named.as_deref())
            .map_or_else(|| routes.endpoint(&method, &url), Ok)
            .map_err(|miss| match (&failed, url.is_empty()) {
                (Some((_, why)), true) => other(why),
                _ => other(&miss_reason(&miss, &method)),
            })?;
        // If the endpoint is uncertain, a missing part is not reported.
        let lost = |(kind, why)| unused(if found.by_url { kind } else { UnusedKind::Other }, why);
        // A text that was repaired by a guess may differ from the sent one.
        if let Some(why) = self.parsed.broken(entry.node) {
            return Err(unused(
                UnusedKind::Unreadable,
                format!("it cannot be read: {why}"),
            ));
        }
        if let Some(failed) = failed {
            return Err(lost(failed));
        }
        let request = self.request(entry.node, attached).map_err(lost)?;
        if !found.by_url && !is_json(&request) {
            return Err(other("its request body is not JSON"));
        }
        let response = match self.response(entry.node, attached) {
            Ok(response) => response,
            // A simulated fault, or a call that was refused before it was read.
            Err(_) if predicted => {
                let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
                return Err(other(&format!(
                    "its response has no body (HTTP status: {status})"
                )));
            }
            Err((kind, why)) => {
                let missing = match status {
                    Some(status) if kind == UnusedKind::WithoutBody => {
                        (kind, format!("{why} (HTTP status {status})"))
                    }
                    _ => (kind, why),
                };
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

    fn is_predicted(&self, entry: Entry) -> bool {
        self.format == Format::Har && har::is_predicted(&self.parsed, &self.creator, entry.node)
    }

    /// Returns the facts of the tenant before a call to `geplint serve`, as a tenant file. `None` if they are the
    /// result of the previous calls.
    pub fn tenant(&self, entry: Entry) -> Option<Cow<'_, str>> {
        let ours = self.format == Format::Har && self.creator == har::SERVE;
        ours.then(|| har::tenant(&self.parsed, entry.node)).flatten()
    }

    /// Returns the names of the facts on which the predictions of `geplint serve` depend but which are not in the
    /// file.
    pub fn missing_facts(&self) -> Option<Cow<'_, str>> {
        let ours = self.format == Format::Har && self.creator == har::SERVE;
        ours.then(|| har::comment(&self.parsed, &self.parsed.roots()))
            .flatten()
    }

    /// Returns the body of a successful response to a GET, which may have facts of the tenant.
    pub fn answer_to_get(&self, entry: Entry, attached: &mut Attached<'_>) -> Option<Cow<'_, [u8]>> {
        let parts = self.parts(entry.node);
        let succeeded = parts.status.is_some_and(|status| (200..300).contains(&status));
        if !parts.method.eq_ignore_ascii_case("GET") || !succeeded || entry.repeats.is_some() {
            return None;
        }
        self.response(entry.node, attached).ok()
    }

    /// Returns the instructions for recording bodies with this tool; empty if there are none.
    pub fn how_to_record_bodies(&self) -> &'static str {
        const HINTS: [(&str, &str); 7] = [
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
                "mitmproxy omits streamed bodies: unset stream_large_bodies",
            ),
            (
                "newman",
                "-v lists each; Newman records raw request bodies, and the responses that it receives",
            ),
            (
                "bruno",
                "-v lists each; Bruno omits bodies with --reporter-skip-body and similar options",
            ),
            ("", "record the calls again with bodies"),
        ];
        let creator = self.creator.to_ascii_lowercase();
        let known = HINTS.iter().find(|(tool, _)| creator.contains(tool));
        known.map_or("", |(_, cure)| cure)
    }

    fn parts(&self, entry: ValueRef) -> Parts<'_> {
        match self.format {
            Format::Har => har::parts(&self.parsed, entry),
            Format::Newman => newman::parts(&self.parsed, entry),
            Format::Bruno => bruno::parts(&self.parsed, entry),
        }
    }

    fn request(&self, entry: ValueRef, attached: &mut Attached<'_>) -> Body<'_> {
        match self.format {
            Format::Har => har::request(&self.parsed, entry, attached),
            Format::Newman => newman::request(&self.parsed, entry),
            Format::Bruno => bruno::request(&self.parsed, entry),
        }
    }

    fn response(&self, entry: ValueRef, attached: &mut Attached<'_>) -> Body<'_> {
        match self.format {
            Format::Har => har::response(&self.parsed, entry, attached),
            Format::Newman => newman::response(&self.parsed, entry),
            Format::Bruno => bruno::response(&self.parsed, entry),
        }
    }
}

/// Returns the reason why a call has no endpoint.
pub fn miss_reason(miss: &Miss, method: &str) -> String {
    match miss {
        Miss::Method => format!(
            "its method is {}; payloads are sent with POST or PUT",
            method.to_uppercase()
        ),
        Miss::Url => "its URL is not that of an endpoint".to_owned(),
        Miss::OtherEndpoint(id) => format!("it is a call of {id}, not of the endpoint given with --endpoint"),
        Miss::Base(base) => format!(
            "its URL ends like that of an endpoint, but is not below the API's path; \
             use --base-path {base} if it is one"
        ),
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::super::routes::{Route, Routes};
    use super::{Calls, UnusedKind};

    /// The bytes of request and response, or the reason why there are none.
    pub type Read = Result<(Vec<u8>, Vec<u8>), (UnusedKind, String)>;

    /// Reads a recording of calls of one endpoint at `/Api/One`, without attached files.
    pub fn read(text: &str) -> Vec<Read> {
        let calls = Calls::read(text.as_bytes()).expect("a recording");
        let routes = Routes {
            known: vec![Route {
                endpoint: "one",
                path: "/Api/One",
            }],
            ..Routes::default()
        };
        let used = calls.entries(true).into_iter().map(|entry| {
            let call = calls.call(entry, &routes, &mut |_| Err(String::new()));
            call.map(|call| (call.request.into_owned(), call.response.into_owned()))
                .map_err(|unused| (unused.kind, unused.why))
        });
        used.collect()
    }
}
