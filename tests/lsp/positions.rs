//! A simple implementation of LSP positions and edits, compared with the server's own.

use serde_json::{Value, json};

pub const ENCODINGS: [&str; 3] = ["utf-8", "utf-16", "utf-32"];

fn units(c: char, encoding: &str) -> usize {
    match encoding {
        "utf-8" => c.len_utf8(),
        "utf-16" => c.len_utf16(),
        _ => 1,
    }
}

/// Returns the position of an offset.
pub fn position(text: &str, offset: usize, encoding: &str) -> Value {
    let (mut line, mut column) = (0, 0);
    let mut before = None;
    for (at, c) in text.char_indices() {
        let ends = match before {
            Some('\n') => true,
            Some('\r') => c != '\n',
            _ => false,
        };
        if ends {
            (line, column) = (line + 1, 0);
        }
        if at >= offset {
            return json!({ "line": line, "character": column });
        }
        column += units(c, encoding);
        before = Some(c);
    }
    if matches!(before, Some('\n' | '\r')) {
        (line, column) = (line + 1, 0);
    }
    json!({ "line": line, "character": column })
}

/// Returns the offset of a position in the text.
fn offset(text: &str, wanted: &Value, encoding: &str) -> usize {
    let all = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let mut all = all.filter(|at| position(text, *at, encoding) == *wanted);
    all.next()
        .unwrap_or_else(|| panic!("there is no {wanted} in {text:?}"))
}

/// Applies LSP edits, which must not overlap.
pub fn edited(text: &str, edits: &Value, encoding: &str) -> String {
    let mut spans: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            (
                offset(text, &edit["range"]["start"], encoding),
                offset(text, &edit["range"]["end"], encoding),
                edit["newText"].as_str().unwrap(),
            )
        })
        .collect();
    // The sort is stable: insertions at one position keep their order.
    spans.sort_by_key(|(start, end, _)| (*start, *end));
    let (mut out, mut at) = (String::new(), 0);
    for (start, end, new) in spans {
        out += &text[at..start];
        out += new;
        at = end;
    }
    out + &text[at..]
}
