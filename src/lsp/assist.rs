//! Hover, completion and symbols in the protocol's types.
#![allow(clippy::unnecessary_wraps, reason = "answers to requests have one type")]

use gen_lsp_types::Position;
use serde::Deserialize;
use serde_json::{Value, json};

use super::about::About;
use super::settings_assist;
use super::transport::{Answer, value};
use crate::assist::{self, Completion, CompletionKind, Context, Symbol, SymbolKind};
use crate::finding::Span;
use crate::rules::rule_texts;

// Kinds of completions in the protocol.
const PROPERTY: u8 = 10;
const VALUE: u8 = 12;
const STRUCTURE: u8 = 22;

/// How deep symbols are shown: deeper than any payload, and bounded for what is none.
const DEEPEST: usize = 64;

impl About<'_, '_> {
    fn context(&self) -> Context<'_> {
        let known = &self.engine.site.known;
        Context {
            rules: &known.rules,
            tenant: &known.tenant,
            endpoint: self.engine.given(self.snapshot).map(|endpoint| &*endpoint.id),
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

    /// What is known of the name or the value at a place.
    pub fn hover(&self, params: &Value) -> Answer {
        let at = self.at(params);
        if self.is_settings() {
            let known = at.and_then(|at| settings_assist::hover(self.text(), at));
            return Ok(known.map_or(Value::Null, |(markdown, span)| {
                let positions = self.snapshot.text.positions(self.client.encoding);
                let contents = json!({ "kind": "markdown", "value": markdown });
                json!({ "contents": contents, "range": value(&positions.range(span)) })
            }));
        }
        let hover = at.and_then(|at| assist::hover(&self.context(), self.text().as_bytes(), at));
        Ok(hover.map_or(Value::Null, |hover| {
            json!({
                "contents": { "kind": "markdown", "value": hover.markdown },
                "range": self.range_of(hover.span),
            })
        }))
    }

    /// What may be written at a place.
    pub fn completion(&self, params: &Value) -> Answer {
        let Some(at) = self.at(params) else {
            return Ok(Value::Null);
        };
        if self.is_settings() {
            return Ok(self.settings(at));
        }
        let all = assist::complete(&self.context(), self.text().as_bytes(), at);
        let items: Vec<Value> = all.items.iter().map(|one| self.item(one)).collect();
        Ok(json!({ "isIncomplete": all.is_incomplete, "items": items }))
    }

    /// What may be written at a place of a settings file.
    fn settings(&self, at: usize) -> Value {
        let rules: Vec<&str> = rule_texts().iter().map(|rule| rule.id.as_str()).collect();
        let endpoints: Vec<&str> = self.engine.site.known.rules.ids().collect();
        let names = settings_assist::Names {
            rules: &rules,
            endpoints: &endpoints,
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
        let offers = settings_assist::complete(self.text(), at, names);
        Value::Array(offers.into_iter().map(item).collect())
    }

    fn item(&self, one: &Completion) -> Value {
        const PLAIN: u8 = 1;
        const SNIPPET: u8 = 2;
        // Lines after the first are indented as the first one is.
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
            if let Some(also) = &one.also {
                let edit = json!({ "range": self.range_of(also.span), "newText": also.text });
                item.insert("additionalTextEdits".to_owned(), json!([edit]));
            }
        }
        item
    }

    /// The records of a document and what is in them.
    pub fn symbols(&self) -> Value {
        let all = assist::symbols(&self.context(), self.text().as_bytes());
        Value::Array(all.iter().map(|symbol| self.symbol(symbol, 0)).collect())
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
