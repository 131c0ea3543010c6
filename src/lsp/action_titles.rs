//! Titles of code actions, in the imperative.

use crate::finding::{Finding, FixKind, Span};
use crate::sanitize;

/// Maximum length of text from the file in a title, in characters.
const LONGEST: usize = 60;

/// Returns the title of a finding's fix; empty if it has none. `text` is the file of the finding.
pub(super) fn of(text: &str, finding: &Finding) -> String {
    let title = match finding.fix_kind.as_deref() {
        Some(kind) => title(text, finding.span, kind),
        None => String::new(),
    };
    sanitize::escape(&title).into_owned()
}

fn title(text: &str, span: Span, kind: &FixKind) -> String {
    match kind {
        FixKind::Remove => match span.of(text) {
            "," => "Remove the comma".to_owned(),
            _ => "Remove the byte order mark".to_owned(),
        },
        FixKind::RemoveComment => "Remove the comment".to_owned(),
        FixKind::RemoveMembers { members, .. } => match members.as_slice() {
            [one] => format!("Remove {}", member(text, *one)),
            several => format!("Remove {} properties", several.len()),
        },
        FixKind::Retype(json) | FixKind::Write(json) => format!("Change to {}", clipped(json)),
        FixKind::Rename(name) => format!("Rename to {}", clipped(name)),
        FixKind::RenameAt { at, name, value } => {
            let old = at.of(text).trim_matches('"');
            renamed(
                &format!("Rename {} to {}", clipped(old), clipped(name)),
                value.as_ref(),
            )
        }
        FixKind::RenameAndWrite { name, value, json } => {
            let value = (*value, json.clone());
            renamed(&format!("Rename to {}", clipped(name)), Some(&value))
        }
        FixKind::Trim => "Remove the surrounding whitespace".to_owned(),
        FixKind::Nest { name, members } => {
            format!("Move {} properties into {}", members.len(), clipped(name))
        }
        FixKind::TakeOut { name: Some(name), .. } => format!("Remove the object around {}", clipped(name)),
        FixKind::TakeOut { name: None, .. } => "Remove the array around the value".to_owned(),
        FixKind::Unwrap(edits) => match edits.as_slice() {
            [(start, bracket), _] if start.is_empty() && bracket == "[" => {
                "Put the record into an array".to_owned()
            }
            _ => "Remove the wrapper".to_owned(),
        },
        FixKind::Move { to, name, .. } => {
            let to = container(text, *to).unwrap_or_else(|| "the record".to_owned());
            match name {
                Some((_, name)) => format!("Move to {to} as {}", clipped(name)),
                None => format!("Move to {to}"),
            }
        }
    }
}

/// Returns the name of the property that has this object as its value.
fn container(text: &str, object: Span) -> Option<String> {
    let before = text.get(..object.start as usize)?.trim_end();
    let name = before.strip_suffix(':')?.trim_end().strip_suffix('"')?;
    let start = name.rfind('"')?;
    Some(clipped(name.get(start + 1..)?))
}

/// Describes a rename, and the change of the value.
fn renamed(rename: &str, value: Option<&(Span, String)>) -> String {
    match value {
        Some((_, json)) => format!("{rename}, and change its value to {}", clipped(json)),
        None => rename.to_owned(),
    }
}

/// Returns the name of a member.
fn member(text: &str, span: Span) -> String {
    let written = span.of(text);
    let name = serde_json::Deserializer::from_str(written)
        .into_iter::<String>()
        .next();
    match name {
        Some(Ok(name)) => clipped(&name),
        _ => "the property".to_owned(),
    }
}

/// Returns text on one line, truncated to [`LONGEST`] characters.
fn clipped(text: &str) -> String {
    let mut words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = words.char_indices().nth(LONGEST) {
        words.truncate(end);
        words.push('…');
    }
    words
}
