//! The page of a rule.

use super::document::{Block, Document, Piece, Section, plain, text};
use super::{Example, answers, constraint_list, patch};
use crate::finding::Severity;
use crate::rules::{Endpoint, RuleText};

/// Returns the page of a rule for these endpoints. `shown` is a payload that breaks it, for a rule whose example cannot
/// be printed.
pub fn page(rule: &RuleText, endpoints: &[&Endpoint], shown: Option<&Example>) -> Document {
    let example = Example::of(rule, endpoints);
    let prose = |title, words: &str| Section::new(title, vec![Block::Words(plain(words))]);
    let mut sections = vec![
        prose("Meaning", &rule.what),
        prose("Why", &rule.why),
        prose("How to fix it", &rule.fix),
        Section::new(
            "Response of the API",
            answers::blocks(rule, endpoints, example.as_ref()),
        ),
        Section::new("Where", constraint_list::blocks(&rule.id, endpoints)),
    ];
    sections.push(bad(rule, example.as_ref().or(shown)));
    if let (Some(good), Some(endpoint)) = (&rule.good, &rule.endpoint) {
        let code = Block::Code("json", good.clone());
        sections.push(Section::new(&format!("Good ({endpoint})"), vec![code]));
    }
    sections.push(turn_off(rule, endpoints, example.as_ref()));
    Document {
        name: rule.id.clone(),
        severity: rule.severity,
        title: rule.title.clone(),
        sections,
    }
}

/// Returns the section with the bad payload and its findings.
fn bad(rule: &RuleText, shown: Option<&Example>) -> Section {
    let mut blocks = Vec::new();
    let mut title = "Bad".to_owned();
    if let (Some(bad), Some(endpoint)) = (&rule.bad, &rule.endpoint) {
        title = format!("Bad ({endpoint})");
        blocks.push(Block::Code("json", bad.clone()));
    }
    if let Some(note) = &rule.bad_note {
        blocks.push(Block::Words(plain(note)));
    }
    if let Some(shown) = shown {
        if shown.needs_tenant {
            let mut words = plain("With ");
            words.push(Piece::Link(
                "the facts of the example tenant".to_owned(),
                "../../rules/examples/tenant.toml".to_owned(),
            ));
            words.extend(text(" as `tenant.toml`:"));
            blocks.push(Block::Words(words));
        }
        blocks.push(shown.output());
    }
    Section::new(&title, blocks)
}

fn turn_off(rule: &RuleText, endpoints: &[&Endpoint], example: Option<&Example>) -> Section {
    let id = &rule.id;
    let mut blocks = vec![
        Block::Words(text(&format!("For one run: `geplint check --ignore {id}`."))),
        Block::Words(text(&format!(
            "Permanently, in `geplint.toml` (the level can also be `{}`):",
            if rule.severity == Severity::Error {
                "warning"
            } else {
                "error"
            }
        ))),
        Block::Code(
            "toml",
            format!("[[severity]]\nrule = \"{id}\"\nlevel = \"off\"\n"),
        ),
        Block::Words(text("At one place, with a reason:")),
        Block::Code(
            "toml",
            format!(
                "[[ignore]]\npath = \"bad.json\"\nrule = \"{id}\"\n\
                 reason = \"the importer fixes it before it sends\"\n"
            ),
        ),
    ];
    if rule.severity == Severity::Error {
        blocks.push(Block::Words(text(
            "These settings do not change the output of `geplint predict`, because they do not change the API.",
        )));
    }
    if let Some(patch) = patch::patch(rule, endpoints, example) {
        blocks.push(Block::Words(text(
            "If your tenant behaves differently, change the rule itself with a file for `--rules`, or for `rules` in \
             `geplint.toml`:",
        )));
        blocks.push(Block::Code("toml", patch));
    }
    Section::new("Turn it off", blocks)
}
