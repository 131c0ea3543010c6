//! Converts the fix of a finding to edits of bytes, and keeps the whitespace around them tidy.

use super::edit::{Edit, Fix};
use crate::finding::{Finding, FixKind, Span};

/// The byte order mark.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Returns the edits that fix a finding of this file. `None` if it has no fix, or if the fix does not fit the text.
#[must_use]
pub fn of(bytes: &[u8], finding: &Finding) -> Option<Fix> {
    let fix_kind = finding.fix_kind.as_deref()?;
    let span = finding.span;
    let edits = match fix_kind {
        FixKind::Remove => matches!(slice(bytes, span), b"," | MARK).then(|| vec![edit(span, "")]),
        FixKind::RemoveComment => comment(bytes, span).map(|edit| vec![edit]),
        FixKind::RemoveMembers { members, .. } => without(bytes, members),
        FixKind::Retype(json) | FixKind::Write(json) => Some(vec![edit(span, json)]),
        FixKind::Rename(name) => renamed(span, name, None),
        FixKind::RenameAt { at, name, value } => {
            let value = value.as_ref().map(|(span, json)| (*span, json.as_str()));
            renamed(*at, name, value)
        }
        FixKind::RenameAndWrite { name, value, json } => renamed(span, name, Some((*value, json))),
        FixKind::Trim => trimmed(bytes, span),
        FixKind::Move {
            member,
            to,
            after,
            name,
        } => moved(bytes, *member, *to, *after, name.as_ref()),
        FixKind::Nest { name, members } => nested(bytes, name, members),
        FixKind::TakeOut { value, .. } => Some(vec![
            edit(Span::new(span.start, value.start), ""),
            edit(Span::new(value.end, span.end), ""),
        ]),
        FixKind::Unwrap(edits) => Some(edits.iter().map(|(span, text)| edit(*span, text)).collect()),
    };
    let safe = fix_kind.is_safe();
    edits.map(|edits| Fix { safe, edits })
}

fn renamed(at: Span, name: &str, value: Option<(Span, &str)>) -> Option<Vec<Edit>> {
    let name = serde_json::to_string(name).ok()?;
    let value = value.map(|(span, json)| edit(span, json));
    Some(std::iter::once(edit(at, &name)).chain(value).collect())
}

fn edit(span: Span, text: &str) -> Edit {
    Edit {
        span,
        text: text.to_owned(),
    }
}

/// Returns an edit that only removes.
fn cut(start: usize, end: usize) -> Edit {
    edit(Span::new(offset(start), offset(end)), "")
}

/// Returns an offset in a file, which has at most 4 GiB.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn slice(bytes: &[u8], span: Span) -> &[u8] {
    bytes
        .get(span.start as usize..span.end as usize)
        .unwrap_or_default()
}

const fn is_inline_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Returns true for a byte that would become part of a number, a literal or a name next to it.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.' | b'+' | b'-') || byte >= 0x80
}

/// Returns the offset of the first byte at or after `at` that is not skipped.
fn skip_forward(bytes: &[u8], at: usize, skipped: fn(u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| skipped(**byte)).count()
}

/// Returns the offset after the last byte before `at` that is not skipped.
fn skip_back(bytes: &[u8], at: usize, skipped: fn(u8) -> bool) -> usize {
    let before = bytes.get(..at).unwrap_or_default();
    at - before.iter().rev().take_while(|byte| skipped(**byte)).count()
}

/// Returns the start of the line, if only whitespace is before `at` on it.
fn line_start(bytes: &[u8], at: usize) -> Option<usize> {
    let start = skip_back(bytes, at, is_inline_space);
    let before = bytes.get(..start).unwrap_or_default();
    (before.is_empty() || before == MARK || before.ends_with(b"\n") || before.ends_with(b"\r"))
        .then_some(start)
}

/// Returns the start of the next line, if only whitespace is between `at` and the end of the line.
fn line_end(bytes: &[u8], at: usize) -> Option<usize> {
    let end = skip_forward(bytes, at, is_inline_space);
    match bytes.get(end..).unwrap_or_default() {
        [] => Some(end),
        [b'\r', b'\n', ..] => Some(end + 2),
        [b'\n' | b'\r', ..] => Some(end + 1),
        _ => None,
    }
}

