//! Tests of suggestions for unknown names: the right one or none.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;

use geplint::finding::{Finding, FixKind};
use geplint::rules::builtin;
use geplint::tenant::Tenant;
use geplint::{json, lint};

use crate::support::{empty_folder, run};

const CONTACT: &str = r#""ContactCode":"C-1","UserName":"u-1","FirstName":"Ann","LastName":"Lee","EmailAddress":"ann@example.com""#;
const ADDRESS: &str = r#""Address":{"AddressLine1":"1 Quay","City":"Lyon","StateCode":"ARA","CountryCode":"FR","ZipCode":"69002"}"#;

fn findings(endpoint: &str, body: &str) -> Vec<Finding> {
    let (text, errors) = json::text(body.as_bytes());
    let endpoint = builtin(endpoint).unwrap();
    lint::check(&text, errors, endpoint, &Tenant::default(), false).findings
}

/// Returns the help of the finding for a name, and the kind of its fix.
fn suggested(endpoint: &str, body: &str, name: &str) -> (String, &'static str) {
    let pointer = format!("/{name}");
    let found = findings(endpoint, body);
    let finding = found
        .iter()
        .find(|finding| {
            matches!(&*finding.rule, "unknown-property" | "misplaced-property")
                && finding.pointer.ends_with(&pointer)
        })
        .unwrap();
    let fix = match finding.fix_kind.as_deref() {
        None => "none",
        Some(FixKind::Rename(_)) => "rename",
        Some(FixKind::Move { .. }) => "move",
        Some(FixKind::Unwrap(_)) => "unwrap",
        Some(FixKind::Nest { .. }) => "nest",
        Some(_) => "other",
    };
    (finding.help.to_string(), fix)
}

