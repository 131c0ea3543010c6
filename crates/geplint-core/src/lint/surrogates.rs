//! Finds the values of a record whose strings have a lone surrogate.

use std::collections::HashMap;

use super::new_finding::push_number;
use crate::finding::{Span, Target};
use crate::json::{JsonKind, NodeId, SyntaxError, SyntaxKind, Tree, decode};
use crate::pointer::push as push_token;

/// The place of a lone surrogate: its pointer, its record, its target and its span. Unlike other syntax errors, it
/// belongs to a value.
pub(super) type SurrogatePlace = (String, u32, Target, Span);

/// Receives errors of one place: the errors, its pointer, its target and its span.
type SurrogatesFound<'f> = dyn FnMut(&[Span], &str, Target, Span) + 'f;

/// Adds the places of all strings of a record that have a lone surrogate.
pub(super) fn surrogate_places(
    (text, tree, root): (&str, &Tree, NodeId),
    record: u32,
    errors: &[SyntaxError],
    places: &mut HashMap<Span, SurrogatePlace>,
) {
    let mut spans: Vec<Span> = errors
        .iter()
        .filter(|error| error.kind == SyntaxKind::LoneSurrogate)
        .map(|error| error.span)
        .collect();
    if spans.is_empty() {
        return;
    }
    spans.sort_unstable();
    let mut found = |spans: &[Span], pointer: &str, target, at| {
        places.extend(
            spans
                .iter()
                .map(|span| (*span, (pointer.to_owned(), record, target, at))),
        );
    };
    surrogates_in((text, tree, root), &mut format!("/{record}"), &spans, &mut found);
}

/// Passes the errors in a node to `found`, grouped by place. All errors are passed down together, so a record is
/// traversed only once. The recursion is as deep as the tree, which the reader limits.
fn surrogates_in(
    (text, tree, node): (&str, &Tree, NodeId),
    pointer: &mut String,
    errors: &[Span],
    found: &mut SurrogatesFound<'_>,
) {
    let mut rest = errors;
    // Errors outside of all children, because the text around them is broken.
    let mut own: Vec<Span> = Vec::new();
    // Returns the errors in the next child.
    let mut inside = |child: NodeId| {
        let span = tree.node(child).span;
        let (before, from) = rest.split_at(rest.partition_point(|error| error.start < span.start));
        let (inside, after) = from.split_at(from.partition_point(|error| error.end <= span.end));
        own.extend(before);
        rest = after;
        inside
    };
    let length = pointer.len();
    match tree.node(node).kind {
        JsonKind::Object => {
            for (key, value) in tree.members(node) {
                let (in_key, in_value) = (inside(key), inside(value));
                if in_key.is_empty() && in_value.is_empty() {
                    continue;
                }
                pointer.push('/');
                push_token(pointer, &decode(text, tree.node(key)));
                if !in_key.is_empty() {
                    found(in_key, pointer, Target::Key, tree.node(key).span);
                }
                if !in_value.is_empty() {
                    surrogates_in((text, tree, value), pointer, in_value, found);
                }
                pointer.truncate(length);
            }
        }
        JsonKind::Array => {
            for (index, element) in (0u32..).zip(tree.elements(node)) {
                let in_element = inside(element);
                if !in_element.is_empty() {
                    pointer.push('/');
                    push_number(pointer, index);
                    surrogates_in((text, tree, element), pointer, in_element, found);
                    pointer.truncate(length);
                }
            }
        }
        _ => {}
    }
    own.extend(rest);
    if !own.is_empty() {
        found(&own, pointer, Target::Value, tree.node(node).span);
    }
}
