//! The texts of a diagnostic in reports for people: the title, the places, the predicted answer, and the help.

use std::borrow::Cow;
use std::fmt::Write;

use super::full_report_parts::Cause;
use super::style::Palette;
use super::{FileReport, common, labels};
use crate::finding::{Finding, FixKind, Masked, Phase, Predicted, Severity, Span, Target};
use crate::fix::{self, Edit};
use crate::grouping::{Diagnostic, Kind, Part};
use crate::pointer;
use crate::sanitize::{escape, is_unprintable};
use crate::source::{Position, Source};

/// The start of the line of a file whose records are refused together.
pub(super) const WHOLE: &str = "the API would refuse the whole request:";

/// The maximum number of names in a title.
const NAMES: usize = 8;

/// The number of names in a full list.
const LISTED: usize = 30;

/// The number of other places of a diagnostic that get a label in its snippet.
const LABELS: usize = 2;

/// Returns the title, on one sanitized line.
pub(super) fn title(diagnostic: &Diagnostic<'_>) -> String {
    let count = diagnostic.parts.len();
    if count < 2 {
        // The place of the other name is shown with the line.
        let lead = diagnostic.lead;
        let text = if lead.is_pair() {
            lead.short_message()
        } else {
            Cow::Borrowed(&*lead.message)
        };
        return escape(&text).into_owned();
    }
    let names = labels::list_names(&names(diagnostic), NAMES);
    match diagnostic.kind {
        Kind::One => escape(&diagnostic.lead.message).into_owned(),
        Kind::Missing => format!("{count} properties are missing: {names}"),
        Kind::Unknown => format!("{count} names are not known here: {names}"),
        Kind::Quoted => format!("{count} properties have their values in quotes: {names}"),
        Kind::InObjects => format!("{count} properties have their values in objects: {names}"),
        // All names are listed below.
        Kind::Casing(casing) if count > NAMES => format!("{count} names are {}", casing.phrase()),
        Kind::Casing(casing) => format!("{count} names are {}: {names}", casing.phrase()),
        Kind::Null => format!("{count} properties are refused unless they are nullable: {names}"),
        Kind::Paths => format!("{count} names are paths into an object: {names}"),
        Kind::Elsewhere => {
            let place = place_of_misplaced(diagnostic.lead);
            format!("{count} names belong {}: {names}", escape(place))
        }
    }
}

/// Returns the place where a misplaced name belongs.
fn place_of_misplaced(finding: &Finding) -> &str {
    finding.belongs.as_ref().map_or("", |belongs| &belongs.place)
}

/// Returns all names of a diagnostic, if its title does not have them all.
pub(super) fn whole_list(diagnostic: &Diagnostic<'_>) -> String {
    let names = names(diagnostic);
    if names.len() <= NAMES || diagnostic.kind == Kind::One {
        return String::new();
    }
    labels::list_names(&names, LISTED)
}

/// Returns the properties or names of a diagnostic, ready to be shown.
fn names(diagnostic: &Diagnostic<'_>) -> Vec<String> {
    let parts = diagnostic.parts.iter();
    parts.map(|part| name(diagnostic.kind, part.finding)).collect()
}

fn name(kind: Kind, finding: &Finding) -> String {
    let last = last_token(finding);
    match (kind, finding.right_name()) {
        (Kind::Unknown | Kind::Paths, _) => format!("\"{last}\""),
        (Kind::Elsewhere, _) => match finding
            .belongs
            .as_ref()
            .and_then(|belongs| belongs.name.as_deref())
        {
            Some(right) => format!("\"{last}\" as {}", escape(right)),
            None => format!("\"{last}\""),
        },
        (Kind::Casing(_), Some(property)) => match unknown(finding) {
            Some(name) => format!("{name} for {}", escape(property)),
            None => escape(property).into_owned(),
        },
        _ => last,
    }
}

/// Returns the unknown name of a finding with a suggestion, in quotes.
fn unknown(finding: &Finding) -> Option<String> {
    finding.suggestion.as_ref()?;
    if finding.target == Target::Key {
        return Some(format!("\"{}\"", last_token(finding)));
    }
    finding.renamed().map(|(_, name)| escape(name).into_owned())
}

/// Returns the last name or index of a finding's pointer, sanitized.
fn last_token(finding: &Finding) -> String {
    name_of(pointer::last(&finding.pointer))
}

