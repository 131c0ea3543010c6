//! A clean record costs no allocation: however many there are, only the table of their keys grows.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;

use geplint::rules::builtin;
use geplint::tenant::Tenant;
use geplint::{json, lint};
use stats_alloc::Region;

use crate::ALLOCATOR;

/// A request of so many clean records that touch every type of the table.
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

/// How often checking such a request allocates.
fn allocations(records: usize) -> usize {
    let body = body(records);
    let endpoint = builtin("contact-details").unwrap();
    let (text, errors) = json::text(body.as_bytes());
    let region = Region::new(ALLOCATOR);
    let checked = lint::check(&text, errors, endpoint, &Tenant::default(), false);
    let change = region.change();
    assert_eq!(checked.records as usize, records);
    assert!(checked.findings.is_empty(), "{:?}", checked.findings.first());
    change.allocations + change.reallocations
}

pub fn a_clean_record_allocates_nothing() {
    // Lists that are sorted at their first use, and buffers that grow to the size of a record.
    allocations(1);
    let (few, many) = (allocations(100), allocations(3_200));
    // The table of keys doubles five times on the way.
    assert!(
        many <= few + 5,
        "{few} allocations for 100 records, {many} for 3,200"
    );
}
