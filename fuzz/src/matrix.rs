//! User rules files with every type and every kind of constraint. If a file loads, the engine and the fast path
//! agree, and every error predicts an answer.

use std::sync::OnceLock;

use geplint::finding::{Finding, Severity};
use geplint::json;
use geplint::lint::{self, Checked};
use geplint::predict::predict;
use geplint::rules::{Endpoint, LoadError, load};
use geplint::tenant::{self, Tenant};

/// The types of the constrained property.
pub const TYPES: [&str; 11] = [
    "string",
    "string(6)",
    "boolean",
    "int",
    "long",
    "decimal",
    "date-time",
    "enum E",
    "Sub",
    "list of string",
    "list of Sub",
];

/// A kind of constraint.
#[derive(Debug)]
pub struct Kind {
    /// The name of the kind in messages.
    pub name: &'static str,
    /// Additional keys of the row `P`.
    row: &'static str,
    /// Additional parts of the file: checks, or a word for `key`, `[contact]` or `flag`.
    pub more: &'static str,
    /// The rule of its findings; empty if it has none.
    pub rule: &'static str,
    /// True for the types that it can be combined with.
    goes_with: fn(&str) -> bool,
}

fn any(_: &str) -> bool {
    true
}

fn text(ty: &str) -> bool {
    ty.starts_with("string")
}

fn list(ty: &str) -> bool {
    ty.starts_with("list")
}

fn container(ty: &str) -> bool {
    list(ty) || ty == "Sub"
}

fn scalar(ty: &str) -> bool {
    !container(ty)
}

fn values(ty: &str) -> bool {
    scalar(ty) || ty == "list of string"
}

const CHECK: &str = "[[checks]]\nrule = \"own\"\ntable = \"R\"\nevidence = \"table\"\nerror-code = \"X\"\n";

