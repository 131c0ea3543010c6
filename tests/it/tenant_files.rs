//! Tenant files in the form that people save them: pages of a response, CSV from a spreadsheet, a HAR file. None may
//! lead to a false error.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use serde_json::json;

/// A folder with the saved files, more files, and a tenant file.
struct Place(PathBuf);

impl Place {
    fn new(name: &str, more: &[(&str, &[u8])]) -> Self {
        let folder = crate::support::empty_folder("tenant-files", name);
        let saved = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/tenant/saved");
        for entry in fs::read_dir(saved).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
        }
        for (name, bytes) in more {
            fs::write(folder.join(name), bytes).unwrap();
        }
        Self(folder)
    }

    fn check(&self, tenant: &str, codes: &[&str]) -> Output {
        let codes: Vec<_> = codes
            .iter()
            .map(|code| json!({"contactcode": code, "isDeleted": false}))
            .collect();
        let request = json!([{"groupName": "g", "isActive": true, "contactCodes": codes}]);
        fs::write(self.0.join("request.json"), request.to_string()).unwrap();
        fs::write(self.0.join("tenant.toml"), tenant).unwrap();
        crate::support::geplint()
            .args([
                "check",
                "--format",
                "concise",
                "--tenant",
                "tenant.toml",
                "-v",
                "request.json",
            ])
            .current_dir(&self.0)
            .output()
            .unwrap()
    }

    /// Returns those of the codes that are reported as unknown, and standard error.
    #[track_caller]
    fn unknown(&self, tenant: &str, codes: &[&str]) -> (Vec<String>, String) {
        let output = self.check(tenant, codes);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{stderr}");
        let stdout = String::from_utf8(output.stdout).unwrap();
        let codes = stdout
            .lines()
            .filter_map(|line| Some(line.split_once("ContactCode \"")?.1.split_once('"')?.0.to_owned()))
            .collect();
        (codes, stderr)
    }

    fn refused(&self, tenant: &str) -> String {
        let output = self.check(tenant, &["C-1"]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

#[test]
fn a_list_takes_several_files_and_globs() {
    let place = Place::new("several", &[("OTHER", b"[\"C-4\"]")]);
    let codes = ["C-1", "C-2", "C-3", "C-4", "C-5"];
    for (tenant, unknown, message) in [
        (
            r#"contacts = ["page1.json", "page2.json"]"#,
            &["C-4", "C-5"][..],
            "contacts 3 (page1.json, page2.json)",
        ),
        (
            r#"contacts = "page*.json""#,
            &["C-4", "C-5"],
            "contacts 3 (page1.json, page2.json)",
        ),
        (
            r#"contacts = ["page*.json", "C-5"]"#,
            &["C-4"],
            "contacts 4 (page1.json, page2.json)",
        ),
        (
            r#"contacts = ["page?.json", "OTHER", "C-5"]"#,
            &[],
            "contacts 5 (page1.json, page2.json, OTHER)",
        ),
    ] {
        let (found, stderr) = place.unknown(tenant, &codes);
        assert_eq!(found, unknown, "{tenant}");
        assert!(stderr.contains(message), "{stderr}");
    }
    assert!(
        place
            .refused(r#"contacts = ["page1.json", "page9.json"]"#)
            .contains("tenant.toml:1:27: page9.json: ")
    );
    assert!(
        place
            .refused(r#"contacts = "none*.json""#)
            .contains("no file matches")
    );
    assert!(
        place
            .refused(r#"contacts = "*/a.json""#)
            .contains("not in a folder name")
    );
    assert!(place.refused(r#"contacts = "/etc/*""#).contains("outside the "));
}

#[test]
fn csv_files_of_spreadsheets() {
    let odd = "Contacts of the year\r\n\r\nContact Code\tUser Name\tActive\tBelonging LOBs\r\nC-1001\ta@example.com\tX\tEMEA, APAC\r\n\
               Total: 1\t\t\t\r\n";
    let place = Place::new("csv", &[("odd.csv", odd.as_bytes())]);
    for file in ["semicolon.csv", "sep-line.csv", "row-per-lob.csv", "odd.csv"] {
        let (found, stderr) = place.unknown(&format!("contacts = \"{file}\""), &["C-1001", "C-99"]);
        assert_eq!(found, ["C-99"], "{file} {stderr}");
    }
    let (_, stderr) = place.unknown("contacts = \"row-per-lob.csv\"", &["C-1001"]);
    assert!(stderr.contains("contacts 2 (row-per-lob.csv)"), "{stderr}");
    // A LOB that the contact has may be sent again, but no other; all rows of a contact count.
    for (list, lob, status) in [
        ("semicolon.csv", "EMEA", 0),
        ("semicolon.csv", "APAC", 1),
        ("row-per-lob.csv", "LATAM", 1),
    ] {
        let request = fs::read_to_string(place.0.join("auth.request.json"))
            .unwrap()
            .replace("EMEA", lob);
        fs::write(place.0.join("auth.json"), request).unwrap();
        fs::write(place.0.join("tenant.toml"), format!("contacts = \"{list}\"")).unwrap();
        let output = crate::support::geplint()
            .args(["check", "--tenant", "tenant.toml", "auth.json"])
            .current_dir(&place.0)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(status), "{list} {lob} {output:?}");
    }
}

#[test]
fn codes_damaged_by_a_spreadsheet_are_not_used() {
    let place = Place::new(
        "damage",
        &[
            ("damaged.csv", b"ContactCode\n1.00E+17\nC-1\n#N/A\n"),
            ("zeros.csv", b"ContactCode\n1001\n"),
            ("latin.csv", b"ContactCode;UserName\nM\xfcller-1;m@example.com\n"),
        ],
    );
    let (found, stderr) = place.unknown(
        "contacts = \"damaged.csv\"",
        &["C-1", "C-2", "100000000000000000"],
    );
    assert_eq!(found, [""; 0], "what was damaged may be any of them");
    assert!(
        stderr.contains("damaged.csv:2: 1.00E+17") && stderr.contains("damaged.csv:4: #N/A"),
        "{stderr}"
    );
    assert!(stderr.contains("the list of contacts is incomplete"), "{stderr}");
    // Leading zeros may have been lost, too.
    assert_eq!(
        place
            .unknown("contacts = \"zeros.csv\"", &["0001001", "1001", "0002", "2"])
            .0,
        ["0002", "2"]
    );
    let (found, stderr) = place.unknown("contacts = \"latin.csv\"", &["M\u{fc}ller-1", "Muller-1"]);
    assert_eq!(found, ["Muller-1"]);
    assert!(
        stderr.contains("latin.csv is windows-1252") && stderr.contains("CSV UTF-8"),
        "{stderr}"
    );
}

#[test]
fn a_response_without_a_list_is_refused_with_its_position() {
    let place = Place::new(
        "replies",
        &[
            ("page.json", b"<html><body>Sign in</body></html>"),
            (
                "beside.json",
                b"{\n\"statusCode\": \"200\", \"errorDetails\": [{}],\n\"data\": []}",
            ),
            ("null.json", b"{\"statusCode\": \"200\", \"data\": null}"),
        ],
    );
    for (file, message) in [
        (
            "error400.json",
            "error400.json:3:16: this is a response with status 400",
        ),
        ("page.json", "page.json:1:1: not JSON: the file is an HTML page"),
        (
            "beside.json",
            "beside.json:2:38: `data` is empty and an error is reported",
        ),
        ("null.json", "null.json:1:31: `data` is not a list"),
    ] {
        let stderr = place.refused(&format!("contacts = \"{file}\""));
        assert!(stderr.contains(message), "{stderr}");
    }
}

#[test]
fn one_page_of_several_is_an_incomplete_list() {
    let page = |more: &str| format!("{{{more}, \"data\": [{{\"contactCode\": \"C-1\"}}]}}");
    for (more, found) in [
        ("\"totalRecords\": 2", &[][..]),
        ("\"totalRecords\": 1", &["C-2"]),
        ("\"paging\": {\"totalPages\": \"2\"}", &[]),
        ("\"totalPages\": 1", &["C-2"]),
        ("\"hasMore\": true", &[]),
        ("\"hasMore\": false", &["C-2"]),
        ("\"nextLink\": \"/x?page=2\"", &[]),
        ("\"nextLink\": null", &["C-2"]),
    ] {
        let place = Place::new("pages", &[("a.json", page(more).as_bytes())]);
        assert_eq!(
            place.unknown("contacts = \"a.json\"", &["C-1", "C-2"]).0,
            found,
            "{more}"
        );
    }
}

#[test]
fn deleted_contacts_are_not_known() {
    let place = Place::new("deleted", &[]);
    let (found, stderr) = place.unknown("contacts = \"deleted.json\"", &["C-1", "C-2"]);
    assert_eq!(found, ["C-1"]);
    assert!(
        stderr.contains("contacts 1 (deleted.json); 1 marked as deleted"),
        "{stderr}"
    );
}

#[test]
fn get_responses_in_a_har_are_facts() {
    let get = |url: &str, status: u64, body: serde_json::Value| {
        json!({"request": {"method": "GET", "url": url},
            "response": {"status": status, "content": {"text": body.to_string()}}})
    };
    let har = json!({"log": {"entries": [
        get("/a", 200, json!({"statusCode": "200", "data": [{"contactCode": "C-1"}, {"contactCode": "C-2"}]})),
        get("/b", 200, json!({"statusCode": "200", "data": [{"personaCode": "P-1"}, {"code": "C-3"}]})),
        get("/c", 500, json!({"data": [{"contactCode": "C-4"}]})),
    ]}});
    let place = Place::new("har", &[("session.har", har.to_string().as_bytes())]);
    let (found, stderr) = place.unknown("contacts = \"session.har\"", &["C-1", "C-9"]);
    assert_eq!(
        found, [""; 0],
        "a recording holds what was asked for, not all there is"
    );
    assert!(stderr.contains("contacts 2 (session.har)"), "{stderr}");
    let stderr = place.refused("regions = \"session.har\"");
    assert!(
        stderr.contains("tenant.toml:1:11: session.har: no response to a GET in it contains regions"),
        "{stderr}"
    );
}
