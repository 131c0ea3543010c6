//! The result for a file does not depend on the files before it, although a session first tries the endpoint of the
//! last.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use crate::support::json_files;
use geplint::recognize::Standard;
use geplint::rules::{Candidate, candidates};
use geplint::session::{Outcome, Session};
use geplint::tenant::{Tenant, load};

/// Requests that fit several endpoints, that fit one by a single name, or that have unknown names.
const CLOSE: [&str; 19] = [
    r#"[{"contactCode": "C-1", "userName": "ann@example.com", "firstName": "Ann", "lastName": "Lee",
        "emailAddress": "ann@example.com", "isActive": true, "address": {"addressLine1": "1 Quay", "city": "Lyon",
        "stateCode": "ARA", "countryCode": "FR", "zipCode": "69002"}}]"#,
    r#"[{"ContactCode": "C-1", "UserName": "ann"}]"#,
    r#"[{"contactCode": "C-1"}]"#,
    r#"[{"UserName": "ann"}]"#,
    r#"[{"ContactCode": "C-1", "UserName": "ann", "user_name": "ann"}]"#,
    r#"[{"ContactCode": "C-1", "InterfaceStatus": "Success"}]"#,
    r#"[{"ClientContactCode": "C-1", "InterfaceStatus": "Success"}]"#,
    r#"[{"ClientContactCode": "C-1", "InterfaceStatus": "Success"}, {"UserName": "ann"}]"#,
    r#"[{"ClientContactCode": "C-1", "InterfaceStatus": "Success"}] x"#,
    r#"{"ClientContactCode": "C-1", "InterfaceStatus": "Success"}"#,
    r#"[{"ClientContactCode": "C-1", "InterfaceStatus": "Success"}, null]"#,
    r#"[[{"ClientContactCode": "C-1", "InterfaceStatus": "Success"}]]"#,
    r#"[{"GroupName": "Buyers", "Other": 1}]"#,
    r#"[{"Description": "x", "Other": 1}]"#,
    r#"[{"Description": "x", "Other": 1}, {"GroupName": "Buyers", "ContactCodes": [{"ContactCode": "C-1"}]}]"#,
    r#"[{"GroupName": "Buyers", "ContactCodes": [{"ContactCode": "C-1"}]}, {"Description": "x", "Other": 1}]"#,
    r#"[{"Description": "x"}]"#,
    r#"[{"Description": "x", "description": "x"}]"#,
    "[]",
];

fn payloads() -> Vec<(String, Vec<u8>)> {
    let files = json_files();
    let close = CLOSE
        .iter()
        .map(|text| ((*text).to_owned(), text.as_bytes().to_vec()));
    files
        .iter()
        .map(|path| (path.display().to_string(), fs::read(path).unwrap()))
        .filter(|(_, bytes)| bytes.len() < 50_000)
        .chain(close)
        .collect()
}

fn describe(outcome: &Outcome<'_>) -> String {
    match outcome {
        Outcome::Checked(request) => {
            format!(
                "{} {} {:?}",
                request.endpoint.id, request.recovered, request.checked
            )
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn earlier_files_change_nothing() {
    assert_earlier_files_change_nothing(Standard::Named);
}

#[test]
fn earlier_files_change_nothing_for_found_files() {
    assert_earlier_files_change_nothing(Standard::Found);
}

fn assert_earlier_files_change_nothing(standard: Standard) {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/tenant/inline.toml"))
        .unwrap();
    let tenants = [
        Tenant::default(),
        load(&text, &mut |_| Err(String::new())).unwrap(),
    ];
    let known: Vec<Candidate<'static>> = candidates().collect();
    let payloads = payloads();
    for (position, tenant) in tenants.iter().enumerate() {
        let alone: Vec<String> = payloads
            .iter()
            .map(|(_, bytes)| describe(&Session::new(&known, tenant, false).file_as(bytes, false, standard)))
            .collect();
        // In order, in reverse, and each twice in a row.
        let forth = 0..payloads.len();
        let order = forth
            .clone()
            .chain(forth.clone().rev())
            .chain(forth.flat_map(|index| [index; 2]));
        let mut session = Session::new(&known, tenant, false);
        for index in order {
            let (name, bytes) = &payloads[index];
            assert_eq!(
                describe(&session.file_as(bytes, false, standard)),
                alone[index],
                "{name}"
            );
        }
        // Each after a valid request to each endpoint.
        for good in ["contact-details", "contact-interface-status", "user-group"] {
            let first = payloads
                .iter()
                .position(|(_, bytes)| is_plain(bytes, &known, tenant, good));
            // With known contacts, every record may change one, so the engine reads all records.
            let Some(first) = first else {
                assert_eq!(position, 1, "no plain request to {good}");
                continue;
            };
            for (index, (name, bytes)) in payloads.iter().enumerate() {
                session.file(&payloads[first].1, false);
                assert_eq!(
                    describe(&session.file_as(bytes, false, standard)),
                    alone[index],
                    "{name} behind {good}"
                );
            }
        }
    }
}

fn is_plain(bytes: &[u8], known: &[Candidate<'static>], tenant: &Tenant, endpoint: &str) -> bool {
    match Session::new(known, tenant, false).file(bytes, false) {
        Outcome::Checked(request) => {
            let checked = &request.checked;
            request.endpoint.id == endpoint && checked.records > 0 && checked.fast_records == checked.records
        }
        _ => false,
    }
}