/// All kinds.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "type",
        row: "",
        more: "",
        rule: "does-not-convert",
        goes_with: any,
    },
    Kind {
        name: "required",
        row: ", required = \"yes\"",
        more: "",
        rule: "missing-mandatory",
        goes_with: any,
    },
    Kind {
        name: "required of a new contact",
        row: ", required = { when = \"new\" }",
        more: "",
        rule: "missing-mandatory",
        goes_with: any,
    },
    Kind {
        name: "required unless",
        row: ", required = { unless = \"S\" }",
        more: "",
        rule: "missing-mandatory",
        goes_with: any,
    },
    Kind {
        name: "empty evidence",
        row: ", required = { empty-evidence = \"inferred\" }",
        more: "",
        rule: "missing-mandatory",
        goes_with: |ty| text(ty) || container(ty),
    },
    Kind {
        name: "one of",
        row: ", one-of = { values = [\"a\"], evidence = \"table\" }",
        more: "",
        rule: "not-in-list",
        goes_with: text,
    },
    Kind {
        name: "shape",
        row: ", shape = \"email\"",
        more: "",
        rule: "odd-shape",
        goes_with: text,
    },
    Kind {
        name: "or list",
        row: ", or-list = true",
        more: "",
        rule: "list-for-object",
        goes_with: |ty| ty == "Sub",
    },
    Kind {
        name: "outbound only",
        row: ", outbound-only = true",
        more: "",
        rule: "outbound-only",
        goes_with: any,
    },
    Kind {
        name: "null elements",
        row: ", null-elements = \"allowed\"",
        more: "",
        rule: "",
        goes_with: list,
    },
    Kind {
        name: "any of",
        row: "",
        more: "kind = \"any-of\"\nproperties = [\"P\", \"S\"]\ndescription = \"none\"",
        rule: "own",
        goes_with: any,
    },
    Kind {
        name: "differs",
        row: "",
        more: "kind = \"differs\"\nproperty = \"P\"\nfrom = \"Q\"\ndescription = \"{value}\"",
        rule: "own",
        goes_with: scalar,
    },
    Kind {
        name: "differs from a string",
        row: "",
        more: "kind = \"differs\"\nproperty = \"P\"\nfrom = \"S\"\ndescription = \"{value}\"",
        rule: "own",
        goes_with: values,
    },
    Kind {
        name: "differs further down",
        row: "",
        more: "kind = \"differs\"\nproperty = \"Ts/P\"\nfrom = \"S\"\ndescription = \"{value}\"",
        rule: "own",
        goes_with: values,
    },
    Kind {
        name: "differs nearly",
        row: "",
        more: "kind = \"differs\"\nproperty = \"S\"\nfrom = \"Id\"\nnearly = [\"P\"]\ndescription = \"{value}\"",
        rule: "maybe-own",
        goes_with: scalar,
    },
    Kind {
        name: "known",
        row: ", known = { fact = \"lobs\", rule = \"own\", evidence = \"table\" }",
        more: "",
        rule: "own",
        goes_with: values,
    },
    Kind {
        name: "suspect",
        row: ", known = { fact = \"regions\", rule = \"own\", evidence = \"table\", suspect = \"email\" }",
        more: "",
        rule: "own",
        goes_with: |ty| text(ty) || ty == "list of string",
    },
    Kind {
        name: "single-valued",
        row: "",
        more: "kind = \"single-valued\"\nitems = \"Ts\"\nvalue = \"P\"\nwhere = { property = \"W\", is = [\"x\"] }\ndescription = \"{value}\"",
        rule: "own",
        goes_with: values,
    },
    Kind {
        name: "single-valued where",
        row: "",
        more: "kind = \"single-valued\"\nitems = \"Ts\"\nvalue = \"W\"\nwhere = { property = \"P\", is = [\"a\", \"1\", \"true\", \"2020-01-02\"] }\ndescription = \"{value}\"",
        rule: "own",
        goes_with: scalar,
    },
    Kind {
        name: "single-valued replaced",
        row: "",
        more: "kind = \"single-valued\"\nitems = \"Ts\"\nvalue = \"W\"\nwhere = { property = \"V\", is = [\"x\"] }\nfact = \"belonging-lobs\"\nreplaced-by = \"P\"\nundecided-by = \"T/P\"\ndescription = \"{value}\"",
        rule: "own",
        goes_with: |ty| ty == "boolean",
    },
    Kind {
        name: "active",
        row: "",
        more: "kind = \"active\"\nsubject = [\"P\"]\ndescription = \"{value}\"",
        rule: "own",
        goes_with: scalar,
    },
    Kind {
        name: "unique",
        row: "",
        more: "kind = \"unique\"\nitems = \"Ts\"\nvalue = \"P\"\ndescription = \"{value}\"",
        rule: "own",
        goes_with: values,
    },
    Kind {
        name: "at most one",
        row: "",
        more: "kind = \"at-most-one\"\nitems = \"Ts\"\nflag = \"P\"\ndescription = \"none\"",
        rule: "own",
        goes_with: |ty| ty == "boolean",
    },
    Kind {
        name: "at most one of a sort",
        row: "",
        more: "kind = \"at-most-one\"\nitems = \"Ts\"\nflag = \"P\"\nper = \"W\"\nunless = \"P\"\ndescription = \"none\"",
        rule: "",
        goes_with: |ty| ty == "boolean",
    },
    Kind {
        name: "belongs to one",
        row: "",
        more: "kind = \"belongs-to-one\"\nproperty = \"P\"\nof = \"Id\"\ndescription = \"{value}\"",
        rule: "own",
        goes_with: text,
    },
    Kind {
        name: "code",
        row: ", kind = \"code\"",
        more: "",
        rule: "hidden-character",
        goes_with: |ty| text(ty) || ty == "list of string",
    },
    Kind {
        name: "free text",
        row: ", kind = \"free\"",
        more: "",
        rule: "damaged-text",
        goes_with: |ty| text(ty) || ty == "list of string",
    },
    Kind {
        name: "amount",
        row: ", kind = \"amount\"",
        more: "",
        rule: "negative-amount",
        goes_with: |ty| matches!(ty, "int" | "long" | "decimal"),
    },
    Kind {
        name: "key",
        row: "",
        more: "key",
        rule: "duplicate-record",
        goes_with: scalar,
    },
    Kind {
        name: "contact",
        row: "",
        more: "contact",
        rule: "",
        goes_with: scalar,
    },
    Kind {
        name: "active flag",
        row: "",
        more: "flag",
        rule: "",
        goes_with: |ty| ty == "boolean",
    },
];