/// Removes a comment with its line, or with the whitespace that separates it. An unterminated comment is not removed,
/// because its intended end is unknown.
fn comment(bytes: &[u8], span: Span) -> Option<Edit> {
    let (start, end) = (span.start as usize, span.end as usize);
    match slice(bytes, span) {
        [b'/', b'*', .., b'*', b'/'] if end - start >= 4 => {}
        [b'/', b'/', ..] | [b'#', ..] => {}
        _ => return None,
    }
    Some(match (line_start(bytes, start), line_end(bytes, end)) {
        (Some(from), Some(to)) => cut(from, to),
        (None, Some(_)) => cut(skip_back(bytes, start, is_inline_space), end),
        (Some(_), None) => cut(start, skip_forward(bytes, end, is_inline_space)),
        (None, None) => remove_between(bytes, start, end),
    })
}

/// Removes a comment between two tokens on one line.
fn remove_between(bytes: &[u8], start: usize, end: usize) -> Edit {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(b' ');
    let before = byte(start.wrapping_sub(1));
    if is_inline_space(before) {
        return cut(start, skip_forward(bytes, end, is_inline_space));
    }
    let glued = is_word(before) && is_word(byte(end));
    let span = Span::new(offset(start), offset(end));
    edit(span, if glued { " " } else { "" })
}

/// A member in its object.
struct Member {
    start: usize,
    end: usize,
    /// The offset after the comma or bracket before it.
    from: usize,
    /// The offset of the comma or bracket after it.
    to: usize,
    /// True if it is the object's last, without a comma after it.
    last: bool,
    /// True if it is the object's first.
    first: bool,
}

impl Member {
    /// Returns `None` if there is more than whitespace between it and its neighbours.
    fn of(bytes: &[u8], span: Span) -> Option<Self> {
        let (start, end) = (span.start as usize, span.end as usize);
        let (from, to) = (
            skip_back(bytes, start, is_space),
            skip_forward(bytes, end, is_space),
        );
        let before = *bytes.get(from.checked_sub(1)?)?;
        let after = *bytes.get(to)?;
        let whole = matches!(before, b'{' | b',') && matches!(after, b'}' | b',');
        whole.then_some(Self {
            start,
            end,
            from,
            to,
            last: after == b'}',
            first: before == b'{',
        })
    }

    /// Removes a member that is not the last, with its comma, and with its line if nothing else is on it.
    fn cut(&self, bytes: &[u8]) -> Edit {
        let after = self.to + 1;
        match (line_start(bytes, self.start), line_end(bytes, after)) {
            (Some(from), Some(to)) => cut(from, to),
            (None, Some(_)) => cut(self.from, after),
            (_, None) => cut(self.start, skip_forward(bytes, after, is_inline_space)),
        }
    }
}

/// Removes members from an object.
fn without(bytes: &[u8], members: &[Span]) -> Option<Vec<Edit>> {
    let mut members = members
        .iter()
        .map(|span| Member::of(bytes, *span))
        .collect::<Option<Vec<Member>>>()?;
    members.sort_by_key(|member| member.start);
    let mut edits: Vec<Edit> = Vec::new();
    let mut rest = members.as_slice();
    while let Some((member, before)) = rest.split_last() {
        rest = before;
        if !member.last {
            edits.push(member.cut(bytes));
            continue;
        }
        // Removed members right before it: with the last member, the comma in front of all of them is removed.
        let mut first = member;
        while let Some((previous, before)) = rest.split_last()
            && !previous.last
            && previous.to + 1 == first.from
        {
            (first, rest) = (previous, before);
        }
        edits.push(if first.first {
            cut(first.from, member.to)
        } else {
            cut(first.from - 1, member.end)
        });
    }
    edits.sort_by_key(|edit| edit.span);
    Some(joined(edits))
}

/// Joins neighbouring edits that both remove the whitespace between them.
fn joined(edits: Vec<Edit>) -> Vec<Edit> {
    let mut out: Vec<Edit> = Vec::with_capacity(edits.len());
    for edit in edits {
        match out.last_mut() {
            Some(last) if edit.span.start < last.span.end => {
                last.span.end = last.span.end.max(edit.span.end);
            }
            _ => out.push(edit),
        }
    }
    out
}

