//! Any bytes as a recorded answer, as a request with its answer, and as a file with recorded calls: HAR, Newman, Bruno.

use std::sync::OnceLock;

use geplint::report::Look;
use geplint::report::sanitize::is_unprintable;
use geplint::session::Session;
use geplint::verify::anonymize::Anonymizer;
use geplint::verify::calls::Calls;
use geplint::verify::routes::{Route, Routes};
use geplint::verify::{Exchange, Outcome, Tally, Verified, json as document, recorded, text, verify};
use serde_json::Value;

use super::shared::{candidates, endpoints, unknown_tenant};

/// The byte between a request and its answer.
const BETWEEN: u8 = 0;

/// Compares predictions with the answers in the bytes.
pub fn run(data: &[u8]) {
    if let Ok(answer) = recorded(data) {
        let detail = |answer: &geplint::verify::Recorded| serde_json::to_value(answer).unwrap();
        let written = serde_json::to_vec(&answer).unwrap();
        let again = recorded(&written).unwrap_or_else(|error| panic!("{error}: {answer:?}"));
        assert_eq!(detail(&again), detail(&answer));
    }
    let known = endpoints().iter().map(|endpoint| Route {
        endpoint: &endpoint.id,
        path: &endpoint.path,
    });
    let routes = Routes {
        known: known.collect(),
        ..Routes::default()
    };
    let mut exchanges = Vec::new();
    let recording = Calls::read(data).ok();
    let calls: Vec<_> = recording
        .iter()
        .flat_map(|recording| {
            let entries = recording.entries(true).into_iter();
            entries.filter_map(|entry| recording.call(entry, &routes, &mut |_| Err(String::new())).ok())
        })
        .collect();
    for call in &calls {
        exchanges.push((&*call.request, &*call.response, Some(call.endpoint.as_str())));
    }
    let middle = data.iter().position(|byte| *byte == BETWEEN);
    if let Some((request, [_, response @ ..])) = middle.and_then(|at| data.split_at_checked(at)) {
        exchanges.push((request, response, None));
        exchanges.extend(
            endpoints()
                .iter()
                .map(|endpoint| (request, response, Some(&*endpoint.id))),
        );
    }
    compare(&exchanges);
}

fn compare(exchanges: &[(&[u8], &[u8], Option<&str>)]) {
    let mut session = Session::new(candidates(), unknown_tenant(), true);
    let mut tally = Tally::default();
    let mut json = document::open(false);
    for (index, (request, response, endpoint)) in exchanges.iter().enumerate() {
        let exchange = Exchange {
            name: "1",
            origin: "1.request.json",
            request,
            response,
            endpoint: *endpoint,
            http_status: None,
            url: None,
        };
        let verified = verify(&mut session, &exchange);
        if matches!(verified.outcome, Outcome::Compared(_)) && !verified.agreed() {
            shareable(&exchange, &verified);
        }
        tally.add(&verified);
        harmless(&text::pair(&verified, Look::PLAIN, true));
        json.push_str(if index == 0 { "" } else { "," });
        json.push_str(&document::pair(&verified));
    }
    harmless(&text::summary(&tally, Look::PLAIN, true));
    json.push_str(&document::close(&tally, exchanges.is_empty(), &[]));
    let json: Value = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
    assert_eq!(json["pairs"].as_array().map(Vec::len), Some(exchanges.len()));
}

/// An anonymized pair is two JSON documents.
fn shareable(exchange: &Exchange<'_>, verified: &Verified) {
    static ANONYMIZER: OnceLock<Anonymizer<'static>> = OnceLock::new();
    let anonymizer = ANONYMIZER.get_or_init(|| Anonymizer::new(candidates()));
    match anonymizer.pair(exchange, verified) {
        Ok(pair) => {
            for text in [&pair.request, &pair.response] {
                let text = text.trim_start_matches('\u{feff}');
                serde_json::from_str::<Value>(text).unwrap_or_else(|error| panic!("{error}: {text}"));
            }
        }
        Err(why) => assert!(!why.is_empty()),
    }
}

fn harmless(out: &str) {
    for line in out.split('\n') {
        assert!(!line.chars().any(is_unprintable), "{line:?}");
        assert!(!line.trim_start().starts_with("::"), "{line:?}");
        assert!(!line.contains("##[") && !line.contains("##vso["), "{line:?}");
    }
}