/// Returns a rules file with a property of this type and this constraint.
#[must_use]
pub fn rules(ty: &str, kind: &Kind) -> String {
    let row = kind.row;
    let key = if kind.more == "key" { "P" } else { "Id" };
    let code = if kind.more == "contact" { "P" } else { "Id" };
    let flag = if kind.more == "flag" {
        "active = \"P\"\n"
    } else {
        ""
    };
    let check = if kind.more.starts_with("kind") {
        format!("{CHECK}{}\n", kind.more)
    } else {
        String::new()
    };
    format!(
        r#"endpoint = "e"
title = "E"
method = "POST"
path = "/e"
record = "R"
key = ["{key}"]
good-beside-bad = "listed"

[answers]
missing = {{ error-code = "M", description = "{{property}} is Mandatory" }}
too-long = {{ error-code = "D", description = "{{property}} exceeds {{limit}}" }}
not-in-list = {{ error-code = "D", description = "Invalid {{property}} {{value}}" }}
null = {{ error-code = "X", description = "null" }}

[contact]
code = "{code}"
{flag}
[enums.E]
members = ["a", "B"]

[tables.R]
title = "Record"
[tables.R.properties]
P = {{ type = "{ty}"{row} }}
Id = {{ type = "string" }}
Q = {{ type = "{ty}" }}
S = {{ type = "string" }}
T = {{ type = "Sub" }}
Ts = {{ type = "list of Sub" }}

[tables.Sub]
title = "Sub"
[tables.Sub.properties]
P = {{ type = "{ty}" }}
W = {{ type = "string" }}
V = {{ type = "string" }}

{check}"#
    )
}

/// Loads such a file. Valid combinations must load; others must be refused at the right position.
pub fn loaded(ty: &str, kind: &Kind) -> Option<Endpoint> {
    let text = rules(ty, kind);
    match load(&text) {
        Ok(endpoint) => {
            assert!((kind.goes_with)(ty), "{} loads with {ty}", kind.name);
            Some(endpoint)
        }
        Err(error) => {
            assert!(!(kind.goes_with)(ty), "{} with {ty}: {error}", kind.name);
            placed(&text, &error, kind);
            None
        }
    }
}

/// Asserts that a mistake is shown at the value in the row or check, and not at a whole table.
fn placed(text: &str, error: &LoadError, kind: &Kind) {
    let place = text.get(error.span.clone()).unwrap_or_default();
    let right = match kind.more {
        "key" | "contact" | "flag" => place == "\"P\"",
        "" => kind.row.contains(place) || place.starts_with('"'),
        more => more.contains(place),
    };
    assert!(right && !place.is_empty(), "{}: {error}: {place:?}", kind.name);
}

/// Values of a property: absent (empty), and values of every kind.
pub const VALUES: [&str; 41] = [
    "null",
    "\"\"",
    "\" \"",
    "\"a\"",
    "\"A\"",
    "\" a \"",
    "\"b\"",
    "\"\\u0061\"",
    "\"abcdefg\"",
    "\"a@b.c\"",
    "1",
    "2",
    "\"1\"",
    "1.5",
    "1e2",
    "12345678901234567890",
    "true",
    "false",
    "\"true\"",
    "\"2020-01-02\"",
    "\"2020-01-02T00:00:00Z\"",
    "{}",
    "{\"W\":\"x\"}",
    "[]",
    "[null]",
    "[\"a\"]",
    "[\"a\",\"b\"]",
    "[\"\"]",
    "[\"a@b.c\"]",
    "[1]",
    "[{}]",
    "[{\"W\":\"x\"}]",
    "-1",
    "\"-1\"",
    "\"NULL\"",
    "\"1.0\"",
    "\"\u{c3}\u{bc}\"",
    "[\"a \"]",
    "[\"\u{c3}\u{bc}\"]",
    "[\"{{x}}\"]",
    "",
];