/// Returns the name of a token of a JSON Pointer, sanitized.
fn name_of(token: &str) -> String {
    escape(&pointer::unescaped(token)).into_owned()
}

/// Returns the causes for the list of causes, each with its number of findings.
pub(super) fn causes(diagnostic: &Diagnostic<'_>) -> Vec<Cause> {
    let cause = |severity, rule, name, findings| Cause {
        severity,
        rule: escape(rule).into_owned(),
        name,
        findings,
    };
    if diagnostic.kind == Kind::Missing {
        let parts = diagnostic.parts.iter();
        let causes = parts
            .map(|Part { finding, count }| cause(finding.severity, &finding.rule, subject(finding), *count));
        return causes.collect();
    }
    // A habit may have errors and warnings, of several rules.
    let name = cause_name(diagnostic);
    let causes = diagnostic.tallies.iter();
    causes
        .map(|tally| cause(tally.severity, tally.rule, name.clone(), tally.findings))
        .collect()
}

/// Returns the common cause of the findings of a diagnostic.
fn cause_name(diagnostic: &Diagnostic<'_>) -> String {
    match diagnostic.kind {
        Kind::Casing(casing) => format!("names {}", casing.phrase()),
        Kind::Quoted => "values in quotes".to_owned(),
        Kind::InObjects => "values in objects".to_owned(),
        Kind::Null if diagnostic.parts.len() > 1 => labels::list_names(&names(diagnostic), 3),
        Kind::Unknown => {
            let route = crate::grouping::route(&diagnostic.lead.pointer);
            let around = route.rsplit_once('/').map_or("", |(around, _)| around);
            let place = around.rsplit('/').next().unwrap_or_default();
            let place = if place.is_empty() {
                String::new()
            } else {
                format!(" in {}", escape(place))
            };
            format!("unknown names{place}")
        }
        Kind::Paths if diagnostic.parts.len() > 1 => {
            let of_object = last_token(diagnostic.lead);
            let object = of_object.split(['.', '/', '[']).next().unwrap_or_default();
            format!("paths into {object}")
        }
        Kind::Elsewhere if diagnostic.parts.len() > 1 => {
            let place = place_of_misplaced(diagnostic.lead);
            format!("names that belong {}", escape(place))
        }
        Kind::Missing | Kind::Null | Kind::One | Kind::Paths | Kind::Elsewhere => subject(diagnostic.lead),
    }
}

/// Returns the property, or the subject of a finding without one.
fn subject(finding: &Finding) -> String {
    if let Some(syntax) = &finding.syntax {
        return match syntax.detail {
            "foreign" => "another format".to_owned(),
            "empty" => "empty file".to_owned(),
            "extra-open" | "extra-close" => "an extra bracket".to_owned(),
            "wrong-close" => "a wrong bracket".to_owned(),
            "missing-open" | "missing-close" | "unclosed" => "a missing bracket".to_owned(),
            detail => detail.replace('-', " "),
        };
    }
    if finding.pointer.is_empty() && finding.constraint.is_empty() {
        return "the whole body".to_owned();
    }
    if let Some(property) = finding.right_name() {
        let name = unknown(finding).unwrap_or_default();
        return format!("{} ({name})", escape(property));
    }
    let constraint = finding.constraint.rsplit('.').next().unwrap_or_default();
    if !constraint.is_empty() {
        return escape(&constraint.replace('|', " or ")).into_owned();
    }
    let mut names = finding
        .pointer
        .rsplit('/')
        .filter(|name| name.parse::<u32>().is_err());
    match names.next().unwrap_or_default() {
        "" => "the record".to_owned(),
        name => name_of(name),
    }
}

/// Returns the first place of a diagnostic.
pub(super) fn mark(diagnostic: &Diagnostic<'_>) -> Span {
    part_mark(diagnostic.lead)
}

/// Returns the place of a finding. For a missing property that is joined with an unknown name, this is the name, not
/// the object.
fn part_mark(finding: &Finding) -> Span {
    match finding.related.as_deref() {
        Some((name, _)) if finding.is_pair() && finding.target == Target::Object => *name,
        _ => common::mark(finding),
    }
}

