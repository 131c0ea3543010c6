//! Any bytes as a collection of Postman, an `.http` file, a `.bru` file and JSON Lines; their bodies as requests.

use std::path::Path;

use geplint::containers::{Body, ContainerKind, Variables, environment, read};
use geplint::finding::Span;
use geplint::mapped_text::MappedText;
use geplint::placeholders::{Scope, Template, references};
use geplint::session::Session;

use super::shared::{candidates, endpoints, pick, unknown_tenant};

/// Every kind of container.
const FORMATS: [ContainerKind; 4] = [
    ContainerKind::Postman,
    ContainerKind::Http,
    ContainerKind::Bruno,
    ContainerKind::Lines,
];

/// Reads the bytes as each kind; every part of a body leads back into the file, and so does every finding in it.
pub fn run(data: &[u8]) {
    let _ = geplint::containers::detect(Path::new("any.json"), data);
    let text = String::from_utf8_lossy(data);
    for scope in [Scope::AnyPart, Scope::Whole] {
        if let Some(template) = Template::of(&text, scope) {
            assert_eq!(template.text().len(), text.len());
            assert!(template.has_unknown() && !template.names().is_empty());
        }
    }
    for (range, name) in references(&text) {
        assert!(text[range].contains(name));
    }
    let mut given = environment::read(&text, None).unwrap_or_default();
    given.set("a", "1".to_owned());
    for format in FORMATS {
        let Ok(container) = read(format, data) else {
            continue;
        };
        let variables = container.variables.and(&given);
        let mut ends = 0;
        for request in &container.requests {
            let Body::Text { text: body, fixable } = &request.body else {
                continue;
            };
            let span = body.file_span();
            assert!(span.end as usize <= data.len(), "{span:?}");
            // The records of JSON Lines are around other lines.
            assert!(
                format == ContainerKind::Lines || span.start >= ends,
                "{span:?} begins before {ends}"
            );
            ends = span.end;
            body_holds_together(data, body, &variables, *fixable);
        }
    }
}

fn body_holds_together(data: &[u8], body: &MappedText, variables: &Variables, fixable: bool) {
    let filled = variables.filled_in(body);
    assert_eq!(filled.text(), variables.filled(body.text()));
    let around = body.file_span();
    let mut last = 0;
    for (at, c) in filled.text().char_indices() {
        let at = u32::try_from(at).unwrap();
        let span = filled.span(Span::new(at, at + u32::try_from(c.len_utf8()).unwrap()));
        assert!(
            span.start >= last && span.start >= around.start && span.end <= around.end,
            "{span:?}"
        );
        last = span.start;
    }
    let endpoint = endpoints()[pick(data, endpoints().len())];
    let mut session = Session::new(candidates(), unknown_tenant(), false);
    for mut finding in session.template(filled.text(), endpoint, false).checked.findings {
        filled.map_finding(&mut finding, fixable);
        assert!(finding.span.start <= finding.span.end && finding.span.end as usize <= data.len());
        assert!(fixable || finding.fix_kind.is_none());
    }
}