fn tenants() -> &'static [Tenant] {
    static TENANTS: OnceLock<Vec<Tenant>> = OnceLock::new();
    let facts = |text: &str| tenant::load(text, &mut |_| Err(String::new())).unwrap();
    TENANTS.get_or_init(|| {
        vec![
            Tenant::default(),
            facts("lobs = ['b', '2']\ncontacts = [{ code = 'k', active = false }]"),
            facts("contacts = ['z']\nlobs = ['a', '1', 'true', '1.5', '2020-01-02']"),
        ]
    })
}

/// Returns a request of two records with these values.
#[must_use]
pub fn request(one: &str, other: &str) -> String {
    let member = |name: &str, value: &str| {
        if value.is_empty() {
            String::new()
        } else {
            format!("\"{name}\":{value},")
        }
    };
    let record = format!(
        "{{{}{}{}\"Ts\":[{{{}\"W\":\"x\",\"V\":\"x\"}},{{{}\"W\":\"x\"}},{{{}\"W\":\"y\",\"V\":\"x\"}}],\"T\":{{{}\"W\":\"x\"}}",
        member("P", one),
        member("Q", other),
        member("S", other),
        member("P", one),
        member("P", other),
        member("P", one),
        member("P", one),
    );
    format!("[{record},\"Id\":\"k\"}},{record},\"Id\":\"l\"}},{{\"Id\":\"m\"}}]")
}

/// Checks a request in every way; returns true if the kind's rule has a finding.
pub fn judged(endpoint: &Endpoint, body: &str, rule: &str) -> bool {
    let mut found = false;
    for tenant in tenants() {
        let (text, errors) = json::text(body.as_bytes());
        let check = |outcomes| lint::check(&text, errors.clone(), endpoint, tenant, outcomes);
        // A check with outcomes uses the engine only.
        let (fast_records, engine): (Checked, Checked) = (check(false), check(true));
        assert_eq!(fast_records.findings, engine.findings, "{body}");
        assert_eq!(fast_records.undecided, engine.undecided, "{body}");
        let errors = || {
            engine
                .findings
                .iter()
                .filter(|finding| finding.severity == Severity::Error)
        };
        for error in errors() {
            assert!(error.predicted.is_some(), "{body}: {error:?}");
        }
        match predict(endpoint, &engine) {
            Ok(predicted) => {
                let status = predicted.envelope.status_code.as_str();
                let wanted = if errors().next().is_some() { "400" } else { "200" };
                assert_eq!(status, wanted, "{body}");
            }
            // Without a documented answer, a finding must report it.
            Err(_) => assert!(engine.findings.iter().any(Finding::is_undocumented), "{body}"),
        }
        found |= engine.findings.iter().any(|finding| finding.rule == rule);
    }
    found
}

/// Takes a type, a kind and two values from the bytes; the rest of them is the body of one more request.
pub fn run(data: &[u8]) {
    let [ty, kind, one, other, rest @ ..] = data else {
        return;
    };
    let pick = |byte: &u8, of: usize| usize::from(*byte) % of;
    let kind = &KINDS[pick(kind, KINDS.len())];
    let Some(endpoint) = loaded(TYPES[pick(ty, TYPES.len())], kind) else {
        return;
    };
    judged(
        &endpoint,
        &request(VALUES[pick(one, VALUES.len())], VALUES[pick(other, VALUES.len())]),
        kind.rule,
    );
    let (text, errors) = json::text(rest);
    let check = |outcomes| lint::check(&text, errors.clone(), &endpoint, &tenants()[1], outcomes);
    assert_eq!(check(false).findings, check(true).findings);
}