#[test]
fn a_missing_sibling_has_precedence_and_a_guess_is_not_suggested() {
    let status = "contact-interface-status";
    let contact = |more: &str| format!("[{{{CONTACT},{ADDRESS}{more}}}]");
    let address = |members: &str| format!(r#"[{{{CONTACT},"Address":{{{members}}}}}]"#);
    let cases = [
        (status, r#"[{"ContactCode":"CC-1","InterfaceStatus":"ok"}]"#.to_owned(), "ContactCode", "ClientContactCode", "rename"),
        (status, r#"[{"ClientContactCode":"CC-1","Status":"ok"}]"#.to_owned(), "Status", "InterfaceStatus", "rename"),
        ("contact-details", address(r#""Country":"US""#), "Country", "CountryCode", "rename"),
        // The likely property is already present, so there is no suggestion.
        ("contact-details", address(r#""CountryCode":"US","Country":"US""#), "Country", "", "none"),
        ("contact-details", contact(r#","Email":"a""#), "Email", "", "none"),
        ("contact-details", contact(r#","Regions":[{"Name":"EMEA"}]"#), "Name", "RegionName", "rename"),
        ("contact-details", contact(r#","Regions":[{"RegionName":"EMEA","Name":"EMEA"}]"#), "Name", "", "none"),
        ("contact-details", contact(r#","Description":"x","PersonaAndRoles":{"Activities":[{"Code":"1"}]}"#), "Description", "", "none"),
        ("contact-details", contact(r#","Amount":1,"AuthorityAmountDetails":[{"AmountAttributes":[{}]}]"#), "Amount", "", "none"),
        ("contact-details", contact(r#","Regions":[{"RegionName":"EMEA","WorkGroup":"x"}]"#), "WorkGroup", "on the record itself", "move"),
        ("contact-details", contact(r#","ContactOrgDetails":[{"LOBEntityCode":"x"}]"#), "LOBEntityCode", "LOBEntityCode belongs inside OrgEntity.", "none"),
        ("contact-details", contact(r#","OrgEntities":[{"LOEntityCode":"x","EntityCode":"1"}]"#), "LOEntityCode", "LOBEntityCode", "rename"),
        // A similar name is not suggested while a mandatory property is missing.
        ("contact-details", address(r#""Conty":"US""#), "Conty", "County", "none"),
        ("contact-details", address(r#""Conty":"US","CountryCode":"US""#), "Conty", "County", "rename"),
        (
            "save-contact-authorization-details",
            r#"[{"BuDetails":{"OrgDetails":[{"EntityCode":"1010","LobEntityCode":"EMEA","LobType":"Belonging"}]}}]"#.to_owned(),
            "LobEntityCode",
            "LobEntityCode belongs inside OrgEntity.",
            "none",
        ),
    ];
    for (endpoint, body, name, help, fix) in cases {
        let suggestion = suggested(endpoint, &body, name);
        if help.is_empty() {
            assert!(suggestion.0.starts_with("Remove it"), "{body}: {suggestion:?}");
        } else {
            assert!(suggestion.0.contains(help), "{body}: {suggestion:?}");
        }
        assert_eq!(suggestion.1, fix, "{body}");
    }
}

/// What describes the item of a list is not taken out of it, and what only one object has is.
#[test]
fn names_that_describe_an_item_stay_in_it() {
    let contact = |more: &str| format!("[{{{CONTACT},{ADDRESS}{more}}}]");
    let without = |name: &str| contact("").replace(&format!("\"{name}\":"), "\"x\":");
    let manager = |name: &str| {
        let body = without(name);
        let manager = format!(",\"ContactManagers\":[{{\"ManagerCode\":\"M-1\",\"{name}\":\"Jo\"}}]}}]");
        body.replace("}]", &manager)
    };
    for name in ["FirstName", "LastName", "EmailAddress", "UserName"] {
        let (help, fix) = suggested(
            "contact-details",
            &manager(name),
            &format!("ContactManagers/0/{name}"),
        );
        assert!(help.starts_with("Remove it, or see"), "{name}: {help}");
        assert_eq!(fix, "none", "{name}");
    }
    // An object that is no item describes the contact.
    let inside = contact("").replace(r#""City":"#, r#""TimeZone":"UTC","City":"#);
    let (help, fix) = suggested("contact-details", &inside, "TimeZone");
    assert_eq!((&*help, fix), ("TimeZone belongs on the record itself.", "move"));
}

/// Of two names for one property in different objects, a fix writes one at most.
#[test]
fn a_move_and_a_rename_never_give_one_property_twice() {
    let body =
        format!(r#"[{{{CONTACT},"Address":{{"CountryCode":"US","Zip":"78701"}},"PostalCode":"78702"}}]"#);
    let (help, fix) = suggested("contact-details", &body, "PostalCode");
    assert_eq!(
        (&*help, fix),
        (
            "Remove it: another name inside Address may mean ZipCode, too.",
            "none"
        )
    );
    assert_eq!(suggested("contact-details", &body, "Zip").1, "rename");
    // The object that has the name decides, not others of its table.
    let org = r#""ContactOrgDetails":[{"EntityType":"BU","OrgEntity":{"EntityType":"BU"}}],"OrgEntities":[{"EntityCode":"1"}]"#;
    let (help, _) = suggested(
        "contact-details",
        &format!("[{{{CONTACT},{org}}}]"),
        "ContactOrgDetails/0/EntityType",
    );
    assert_eq!(help, "Remove it: EntityType is already given inside OrgEntity.");
    let org = r#""ContactOrgDetails":[{"OrgEntity":{"LobType":"Both"}},{"OrgEntity":{"LobType":"Both"},"LobType":"Both"}]"#;
    let body = format!("[{{{CONTACT},{ADDRESS},{org}}}]");
    let (help, fix) = suggested("contact-details", &body, "ContactOrgDetails/0/OrgEntity/LobType");
    assert_eq!(
        (&*help, fix),
        (
            "LobType belongs on the ContactOrgDetails around this object.",
            "none"
        )
    );
    let (help, _) = suggested("contact-details", &body, "ContactOrgDetails/1/OrgEntity/LobType");
    assert_eq!(
        help,
        "Remove it: LobType is already given on the ContactOrgDetails around this object."
    );
    let body =
        format!(r#"[{{{CONTACT},"DeliverTo":{{"LocationData":[{{"WorkGroup":"x"}}]}},"WorkGroup":"y"}}]"#);
    let (help, _) = suggested("contact-details", &body, "LocationData/0/WorkGroup");
    assert_eq!(
        help,
        "Remove it: WorkGroup is already given on the record itself."
    );
}

/// The value decides between properties: the names in an object, the list of a property, one value in an array.
#[test]
fn the_value_decides_which_property_is_meant() {
    for (more, name, help) in [
        (
            r#","Activities":[{"ActivityName":"HOME"}]"#,
            "Activities",
            "Did you mean UserActivities?",
        ),
        (
            r#","Activities":[{"Code":"A-1"}]"#,
            "Activities",
            "Activities belongs inside PersonaAndRoles.",
        ),
        (
            r#","ContactOrgDetails":[{"LOB":"Serving"}]"#,
            "LOB",
            "Did you mean LobType?",
        ),
        (
            r#","ContactOrgDetails":[{"LOB":"L-1"}]"#,
            "LOB",
            "Did you mean LOBEntityCode? It belongs inside OrgEntity.",
        ),
        (
            r#","JobTitle":["Buyer"]"#,
            "JobTitle",
            r#"Did you mean Designation? Write "Designation": "Buyer"."#,
        ),
        (r#","JobTitle":["Buyer","Lead"]"#, "JobTitle", "Remove it, or see"),
    ] {
        let body = format!("[{{{CONTACT},{ADDRESS}{more}}}]");
        let (found, _) = suggested("contact-details", &body, name);
        assert!(found.starts_with(help), "{more}: {found}");
    }
}

#[test]
fn a_name_of_an_open_list_that_is_misspelt() {
    for (value, help) in [
        (r#""ADMINSTRATION""#, "Did you mean \"ADMINISTRATION\"?"),
        (r#""admin""#, "Documented names: NONE"),
        (r#""NOME""#, "Documented names: NONE"),
        (r#""HOMES""#, "Did you mean \"HOME\"?"),
    ] {
        let body = format!(r#"[{{{CONTACT},{ADDRESS},"UserActivities":[{{"ActivityName":{value}}}]}}]"#);
        let found = findings("contact-details", &body);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].help.starts_with(help), "{value}: {}", &*found[0].help);
    }
    // No page states the number of any member.
    for value in ["0", "1", "\"1\"", "true"] {
        let body = format!(r#"[{{{CONTACT},{ADDRESS},"UserActivities":[{{"ActivityName":{value}}}]}}]"#);
        let found = findings("contact-details", &body);
        assert_eq!(found.len(), 1, "{found:?}");
        for member in ["NONE", "ADMINISTRATION", "HOME"] {
            assert!(!found[0].message.contains(member), "{:?}", &*found[0].message);
        }
    }
}

#[test]
fn a_manager_that_is_the_record_itself() {
    let found = |members: &str| -> Vec<(String, String)> {
        findings("contact-details", &format!("[{{{members},{ADDRESS}}}]"))
            .iter()
            .filter(|finding| finding.rule.ends_with("self-manager"))
            .map(|finding| (finding.rule.to_string(), finding.message.to_string()))
            .collect()
    };
    let one = |rule: &str, message: &str| vec![(rule.to_owned(), message.to_owned())];
    assert_eq!(
        found(&format!(r#"{CONTACT},"ManagerCode":["u-1"]"#)),
        one(
            "maybe-self-manager",
            "ManagerCode \"u-1\" equals the UserName of this record"
        )
    );
    assert_eq!(
        found(&format!(r#"{CONTACT},"ManagerCode":[" c-1"]"#)),
        one(
            "maybe-self-manager",
            "ManagerCode \" c-1\" is the ContactCode of this record apart from case or whitespace"
        )
    );
    assert_eq!(
        found(&format!(
            r#"{CONTACT},"ContactManagers":[{{"ManagerCode":"C-1"}}]"#
        )),
        one(
            "self-manager",
            "ManagerCode \"C-1\" is the ContactCode of this record"
        )
    );
    // Whitespace and the placeholder are not identities.
    for nobody in [" ", "string"] {
        let names = format!(r#""ContactCode":"{nobody}","UserName":"{nobody}","ManagerCode":["{nobody}"]"#);
        assert!(found(&names).is_empty(), "{nobody:?}");
    }
}

#[test]
fn reasons_are_specific() {
    let found = findings(
        "save-contact-authorization-details",
        r#"[{"ContactCode":"C-1","PersonaAndRoles":[{"Activities":[{"Code":"1"}]}]}]"#,
    );
    let persona = found
        .iter()
        .find(|finding| finding.pointer.ends_with("/PersonaCode"))
        .unwrap();
    assert_eq!(&*persona.message, "PersonaCode is missing, and so is PersonaName");
    assert!(!persona.why.contains("success"), "{}", persona.why);
    assert!(persona.why.contains("PersonaName"), "{}", persona.why);
    // A date inside an unknown property does not depend on names.
    let found = findings("user-group", r#"[{"extra":"/Date(253402300800000)/"}]"#);
    let date = found
        .iter()
        .find(|finding| finding.rule == "does-not-convert")
        .unwrap();
    assert!(date.why.contains("out of range"), "{}", date.why);
    assert!(!date.help.contains("name"), "{}", date.help);
}

#[test]
fn wording_is_documented_only_for_the_documented_case() {
    let found = findings(
        "save-contact-authorization-details",
        r#"[{"ContactCode":"C-1","BuDetails":{"OrgDetails":[{"LobType":"Both","OrgEntity":{"LobEntityCode":"A"}},{"LobType":"Belonging","OrgEntity":{"LobEntityCode":"B"}}]}}]"#,
    );
    let lobs = found
        .iter()
        .find(|finding| finding.rule == "several-belonging-lobs")
        .unwrap();
    let predicted = lobs.predicted.as_ref().unwrap();
    assert_eq!(predicted.wording, geplint::finding::Wording::Inferred);
}

#[test]
fn a_name_that_is_a_path_belongs_inside() {
    let body = format!(
        r#"[{{{CONTACT},"Address.CountryCode":"US","address/city":"Austin","Address_ZipCode":"78701","Regions[0].RegionName":"EMEA"}}]"#
    );
    for (name, help) in [
        (
            "Address.CountryCode",
            r#"CountryCode belongs inside Address: write "Address": {"CountryCode": "US"}."#,
        ),
        (
            "address~1city",
            r#"City belongs inside Address: write "Address": {"City": "Austin"}."#,
        ),
        (
            "Address_ZipCode",
            r#"ZipCode belongs inside Address: write "Address": {"ZipCode": "78701"}."#,
        ),
        (
            "Regions[0].RegionName",
            r#"RegionName belongs inside Regions: write "Regions": [{"RegionName": "EMEA"}]."#,
        ),
    ] {
        // One fix makes the object, with all names that lead into it.
        let fix = if name == "Address.CountryCode" {
            "nest"
        } else {
            "none"
        };
        assert_eq!(suggested("contact-details", &body, name), (help.to_owned(), fix));
    }
    // Of two names for one property, one value would be lost.
    let twice = format!(r#"[{{{CONTACT},"Address.City":"Austin","Address/City":"Boston"}}]"#);
    assert_eq!(suggested("contact-details", &twice, "Address.City").1, "none");
    // If the object exists, the member moves into it.
    let body = format!(
        r#"[{{{CONTACT},"Address":{{"AddressLine1":"1 Quay","StateCode":"TX","CountryCode":"US","ZipCode":"78701"}},"Address.City":"Austin"}}]"#
    );
    assert_eq!(suggested("contact-details", &body, "Address.City").1, "move");
}

#[test]
fn names_that_are_paths_become_an_object() {
    let folder = crate::support::empty_folder("suggestions", "paths");
    let body = format!(
        r#"[{{{CONTACT}, "address.addressLine1": "1 Quay", "note": 1, "address.countryCode": "US", "address.city": "Austin",
  "address.stateCode": "TX", "address.zipCode": "78701"}}]"#
    );
    std::fs::write(folder.join("a.json"), &body).unwrap();
    let run = |arguments: &[&str]| {
        let output = crate::support::geplint()
            .args(arguments)
            .current_dir(&folder)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let shown = run(&["check", "a.json"]);
    assert!(shown.contains("5 names are paths into an object"), "{shown}");
    assert!(shown.contains("put 5 names into"), "{shown}");
    run(&["check", "a.json", "--fix", "--unsafe-fixes"]);
    let fixed: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("a.json")).unwrap()).unwrap();
    let address = serde_json::json!({"addressLine1": "1 Quay", "countryCode": "US", "city": "Austin", "stateCode": "TX", "zipCode": "78701"});
    assert_eq!(fixed[0]["address"], address);
    assert_eq!(fixed[0]["note"], 1);
}

#[test]
fn a_list_under_a_reserved_name_is_unwrapped_and_not_removed() {
    let body =
        r#"{"$values":[{"GroupName":"G","ContactCodes":{"$type":"x","$values":[{"ContactCode":"C-1"}]}}]}"#;
    let found = findings("user-group", body);
    let found: Vec<_> = found
        .iter()
        .filter(|finding| finding.rule == "reader-metadata")
        .collect();
    assert_eq!(found.len(), 2);
    for finding in found {
        assert!(finding.help.contains("Send the list under"), "{}", finding.help);
        assert!(!finding.help.contains("Remove"), "{}", finding.help);
        assert!(matches!(finding.fix_kind.as_deref(), Some(FixKind::Unwrap(_))));
    }
    // Another member next to it would be lost.
    let beside = r#"{"$values":[{"GroupName":"G","ContactCodes":[{"ContactCode":"C-1"}]}],"More":1}"#;
    let found = findings("user-group", beside);
    let fixes = found.iter().filter(|finding| finding.fix_kind.is_some());
    assert_eq!(fixes.count(), 0);
}

#[test]
fn a_text_in_place_of_an_object_names_its_serializer() {
    for (text, tool) in [
        ("System.Collections.Hashtable", "ConvertTo-Json -Depth"),
        ("@{City=Lyon; ZipCode=69002}", "ConvertTo-Json -Depth"),
        ("[object Object]", "JSON.stringify"),
        ("<models.Address object at 0x7f3a>", "json.dumps"),
        ("Lyon", "Send an object"),
    ] {
        let body = format!(r#"[{{{CONTACT},"Address":"{text}"}}]"#);
        let found = findings("contact-details", &body);
        let refused = found
            .iter()
            .find(|finding| finding.rule == "does-not-convert")
            .unwrap();
        assert!(refused.help.contains(tool), "{text}: {}", refused.help);
    }
}

/// An object in place of a list of such objects, and a list with one value in place of the value, are fixed by brackets alone.
#[test]
fn brackets_that_are_missing_or_too_many_are_fixed() {
    let contact = |change: (&str, &str)| {
        let contact = r#"[{"ContactCode": "C-1", "UserName": "ann", "FirstName": "Ann", "LastName": "Lee",
            "EmailAddress": "ann@example.com", "IsActive": true, "ManagerCode": ["M-1"],
            "Address": {"AddressLine1": "1 Mill Lane", "City": "Leeds", "StateCode": "LDS", "CountryCode": "GB", "ZipCode": "LS1"}}]"#;
        assert!(contact.contains(change.0));
        contact.replace(change.0, change.1)
    };
    let group = |codes: &str| format!(r#"[{{"GroupName": "Buyers", "ContactCodes": {codes}}}]"#);
    let folder = empty_folder("suggestions", "brackets");
    let send = "Send the value without the list around it.";
    let wrap = "Put [ before the object and ] after it.";
    let cases = [
        (contact(("\"Ann\"", "[\"Ann\"]")), send, true),
        (contact(("true", "[ true ]")), send, true),
        (
            contact(("{\"AddressLine1", "[{\"AddressLine1")).replace("\"LS1\"}", "\"LS1\"}]"),
            send,
            true,
        ),
        (group(r#"{"ContactCode": "C-1"}"#), wrap, true),
        // Several values, or another object: the intended value is not certain.
        (contact(("\"Ann\"", "[\"Ann\", \"Bea\"]")), "Send a string", false),
        (
            group(r#"{"Items": [{"Code": "C-1"}]}"#),
            "Send a list of objects",
            false,
        ),
        // A string with several codes: a help, but no fix.
        (
            contact(("[\"M-1\"]", "\"M-1; M-2\"")),
            r#"If these are 2 values, send [\"M-1\", \"M-2\"]."#,
            false,
        ),
        (
            contact(("[\"M-1\"]", "\"Lee, Ann Mary\"")),
            "Send a list of strings",
            false,
        ),
        (
            group(r#""[{\"ContactCode\": \"C-1\"}]""#),
            "Send the JSON itself, not a string that contains it.",
            false,
        ),
        (
            group(r#""{\"ContactCode\": \"C-1\"}""#),
            "Send a list of objects",
            false,
        ),
    ];
    for (text, help, is_fixed) in cases {
        fs::write(folder.join("a.json"), &text).unwrap();
        let checked = run(&folder, &["check", "--format", "json", "a.json"], b"");
        let printed = String::from_utf8(checked.stdout).unwrap();
        assert!(
            printed.contains(help) || printed.contains(&help.replace('"', "\\\"")),
            "{text}: {printed}"
        );
        run(&folder, &["check", "--fix", "--unsafe-fixes", "a.json"], b"");
        let fixed = run(&folder, &["check", "a.json"], b"");
        assert_eq!(fixed.status.success(), is_fixed, "{text}");
    }
}

/// Returns the help of the only value that does not convert, and the body after its fix; `None` without a fix.
fn converted(endpoint: &str, body: &str) -> (String, Option<String>) {
    let found = findings(endpoint, body);
    let mut refused = found.iter().filter(|finding| finding.rule == "does-not-convert");
    let finding = refused.next().unwrap();
    assert_eq!(refused.next(), None, "{body}");
    let fixed = geplint::fix::of(body.as_bytes(), finding).map(|fix| {
        let edits: Vec<_> = fix.edits.iter().collect();
        String::from_utf8(geplint::fix::apply(body.as_bytes(), &edits)).unwrap()
    });
    (finding.help.to_string(), fixed)
}

/// The endpoint, a property and its value, the help, and the value after the fix.
const OTHER_SHAPES: &[(&str, &str, &str, &str, Option<&str>)] = &[
    (
        "contact-details",
        "UserActivities",
        r#"["HOME"]"#,
        r#"The value must be in an object. Send {"ActivityName": "HOME"}."#,
        Some(r#"[{"ActivityName": "HOME"}]"#),
    ),
    (
        "contact-details",
        "Regions",
        r#""Asia""#,
        r#"The value must be in an object in an array. Send [{"RegionName": "Asia"}]."#,
        Some(r#"[{"RegionName": "Asia"}]"#),
    ),
    (
        "contact-details",
        "ContactManagers",
        r#"["M-1"]"#,
        r#"The value must be in an object. Send {"ManagerCode": "M-1"}."#,
        Some(r#"[{"ManagerCode": "M-1"}]"#),
    ),
    (
        "contact-details",
        "ContactManagers",
        r#""M-1; M-2""#,
        r#"If these are 2 values, send [{"ManagerCode": "M-1"}, {"ManagerCode": "M-2"}]."#,
        None,
    ),
    (
        "contact-details",
        "CustomFields",
        r#"{"CostCenter": "4711", "Plants": ["P-1", 2]}"#,
        r#"Send [{"Key": "CostCenter", "Value": ["4711"]}, {"Key": "Plants", "Value": ["P-1", "2"]}]."#,
        Some(r#"[{"Key": "CostCenter", "Value": ["4711"]}, {"Key": "Plants", "Value": ["P-1", "2"]}]"#),
    ),
    (
        "contact-details",
        "Regions",
        r#"{"Region": [{"RegionName": "Asia"}]}"#,
        r#"Send the list under "Region" without the object around it."#,
        Some(r#"[{"RegionName": "Asia"}]"#),
    ),
    (
        "contact-details",
        "Regions",
        r#"{"Region": {"RegionName": "Asia"}}"#,
        r#"Send the value of "Region" in a list, without its name."#,
        Some(r#"[{"RegionName": "Asia"}]"#),
    ),
    (
        "contact-details",
        "ManagerCode",
        r#"{"item": ["M-1", "M-2"]}"#,
        r#"Send the list under "item" without the object around it."#,
        Some(r#"["M-1", "M-2"]"#),
    ),
    (
        "user-group",
        "ContactCodes",
        r#"{"ContactCode": ["C-1", "C-2"]}"#,
        r#"Send one object for each value: [{"ContactCode": "C-1"}, {"ContactCode": "C-2"}]."#,
        Some(r#"[{"ContactCode": "C-1"}, {"ContactCode": "C-2"}]"#),
    ),
    (
        "save-contact-authorization-details",
        "OrgAuthorityAmountDetails",
        r#"[{"DocumentType": "Invoice"}]"#,
        r#"Put it into an object: {"AuthorityAmountDetails": [...]}."#,
        Some(r#"{"AuthorityAmountDetails": [{"DocumentType": "Invoice"}]}"#),
    ),
    // Several properties may be meant, or the object would be refused in a list, too.
    (
        "contact-details",
        "OrgEntities",
        r#"["E-1"]"#,
        "Send an object: { ... }.",
        None,
    ),
    (
        "contact-details",
        "Regions",
        r#""System.Collections.Hashtable""#,
        "PowerShell truncated the object at its depth limit: use ConvertTo-Json -Depth 10.",
        None,
    ),
    (
        "user-group",
        "ContactCodes",
        r#"{"ContactCode": ["C-1"], "IsDeleted": false}"#,
        "Send a list of objects: [{ ... }].",
        None,
    ),
    (
        "user-group",
        "ContactCodes",
        r#"{"Code": [[]]}"#,
        "Send a list of objects: [{ ... }].",
        None,
    ),
    (
        "user-group",
        "ContactCodes",
        "{}",
        "Send a list of objects: [{ ... }].",
        None,
    ),
];

/// A value in place of a list or an object of which it is certainly a part is written as that.
#[test]
fn a_value_in_place_of_a_list_of_objects_is_put_into_one() {
    for (endpoint, name, value, help, fixed) in OTHER_SHAPES {
        let body = format!(r#"[{{"{name}": {value}}}]"#);
        let expected = fixed.map(|value| format!(r#"[{{"{name}": {value}}}]"#));
        assert_eq!(
            converted(endpoint, &body),
            ((*help).to_owned(), expected),
            "{body}"
        );
    }
}

/// A currency, an offset, and a day that the month does not have are named.
#[test]
fn the_help_for_an_amount_or_a_date_states_its_mistake() {
    for (name, value, help, fixed) in [
        (
            "AuthorityAmt",
            "$5000",
            "Send 5000; the currency belongs in CurrencyCode.",
            None,
        ),
        (
            "AuthorityAmt",
            "12 PCS",
            "Send a number such as 1000.50, without quotes, whitespace or thousands separators.",
            None,
        ),
        (
            "AuthorityAmt",
            "1,000.00",
            "It has thousands separators. Send 1000.00.",
            Some("1000.00"),
        ),
        (
            "LastLoginDate",
            "2024-02-30T00:00:00Z",
            "February 2024 has 29 days.",
            None,
        ),
        (
            "LastLoginDate",
            "2024-05-06T07:08:09.123+02:00",
            "A date in UTC is the same everywhere. Send \"2024-05-06T05:08:09.123Z\".",
            Some("\"2024-05-06T05:08:09.123Z\""),
        ),
    ] {
        let body = format!(r#"[{{{CONTACT},{ADDRESS},"{name}":"{value}"}}]"#);
        let found = findings("contact-details", &body);
        let of_value = |finding: &&Finding| finding.pointer == format!("/0/{name}");
        let finding = found.iter().find(of_value).unwrap();
        assert_eq!(finding.help, help, "{value}");
        let fix = match finding.fix_kind.as_deref() {
            Some(FixKind::Write(json)) => Some(json.as_str()),
            _ => None,
        };
        assert_eq!(fix, fixed, "{value}");
    }
}
