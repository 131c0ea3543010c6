//! Any bytes as a user rules file: a patch of built-in rules, or a new endpoint.

use geplint::json;
use geplint::lint;
use geplint::predict::predict_recovered;
use geplint::rules::{Endpoint, Layer, LoadError, builtin_text, endpoint_of, load, load_layers};

use super::shared::{hold_together, known_tenant, unknown_tenant};

const REQUESTS: [&[u8]; 3] = [
    include_bytes!("../../testdata/documented/contact-details/3-error.request.json"),
    include_bytes!("../../testdata/documented/save-contact-authorization-details/2-error.request.json"),
    b"[{}, null, {\"GroupName\": [1], \"ContactCodes\": [null, {}]}]",
];

/// Loads the bytes as rules; if they load, checks requests with them.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let base = endpoint_of(text).ok().and_then(|id| builtin_text(&id));
    let layer = Layer {
        name: "own.toml",
        text,
    };
    match load_layers(base, &[layer]) {
        Ok(endpoint) => check(&endpoint),
        Err((_, error)) => placed(text, &error),
    }
    if base.is_none() {
        match load(text) {
            Ok(endpoint) => check(&endpoint),
            Err(error) => placed(text, &error),
        }
    }
}

fn placed(text: &str, error: &LoadError) {
    assert!(!error.message.is_empty());
    assert!(text.get(error.span.clone()).is_some(), "{error:?}");
}

fn check(endpoint: &Endpoint) {
    let _ = endpoint.constraints();
    for request in REQUESTS {
        for tenant in [unknown_tenant(), known_tenant()] {
            let (text, errors) = json::text(request);
            let checked = lint::check(&text, errors, endpoint, tenant, true);
            hold_together(request, &checked);
            let _ = predict_recovered(endpoint, &checked);
        }
    }
}
