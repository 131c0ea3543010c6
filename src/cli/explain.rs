//! `geplint explain`: the documentation of a rule or a topic.

use std::fmt::Write as _;

use super::args::{Common, Explain};
use super::exit_code::{CLEAN, TROUBLE};
use super::settings::Project;
use super::{inputs, terminal};
use crate::manual;
use crate::nearest::nearest;
use crate::report::style::{Look, Palette};
use crate::report::{OutputError, wrap};
use crate::rules::{Endpoint, Ruleset, TopicText, rule_text, rule_texts, topic_text, topic_texts};

/// Prints the text of a rule or a topic, or a line for each.
pub fn run(args: &Explain, common: &Common) -> Result<u8, OutputError> {
    let look = terminal::stdout_look(common);
    let rules = Project::of(common).and_then(|project| inputs::rules(&project.rules(common), None));
    let Some(rules) = terminal::ok_or_print(rules, common) else {
        return Ok(TROUBLE);
    };
    let text = match &args.rule {
        None => list(look.palette()),
        Some(id) => {
            if let Some(rule) = rule_text(id) {
                manual::page(rule, &rules.endpoints().collect::<Vec<_>>(), None).terminal(look)
            } else if let Some(topic) = topic_text(id) {
                about(topic, look)
            } else {
                terminal::error(common, &unknown(id, &rules));
                return Ok(TROUBLE);
            }
        }
    };
    terminal::print(&text)?;
    Ok(CLEAN)
}

fn unknown(id: &str, all: &Ruleset) -> String {
    if all.ids().any(|endpoint| endpoint == id) {
        return format!("{id} is an endpoint, not a rule; see `geplint rules {id}`");
    }
    let has = |endpoint: &&Endpoint| {
        let mut properties = endpoint.tables.iter().flat_map(|table| &table.properties);
        properties.any(|property| property.name.eq_ignore_ascii_case(id))
    };
    let with: Vec<String> = all
        .endpoints()
        .filter(has)
        .map(|endpoint| format!("`geplint rules {}`", endpoint.id))
        .collect();
    if !with.is_empty() {
        return format!("{id} is a property, not a rule; see {}", with.join(", "));
    }
    let rules = rule_texts().iter().map(|rule| &rule.id);
    let known = rules.chain(topic_texts().iter().map(|topic| &topic.id));
    match nearest(id, known.map(String::as_str)) {
        Some(known) => format!("there is no rule \"{id}\"; did you mean {known}?"),
        None => format!("there is no rule \"{id}\"; `geplint explain` lists them"),
    }
}

fn list(palette: Palette) -> String {
    let width = rule_texts().iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for rule in rule_texts() {
        let severity = format!("{:7}", rule.severity.word());
        let _ = writeln!(
            text,
            "{}  {}  {}",
            palette.severity(rule.severity, severity),
            palette.name(format!("{:width$}", rule.id)),
            rule.title
        );
    }
    let _ = writeln!(text, "\n{}", palette.strong("topics"));
    for topic in topic_texts() {
        let _ = writeln!(
            text,
            "         {}  {}",
            palette.name(format!("{:width$}", topic.id)),
            topic.title
        );
    }
    text
}

/// Formats a topic: paragraphs are wrapped, and indented lines are kept if they fit.
fn about(topic: &TopicText, look: Look) -> String {
    let width = look.width.min(100);
    let mut text = format!("{}\n", look.palette().strong(&topic.id));
    text += &wrap::indented(&topic.title, width, 0);
    for paragraph in topic.text.trim_end().split("\n\n") {
        text.push('\n');
        if paragraph.starts_with(' ') {
            text.extend(paragraph.lines().map(|line| wrap::wrap_columns(line, width)));
        } else {
            text += &wrap::indented(&paragraph.trim().replace('\n', " "), width, 0);
        }
    }
    text
}
