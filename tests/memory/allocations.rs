//! A valid record costs no allocation: with more records, only the tables of their keys and user names grow.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;

use geplint::rules::builtin;
use geplint::tenant::Tenant;
use geplint::{json, lint};
use stats_alloc::Region;

use crate::ALLOCATOR;

/// Returns a request with this number of valid records, with every type of the table.
fn body(records: usize) -> String {
    let mut body = String::from("[");
    for number in 0..records {
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(
            body,
            r#"{comma}{{"contactCode":"C-{number}","userName":"u{number}@example.com","firstName":"Ann","lastName":"Lee",
            "emailAddress":"u{number}@example.com","managerCode":["M-1","M-2"],"isActive":true,"authorityAmt":1000.50,
            "address":{{"addressLine1":"1 Quay","city":"Lyon","stateCode":"ARA","countryCode":"FR","zipCode":"69002"}},
            "userActivities":[{{"activityName":"HOME"}}],"timeZone":"Eastern Standard Time","currencyCode":"EUR",
            "orgEntities":[{{"entityCode":"1000","isDefault":true,"entityType":"Plant","lobEntityCode":"L1"}}],
            "categories":[{{"pasCode":12,"isDefault":true}}],"regions":[{{"regionName":"EMEA","isDefault":true}}],
            "lastLoginDate":"2020-01-21T11:53:45.057Z","ssoType":2,"cultureCode":"en-US",
            "customFields":[{{"key":"a","value":["1"],"subCustomField":[]}}],
            "contactManagers":[{{"managerCode":"M-1","managerType":"Functional"}}]}}"#
        );
    }
    body + "]"
}

/// The code that checks a record.
#[derive(Debug, Clone, Copy, PartialEq)]
enum By {
    /// The fast path, which accepts the records.
    FastPath,
    /// The engine alone: after a byte order mark, which is a finding, the fast path is not used.
    Engine,
}

/// Returns the number of allocations for checking a request.
fn allocations(body: &str, records: usize, by: By) -> usize {
    let body = match by {
        By::FastPath => body.to_owned(),
        By::Engine => format!("\u{feff}{body}"),
    };
    let endpoint = builtin("contact-details").unwrap();
    let (text, errors) = json::text(body.as_bytes());
    let region = Region::new(ALLOCATOR);
    let checked = lint::check(&text, errors, endpoint, &Tenant::default(), false);
    let change = region.change();
    assert_eq!(checked.records as usize, records);
    let fast_records = if by == By::FastPath { checked.records } else { 0 };
    assert_eq!(
        checked.fast_records, fast_records,
        "{by:?}: the other one has looked at some"
    );
    let rules: Vec<&str> = checked
        .findings
        .iter()
        .map(|finding| finding.rule.as_ref())
        .collect();
    assert!(rules.iter().all(|rule| *rule == "byte-order-mark"), "{rules:?}");
    change.allocations + change.reallocations
}

/// Returns how many more allocations 800 records take than 100.
fn growth(by: By, body: impl Fn(usize) -> String) -> usize {
    // Lists are sorted at their first use, and buffers grow to the size of a record.
    allocations(&body(1), 1, by);
    let (few, many) = (allocations(&body(100), 100, by), allocations(&body(800), 800, by));
    many.saturating_sub(few)
}

pub fn a_clean_record_allocates_nothing() {
    for by in [By::FastPath, By::Engine] {
        let more = growth(by, body);
        // Two tables, of keys and of user names, double three times each.
        assert!(more <= 8, "{by:?}: {more} more allocations for 700 more records");
    }
}

/// The count includes allocations of single records: an escape in the key has to be decoded.
pub fn an_allocation_for_each_record_is_counted() {
    let escaped = |records| body(records).replace(r#""contactCode":"C-"#, r#""contactCode":"\u0043-"#);
    let more = growth(By::Engine, escaped);
    assert!(more >= 700, "{more} more allocations for 700 more records");
}
