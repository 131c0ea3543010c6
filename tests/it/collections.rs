//! Requests in collections: requests for known endpoints are checked, and have the findings of their bodies, at their
//! positions in the collection.

#![allow(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "texts of tests; what they cost does not matter"
)]

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

/// Returns a collection of these requests in nested folders, each followed by a request to another API, and the offset
/// of each body in it.
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

/// Returns findings without positions, and the positions.
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

/// The function that writes requests to one file. It returns the text, and the offset of each body in it.
type Writer<'w> = &'w dyn Fn(&[Sample]) -> (String, Vec<usize>);

/// Compares the findings of requests in a file with those of their bodies alone. `name` is the name of the file, `request`
/// returns the name of a request by its number, and `encode` a body as it is in the file.
fn same_findings(
    name: &str,
    samples: &[Sample],
    write: Writer<'_>,
    request: &dyn Fn(usize) -> String,
    encode: Encoder,
) {
    let folder = empty_folder("collections", name);
    bodies(&folder, samples);
    let (text, starts) = write(samples);
    fs::write(folder.join(name), &text).unwrap();
    let alone = report(&folder, &ENDPOINTS.map(|(id, _)| id));
    let together = report(&folder, &[name]);
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
        let place = |offset: u64| {
            // The encoded text before it.
            let before = &body[..usize::try_from(offset).unwrap()];
            (starts[number] + encode(before).len()) as u64
        };
        let expected: Vec<(Value, [u64; 2])> = placed(&of(&alone, "path", &path))
            .into_iter()
            .map(|(finding, [start, end])| (finding, [place(start), place(end)]))
            .collect();
        let found = placed(&of(&together, "request", &request(number)));
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

/// Writes bodies to separate files, each in the folder of its endpoint, and settings with the endpoints.
fn bodies(folder: &Path, samples: &[Sample]) {
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
}

fn postman_name(number: usize) -> String {
    let folders: String = (0..number % 4)
        .map(|level| format!("folder {level} / "))
        .collect();
    format!("{folders}r{number}")
}

fn as_it_is(text: &str) -> String {
    text.to_owned()
}

/// Returns bodies that can be in a file unchanged: without surrounding whitespace, and complete.
fn verbatim_samples() -> Vec<Sample> {
    let fits = |sample: &Sample| {
        let body = &sample.body;
        body.starts_with(['[', '{']) && body.trim_end().ends_with([']', '}'])
    };
    let mut samples: Vec<Sample> = samples().into_iter().filter(fits).collect();
    for sample in &mut samples {
        sample.body.truncate(sample.body.trim_end().len());
    }
    samples
}

/// A `.http` file of these requests.
fn http_file(samples: &[Sample]) -> (String, Vec<usize>) {
    let mut text = String::from("@host = https://example.com\n\n");
    let mut starts = Vec::new();
    for (number, Sample { endpoint, body }) in samples.iter().enumerate() {
        let (_, name) = ENDPOINTS[*endpoint];
        let method = if *endpoint == 1 { "PUT" } else { "POST" };
        text.push_str(&format!(
            "### r{number}\n{method} {{{{host}}}}/SmartInterfaceAPI/api/Contact/{name} HTTP/1.1\nContent-Type: application/json\n\n"
        ));
        starts.push(text.len());
        text.push_str(body);
        text.push_str("\n\n> {% client.test(\"ok\", () => 1) %}\n\n");
        text.push_str(&format!(
            "### other\nPOST {{{{host}}}}/other/{name}\n\n{body}\n\n"
        ));
    }
    (text, starts)
}

/// A `.bru` file of one request.
fn bru_file(Sample { endpoint, body }: &Sample) -> String {
    let (_, name) = ENDPOINTS[*endpoint];
    let method = if *endpoint == 1 { "put" } else { "post" };
    let body = body.replace('\n', "\n  ");
    format!(
        "meta {{\n  name: made\n  type: http\n}}\n\n{method} {{\n  url: {{{{host}}}}/SmartInterfaceAPI/api/Contact/{name}\n  body: json\n}}\n\n\
         body:json {{\n  {body}\n}}\n"
    )
}

#[test]
fn a_collection_has_the_findings_of_its_bodies_at_their_places() {
    let samples = samples();
    assert!(samples.len() > 500, "{}", samples.len());
    same_findings(
        "usual.any",
        &samples,
        &|samples| collection(samples, usual),
        &postman_name,
        usual,
    );
}

#[test]
fn positions_are_right_after_every_escape() {
    let samples: Vec<Sample> = samples().into_iter().step_by(3).collect();
    same_findings(
        "escaped.any",
        &samples,
        &|samples| collection(samples, escaped),
        &postman_name,
        escaped,
    );
}

#[test]
fn an_http_file_has_the_findings_of_its_bodies_at_their_places() {
    let samples: Vec<Sample> = verbatim_samples().into_iter().step_by(2).collect();
    same_findings(
        "all.http",
        &samples,
        &http_file,
        &|number| format!("r{number}"),
        as_it_is,
    );
}

/// `--fix` changes a body in a container in the same way as in a separate file.
#[test]
fn bodies_without_escapes_are_fixed_in_place() {
    let folder = empty_folder("collections", "fix");
    let samples: Vec<Sample> = verbatim_samples().into_iter().step_by(7).collect();
    bodies(&folder, &samples);
    for kind in ["http", "bru", "postman"] {
        fs::create_dir_all(folder.join(kind)).unwrap();
    }
    for (number, sample) in samples.iter().enumerate() {
        let one = std::slice::from_ref(sample);
        let one = [Sample {
            endpoint: one[0].endpoint,
            body: one[0].body.clone(),
        }];
        fs::write(folder.join(format!("http/{number}.http")), http_file(&one).0).unwrap();
        fs::write(folder.join(format!("bru/{number}.bru")), bru_file(sample)).unwrap();
        fs::write(
            folder.join(format!("postman/{number}.json")),
            collection(&one, usual).0,
        )
        .unwrap();
    }
    run(
        &folder,
        &[
            "check",
            "--fix",
            "--unsafe-fixes",
            "--quiet",
            "--format",
            "concise",
            ".",
        ],
        b"",
    );
    let mut changed = 0;
    for (number, Sample { endpoint, body }) in samples.iter().enumerate() {
        let read = |name: String| fs::read_to_string(folder.join(name)).unwrap();
        let fixed = read(format!("{}/{number}.json", ENDPOINTS[*endpoint].0));
        let again = [Sample {
            endpoint: *endpoint,
            body: fixed.clone(),
        }];
        // Only the first of the two requests in the file is to this API.
        let (before, after) = (
            http_file(&[Sample {
                endpoint: *endpoint,
                body: body.clone(),
            }])
            .0,
            http_file(&again).0,
        );
        let cut = |text: &str| text[..text.find("### other").unwrap()].to_owned();
        let rest = |text: &str| text[text.find("### other").unwrap()..].to_owned();
        let http = read(format!("http/{number}.http"));
        // In a separate file, a body that is not an array is not fixed, because it might be anything.
        if fixed != *body {
            assert_eq!(cut(&http), cut(&after), "{number}: {body}");
            changed += 1;
        }
        assert_eq!(rest(&http), rest(&before));
        let postman = read(format!("postman/{number}.json"));
        assert_eq!(
            postman,
            collection(
                &[Sample {
                    endpoint: *endpoint,
                    body: body.clone()
                }],
                usual
            )
            .0
        );
        let bru = read(format!("bru/{number}.bru"));
        let plain = |text: &str| text.split_whitespace().collect::<String>();
        if fixed != *body {
            assert_eq!(plain(&bru), plain(&bru_file(&again[0])), "{number}: {body}");
        }
    }
    assert!(changed > 10, "{changed}");
}

/// One record on each line: findings are at their lines, and a mistake in one does not affect the next.
#[test]
fn json_lines_are_records_or_bodies() {
    let folder = empty_folder("collections", "lines");
    let good = r#"{"ClientContactCode": "A", "InterfaceStatus": "x"}"#;
    let bad = r#"{"ClientContactCode": "B", "InterfaceStatus": ""}"#;
    let write = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();
    write("records.jsonl", format!("{good}\n\n{bad}\n{good}\n"));
    write("bodies.ndjson", format!("[{good}]\r\n[{good}, {bad}]\r\n"));
    write(
        "broken.jsonl",
        format!("{good}\n{{\"ClientContactCode\": \n{bad}\n"),
    );
    write("lines.json", format!("{good}\n{bad}\n"));
    write("list.jsonl", format!("[\n{bad}\n]\n"));
    write("other.jsonl", "{\"a\": 1}\n{\"b\": 2}\n".to_owned());
    write("export.txt", format!("[{bad}]"));
    let lines = |arguments: &[&str]| {
        let all = [&["check", "--format", "concise", "--quiet"], arguments].concat();
        String::from_utf8(run(&folder, &all, b"").stdout).unwrap()
    };
    let empty = "error[missing-mandatory]";
    let found = lines(&["records.jsonl"]);
    let duplicate = "records.jsonl:4:23: warning[duplicate-record] /2/ClientContactCode";
    assert!(
        found.starts_with(&format!("records.jsonl:3:47: {empty} /1/InterfaceStatus (B)")),
        "{found}"
    );
    assert!(found.contains(duplicate) && found.lines().count() == 2, "{found}");
    let found = lines(&["bodies.ndjson"]);
    assert!(
        found.starts_with(&format!("bodies.ndjson:2:100: {empty} /1/InterfaceStatus (B)")),
        "{found}"
    );
    assert_eq!(found.lines().count(), 1, "{found}");
    let found = lines(&["broken.jsonl"]);
    assert!(
        found.contains("broken.jsonl:2:") && found.contains("error[syntax]"),
        "{found}"
    );
    assert!(
        found.contains(&format!("broken.jsonl:3:47: {empty} /1/InterfaceStatus (B)")),
        "{found}"
    );
    let found = lines(&["lines.json"]);
    let inside = format!("lines.json:2:47: {empty} /1/InterfaceStatus (B)");
    assert!(
        found.starts_with("lines.json:2:1: error[syntax]: a second document") && found.contains(&inside),
        "{found}"
    );
    assert_eq!(found.lines().count(), 2, "{found}");
    let report = report(&folder, &["lines.json"]);
    let help = report["findings"][0]["help"].as_str().unwrap();
    assert_eq!(help, "Put the records into one list, or name the file .jsonl.");
    assert!(lines(&["list.jsonl"]).starts_with(&format!("list.jsonl:2:47: {empty}")));
    assert_eq!(lines(&["other.jsonl"]), "");
    // In a folder, all of these are found, and files that match a glob.
    let found = lines(&["."]);
    assert!(
        found.contains("records.jsonl:3:47") && found.contains("bodies.ndjson:2:100"),
        "{found}"
    );
    assert!(!found.contains("export.txt"), "{found}");
    assert!(lines(&[".", "--include", "*.txt"]).contains(&format!("export.txt:1:48: {empty}")));
}

#[test]
fn an_unreadable_collection_is_one_message() {
    let folder = empty_folder("collections", "broken");
    let (text, _) = collection(&samples()[..3], usual);
    fs::write(folder.join("cut.json"), &text[..text.len() / 2]).unwrap();
    fs::write(folder.join("cut.bru"), "post {\n  url: x\n}\nbody:json {\n  [").unwrap();
    fs::write(folder.join("latin.http"), b"POST x\n\n\xE9").unwrap();
    for (name, message) in [
        ("cut.json", "a Postman collection that cannot be read: line "),
        (
            "cut.bru",
            "a .bru file that cannot be read: line 4: the block body:json is not closed",
        ),
        (
            "latin.http",
            "an .http file that cannot be read: line 3: not UTF-8",
        ),
    ] {
        for command in ["check", "predict"] {
            let output = run(&folder, &[command, name], b"");
            let text = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{command} {name}");
            assert_eq!(
                text.lines().filter(|line| line.contains(message)).count(),
                1,
                "{text}"
            );
            assert!(!text.contains("panicked"), "{text}");
        }
        // It was not named, so it does not fail the run.
        let output = run(
            &folder,
            &["check", "--skip-unrecognized", "--no-error-on-unmatched", name],
            b"",
        );
        assert_eq!(output.status.code(), Some(0), "{name}");
    }
}

/// Another file named in a container is checked as that file, and only read if that is allowed.
#[test]
fn a_body_in_another_file_is_checked_there_once() {
    let folder = empty_folder("collections", "files");
    fs::create_dir_all(folder.join("repo/.git")).unwrap();
    fs::create_dir_all(folder.join("repo/bodies")).unwrap();
    let body = r#"[{"ClientContactCode": "B", "InterfaceStatus": ""}]"#;
    fs::write(folder.join("outside.json"), body).unwrap();
    fs::write(folder.join("repo/bodies/a.json"), body).unwrap();
    let http = |path: &str| {
        format!("PUT {{{{host}}}}/SmartInterfaceAPI/api/Contact/ContactInterfaceStatus\nA: b\n\n< {path}\n")
    };
    let repo = folder.join("repo");
    let check = |path: &str, arguments: &[&str]| {
        fs::write(repo.join("call.http"), http(path)).unwrap();
        let all = [&["check", "--format", "concise", "-v"], arguments].concat();
        let output = run(&repo, &all, b"");
        [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap())
    };
    let [found, _] = check("./bodies/a.json", &["call.http"]);
    assert_eq!(found.lines().count(), 1, "{found}");
    assert!(
        found.starts_with("bodies/a.json:1:48: error[missing-mandatory] /0/InterfaceStatus (B)"),
        "{found}"
    );
    let [found, _] = check("bodies/a.json", &["."]);
    assert_eq!(found.lines().count(), 1, "{found}");
    for path in ["../outside.json", "/etc/passwd", "{{x}}", "none.json", "./bodies"] {
        let [found, said] = check(path, &["call.http"]);
        assert_eq!(found, "", "{path}");
        assert!(said.contains("its body is the file"), "{path}: {said}");
    }
}
