//! The section on the API's answers to a broken rule.

use super::document::{Block, Piece, Text, plain, text};
use super::{Example, constraint_list};
use crate::finding::{Severity, Wording};
use crate::rules::{Answer, Constraint, Endpoint, RuleText};

/// Returns the answers that occur, or a note that there is none.
pub fn blocks(rule: &RuleText, endpoints: &[&Endpoint], example: Option<&Example>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut warned = false;
    let mut braces = false;
    for endpoint in endpoints {
        let rows = constraint_list::of(&rule.id, endpoint);
        warned |= rows.iter().any(|row| row.severity != Severity::Error);
        let answers = answers(&rows);
        if answers.is_empty() {
            continue;
        }
        braces |= answers.iter().any(|(answer, _)| answer.description.contains('{'));
        let mut head = text(&format!("{}, under ", endpoint.id));
        head.extend(key(endpoint, &rows));
        head.push(Piece::Words(":".to_owned()));
        blocks.push(Block::Words(head));
        blocks.push(Block::Points(
            answers.iter().map(|(answer, rows)| point(answer, rows)).collect(),
        ));
    }
    if blocks.is_empty() {
        return vec![Block::Words(of_example(rule, example))];
    }
    if braces {
        let words = "A word in braces is replaced by a value of the request or the row.";
        blocks.push(Block::Words(plain(words)));
    }
    if warned {
        blocks.push(Block::Words(plain(
            "No response is predicted if it is not an error.",
        )));
    }
    blocks
}

/// Returns the different answers of rows, each with its rows.
fn answers(rows: &[Constraint]) -> Vec<(&Answer, Vec<&Constraint>)> {
    let mut all: Vec<(&Answer, Vec<&Constraint>)> = Vec::new();
    for row in rows {
        let Some(answer) = &row.answer else { continue };
        match all.iter_mut().find(|(known, _)| *known == answer) {
            Some((_, rows)) => rows.push(row),
            None => all.push((answer, vec![row])),
        }
    }
    all
}

/// Returns the answer to the example.
fn of_example(rule: &RuleText, example: Option<&Example>) -> Text {
    let predicted = example
        .and_then(|example| example.finding(&rule.id))
        .and_then(|finding| finding.predicted.as_ref());
    match predicted {
        Some(predicted) => {
            let code = match &*predicted.error_code {
                "" => "An empty errorCode".to_owned(),
                code => code.to_owned(),
            };
            let (description, key) = (&predicted.error_description, &predicted.key);
            let wording = predicted.wording.word();
            plain(&format!(
                "{code}, in the example below \"{description}\", under the key \"{key}\" (wording {wording})."
            ))
        }
        None if rule.severity == Severity::Error => plain(
            "No response is predicted, although it is an error: the response depends on which parser fails first.",
        ),
        None => plain("No response is predicted, because it is a warning."),
    }
}

fn point(answer: &Answer, rows: &[&Constraint]) -> Text {
    let mut point = vec![Piece::Code(answer.error_code.to_string())];
    point.push(Piece::Words(format!(" \"{}\"", answer.description)));
    let (documented, inferred): (Vec<&Constraint>, Vec<_>) =
        rows.iter().partition(|row| row.wording == Wording::Documented);
    let wording = match (documented.as_slice(), inferred.as_slice()) {
        (_, []) => "wording documented".to_owned(),
        ([], _) => "wording inferred".to_owned(),
        (some, _) => {
            let names: Vec<&str> = some.iter().map(|row| row.name.as_str()).collect();
            format!("wording documented for {}, otherwise inferred", names.join(", "))
        }
    };
    point.push(Piece::Words(format!(" ({wording})")));
    point
}

/// Returns the key in the response.
fn key(endpoint: &Endpoint, rows: &[Constraint]) -> Text {
    if let Some(word) = &endpoint.error_key {
        return text(&format!("the word `{word}`"));
    }
    // An error of the whole request is not under a record's key.
    if !rows.iter().any(|row| row.name.contains('.')) {
        return plain("an empty key");
    }
    let table = endpoint.record_table();
    let names: Vec<String> = endpoint
        .key
        .iter()
        .map(|id| format!("`{}`", table.property(*id).name))
        .collect();
    text(&format!("the record's {}", names.join(" or ")))
}