/// Returns the names of the properties of which an object has none, although it must have one: `Code or UserName`.
/// The finding's pointer is that of the object.
fn one_of_several(finding: &Finding) -> Option<String> {
    let (_, names) = finding.constraint.rsplit_once('.')?;
    let (first, last) = names.rsplit_once('|')?;
    Some(format!(
        "{} or {}",
        escape(&first.replace('|', ", ")),
        escape(last)
    ))
}

/// Returns the label of the first place, if it is not the pointer, and the other places with their labels.
pub(super) fn places(diagnostic: &Diagnostic<'_>) -> (Option<String>, Vec<(Span, String)>) {
    let (kind, lead) = (diagnostic.kind, diagnostic.lead);
    if diagnostic.parts.len() < 2 || matches!(kind, Kind::One | Kind::Missing) {
        if mark(diagnostic) != common::mark(lead) {
            let label = lead.related.as_deref().map(|(_, text)| escape(text).into_owned());
            let lacked = one_of_several(lead).unwrap_or_else(|| escape(&lead.pointer).into_owned());
            return (label, vec![(common::mark(lead), format!("lacks {lacked}"))]);
        }
        let related = lead.related.as_deref();
        let related = related.map(|(span, text)| (*span, escape(text).into_owned()));
        return (None, related.into_iter().collect());
    }
    let label = |finding: &Finding| {
        finding
            .right_name()
            .map_or_else(String::new, |name| escape(name).into_owned())
    };
    // The title or the list already has the names.
    if matches!(
        kind,
        Kind::Casing(_) | Kind::Quoted | Kind::InObjects | Kind::Null | Kind::Paths | Kind::Elsewhere
    ) {
        return (Some(label(lead)).filter(|label| !label.is_empty()), Vec::new());
    }
    let parts = diagnostic.parts.iter().map(|part| part.finding);
    let parts = parts.filter(|finding| !std::ptr::eq(*finding, lead) && finding.record == lead.record);
    let mut others: Vec<(Span, String)> = parts
        .map(|finding| (part_mark(finding), label(finding)))
        .collect();
    let start = mark(diagnostic).start;
    others.sort_by_key(|(span, _)| span.start.abs_diff(start));
    others.truncate(LABELS);
    (Some(label(lead)).filter(|label| !label.is_empty()), others)
}

/// Returns the predicted answer; empty if there is none. `say` formats an answer.
pub(super) fn answer(diagnostic: &Diagnostic<'_>, say: fn(&Predicted, Option<Masked>) -> String) -> String {
    let lead = diagnostic.lead;
    let Some(predicted) = &lead.predicted else {
        return String::new();
    };
    let first = say(predicted, lead.masked);
    if diagnostic.kind == Kind::One {
        return first;
    }
    // Other errors of the same record in the same response.
    let same = |finding: &&Finding| {
        let other = finding.predicted.as_deref();
        finding.record == lead.record
            && finding.masked == lead.masked
            && other.is_some_and(|other| {
                (&other.key, &other.error_code) == (&predicted.key, &predicted.error_code)
                    && other.error_description != predicted.error_description
            })
    };
    let others = diagnostic.parts.iter().map(|part| part.finding).filter(same);
    let more = others.count();
    match more {
        0 => first,
        _ => format!("{first}, and {more} more like it"),
    }
}

/// Returns the help, if there is any.
pub(super) fn help(diagnostic: &Diagnostic<'_>) -> Option<String> {
    let help = match diagnostic.kind {
        _ if diagnostic.parts.len() < 2 => &*diagnostic.lead.help,
        Kind::One | Kind::Paths | Kind::InObjects => &*diagnostic.lead.help,
        Kind::Missing => "Give each of them a value.",
        // The title has it.
        Kind::Elsewhere => return None,
        Kind::Unknown => "Remove them, or see the known names with `geplint rules`.",
        Kind::Quoted => "Send the values without quotes.",
        Kind::Null => "Leave them out, or give each of them a value.",
        Kind::Casing(_) => "Spell the names as the API does; upper and lower case do not matter.",
    };
    Some(escape(help).into_owned()).filter(|help| !help.is_empty())
}

/// Returns true if the help only repeats the title: an empty property needs a value.
pub(super) fn help_is_title(finding: &Finding) -> bool {
    let name = finding.constraint.rsplit('.').next().unwrap_or_default();
    !name.is_empty() && *finding.help == *format!("Give {name} a value.")
}

