//! After each of many random edits, the diagnostics equal the findings of `check` for the same text.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::check::{findings, folder, shown};
use crate::client::Client;
use crate::positions::{ENCODINGS, position};
use crate::random::Random;

const EDITS: usize = 500;

/// Inserted texts; some are not JSON.
const PIECES: [&str; 22] = [
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    "\r\n",
    "\r",
    "0",
    "12345678901234567890",
    "null",
    "true",
    "ä",
    "😀",
    "x",
    "\"UserName\": \"a\",",
    "\\u00e4",
    "// c\n",
    "\u{feff}",
];

/// Rounds an offset down to one that has a position: on a character boundary, not within `\r\n`.
fn place(text: &str, wanted: usize) -> usize {
    let splits = |at: usize| text[..at].ends_with('\r') && text[at..].starts_with('\n');
    let mut all = (0..=wanted).rev().filter(|at| text.is_char_boundary(*at));
    all.find(|at| !splits(*at)).unwrap()
}

/// Edits a text, and returns the LSP change. Every 25th edit restores the first text, as undo does.
fn edit(text: &mut String, first: &str, step: usize, encoding: &str, numbers: &mut Random) -> Value {
    if step % 25 == 24 {
        first.clone_into(text);
        return json!({ "text": first });
    }
    let start = place(text, numbers.below(text.len() + 1));
    let end = if numbers.below(3) == 0 {
        place(text, (start + numbers.below(12)).min(text.len()))
    } else {
        start
    };
    let new = PIECES[numbers.below(PIECES.len())];
    let range = json!({ "start": position(text, start, encoding), "end": position(text, end, encoding) });
    text.replace_range(start..end, new);
    json!({ "range": range, "text": new })
}

#[test]
fn after_each_edit_the_diagnostics_are_those_of_check() {
    let firsts = [
        "testdata/documented/contact-details/2-error.request.json",
        "testdata/documented/save-contact-authorization-details/1-success.request.json",
    ];
    let firsts: Vec<String> = firsts
        .iter()
        .map(|path| fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}")))
        .collect();
    for (round, encoding) in ENCODINGS.into_iter().enumerate() {
        let root = folder(&format!("edits-{encoding}"));
        let mut client = Client::session(&root, encoding, &json!({}));
        let mut numbers = Random(1 + round as u64);
        let mut got = Vec::new();
        let path = root.join("live.json");
        let first = &firsts[round % firsts.len()];
        let mut text = first.clone();
        client.open(&path, &text);
        client.published(&path, 1);
        let mut version = 1;
        for step in 0..EDITS {
            let mut changes = vec![edit(&mut text, first, step, encoding, &mut numbers)];
            if step % 7 == 0 {
                changes.push(edit(&mut text, first, step, encoding, &mut numbers));
            }
            version += 1;
            client.change(&path, version, &Value::Array(changes));
            got.push(shown(&client.published(&path, version)));
            let copy = root.join(format!("{step:03}"));
            fs::create_dir(&copy).unwrap();
            fs::write(copy.join("live.json"), &text).unwrap();
        }
        assert_eq!(client.end(), 0);
        compare(&root, encoding, &got);
    }
}

fn compare(root: &Path, encoding: &str, got: &[Vec<Value>]) {
    let wanted = findings(root, encoding);
    let mut found = 0;
    for (step, got) in got.iter().enumerate() {
        let name = format!("{step:03}/live.json");
        let own = wanted.get(&name).cloned().unwrap_or_default();
        found += own.len();
        assert_eq!(*got, own, "{name} in {encoding}");
    }
    assert!(found > EDITS, "{found} findings");
}
