//! Generated requests have the findings of their names, for every endpoint, with and without a tenant.

use std::collections::BTreeSet;
use std::path::Path;

use geplint::finding::Severity;
use geplint::json::{self, Value};
use geplint::lint;
use geplint::rules::{Constraint, Endpoint, Layer, builtin, builtin_ids, load_layers};
use geplint::sample::{Case, Extent, Sampler, Samples};
use geplint::tenant::{self, Tenant};

fn endpoints() -> impl Iterator<Item = &'static Endpoint> {
    builtin_ids().filter_map(builtin)
}

/// A tenant that has every list, as the examples of rules have it.
fn example_tenant() -> Tenant {
    let text = std::fs::read_to_string("rules/examples/tenant.toml").unwrap();
    tenant::load(&text, &mut |name| Err(format!("{name} is not read"))).unwrap()
}

/// One whose lists are in files, with other codes.
fn tenant_of_files() -> Tenant {
    let folder = Path::new("testdata/tenant");
    let text = std::fs::read_to_string(folder.join("files.toml")).unwrap();
    tenant::load(&text, &mut |name| {
        std::fs::read(folder.join(name)).map_err(|error| error.to_string())
    })
    .unwrap()
}

fn tenants() -> [(&'static str, Tenant); 3] {
    [
        ("no tenant", Tenant::default()),
        ("rules/examples", example_tenant()),
        ("testdata/tenant", tenant_of_files()),
    ]
}

/// Returns the findings in a body above advice.
fn findings(body: &Value, endpoint: &Endpoint, tenant: &Tenant) -> Vec<(Severity, String, String, String)> {
    let text = json::pretty(body, "\n");
    let checked = lint::check(&text, Vec::new(), endpoint, tenant, false);
    let found = checked.findings.iter();
    found
        .filter(|finding| finding.severity > Severity::Advice)
        .map(|finding| {
            let (rule, constraint) = (finding.rule.to_string(), finding.constraint.clone());
            (finding.severity, rule, constraint, finding.message.to_string())
        })
        .collect()
}

#[test]
fn generated_bodies_have_no_findings() {
    for (name, tenant) in tenants() {
        for endpoint in endpoints() {
            for case in [Case::Pascal, Case::Camel] {
                let sampler = Sampler::new(endpoint, &tenant).in_case(case);
                for extent in [Extent::Minimal, Extent::Full] {
                    let body = sampler.body(3, extent);
                    let shown = json::pretty(&body, "\n");
                    let found = findings(&body, endpoint, &tenant);
                    assert!(found.is_empty(), "{}, {name}: {found:?}\n{shown}", endpoint.id);
                    assert_eq!(sampler.worst_finding(&body), None);
                    let (text, errors) = json::text(shown.as_bytes());
                    assert_eq!(lint::check(&text, errors, endpoint, &tenant, true).records, 3);
                }
            }
        }
    }
}

/// Every property of every reachable table is in the full body, except properties that must not be sent.
#[test]
fn the_full_body_has_every_property() {
    for endpoint in endpoints() {
        let tenant = Tenant::default();
        let body = json::pretty(&Sampler::new(endpoint, &tenant).body(1, Extent::Full), "\n");
        for table in &endpoint.tables {
            for property in &table.properties {
                let is_there = body.contains(&format!("\"{}\":", property.name));
                assert_eq!(is_there, !property.outbound_only, "{}", property.constraint);
            }
        }
    }
}

/// The minimal body is the smallest: without any one of its members something is found.
#[test]
fn nothing_can_be_left_out_of_the_minimal_body() {
    fn the_minimal_body_needs_each_property(value: &Value) -> Vec<Value> {
        match value {
            Value::Object(members) => (0..members.len())
                .flat_map(|place| {
                    let mut less = members.clone();
                    less.remove(place);
                    let inner = the_minimal_body_needs_each_property(&members[place].1)
                        .into_iter()
                        .map(move |inner| {
                            let mut changed = members.clone();
                            changed[place].1 = inner;
                            Value::Object(changed)
                        });
                    [Value::Object(less)].into_iter().chain(inner).collect::<Vec<_>>()
                })
                .collect(),
            Value::List(items) => items
                .iter()
                .flat_map(the_minimal_body_needs_each_property)
                .map(|item| Value::List(vec![item]))
                .collect(),
            _ => Vec::new(),
        }
    }
    for endpoint in endpoints() {
        let tenant = Tenant::default();
        for body in
            the_minimal_body_needs_each_property(&Sampler::new(endpoint, &tenant).body(1, Extent::Minimal))
        {
            let shown = json::pretty(&body, "\n");
            assert!(
                !findings(&body, endpoint, &tenant).is_empty(),
                "{}\n{shown}",
                endpoint.id
            );
        }
    }
}

fn assert_samples(samples: &Samples, endpoint: &Endpoint, tenant: &Tenant) {
    for sample in &samples.all {
        let text = json::pretty(&sample.body, "\n");
        let checked = lint::check(&text, Vec::new(), endpoint, tenant, true);
        let Constraint { rule, severity, .. } = &sample.constraint;
        let of_it = |rule_of: &str| rule_of == rule.as_str();
        let found: Vec<_> = checked
            .findings
            .iter()
            .filter(|finding| of_it(&finding.rule))
            .collect();
        let errors = checked
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .count();
        let shown = || format!("{} {}: {:#?}\n{text}", endpoint.id, sample.name, checked.findings);
        if sample.breaks {
            assert!(!found.is_empty(), "{}", shown());
            let is_error = found.iter().any(|finding| finding.severity == Severity::Error);
            assert_eq!(is_error, *severity == Severity::Error, "{}", shown());
            assert_eq!(errors > 0, is_error, "{}", shown());
        } else {
            assert_eq!(errors, 0, "{}", shown());
            let at_row = found
                .iter()
                .any(|finding| finding.constraint == sample.constraint.name);
            assert!(!at_row, "{}", shown());
        }
    }
}

/// Each constraint has two samples, with the findings of their names.
#[test]
fn samples_match_their_names() {
    for (name, tenant) in tenants() {
        for endpoint in endpoints() {
            let samples = Sampler::new(endpoint, &tenant).samples();
            assert_samples(&samples, endpoint, &tenant);
            let lines = |why: &dyn Fn(&str) -> bool| -> Vec<String> {
                let of = samples.uncovered.iter().filter(|one| why(&one.why));
                of.map(|lack| format!("{} {}: {}", lack.constraint.name, lack.constraint.rule, lack.why))
                    .collect()
            };
            let known = ["it needs the tenant's", "the tenant's own list decides"];
            let others = lines(&|why| !known.iter().any(|known| why.starts_with(known)));
            assert!(others.is_empty(), "{} {name}: {others:#?}", endpoint.id);
            // If the tenant has its own list, public lists and shapes are not used.
            let decided = lines(&|why| why == known[1]);
            let expected = if name == "no tenant" { 0 } else { 8 };
            assert!(decided.len() <= expected, "{} {name}: {decided:#?}", endpoint.id);
            let names: BTreeSet<&str> = samples.all.iter().map(|sample| sample.name.as_str()).collect();
            assert_eq!(names.len(), samples.all.len());
            let all = endpoint.constraints().len() + endpoint.implied().len();
            assert_eq!(
                samples.all.len() / 2 + samples.uncovered.len(),
                all,
                "{}",
                endpoint.id
            );
        }
    }
}

/// A tenant's own rules have samples, too.
#[test]
fn samples_of_a_tenants_own_rules() {
    let patch = r#"
endpoint = "user-group"
[tables.UserGroup.properties]
Description = { type = "string(3)", required = "yes" }
CostCentre = { type = "int", required = "yes" }
"#;
    let layer = Layer {
        name: "mine.toml",
        text: patch,
    };
    let base = geplint::rules::builtin_text("user-group");
    let endpoint = load_layers(base, &[layer])
        .map_err(|(_, error)| error.message)
        .unwrap();
    let tenant = Tenant::default();
    let sampler = Sampler::new(&endpoint, &tenant);
    let body = sampler.body(1, Extent::Minimal);
    assert_eq!(findings(&body, &endpoint, &tenant), []);
    assert_samples(&sampler.samples(), &endpoint, &tenant);
}