/// Returns true if the line of a finding's value adds nothing to its title: the title has the value as written, or
/// states that it is empty, or the line shows only a bracket.
pub(super) fn title_has_value(source: &Source<'_>, diagnostic: &Diagnostic<'_>) -> bool {
    let lead = diagnostic.lead;
    if diagnostic.parts.len() > 1 || lead.target != Target::Value || lead.is_pair() || lead.syntax.is_some() {
        return false;
    }
    let value = written(source, lead.span);
    match value.lines().next().unwrap_or_default().trim_end() {
        "null" | "\"\"" | "[]" | "{}" | "[" | "{" => true,
        first if first.len() < value.len() => false,
        text if text.starts_with('"') => escape(&lead.message).contains(&*escape(text)),
        number => lead.message.split(' ').any(|word| word == number),
    }
}

/// Describes the edits of `--fix` for the first finding, with the flags to apply them.
pub(super) fn remedy(source: &Source<'_>, diagnostic: &Diagnostic<'_>) -> Option<String> {
    let fix = fix::of(source.text(), diagnostic.lead)?;
    let flags = labels::fix_kind(fix.safe);
    let what = match (fix.edits.as_slice(), diagnostic.lead.fix_kind.as_deref()) {
        (_, Some(FixKind::Nest { name, members })) => {
            let what = match members.as_slice() {
                [(_, name, _)] => code(&written(source, *name)),
                all => format!("{} names", all.len()),
            };
            format!("put {what} into {}", code(&format!("\"{name}\": {{…}}")))
        }
        ([edit], _) => sentence(change(source, edit)),
        // The help has the place where it belongs.
        (_, Some(FixKind::Move { member, name, .. })) => {
            let moved = format!("move {}", code(&written(source, *member)));
            match name {
                Some((_, name)) => format!("{moved} and rename it to `\"{}\"`", escape(name)),
                None => moved,
            }
        }
        ([first, second], _)
            if let Some(both) = two_changes(change(source, first), change(source, second)) =>
        {
            both
        }
        (edits, _) => format!("change {} places", edits.len()),
    };
    let others = diagnostic.parts.iter().map(|part| part.finding);
    let others = others.filter(|finding| !std::ptr::eq(*finding, diagnostic.lead));
    let more = match others.filter(|finding| finding.fix_kind.is_some()).count() {
        0 => String::new(),
        more => format!(", and {more} more like it"),
    };
    Some(format!("{what}{more} ({flags})"))
}

/// Returns a part of the file.
fn written<'t>(source: &Source<'t>, span: Span) -> Cow<'t, str> {
    let bytes = source.text().get(span.start as usize..span.end as usize);
    String::from_utf8_lossy(bytes.unwrap_or_default())
}

/// Describes an edit: a verb and its object.
fn change(source: &Source<'_>, edit: &Edit) -> (&'static str, String) {
    let written = written(source, edit.span);
    let (cut, put) = (code(&written), code(&edit.text));
    // A member is inserted or removed with its comma.
    let member = |text: &str| {
        let member = text.trim_matches(|c: char| c == ',' || c.is_whitespace());
        code(if member.is_empty() { text } else { member })
    };
    match (written.is_empty(), edit.text.is_empty()) {
        (true, _) => ("insert", member(&edit.text)),
        (_, true) if written.trim() != "," => ("remove", member(&written)),
        (_, true) => ("remove", cut),
        _ => match removed(&written, &edit.text) {
            Some(removed) => ("remove", format!("{removed} from {cut}")),
            None => ("write", format!("{put} for {cut}")),
        },
    }
}

fn sentence((verb, what): (&str, String)) -> String {
    format!("{verb} {what}")
}

/// Describes two edits. `None` if the description is too long.
fn two_changes(first: (&str, String), second: (&str, String)) -> Option<String> {
    /// The longest description, in bytes.
    const LONGEST: usize = 100;
    let both = if first.0 == second.0 {
        format!("{} and {}", sentence(first), second.1)
    } else {
        format!("{} and {}", sentence(first), sentence(second))
    };
    (both.len() <= LONGEST).then_some(both)
}

/// Formats a part of a file that is replaced or inserted, for a sentence.
fn code(text: &str) -> String {
    match text.trim() {
        "" => "whitespace".to_owned(),
        "\u{feff}" => "the byte order mark".to_owned(),
        _ => format!("`{}`", excerpt(&on_one_line(text))),
    }
}

