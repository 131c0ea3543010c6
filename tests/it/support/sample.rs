//! Artificial findings for the tests of the reports.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::Path;
use std::sync::Arc;

use geplint::finding::{Basis, Evidence, Finding, Phase, Predicted, Severity, Span, Target, Wording};
use geplint::report::{FileReport, Look, Output, Report, Summary};

/// Returns the span of the `nth` (0-based) occurrence of `part` in `text`.
pub fn span(text: &str, part: &str, nth: usize) -> Span {
    let (start, _) = text.match_indices(part).nth(nth).unwrap();
    Span::new(
        u32::try_from(start).unwrap(),
        u32::try_from(start + part.len()).unwrap(),
    )
}

/// Returns a minimal finding at a span.
pub fn finding(rule: &'static str, span: Span, message: &str) -> Finding {
    let basis = Basis {
        unseen: false,
        rule: rule.into(),
        constraint: String::new(),
        evidence: Evidence::Table,
        endpoint: "contact-details".into(),
        why: String::new(),
        source: String::new(),
        phase: Phase::Data,
        syntax: None,
    };
    Finding {
        basis: Arc::new(basis),
        severity: Severity::Error,
        record: None,
        record_key: None,
        pointer: String::new(),
        target: Target::Value,
        span,
        related: None,
        message: message.into(),
        help: "".into(),
        predicted: None,
        masked: None,
        order: 0,
        suggestion: None,
        belongs: None,
        fix_kind: None,
    }
}

/// Changes the basis of a finding.
pub fn on(mut finding: Finding, change: impl FnOnce(&mut Basis)) -> Finding {
    change(Arc::make_mut(&mut finding.basis));
    finding
}

fn grounded(finding: Finding, evidence: Evidence, phase: Phase, texts: [&str; 3]) -> Finding {
    let [constraint, source, why] = texts.map(str::to_owned);
    on(finding, |basis| {
        (basis.evidence, basis.phase) = (evidence, phase);
        (basis.constraint, basis.source, basis.why) = (constraint, source, why);
    })
}

/// Returns a predicted answer.
pub fn predicted(key: &str, code: &str, description: &str, wording: Wording) -> Arc<Predicted> {
    Arc::new(Predicted {
        key: key.into(),
        error_code: code.into(),
        error_description: description.into(),
        wording,
    })
}

/// Two contacts with examples of everything that reports show.
pub const CONTACTS: &str = r#"[
  {
    "ContactCode": "C-100",
    "FirstName": "Ada",
    "LastName": "Byron",
    "lastName": "King",
    "EmailAddress": "ada@example.com",
    "Regions": [ { "RegionNaem": "EMEA" } ],
    "Status": "Retired"
  },
  {
    "ContactCode": "C-101",
    "LastName": "Müller"
  }
]
"#;

/// Returns the findings in [`CONTACTS`], not in order.
#[allow(clippy::too_many_lines, reason = "it is a list, and nothing else")]
pub fn contacts() -> Vec<Finding> {
    let record = |key: &str, index, finding: Finding| Finding {
        record: Some(index),
        record_key: Some(key.into()),
        ..finding
    };
    let place = |part| span(CONTACTS, part, 0);
    let second = place("{\n    \"ContactCode\": \"C-101\",\n    \"LastName\": \"Müller\"\n  }");
    vec![
        record(
            "C-101",
            1,
            Finding {
                pointer: "/1/UserName".to_owned(),
                target: Target::Object,
                help: "add `\"UserName\"` to the record".into(),
                predicted: Some(predicted(
                    "C-101",
                    "MandatoryField",
                    "UserName is Mandatory",
                    Wording::Documented,
                )),
                ..grounded(
                    finding("missing-mandatory", second, "UserName is missing"),
                    Evidence::Response,
                    Phase::Mandatory,
                    [
                        "BuyerContact.UserName",
                        "Buyer Contact 1.2",
                        "A contact that does not exist yet needs a user name.",
                    ],
                )
            },
        ),
        record(
            "C-100",
            0,
            Finding {
                severity: Severity::Warning,
                pointer: "/0/lastName".to_owned(),
                target: Target::Key,
                related: Some(Box::new((place("\"LastName\""), "first here".into()))),
                help: "remove one of the two".into(),
                ..grounded(
                    finding(
                        "duplicate-key",
                        place("\"lastName\""),
                        "`lastName` repeats `LastName`",
                    ),
                    Evidence::Inferred,
                    Phase::Data,
                    [
                        "",
                        "",
                        "Names are matched without regard to case, and the last one wins.",
                    ],
                )
            },
        ),
        record(
            "C-100",
            0,
            Finding {
                severity: Severity::Warning,
                pointer: "/0/Regions/0/RegionNaem".to_owned(),
                target: Target::Key,
                related: Some(Box::new((
                    place("\"ContactCode\""),
                    "the record begins here".into(),
                ))),
                help: "did you mean `RegionName`?".into(),
                ..grounded(
                    finding(
                        "unknown-property",
                        place("\"RegionNaem\""),
                        "Region has no property `RegionNaem`",
                    ),
                    Evidence::Inferred,
                    Phase::Data,
                    [
                        "",
                        "Region 1.20.1",
                        "The API drops properties that it does not know, without a word: what you meant to send does not arrive.",
                    ],
                )
            },
        ),
        record(
            "C-100",
            0,
            Finding {
                pointer: "/0/Status".to_owned(),
                help: "write `Active` or `Inactive`".into(),
                predicted: Some(predicted(
                    "Model Validation",
                    "",
                    "Could not convert string to Status: Retired.",
                    Wording::Inferred,
                )),
                ..grounded(
                    finding(
                        "not-in-list",
                        place("\"Retired\""),
                        "Status is `Retired`, which is none of the values that the table allows: Active, Inactive",
                    ),
                    Evidence::Contradicted,
                    Phase::Data,
                    ["", "Buyer Contact 1.5", ""],
                )
            },
        ),
    ]
}

/// Returns a report of a file.
pub fn file<'a>(name: &str, text: &'a [u8], findings: Vec<Finding>) -> FileReport<'a> {
    FileReport::new(Path::new(name), text, findings, 2)
}

/// Returns the complete document of some files.
pub fn document(report: &dyn Report, files: &[FileReport<'_>]) -> String {
    let mut bytes = Vec::new();
    let mut summary = Summary::default();
    let mut output = Output::new(report, &mut bytes);
    for file in files {
        summary.add(file);
        output.file(file).unwrap();
    }
    output.finish(&summary).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// A look without colour, with a width.
pub fn plain(width: usize) -> Look {
    Look { width, ..Look::PLAIN }
}
