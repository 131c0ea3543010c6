//! Hover, completion and symbols in the protocol's types.
#![allow(clippy::unnecessary_wraps, reason = "answers to requests have one type")]

use std::borrow::Cow;

use gen_lsp_types::Position;
use serde::Deserialize;
use serde_json::{Value, json};

use super::document_request::DocumentRequest;
use super::settings_assist::{self, OwnFile};
use super::transport::{RpcResult, value};
use crate::assist::{self, Completion, CompletionKind, Context, Symbol, SymbolKind};
use crate::finding::Span;
use crate::mapped_text::MappedText;
use crate::report::Format;
use crate::rules::rule_texts;
use crate::sanitize;

// Kinds of completions in the protocol.
const PROPERTY: u8 = 10;
const VALUE: u8 = 12;
const STRUCTURE: u8 = 22;

/// A JSON text, and a position in it.
struct Json<'e> {
    text: Cow<'e, str>,
    at: usize,
    context: Context<'e>,
    /// Maps the text to the document, if it is only part of it.
    map: Option<MappedText>,
    is_escaped: bool,
}

impl Json<'_> {
    /// Maps a span of the text to the document.
    fn place(&self, span: Span) -> Span {
        self.map.as_ref().map_or(span, |map| map.span(span))
    }
}

/// Maximum depth of symbols: more than in any payload.
const DEEPEST: usize = 64;

