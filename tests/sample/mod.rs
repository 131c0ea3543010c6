//! Made-up findings for the tests of the reports.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::Path;

use geplint::finding::{Evidence, Finding, Phase, Predicted, Severity, Span, Target, Wording};
use geplint::report::{FileReport, Look, Output, Report, Summary};

/// The span of the `nth` place (from 0) where `part` stands in `text`.
pub fn span(text: &str, part: &str, nth: usize) -> Span {
    let (start, _) = text.match_indices(part).nth(nth).unwrap();
    Span::new(
        u32::try_from(start).unwrap(),
        u32::try_from(start + part.len()).unwrap(),
    )
}

/// A finding at a place, with nothing else to it.
pub fn finding(rule: &'static str, span: Span, message: &str) -> Finding {
    Finding {
        rule: rule.into(),
        constraint: String::new(),
        severity: Severity::Error,
        evidence: Evidence::Table,
        endpoint: "contact-details".into(),
        record: None,
        record_key: None,
        pointer: String::new(),
        target: Target::Value,
        span,
        related: None,
        message: message.to_owned(),
        why: String::new(),
        help: String::new(),
        source: String::new(),
        predicted: None,
        phase: Phase::Data,
        order: 0,
        remedy: None,
    }
}

/// What the API is predicted to say.
pub fn predicted(key: &str, code: &str, description: &str, wording: Wording) -> Predicted {
    Predicted {
        key: key.to_owned(),
        error_code: code.to_owned(),
        error_description: description.to_owned(),
        wording,
    }
}

/// Two contacts with one of everything that reports show.
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

/// The findings in [`CONTACTS`], out of order.
pub fn contacts() -> Vec<Finding> {
    let record = |key: &str, index, finding: Finding| Finding {
        record: Some(index),
        record_key: Some(key.to_owned()),
        ..finding
    };
    let second = span(
        CONTACTS,
        "{\n    \"ContactCode\": \"C-101\",\n    \"LastName\": \"Müller\"\n  }",
        0,
    );
    vec![
        record(
            "C-101",
            1,
            Finding {
                constraint: "BuyerContact.UserName".to_owned(),
                evidence: Evidence::Response,
                pointer: "/1/UserName".to_owned(),
                target: Target::Object,
                why: "A contact that does not exist yet needs a user name.".to_owned(),
                help: "add `\"UserName\"` to the record".to_owned(),
                source: "Buyer Contact 1.2".to_owned(),
                predicted: Some(predicted(
                    "C-101",
                    "MandatoryField",
                    "UserName is Mandatory",
                    Wording::Documented,
                )),
                phase: Phase::Mandatory,
                ..finding("missing-mandatory", second, "UserName is missing")
            },
        ),
        record(
            "C-100",
            0,
            Finding {
                severity: Severity::Warning,
                evidence: Evidence::Inferred,
                pointer: "/0/lastName".to_owned(),
                target: Target::Key,
                related: Some((span(CONTACTS, "\"LastName\"", 0), "first here".to_owned())),
                why: "Names are matched without regard to case, and the last one wins.".to_owned(),
                help: "remove one of the two".to_owned(),
                ..finding(
                    "duplicate-key",
                    span(CONTACTS, "\"lastName\"", 0),
                    "`lastName` repeats `LastName`",
                )
            },
        ),
        record(
            "C-100",
            0,
            Finding {
                severity: Severity::Warning,
                evidence: Evidence::Inferred,
                pointer: "/0/Regions/0/RegionNaem".to_owned(),
                target: Target::Key,
                related: Some((
                    span(CONTACTS, "\"ContactCode\"", 0),
                    "the record begins here".to_owned(),
                )),
                why: "The API drops properties that it does not know, without a word: what you meant to \
                      send does not arrive."
                    .to_owned(),
                help: "did you mean `RegionName`?".to_owned(),
                source: "Region 1.20.1".to_owned(),
                ..finding(
                    "unknown-property",
                    span(CONTACTS, "\"RegionNaem\"", 0),
                    "Region has no property `RegionNaem`",
                )
            },
        ),
        record(
            "C-100",
            0,
            Finding {
                evidence: Evidence::Contradicted,
                pointer: "/0/Status".to_owned(),
                help: "write `Active` or `Inactive`".to_owned(),
                source: "Buyer Contact 1.5".to_owned(),
                predicted: Some(predicted(
                    "Model Validation",
                    "",
                    "Could not convert string to Status: Retired.",
                    Wording::Inferred,
                )),
                phase: Phase::Bind,
                ..finding(
                    "not-in-list",
                    span(CONTACTS, "\"Retired\"", 0),
                    "Status is `Retired`, which is none of the values that the table allows: Active, Inactive",
                )
            },
        ),
    ]
}

/// A file under a name.
pub fn file<'a>(name: &str, text: &'a [u8], findings: Vec<Finding>) -> FileReport<'a> {
    FileReport::new(Path::new(name), text, findings, 2)
}

/// The whole document that a report makes of some files.
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

/// Without colour, so wide.
pub fn plain(width: usize) -> Look {
    Look { width, ..Look::PLAIN }
}
