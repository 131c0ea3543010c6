//! Requests in collections: the right ones are checked, with the findings of their bodies alone, at their places in the
//! collection.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{empty_folder, run};

/// Endpoints, by the folder names of fixtures, and the paths of their URLs.
const ENDPOINTS: [(&str, &str); 4] = [
    ("contact-details", "ContactDetails"),
    ("contact-interface-status", "ContactInterfaceStatus"),
    (
        "save-contact-authorization-details",
        "SaveContactAuthorizationDetails",
    ),
    ("user-group", "UserGroup"),
];

/// A body, and the number of its endpoint.
struct Sample {
    endpoint: usize,
    body: String,
}

/// Bodies of requests: every fixture of the rules that is text, has no variable in it and is not empty.
fn samples() -> Vec<Sample> {
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new("testdata/rules")
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    let sample = |path: &PathBuf| {
        let folder = path.parent()?.file_name()?.to_str()?;
        let endpoint = ENDPOINTS.iter().position(|(id, _)| *id == folder)?;
        let body = String::from_utf8(fs::read(path).unwrap()).ok()?;
        let is_variable = ["{{", "${", "<<"].iter().any(|mark| body.contains(mark));
        (!is_variable && !body.trim().is_empty()).then_some(Sample { endpoint, body })
    };
    files.iter().filter_map(sample).collect()
}

/// A way to write a text as a JSON string, without its quotes.
type Encoder = fn(&str) -> String;

fn usual(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    quoted[1..quoted.len() - 1].to_owned()
}

/// Everything but letters and digits as escapes of UTF-16 units.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || c == ' ' {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04X}"));
            }
        }
    }
    out
}

/// A collection of these requests in folders of folders, each followed by a request to another API; and where in it
/// the text of each body begins.
fn collection(samples: &[Sample], encode: Encoder) -> (String, Vec<usize>) {
    let mut text = String::from(
        "{\n \"info\": {\"name\": \"made\", \"schema\": \"https://schema.getpostman.com/json/collection/v2.1.0/collection.json\"},\n \"item\": [\n",
    );
    let mut starts = Vec::new();
    for (number, Sample { endpoint, body }) in samples.iter().enumerate() {
        let depth = number % 4;
        for level in 0..depth {
            text.push_str(&format!("{{\"name\": \"folder {level}\", \"item\": ["));
        }
        let (_, name) = ENDPOINTS[*endpoint];
        let url = match number % 3 {
            0 => json!(format!(
                "https://example.com/SmartInterfaceAPI/api/Contact/{name}"
            )),
            1 => json!({"raw": format!("{{{{base}}}}/SmartInterfaceAPI/api/Contact/{name}?x=1")}),
            _ => {
                json!({"host": ["{{base}}"], "path": ["SmartInterfaceAPI", "api", "Contact", {"value": name}]})
            }
        };
        let method = if *endpoint == 1 { "PUT" } else { "POST" };
        text.push_str(&format!(
            "{{\"name\": \"r{number}\",\n  \"request\": {{\"method\": \"{method}\", \"url\": {url}, \"body\": {{\"mode\": \"raw\",\n   \"raw\": \""
        ));
        starts.push(text.len());
        text.push_str(&encode(body));
        text.push_str("\"}}, \"response\": []},\n");
        text.push_str(&format!(
            "{{\"name\": \"r{number}\", \"request\": {{\"method\": \"POST\", \"url\": \"{{{{base}}}}/other/{name}s\", \"body\": {{\"mode\": \"raw\", \"raw\": \"{}\"}}}}}}",
            encode(body)
        ));
        text.push_str(&"]}".repeat(depth));
        text.push_str(",\n");
    }
    text.truncate(text.trim_end_matches(",\n").len());
    text.push_str("\n]}\n");
    (text, starts)
}

