//! Compares the fast path with the engine; shared by the tests and the fuzzer.
//!
//! A check with outcomes uses the engine only, so that the two results come from the same function.

#![allow(dead_code, reason = "each test file uses a part")]

use std::sync::OnceLock;

use geplint::finding::{Finding, Severity};
use geplint::placeholders::Template;
use geplint::rules::Endpoint;
use geplint::tenant::{Facts, Tenant, TenantChanges, load};
use geplint::threads::Threads;
use geplint::{json, lint};

/// The common result of the fast path and the engine.
#[derive(Debug, Default, Clone, Copy)]
pub struct Same {
    /// The number of records that the fast path accepted.
    pub fast_records: u32,
    /// The number of findings.
    pub findings: usize,
}

/// Checks with and without the fast path, and fails if the results differ: in anything, or in more than advice where that
/// is hidden.
pub fn compare(bytes: &[u8], endpoint: &Endpoint, tenant: &Tenant, what: &str) -> Same {
    let check = |outcomes| {
        let (text, errors) = json::text(bytes);
        lint::check(&text, errors, endpoint, tenant, outcomes)
    };
    let (fast_records, engine) = (check(false), check(true));
    let context = || format!("{what}, as {}:\n{}", endpoint.id, String::from_utf8_lossy(bytes));
    assert_eq!(fast_records.findings, engine.findings, "{}", context());
    assert_eq!(fast_records.records, engine.records, "{}", context());
    assert_eq!(fast_records.undecided, engine.undecided, "{}", context());
    assert_eq!(fast_records.open, engine.open, "{}", context());
    assert_eq!(fast_records.recoverable, engine.recoverable, "{}", context());
    assert_eq!(engine.fast_records, 0, "{}", context());
    let (text, errors) = json::text(bytes);
    let quiet = lint::check_template(
        &Template::from(&*text),
        errors,
        endpoint,
        &mut Facts::new(tenant, &TenantChanges::default(), false),
        lint::Mode {
            outcomes: false,
            threads: Threads::ONE,
            hides_advice: true,
        },
    );
    let shown = |checked: &lint::Checked| -> Vec<Finding> {
        let findings = checked.findings.iter();
        findings
            .filter(|finding| finding.severity != Severity::Advice)
            .map(|finding| Finding {
                // Findings that are left out count here.
                order: 0,
                ..finding.clone()
            })
            .collect()
    };
    assert_eq!(shown(&quiet), shown(&engine), "{}", context());
    assert_eq!(quiet.records, engine.records, "{}", context());
    assert_eq!(quiet.undecided, engine.undecided, "{}", context());
    assert_eq!(quiet.open, engine.open, "{}", context());
    assert_eq!(quiet.recoverable, engine.recoverable, "{}", context());
    assert!(quiet.fast_records >= fast_records.fast_records, "{}", context());
    Same {
        fast_records: fast_records.fast_records,
        findings: engine.findings.len(),
    }
}

/// A tenant with all lists except its contacts: with known contacts each record is remembered, and the fast path is not
/// used.
pub fn tenant_of_lists() -> &'static Tenant {
    static LISTS: OnceLock<Tenant> = OnceLock::new();
    const TEXT: &str = r#"
allow-update-for-inactive-users = false
personas = ["P-100", "588"]
activities = [{ code = "A-100", name = "HOME" }, { code = "10100002", name = "Home" }]
currencies = ["USD", "EUR", "ZZC"]
cultures = ["en-US", "de-DE"]
deliver-to-keys = ["DockDoor"]
lobs = ["L1", "EMEA"]
entity-types = ["Plant", "Company Code"]
entity-codes = ["1000", "AJKJ"]
document-types = ["Contract"]
amount-codes = ["PrimaryAuthorityAmount"]
regions = ["EMEA", "Europe"]
"#;
    LISTS.get_or_init(|| load(TEXT, &mut |_| Err(String::new())).unwrap_or_default())
}

/// Returns the records of a request in their original spelling; empty if it is no list.
pub fn records(bytes: &[u8]) -> Vec<String> {
    let (text, _) = json::text(bytes);
    let (mut reader, mut tree) = (json::Reader::new(&text), json::Tree::default());
    let mut records = Vec::new();
    if matches!(reader.root(&mut tree), json::Root::List { .. }) {
        while reader.next_record(&mut tree) {
            records.extend(tree.root().map(|root| tree.node(root).span.of(&text).to_owned()));
        }
    }
    records
}

/// Records that the fast path accepts, with every type of row of their endpoint: the endpoint, and the record without
/// braces. Endpoints whose records are always read by the engine have none.
pub const PLAIN: &[(&str, &str)] = &[
    (
        "contact-details",
        r#""UserName": "u@example.com", "ContactCode": "C-1", "ManagerCode": ["M-1"], "Address": {"AddressLine1": "1 Quay",
           "City": "Lyon", "StateCode": "ARA", "CountryCode": "FR", "ZipCode": "69002"}, "FirstName": "Ann",
           "LastName": "Lee", "EmailAddress": "u@example.com""#,
    ),
    (
        "contact-details",
        r#""contactCode":"C-2","userName":"v@example.com","firstName":"Ann","lastName":"Lee","emailAddress":"v@example.com",
           "managerCode":["M-1","M-2"],"isActive":true,"authorityAmt":1000.50,"address":{"addressLine1":"1 Quay",
           "city":"Lyon","stateCode":"ARA","countryCode":"FR","zipCode":"69002"},
           "userActivities":[{"activityName":"HOME"}],"timeZone":"Eastern Standard Time","currencyCode":"EUR",
           "orgEntities":[{"entityCode":"1000","isDefault":true,"entityType":"Plant","lobEntityCode":"L1"}],
           "categories":[{"pasCode":12,"isDefault":true}],"regions":[{"regionName":"EMEA","isDefault":true}],
           "lastLoginDate":"2020-01-21T11:53:45.057Z","ssoType":2,"cultureCode":"en-US",
           "customFields":[{"key":"a","value":["1"],"subCustomField":[]}],
           "contactManagers":[{"managerCode":"M-1","managerType":"Functional"}]"#,
    ),
    (
        "user-group",
        r#""groupName": "Buyers", "isActive": true, "description": "Lyon", "isOverride": false,
           "contactCodes": [{"contactCode": "CC-1", "isDeleted": false}]"#,
    ),
    (
        "contact-interface-status",
        r#""clientContactCode": "CC-1", "interfaceStatus": "success""#,
    ),
];