/// Trims a quoted string at both ends.
fn trimmed(bytes: &[u8], span: Span) -> Option<Vec<Edit>> {
    let text = std::str::from_utf8(slice(bytes, span)).ok()?;
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let (left, right) = (inner.trim_start(), inner.trim_end());
    // A space after a backslash belongs to an escape.
    if inner.trim().is_empty() || right.ends_with('\\') && right.len() < inner.len() {
        return None;
    }
    let start = span.start as usize + 1;
    let leading = inner.len() - left.len();
    let edits = [
        cut(start, start + leading),
        cut(start + right.len(), start + inner.len()),
    ];
    let edits: Vec<Edit> = edits.into_iter().filter(|edit| !edit.span.is_empty()).collect();
    (!edits.is_empty()).then_some(edits)
}

/// Moves a member to another object.
fn moved(
    bytes: &[u8],
    member: Span,
    to: Span,
    after: Option<Span>,
    name: Option<&(Span, String)>,
) -> Option<Vec<Edit>> {
    let text = std::str::from_utf8(slice(bytes, member)).ok()?;
    let renamed = match name {
        Some((key, name)) => {
            let rest = text.get(key.len() as usize..)?;
            format!("{}{rest}", serde_json::to_string(name).ok()?)
        }
        None => text.to_owned(),
    };
    let text = renamed.as_str();
    let put = if let Some(last) = after {
        let start = last.start as usize;
        let gap = bytes.get(skip_back(bytes, start, is_space)..start)?;
        let gap = std::str::from_utf8(gap).ok()?;
        let gap = gap.rfind('\n').map_or(gap, |at| {
            let at = if gap[..at].ends_with('\r') { at - 1 } else { at };
            &gap[at..]
        });
        let text = indented(bytes, member, text, gap);
        edit(Span::new(last.end, last.end), &format!(",{gap}{text}"))
    } else {
        let inner = Span::new(to.start + 1, to.end.checked_sub(1)?);
        if !slice(bytes, inner).iter().all(|byte| is_space(*byte)) {
            return None;
        }
        edit(Span::new(to.start, inner.end), &format!("{{{text}"))
    };
    let mut edits = without(bytes, &[member])?;
    edits.push(put);
    edits.sort_by_key(|edit| edit.span);
    Some(edits)
}

/// Moves members into a new nested object, which replaces the first of them; the others are removed.
fn nested(bytes: &[u8], name: &str, members: &[(Span, Span, String)]) -> Option<Vec<Edit>> {
    let mut members: Vec<&(Span, Span, String)> = members.iter().collect();
    members.sort_by_key(|(member, ..)| *member);
    let inside = members.iter().map(|(member, key, name)| {
        let rest = slice(bytes, Span::new(key.end, member.end));
        let rest = std::str::from_utf8(rest).ok()?;
        Some(format!("{}{rest}", serde_json::to_string(name).ok()?))
    });
    let inside: Vec<String> = inside.collect::<Option<_>>()?;
    let ((first, ..), others) = members.split_first()?;
    let others: Vec<Span> = others.iter().map(|(member, ..)| *member).collect();
    let mut edits = without(bytes, &others)?;
    // The removals must not overlap the inserted object.
    if edits.iter().any(|edit| edit.span.start < first.end) {
        return None;
    }
    let text = format!("{}: {{{}}}", serde_json::to_string(name).ok()?, inside.join(", "));
    edits.insert(0, edit(*first, &text));
    Some(edits)
}

/// Returns the text of a member with several lines, indented like its new neighbours.
fn indented(bytes: &[u8], member: Span, text: &str, gap: &str) -> String {
    let start = member.start as usize;
    let old = line_start(bytes, start).and_then(|line| std::str::from_utf8(bytes.get(line..start)?).ok());
    match (old, gap.rfind('\n')) {
        (Some(old), Some(at)) if breaks_between(text) => {
            text.replace(&format!("\n{old}"), &format!("\n{}", &gap[at + 1..]))
        }
        _ => text.to_owned(),
    }
}