/// Returns a text with a space in place of each line break and the indentation after it.
fn on_one_line(text: &str) -> String {
    let mut lines = text.trim().lines();
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |all, line| all + " " + line.trim_start())
}

/// Returns the text that a change removes from a JSON string, if it is only whitespace, invisible characters, or text
/// at one end. `None` for any other change.
fn removed(old: &str, new: &str) -> Option<String> {
    const MOST: usize = 3;
    let read = |json: &str| serde_json::from_str::<String>(json).ok();
    let (old, new) = (read(old)?, read(new)?);
    let at_an_end = old.strip_suffix(&*new).or_else(|| old.strip_prefix(&*new));
    let (mut names, mut kept) = (Vec::new(), new.chars().peekable());
    let mut only_unseen = true;
    for c in old.chars() {
        if kept.next_if_eq(&c).is_some() {
            continue;
        }
        only_unseen &= c.is_whitespace() || is_unprintable(c);
        let name = match c {
            ' ' => "a space".to_owned(),
            '\t' => "a tab".to_owned(),
            '\n' | '\r' => "a line break".to_owned(),
            _ => format!("U+{:04X}", u32::from(c)),
        };
        if names.len() <= MOST && !names.contains(&name) {
            names.push(name);
        }
    }
    if kept.next().is_some() || names.is_empty() {
        return None;
    }
    // Whole words are visible in the value; single letters of a code are not.
    let at_an_end =
        at_an_end.filter(|end| end.chars().count() > 1 || !end.chars().all(char::is_alphanumeric));
    match at_an_end {
        _ if only_unseen && names.len() > MOST => Some("invisible characters".to_owned()),
        _ if only_unseen => Some(names.join(", ")),
        Some(end) => Some(format!("`{}`", excerpt(end))),
        None => None,
    }
}

/// Formats a part of a file on one line, cut if it is long.
pub(super) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 40;
    let text = text.trim();
    let cut = text.char_indices().nth(LONGEST).map(|(at, _)| &text[..at]);
    match cut {
        Some(cut) => format!("{}…", escape(cut)),
        None => escape(text).into_owned(),
    }
}

/// Returns the other places of a diagnostic in at most `lines` lines, those in the same record first. Each has its
/// prefix, `also at` or `also in`.
pub(super) fn also(
    source: &Source<'_>,
    diagnostic: &Diagnostic<'_>,
    lines: usize,
    columns: usize,
) -> Vec<(&'static str, String)> {
    let of_each = if diagnostic.elsewhere > 0 && diagnostic.near > 0 {
        1
    } else {
        lines
    };
    let mut also = vec![
        ("also at", nearby(source, diagnostic, columns * of_each)),
        ("also in", elsewhere(source, diagnostic, of_each, columns)),
    ];
    also.retain(|(_, text)| !text.is_empty());
    also
}

/// Formats `11 places in this record: line 4 ("b"), line 5 ("c"), …`, with the values if they differ and all fit.
fn nearby(source: &Source<'_>, diagnostic: &Diagnostic<'_>, room: usize) -> String {
    if diagnostic.near == 0 {
        return String::new();
    }
    let noun = if diagnostic.near == 1 { "place" } else { "places" };
    let head = format!("{} {noun} in this record: ", labels::thousands(diagnostic.near));
    let value = |finding: &Finding| {
        let Span { start, end } = part_mark(finding);
        let text = source.text().get(start as usize..end as usize);
        excerpt(&String::from_utf8_lossy(text.unwrap_or_default()))
    };
    let complete = diagnostic.near == diagnostic.nearby.len() as u64;
    let own = value(diagnostic.lead);
    let of_values = diagnostic.lead.target == Target::Value;
    let mut last = source.position(mark(diagnostic).start).line;
    let (mut plain, mut valued) = (Vec::new(), Vec::new());
    let mut differ = false;
    for finding in &diagnostic.nearby {
        let Position { line, column } = source.position(part_mark(finding).start);
        let place = if line == last {
            format!("{line}:{column}")
        } else {
            format!("line {line}")
        };
        last = line;
        let text = if of_values { value(finding) } else { String::new() };
        if text.is_empty() || text == own {
            valued.push(place.clone());
        } else {
            differ = true;
            valued.push(format!("{place} ({text})"));
        }
        plain.push(place);
    }
    let all = format!("{head}{}", valued.join(", "));
    // A line may be broken before a long value.
    if differ && complete && all.chars().count() + room / 8 <= room {
        return all;
    }
    let mut text = head;
    let mut after_line = false;
    for (index, place) in plain.iter().enumerate() {
        let is_line = place.starts_with("line ");
        let short = place.trim_start_matches("line ");
        // `line 4, 5, 7:2, 9`
        let item = if is_line && after_line { short } else { place };
        after_line |= is_line;
        let comma = if index == 0 { "" } else { ", " };
        if index > 0 && text.chars().count() + comma.len() + item.chars().count() + 3 > room {
            return text + ", …";
        }
        text.push_str(comma);
        text.push_str(item);
    }
    if complete { text } else { text + ", …" }
}

