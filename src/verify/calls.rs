//! The calls in a file that a tool has recorded them in.
//!
//! Only the method, the URL, the status, the time and the two bodies of an entry are ours. What else a tool has written, and
//! how well it has written it, does not matter: the file is read with recovery, and an entry is lost only if a part that
//! is needed cannot be read.

use std::borrow::Cow;

use super::entry::{Body, Parts, is_json};
use super::parsed::{Parsed, Place};
use super::routes::{Miss, Routes, shown_url};
use super::{bruno, har, newman};

pub use super::entry::{Attached, Entry, UnusedKind};

/// What wrote a file, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A HAR file, of browsers, proxies and test tools.
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
    /// The tool that wrote it, as it calls itself.
    pub(crate) creator: String,
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
    /// True if `geplint serve` answered, not the API.
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

/// What an entry comes to.
pub type Used<'h> = Result<Call<'h>, Unused>;

impl Format {
    /// What a file that begins so may be. What it is, [`Calls::read`] says.
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
    /// Reads a file with recorded calls; fails with the reason why it is none.
    pub fn read(bytes: &'b [u8]) -> Result<Self, String> {
        let parsed = Parsed::read(bytes).map_err(|why| format!("not a HAR file: {why}"))?;
        let roots = parsed.roots();
        let har = || Some((Format::Har, har::entries(&parsed, &roots)?));
        let newman = || Some((Format::Newman, newman::entries(&parsed, &roots)?));
        let bruno = || Some((Format::Bruno, bruno::entries(&parsed, &roots)?));
        let found = har().or_else(newman).or_else(bruno);
        let Some((format, entries)) = found else {
            let why = parsed.why_not_json();
            let why = why.unwrap_or_else(|| "it has no list log.entries".to_owned());
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

    /// What keeps a part of the file from being read, where something does.
    pub fn cut(&self) -> Option<String> {
        self.parsed.cut(self.entries.len())
    }

    /// The entries, as they are listed, or in the order of time. One without a time stays behind the one before it.
    pub fn entries(&self, by_time: bool) -> Vec<Entry> {
        let mut entries = self.entries.clone();
        // The others list calls as they are made.
        if by_time && self.format == Format::Har {
            let mut last = None;
            entries.sort_by_cached_key(|entry| {
                last = har::started(&self.parsed, entry.node).or(last);
                last
            });
        }
        entries
    }

    /// What the request of an entry is called, where the tool has names for requests.
    pub fn title(&self, entry: Entry) -> Option<Cow<'_, str>> {
        match self.format {
            Format::Har => None,
            Format::Newman => newman::title(&self.parsed, entry.node),
            Format::Bruno => bruno::title(&self.parsed, entry.node),
        }
    }

    /// The call that an entry is, or why it is none that could be verified.
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
                (Some(_), _) => "it cannot be read: the text is not JSON here",
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
                _ => other(&words(&miss, &method)),
            })?;
        // Of what only may be a call, nothing is missing.
        let lost = |(kind, why)| unused(if found.by_url { kind } else { UnusedKind::Other }, why);
        // What a guess has put in order may not be what was sent.
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
            // A fault that was asked for, or a call that was refused before it was read.
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

    /// The tenant facts before a call to `geplint serve`, as a tenant file has them. It writes them where they are not the
    /// result of the calls before.
    pub fn tenant(&self, entry: Entry) -> Option<Cow<'_, str>> {
        let ours = self.format == Format::Har && self.creator == har::SERVE;
        ours.then(|| har::tenant(&self.parsed, entry.node)).flatten()
    }

    /// What the predictions of `geplint serve` in the file depend on that is not in it.
    pub fn missing_facts(&self) -> Option<Cow<'_, str>> {
        let ours = self.format == Format::Har && self.creator == har::SERVE;
        ours.then(|| har::comment(&self.parsed, &self.parsed.roots()))
            .flatten()
    }

    /// The body of an answer with success to a GET, for what it says of the tenant.
    pub fn answer_to_get(&self, entry: Entry, attached: &mut Attached<'_>) -> Option<Cow<'_, [u8]>> {
        let parts = self.parts(entry.node);
        let succeeded = parts.status.is_some_and(|status| (200..300).contains(&status));
        if !parts.method.eq_ignore_ascii_case("GET") || !succeeded || entry.repeats.is_some() {
            return None;
        }
        self.response(entry.node, attached).ok()
    }

    /// How the tool that has left out bodies records them, as far as it is known.
    pub fn cure(&self) -> &'static str {
        const CURES: [(&str, &str); 7] = [
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
            (
                "newman",
                "-v names each; Newman records raw request bodies, and the answers that it gets",
            ),
            (
                "bruno",
                "-v names each; Bruno leaves bodies out with --reporter-skip-body and the like",
            ),
            ("", "record the calls again with bodies"),
        ];
        let creator = self.creator.to_ascii_lowercase();
        let known = CURES.iter().find(|(tool, _)| creator.contains(tool));
        known.map_or("", |(_, cure)| cure)
    }

    fn parts(&self, entry: Place) -> Parts<'_> {
        match self.format {
            Format::Har => har::parts(&self.parsed, entry),
            Format::Newman => newman::parts(&self.parsed, entry),
            Format::Bruno => bruno::parts(&self.parsed, entry),
        }
    }

    fn request(&self, entry: Place, attached: &mut Attached<'_>) -> Body<'_> {
        match self.format {
            Format::Har => har::request(&self.parsed, entry, attached),
            Format::Newman => newman::request(&self.parsed, entry),
            Format::Bruno => bruno::request(&self.parsed, entry),
        }
    }

    fn response(&self, entry: Place, attached: &mut Attached<'_>) -> Body<'_> {
        match self.format {
            Format::Har => har::response(&self.parsed, entry, attached),
            Format::Newman => newman::response(&self.parsed, entry),
            Format::Bruno => bruno::response(&self.parsed, entry),
        }
    }
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

#[cfg(test)]
pub(super) mod testing {
    use super::super::routes::{Route, Routes};
    use super::{Calls, UnusedKind};

    /// The bytes of request and response, or why there are none.
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