/// Returns true if there are line breaks, and none of them in a string.
fn breaks_between(json: &str) -> bool {
    let (mut open, mut escaped, mut breaks) = (false, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = open,
            b'"' => open = !open,
            b'\n' if open => return false,
            b'\n' => breaks = true,
            _ => {}
        }
    }
    breaks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::apply;

    #[test]
    fn paths_become_an_object() {
        for (text, expected) in [
            (
                "{\"a.x\": 1, \"b\": 2, \"a.y\": \"z\"}",
                "{\"A\": {\"x\": 1, \"y\": \"z\"}, \"b\": 2}",
            ),
            (
                "{\n  \"a.x\": 1,\n  \"a.y\":2\n}",
                "{\n  \"A\": {\"x\": 1, \"y\":2}\n}",
            ),
            ("{\"a.y\": [1]}", "{\"A\": {\"y\": [1]}}"),
        ] {
            let member = |name: &str| {
                let start = text.find(&format!("\"a.{name}"))?;
                let rest = &text[start..];
                let end = start + rest.find([',', '}', '\n']).unwrap_or(rest.len());
                let span = |from: usize, to: usize| Span::new(offset(from), offset(to));
                Some((span(start, end), span(start, start + 5), name.to_owned()))
            };
            let members: Vec<_> = ["y", "x"].into_iter().filter_map(member).collect();
            let edits = nested(text.as_bytes(), "A", &members).unwrap();
            assert_eq!(applied(text, &edits), expected);
        }
    }

    /// Returns the text without the marks, and the span between them.
    fn place(marked: &str) -> (String, Span) {
        let start = marked.find('«').unwrap();
        let text = marked.replace('«', "");
        let end = text.find('»').unwrap();
        (text.replace('»', ""), Span::new(offset(start), offset(end)))
    }

    fn applied(text: &str, edits: &[Edit]) -> String {
        let edits: Vec<&Edit> = edits.iter().collect();
        String::from_utf8(apply(text.as_bytes(), &edits)).unwrap()
    }

    #[test]
    fn a_comment_is_removed_with_its_whitespace() {
        for (marked, after) in [
            ("[\n  «// one»\n  1\n]", "[\n  1\n]"),
            ("[\r\n\t«// one»\r\n\t1\r\n]", "[\r\n\t1\r\n]"),
            ("[\n  1 «// one»\n]", "[\n  1\n]"),
            ("[1, «/* one */» 2]", "[1, 2]"),
            ("[1,«/* one */»2]", "[1,2]"),
            ("[1,«/* one */» 2]", "[1, 2]"),
            ("[1«/* one */»2]", "[1 2]"),
            ("«/* one */» [1]", "[1]"),
            ("\u{feff}«// one»\n[1]", "\u{feff}[1]"),
            ("[1]\n«# one»", "[1]\n"),
            ("[1] «// one»", "[1]"),
            ("[\n  «/* a\n     b */»\n  1\n]", "[\n  1\n]"),
        ] {
            let (text, span) = place(marked);
            let edit = comment(text.as_bytes(), span).unwrap();
            assert_eq!(applied(&text, &[edit]), after, "{marked}");
        }
        for open in ["[1] «/* one»", "[1] «/*/»", "[«1»]"] {
            let (text, span) = place(open);
            assert_eq!(comment(text.as_bytes(), span), None, "{open}");
        }
    }

    #[test]
    fn a_member_is_removed_with_its_comma() {
        for (marked, after) in [
            (r#"{«"x": 1»}"#, "{}"),
            (r#"{ «"x": 1» }"#, "{}"),
            (r#"{ «"x": 1», "b": 2 }"#, r#"{ "b": 2 }"#),
            (r#"{ "a": 1, «"x": 1», "b": 2 }"#, r#"{ "a": 1, "b": 2 }"#),
            (r#"{ "a": 1, «"x": 1» }"#, r#"{ "a": 1 }"#),
            (r#"{"a":1,«"x":1»}"#, r#"{"a":1}"#),
            ("{\n  «\"x\": 1»,\n  \"b\": 2\n}", "{\n  \"b\": 2\n}"),
            ("{\r\n\t\"a\": 1,\r\n\t«\"x\": 1»\r\n}", "{\r\n\t\"a\": 1\r\n}"),
            (
                "{\n  \"a\": 1, «\"x\": 1»,\n  \"b\": 2\n}",
                "{\n  \"a\": 1,\n  \"b\": 2\n}",
            ),
            ("{\n  «\"x\": [\n    1\n  ]», \"b\": 2\n}", "{\n  \"b\": 2\n}"),
            ("{\n  \"a\": 1,\n  «\"x\": 1»,\n}", "{\n  \"a\": 1,\n}"),
        ] {
            let (text, span) = place(marked);
            let edits = without(text.as_bytes(), &[span]).unwrap();
            assert_eq!(applied(&text, &edits), after, "{marked}");
        }
        let (text, span) = place("{ \"a\": 1, «\"x\": 1» /* why */ }");
        assert_eq!(without(text.as_bytes(), &[span]), None);
    }

    /// Removes every set of members from every small object, in every layout, and checks the remaining text.
    #[test]
    fn any_members_can_be_removed() {
        for count in 1..=5_usize {
            for (open, between, close) in [
                ("{", ",", "}"),
                ("{ ", ", ", " }"),
                ("{\n  ", ",\n  ", "\n}"),
                ("{\r\n\t", ",\r\n\t", "\r\n}"),
                ("{ ", " ,\n", "}"),
            ] {
                let members: Vec<String> = (0..count)
                    .map(|number| format!("\"m{number}\": {number}"))
                    .collect();
                let text = format!("{open}{}{close}", members.join(between));
                for set in 1..1_u32 << count {
                    let spans: Vec<Span> = (0..count)
                        .filter(|number| set & (1 << number) != 0)
                        .map(|number| {
                            let start = text.find(&members[number]).unwrap();
                            Span::new(offset(start), offset(start + members[number].len()))
                        })
                        .collect();
                    let edits = without(text.as_bytes(), &spans).unwrap();
                    let after = applied(&text, &edits);
                    let json: serde_json::Map<String, serde_json::Value> =
                        serde_json::from_str(&after).unwrap_or_else(|bad| panic!("{bad}: {after}"));
                    for number in 0..count {
                        let gone = set & (1 << number) != 0;
                        assert_eq!(json.contains_key(&format!("m{number}")), !gone, "{text} {after}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_member_is_moved_after_the_last_one() {
        // The text, the member, the target object, and the last member there.
        let cases = [
            (
                r#"{"x":1,"o":{"a":2}}"#,
                r#""x":1"#,
                r#"{"a":2}"#,
                r#""a":2"#,
                r#"{"o":{"a":2,"x":1}}"#,
            ),
            (
                r#"{ "x": 1, "o": { "a": 2 } }"#,
                r#""x": 1"#,
                r#"{ "a": 2 }"#,
                r#""a": 2"#,
                r#"{ "o": { "a": 2, "x": 1 } }"#,
            ),
            (
                r#"{ "x": 1, "o": { } }"#,
                r#""x": 1"#,
                "{ }",
                "",
                r#"{ "o": {"x": 1} }"#,
            ),
            (
                "{\r\n\t\"o\": {\r\n\t\t\"a\": 2\r\n\t},\r\n\t\"x\": [\r\n\t\t1\r\n\t]\r\n}",
                "\"x\": [\r\n\t\t1\r\n\t]",
                "{\r\n\t\t\"a\": 2\r\n\t}",
                "\"a\": 2",
                "{\r\n\t\"o\": {\r\n\t\t\"a\": 2,\r\n\t\t\"x\": [\r\n\t\t\t1\r\n\t\t]\r\n\t}\r\n}",
            ),
        ];
        for (text, member, object, last, after) in cases {
            let span = |part: &str| {
                let start = text.find(part).unwrap();
                Span::new(offset(start), offset(start + part.len()))
            };
            let last = (!last.is_empty()).then(|| span(last));
            let edits = moved(text.as_bytes(), span(member), span(object), last, None).unwrap();
            assert_eq!(applied(text, &edits), after);
        }
        assert!(!breaks_between("\"a\nb\": 1") && breaks_between("\"a\\\"\": [\n1]"));
    }

    #[test]
    fn only_whitespace_is_trimmed() {
        for (text, after) in [
            ("\" EUR\"", Some("\"EUR\"")),
            ("\"EUR \t\"", Some("\"EUR\"")),
            ("\" \u{a0}EUR \"", Some("\"EUR\"")),
            ("\"a\\\\ \"", None),
            ("\"EUR\"", None),
            ("\"  \"", None),
            ("\"\\tEUR\"", None),
            ("'EUR '", None),
        ] {
            let span = Span::new(0, offset(text.len()));
            let edits = trimmed(text.as_bytes(), span);
            assert_eq!(
                edits.map(|edits| applied(text, &edits)).as_deref(),
                after,
                "{text}"
            );
        }
    }
}