/// Formats `19 records: C-3 (line 41), C-9 (line 112), …`, in at most `lines` lines of `columns` columns. Empty if the
/// diagnostic has no other place.
fn elsewhere(source: &Source<'_>, diagnostic: &Diagnostic<'_>, lines: usize, columns: usize) -> String {
    if diagnostic.elsewhere == 0 {
        return String::new();
    }
    let of_records = diagnostic.others.iter().all(|finding| finding.record.is_some());
    let noun = match (of_records, diagnostic.elsewhere) {
        (true, 1) => "record",
        (true, _) => "records",
        (false, 1) => "place",
        (false, _) => "places",
    };
    let mut text = format!("{} {noun}: ", labels::thousands(diagnostic.elsewhere));
    let home = source.position(mark(diagnostic).start).line;
    // Text that does not fit at the end of a line moves to the next one.
    let room = columns * lines - columns / 8 * (lines - 1);
    for (index, finding) in (0..).zip(&diagnostic.others) {
        let Position { line, column } = source.position(part_mark(finding).start);
        let place = if line == home {
            format!("{line}:{column}")
        } else {
            format!("line {line}")
        };
        let key = finding.record_key.as_deref().filter(|key| !key.is_empty());
        let item = match key {
            Some(key) => format!("{} ({place})", excerpt(key)),
            None => place,
        };
        let comma = if index == 0 { "" } else { ", " };
        // The first one is worth a further line.
        if index > 0 && text.chars().count() + comma.len() + item.chars().count() + 3 > room {
            text.push_str(", …");
            return text;
        }
        let _ = write!(text, "{comma}{item}");
    }
    if diagnostic.elsewhere > diagnostic.others.len() as u64 {
        text.push_str(", …");
    }
    text
}

/// Returns the API's first answer to a file that it would refuse.
pub(super) fn refusal(file: &FileReport<'_>) -> Option<String> {
    let errors = file.findings.iter();
    let mut answered = errors
        .filter(|finding| finding.severity == Severity::Error && finding.masked.is_none())
        .filter_map(|finding| Some((finding, finding.predicted.as_deref()?)))
        .peekable();
    if !file.verdict.refused {
        return None;
    }
    let (first, predicted) = answered.peek()?;
    if matches!(first.phase, Phase::Bind | Phase::Request) {
        let code = escape(&predicted.error_code);
        let gap = if code.is_empty() { "" } else { " " };
        return Some(format!(
            "{WHOLE} 400{gap}{code} \"{}\"",
            escape(&predicted.error_description)
        ));
    }
    let refused = labels::thousands(file.verdict.records.into());
    Some(match file.records {
        0 | 1 => "the API would refuse its record".to_owned(),
        all => format!(
            "the API would refuse {refused} of {} records",
            labels::thousands(all.into())
        ),
    })
}

/// Appends the line of a diagnostic, in the form of the concise report.
pub(super) fn line(out: &mut String, source: &Source<'_>, diagnostic: &Diagnostic<'_>, palette: Palette) {
    super::formats::concise::line(out, source, diagnostic.lead, palette);
    if diagnostic.findings > 1 {
        out.truncate(out.trim_end().len());
        let more = labels::thousands(diagnostic.findings.saturating_sub(1));
        let others = match diagnostic.kind {
            Kind::Unknown | Kind::Paths | Kind::Elsewhere => names(diagnostic).split_off(1),
            _ => Vec::new(),
        };
        let _ = match others.as_slice() {
            [] => writeln!(out, " (and {more} more)"),
            others => writeln!(out, " (and {more} more: {})", labels::list_names(others, 3)),
        };
    }
}
