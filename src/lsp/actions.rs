//! Code actions for findings (fixes, ignores, explanations), and the renaming of misspelt names.
#![allow(clippy::unnecessary_wraps, reason = "answers to requests have one type")]

use std::ops::Range;
use std::path::Path;

use gen_lsp_types::Range as LspRange;
use serde::Deserialize;
use serde_json::{Value, json};

use super::action_titles;
use super::diagnostics;
use super::document_request::DocumentRequest;
use super::transport::{RpcResult, value};
use crate::finding::{Finding, Span};
use crate::fix::{self, Edit};
use crate::report::common;
use crate::settings::FILE_NAME;

/// In a longer document (in bytes), the action with all fixes is computed only if the client requests that kind.
const LONG: usize = 1 << 20;

/// The kind of the action that applies all safe fixes.
const FIX_ALL: &str = "source.fixAll.geplint";

impl DocumentRequest<'_, '_> {
    /// Returns the byte range for a range in the parameters.
    fn range(&self, params: &Value, key: &str) -> Option<Range<usize>> {
        let range = LspRange::deserialize(params.get(key)?).ok()?;
        Some(self.snapshot.text.offsets(&range, self.client.encoding))
    }

    /// Returns the actions for a range. `uri_of` returns the URI of another file.
    pub fn code_actions(&self, params: &Value, uri_of: &dyn Fn(&Path) -> String) -> RpcResult {
        let Some(range) = self.range(params, "range") else {
            return Ok(json!([]));
        };
        let only = params.pointer("/context/only").and_then(Value::as_array);
        let wanted: Option<Vec<&str>> = only.map(|only| only.iter().filter_map(Value::as_str).collect());
        let is_requested = |kind: &str| {
            let within = |wanted: &&str| {
                wanted.is_empty()
                    || kind
                        .strip_prefix(wanted)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            wanted.as_ref().is_none_or(|wanted| wanted.iter().any(within))
        };
        let mut actions = Vec::new();
        if is_requested("quickfix") {
            for finding in &self.checked.findings {
                // A pair of findings also has actions at its unknown name.
                let other = finding.related.as_deref().filter(|_| finding.is_pair());
                let is_here = |span| touches(span, &range);
                if is_here(common::mark(finding)) || other.is_some_and(|(span, _)| is_here(*span)) {
                    self.actions_for(finding, uri_of, &mut actions);
                }
            }
        }
        let fixable = || {
            self.checked
                .findings
                .iter()
                .any(|finding| self.fix(finding).is_some_and(|fix| fix.safe))
        };
        if is_requested(FIX_ALL)
            && (wanted.is_some() || self.text().len() < LONG)
            && fixable()
            && let Some(fixed) = self.engine.fixed(self.snapshot, false)
        {
            actions.push(json!({
                "title": "Apply all safe fixes of geplint",
                "kind": FIX_ALL,
                "edit": self.edit(&[self.difference(&fixed)]),
            }));
        }
        Ok(Value::Array(actions))
    }

    fn fix(&self, finding: &Finding) -> Option<fix::Fix> {
        fix::of(self.text().as_bytes(), finding)
    }

    fn actions_for(&self, finding: &Finding, uri_of: &dyn Fn(&Path) -> String, actions: &mut Vec<Value>) {
        let diagnostics = diagnostics::of(
            &self.snapshot.uri,
            &self.snapshot.text,
            &[std::slice::from_ref(finding)],
            self.client.encoding,
        );
        let diagnostics = value(&diagnostics);
        if let Some(fix) = self.fix(finding) {
            let edits: Vec<Value> = fix.edits.iter().map(|edit| self.text_edit(edit)).collect();
            actions.push(json!({
                "title": action_titles::of(self.text(), finding),
                "kind": "quickfix",
                "diagnostics": diagnostics,
                "isPreferred": fix.safe,
                "edit": self.edit(&edits),
            }));
        }
        if let Some((edit, shown)) = self.ignore(finding, uri_of) {
            let title = format!("Ignore {} here, in {FILE_NAME}", finding.rule);
            actions.push(json!({
                "title": title,
                "kind": "quickfix",
                "diagnostics": diagnostics,
                "edit": edit,
                // Clients apply the edit to a document that is not visible, and do not save it; the command shows it.
                "command": { "title": title, "command": "geplint.showIgnore", "arguments": shown },
            }));
        }
        actions.push(json!({
            "title": format!("Explain {}", finding.rule),
            "kind": "quickfix",
            "diagnostics": diagnostics,
            "command": {
                "title": format!("Explain {}", finding.rule),
                "command": "geplint.explain",
                "arguments": [&*finding.rule],
            },
        }));
    }

    fn text_edit(&self, edit: &Edit) -> Value {
        let span = edit.span.start as usize..edit.span.end as usize;
        let range = self.snapshot.text.positions(self.client.encoding).range(span);
        json!({ "range": value(&range), "newText": edit.text })
    }

    /// Returns one edit that changes the document to this text.
    fn difference(&self, after: &str) -> Value {
        let before = self.text();
        let boundary = |at: usize| before.is_char_boundary(at) && after.is_char_boundary(at);
        let same = before
            .bytes()
            .zip(after.bytes())
            .take_while(|(one, other)| one == other)
            .count();
        let start = (0..=same).rfind(|at| boundary(*at)).unwrap_or(0);
        let most = before.len().min(after.len()) - start;
        let (ends, others) = (before.bytes().rev(), after.bytes().rev());
        let same = ends
            .zip(others)
            .take(most)
            .take_while(|(one, other)| one == other)
            .count();
        let is_end = |tail: &usize| {
            before.is_char_boundary(before.len() - tail) && after.is_char_boundary(after.len() - tail)
        };
        let tail = (0..=same).rfind(is_end).unwrap_or(0);
        let range = self
            .snapshot
            .text
            .positions(self.client.encoding)
            .range(start..before.len() - tail);
        let new = after.get(start..after.len() - tail).unwrap_or_default();
        json!({ "range": value(&range), "newText": new })
    }

    /// Returns a workspace edit of the document.
    fn edit(&self, edits: &[Value]) -> Value {
        let uri = &*self.snapshot.uri;
        if self.client.versioned_edits {
            let document = json!({ "uri": uri, "version": self.snapshot.version });
            return json!({ "documentChanges": [{ "textDocument": document, "edits": edits }] });
        }
        json!({ "changes": { uri: edits } })
    }

    // ---- ignores ----

    /// Returns an edit that adds an `[[ignore]]` for a finding to the settings, with the URI and range of its reason there.
    /// `None` if the document is not a file of the folder.
    fn ignore(&self, finding: &Finding, uri_of: &dyn Fn(&Path) -> String) -> Option<(Value, [Value; 2])> {
        let project = &self.engine.site.project;
        let path = self.snapshot.path.as_deref()?;
        let (file, inside, text) = if let Some(file) = project.file() {
            (file.to_path_buf(), project.inside(path)?, project.text())
        } else {
            let folder = &self.engine.site.folder;
            let inside = path.strip_prefix(folder).ok()?.to_path_buf();
            (folder.join(FILE_NAME), inside, "")
        };
        let file = crate::input::normal(&file);
        let entry = entry(&inside, finding);
        let text = super::text::Text::new(text.to_owned());
        let end = text.whole(self.client.encoding).end;
        let before = match text.as_str() {
            "" => "",
            text if text.ends_with('\n') => "\n",
            _ => "\n\n",
        };
        let new = format!("{before}{entry}");
        // The last line.
        let line = end.line + u32::try_from(new.lines().count()).unwrap_or(0).saturating_sub(1);
        let at = |column: usize| json!({ "line": line, "character": column });
        let start = REASON_KEY.len();
        let edit = json!({ "range": { "start": value(&end), "end": value(&end) }, "newText": new });
        let uri = uri_of(&file);
        let shown = [
            json!(uri),
            json!({ "start": at(start), "end": at(start + REASON.len()) }),
        ];
        let exists = project.file().is_some();
        if self.client.versioned_edits && (exists || self.client.creates_files) {
            let create = json!({ "kind": "create", "uri": uri, "options": { "ignoreIfExists": true } });
            let change = json!({ "textDocument": { "uri": uri, "version": null }, "edits": [edit] });
            let changes = if exists {
                json!([change])
            } else {
                json!([create, change])
            };
            return Some((json!({ "documentChanges": changes }), shown));
        }
        Some((json!({ "changes": { uri: [edit] } }), shown))
    }

    // ---- names ----

    /// Returns the name at the position, if it has a suggestion: its span without quotes, the finding, the suggestion.
    fn name_at(&self, params: &Value) -> Option<(Range<usize>, &Finding, &str)> {
        let position = params.get("position")?;
        let at = gen_lsp_types::Position::deserialize(position).ok()?;
        let at = self.snapshot.text.offset(at, self.client.encoding);
        self.checked.findings.iter().find_map(|finding| {
            let right = finding.right_name()?;
            let span = if finding.target == crate::finding::Target::Key {
                finding.span
            } else {
                finding.related.as_ref()?.0
            };
            let name = inside_quotes(self.text(), span)?;
            (name.start <= at && at <= name.end).then_some((name, finding, right))
        })
    }

    /// Returns the span of a misspelt name, with the suggestion as placeholder.
    pub fn prepare_rename(&self, params: &Value) -> RpcResult {
        let Some((name, _, right)) = self.name_at(params) else {
            return Ok(Value::Null);
        };
        let range = self.snapshot.text.positions(self.client.encoding).range(name);
        Ok(json!({ "range": value(&range), "placeholder": right }))
    }

    /// Renames a name. If the new name is the suggestion, the edits of its fix are applied, including those of the value.
    pub fn rename(&self, params: &Value) -> RpcResult {
        let Some((name, finding, right)) = self.name_at(params) else {
            return Ok(Value::Null);
        };
        let new = params.get("newName").and_then(Value::as_str).unwrap_or_default();
        let edits: Vec<Value> = match self.fix(finding) {
            Some(fix) if new == right => fix.edits.iter().map(|edit| self.text_edit(edit)).collect(),
            _ => {
                let range = self.snapshot.text.positions(self.client.encoding).range(name);
                let new = serde_json::to_string(new).unwrap_or_default();
                let new = new.get(1..new.len().saturating_sub(1)).unwrap_or_default();
                vec![json!({ "range": value(&range), "newText": new })]
            }
        };
        Ok(self.edit(&edits))
    }
}

/// Returns true if a span and a range overlap or touch.
fn touches(span: Span, range: &Range<usize>) -> bool {
    span.start as usize <= range.end && range.start <= span.end as usize
}

/// Returns the byte range of a name without its quotes.
fn inside_quotes(text: &str, span: Span) -> Option<Range<usize>> {
    let name = span.of(text);
    let inner = name.strip_prefix('"')?.strip_suffix('"')?;
    let start = span.start as usize + 1;
    Some(start..start + inner.len())
}

/// The text before the reason on its line.
const REASON_KEY: &str = "reason = \"";

/// The placeholder for the reason.
const REASON: &str = "say why this finding is accepted";

/// Returns the TOML of an `[[ignore]]` for one finding.
fn entry(inside: &Path, finding: &Finding) -> String {
    let parts: Vec<String> = inside
        .components()
        .map(|part| literal(&part.as_os_str().to_string_lossy()))
        .collect();
    format!(
        "[[ignore]]\npath = {}\nrule = {}\npointer = {}\n{REASON_KEY}{REASON}\"\n",
        quoted(&format!("/{}", parts.join("/"))),
        quoted(&finding.rule),
        quoted(&finding.pointer),
    )
}

/// Escapes a name as a glob.
fn literal(name: &str) -> String {
    let mut glob = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '*' | '?' | '[' | '{' | '}' => {
                glob.push('[');
                glob.push(c);
                glob.push(']');
            }
            '\\' => glob.push_str("\\\\"),
            _ => glob.push(c),
        }
    }
    glob
}

/// Returns a text as a TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