impl DocumentRequest<'_, '_> {
    fn context(&self) -> Context<'_> {
        let known = &self.engine.site.known;
        Context {
            rules: &known.rules,
            tenant: &known.tenant,
            endpoint: self
                .engine
                .assigned_endpoint(self.snapshot)
                .map(|endpoint| &*endpoint.id),
        }
    }

    fn at(&self, params: &Value) -> Option<usize> {
        let position = Position::deserialize(params.get("position")?).ok()?;
        Some(self.snapshot.text.offset(position, self.client.encoding))
    }

    fn range_of(&self, span: Span) -> Value {
        let positions = self.snapshot.text.positions(self.client.encoding);
        value(&positions.range(span.start as usize..span.end as usize))
    }

    /// Answers `textDocument/hover`.
    pub fn hover(&self, params: &Value) -> RpcResult {
        let at = self.at(params);
        if let Some(file) = self.own_file() {
            let known = at.and_then(|at| settings_assist::hover(file, self.text(), at));
            return Ok(known.map_or(Value::Null, |(markdown, span)| {
                let positions = self.snapshot.text.positions(self.client.encoding);
                let contents = json!({ "kind": "markdown", "value": markdown });
                json!({ "contents": contents, "range": value(&positions.range(span)) })
            }));
        }
        let hover = at.and_then(|at| {
            let json = self.json_at(at)?;
            let hover = assist::hover(&json.context, json.text.as_bytes(), json.at)?;
            Some((hover.markdown, json.place(hover.span)))
        });
        Ok(hover.map_or(Value::Null, |(markdown, span)| {
            json!({
                "contents": { "kind": "markdown", "value": markdown },
                "range": self.range_of(span),
            })
        }))
    }

    /// Answers `textDocument/completion`.
    pub fn completion(&self, params: &Value) -> RpcResult {
        let Some(at) = self.at(params) else {
            return Ok(Value::Null);
        };
        if let Some(file) = self.own_file() {
            return Ok(self.settings(file, at));
        }
        // In a JSON string, the inserted text would have to be escaped.
        let Some(json) = self.json_at(at).filter(|json| !json.is_escaped) else {
            return Ok(Value::Null);
        };
        let mut all = assist::complete(&json.context, json.text.as_bytes(), json.at);
        for item in &mut all.items {
            item.replace = json.place(item.replace);
            if let Some(also) = &mut item.also {
                also.span = json.place(also.span);
            }
        }
        let items: Vec<Value> = all.items.iter().map(|one| self.item(one)).collect();
        Ok(json!({ "isIncomplete": all.is_incomplete, "items": items }))
    }

    /// Returns the JSON text that contains a position of a payload: the whole document, or the body of a request.
    fn json_at(&self, at: usize) -> Option<Json<'_>> {
        if !self.snapshot.is_payload {
            return None;
        }
        let Some(bodies) = self.engine.bodies(self.snapshot) else {
            return Some(Json {
                text: Cow::Borrowed(self.text()),
                at,
                context: self.context(),
                map: None,
                is_escaped: false,
            });
        };
        let place = u32::try_from(at).ok()?;
        bodies.into_iter().find_map(|body| {
            let at = body.text.offset(place)? as usize;
            let context = Context {
                endpoint: Some(&*body.endpoint.id),
                ..self.context()
            };
            Some(Json {
                text: Cow::Owned(body.text.text().to_owned()),
                at,
                context,
                map: Some(body.text),
                is_escaped: body.is_escaped,
            })
        })
    }

    /// Returns completions in one of geplint's own files.
    fn settings(&self, file: OwnFile, at: usize) -> Value {
        let known = &self.engine.site.known.rules;
        let endpoint = Some(self.text())
            .filter(|_| file == OwnFile::Rules)
            .and_then(settings_assist::endpoint)
            .and_then(|id| known.endpoint(id));
        let tables = endpoint.into_iter().flat_map(|endpoint| endpoint.tables.iter());
        let names = settings_assist::Names {
            rules: rule_texts().iter().map(|rule| rule.id.as_str()).collect(),
            endpoints: known.ids().collect(),
            formats: Format::ALL.iter().map(|format| format.name()).collect(),
            tables: tables
                .map(|table| {
                    let rows = table.properties.iter().map(|property| &*property.name);
                    (&*table.name, rows.collect())
                })
                .collect(),
        };
        let positions = self.snapshot.text.positions(self.client.encoding);
        let item = |offer: settings_assist::Offer| {
            let range = value(&positions.range(offer.replace));
            json!({
                "label": offer.label,
                "kind": if offer.is_value { VALUE } else { PROPERTY },
                "filterText": offer.insert,
                "documentation": offer.description,
                "textEdit": { "range": range, "newText": offer.insert },
            })
        };
        let offers = settings_assist::complete(file, self.text(), at, &names);
        Value::Array(offers.into_iter().map(item).collect())
    }

    fn item(&self, one: &Completion) -> Value {
        const PLAIN: u8 = 1;
        const SNIPPET: u8 = 2;
        // `InsertTextMode.adjustIndentation`: lines after the first are indented like the first.
        const AS_WRITTEN: u8 = 2;
        let is_snippet = one.is_snippet && self.client.snippets;
        let text = if one.is_snippet && !is_snippet {
            &one.plain
        } else {
            &one.insert
        };
        let kind = match one.kind {
            CompletionKind::Property => PROPERTY,
            CompletionKind::Value => VALUE,
            CompletionKind::Structure => STRUCTURE,
        };
        let mut item = json!({
            "label": one.label,
            "kind": kind,
            "detail": one.detail,
            "sortText": one.sort_key,
            "insertTextFormat": if is_snippet { SNIPPET } else { PLAIN },
            "insertTextMode": AS_WRITTEN,
            "textEdit": { "range": self.range_of(one.replace), "newText": text },
        });
        if let Some(item) = item.as_object_mut() {
            if !one.documentation.is_empty() {
                let documentation = json!({ "kind": "markdown", "value": one.documentation });
                item.insert("documentation".to_owned(), documentation);
            }
            if let Some(filter) = &one.filter {
                item.insert("filterText".to_owned(), json!(filter));
            }
            if let Some(also) = &one.also {
                let edit = json!({ "range": self.range_of(also.span), "newText": also.text });
                item.insert("additionalTextEdits".to_owned(), json!([edit]));
            }
        }
        item
    }

    /// Answers `textDocument/documentSymbol`.
    pub fn symbols(&self) -> Value {
        if !self.snapshot.is_payload {
            return json!([]);
        }
        let Some(bodies) = self.engine.bodies(self.snapshot) else {
            let all = assist::symbols(&self.context(), self.text().as_bytes());
            return Value::Array(all.iter().map(|symbol| self.symbol(symbol, 0)).collect());
        };
        let symbols = bodies.into_iter().map(|body| Symbol {
            name: if body.name.is_empty() {
                body.endpoint.id.to_string()
            } else {
                sanitize::escape(&body.name).into_owned()
            },
            detail: body.endpoint.id.to_string(),
            kind: SymbolKind::List,
            span: body.text.file_span(),
            selection: body.text.file_span(),
            children: Vec::new(),
        });
        Value::Array(symbols.map(|symbol| self.symbol(&symbol, 0)).collect())
    }

    fn symbol(&self, symbol: &Symbol, depth: usize) -> Value {
        let kind = match symbol.kind {
            SymbolKind::Record | SymbolKind::Object => 19,
            SymbolKind::List => 18,
            SymbolKind::String => 15,
            SymbolKind::Number => 16,
            SymbolKind::Boolean => 17,
            SymbolKind::Null => 21,
        };
        let children: Vec<Value> = if depth < DEEPEST {
            symbol
                .children
                .iter()
                .map(|child| self.symbol(child, depth + 1))
                .collect()
        } else {
            Vec::new()
        };
        json!({
            "name": symbol.name,
            "detail": symbol.detail,
            "kind": kind,
            "range": self.range_of(symbol.span),
            "selectionRange": self.range_of(symbol.selection),
            "children": children,
        })
    }
}
