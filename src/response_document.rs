//! A predicted response as a document, for `geplint predict` and `geplint serve`.

use crate::json::pretty;
use crate::lint::Needed;
use crate::predict::{Envelope, Prediction};
use crate::rules::{Endpoint, Fact, GoodBesideBad};

/// Returns the response as a document, with a line break at its end.
pub fn document(envelope: &Envelope) -> String {
    pretty(envelope, "\n") + "\n"
}

/// Returns the dependencies of a response besides the request, as text.
pub fn depends_on(needed: Needed, placeholders: &[String]) -> Vec<String> {
    let mut all = Vec::new();
    if let [first, rest @ ..] = placeholders {
        let more = if rest.is_empty() {
            String::new()
        } else {
            format!(" and {} more", rest.len())
        };
        all.push(format!("values that are not known: {first}{more} (--env, --var)"));
    }
    if needed.has(Fact::BelongingLobs) {
        all.push(
            "what was sent before: a contact that belongs to another LOB already is refused \
             (--in-order, or a --tenant file with its LOBs)"
                .to_owned(),
        );
    }
    let facts: Vec<&str> = needed.without(Fact::BelongingLobs).names().collect();
    if !facts.is_empty() {
        all.push(format!("facts of the tenant: {} (--tenant)", facts.join(", ")));
    }
    all
}

/// Returns the guesses about the structure of a response, as text.
pub fn guesses(endpoint: &Endpoint, prediction: &Prediction) -> Vec<String> {
    let listed = match endpoint.good_beside_bad {
        _ if !prediction.mixed => return Vec::new(),
        GoodBesideBad::Listed => "listed",
        GoodBesideBad::LeftOut => "left out",
    };
    vec![format!(
        "that good records are {listed} beside bad ones: no response of this endpoint shows both"
    )]
}