fn report(folder: &Path, arguments: &[&str]) -> Value {
    let all = [
        &["check", "--format", "json", "--min-severity", "advice"],
        arguments,
    ]
    .concat();
    let output = run(folder, &all, b"");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// Findings without their places, which are returned beside them.
fn placed(findings: &[Value]) -> Vec<(Value, [u64; 2])> {
    let mut all: Vec<(Value, [u64; 2])> = findings
        .iter()
        .map(|finding| {
            let mut finding = finding.clone();
            let offset = |name: &str| finding[name]["offset"].as_u64().unwrap();
            let place = [offset("start"), offset("end")];
            let object = finding.as_object_mut().unwrap();
            for name in ["path", "request", "start", "end", "fix"] {
                object.remove(name);
            }
            if let Some(related) = object.get_mut("related").and_then(Value::as_object_mut) {
                related.retain(|name, _| name == "message");
            }
            (finding, place)
        })
        .collect();
    all.sort_by_key(|(finding, place)| (*place, finding.to_string()));
    all
}

fn same_findings(name: &str, samples: &[Sample], encode: Encoder) {
    let folder = empty_folder("collections", name);
    let mut settings = String::new();
    for (id, _) in ENDPOINTS {
        settings.push_str(&format!(
            "[[files]]\nglob = \"{id}/*.json\"\nendpoint = \"{id}\"\n"
        ));
        fs::create_dir_all(folder.join(id)).unwrap();
    }
    fs::write(folder.join("geplint.toml"), settings).unwrap();
    for (number, Sample { endpoint, body }) in samples.iter().enumerate() {
        fs::write(
            folder.join(format!("{}/{number}.json", ENDPOINTS[*endpoint].0)),
            body,
        )
        .unwrap();
    }
    let (text, starts) = collection(samples, encode);
    fs::write(folder.join("all.any"), &text).unwrap();
    let alone = report(
        &folder,
        &[
            "contact-details",
            "contact-interface-status",
            "save-contact-authorization-details",
            "user-group",
        ],
    );
    let together = report(&folder, &["all.any"]);
    let of = |report: &Value, key: &str, value: &str| -> Vec<Value> {
        let all = report["findings"].as_array().unwrap().iter();
        all.filter(|finding| finding[key] == value).cloned().collect()
    };
    assert_eq!(together["summary"]["files"], 1);
    assert_eq!(together["checked"].as_array().unwrap().len(), samples.len());
    for total in [
        "records",
        "errors",
        "warnings",
        "advice",
        "refusedFiles",
        "refusedRecords",
    ] {
        assert_eq!(together["summary"][total], alone["summary"][total], "{total}");
    }
    let mut findings = 0;
    for (number, Sample { endpoint, body }) in samples.iter().enumerate() {
        let path = format!("{}/{number}.json", ENDPOINTS[*endpoint].0);
        let folders: String = (0..number % 4)
            .map(|level| format!("folder {level} / "))
            .collect();
        let place = |offset: u64| {
            // What the encoder makes of what stands before it.
            let before = &body[..usize::try_from(offset).unwrap()];
            (starts[number] + encode(before).len()) as u64
        };
        let expected: Vec<(Value, [u64; 2])> = placed(&of(&alone, "path", &path))
            .into_iter()
            .map(|(finding, [start, end])| (finding, [place(start), place(end)]))
            .collect();
        let found = placed(&of(&together, "request", &format!("{folders}r{number}")));
        assert_eq!(found, expected, "{path}: {body}");
        findings += found.len();
    }
    assert!(findings > samples.len() / 2, "{findings}");
    // Lines and columns are those of the offsets.
    for finding in together["findings"].as_array().unwrap() {
        let start = &finding["start"];
        let before = &text[..usize::try_from(start["offset"].as_u64().unwrap()).unwrap()];
        assert_eq!(start["line"], before.matches('\n').count() + 1);
        assert_eq!(
            start["column"],
            before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1
        );
    }
}

#[test]
fn a_collection_has_the_findings_of_its_bodies_at_their_places() {
    let samples = samples();
    assert!(samples.len() > 500, "{}", samples.len());
    same_findings("usual", &samples, usual);
}

#[test]
fn places_lead_through_every_escape() {
    let samples: Vec<Sample> = samples().into_iter().step_by(3).collect();
    same_findings("escaped", &samples, escaped);
}
