//! Hover, completion and symbols for an incomplete text.

use geplint::assist::{Context, Symbol, complete, hover, symbols};
use geplint::finding::Span;
use geplint::json;
use geplint::rules::{Ruleset, built_in, builtin_ids};
use geplint::tenant::{Tenant, load};

const TENANT: &str = include_str!("../../testdata/tenant/inline.toml");

/// The first two bytes are the position, the rest is the text.
pub fn run(data: &[u8]) {
    let (place, text) = data.split_at(data.len().min(2));
    let place = place.iter().fold(0, |sum, byte| sum * 256 + usize::from(*byte));
    sound(text, place % (text.len() + 2));
    // Also at the end of a truncated text, the usual position while typing.
    sound(
        text.get(..place % (text.len() + 1)).unwrap_or_default(),
        usize::MAX,
    );
}

/// Invariants of every result: spans are within the text and on character boundaries. The span that a completion replaces
/// contains the position, is on its line, and does not overlap the second edit.
pub fn sound(bytes: &[u8], at: usize) {
    let rules: Ruleset = built_in();
    let tenant: Tenant = load(TENANT, &mut |_| Err(String::new())).unwrap();
    let (text, _) = json::text(bytes);
    let inside = |span: Span| {
        assert!(span.start <= span.end, "{span:?}");
        let within = text.get(span.start as usize..span.end as usize);
        assert!(within.is_some(), "{span:?} is no place of {text:?}");
    };
    let place = text.floor_char_boundary(at.min(text.len()));
    let ids: Vec<&str> = builtin_ids().collect();
    for endpoint in [None, ids.get(bytes.len() % ids.len()).copied()] {
        let context = Context {
            rules: &rules,
            tenant: &tenant,
            endpoint,
        };
        if let Some(found) = hover(&context, bytes, at) {
            inside(found.span);
            assert!(!found.markdown.chars().any(|c| c.is_control() && c != '\n'));
        }
        for item in complete(&context, bytes, at).items {
            inside(item.replace);
            assert!(!item.replace.of(&text).contains('\n'), "{:?}", item.replace);
            let range = item.replace.start as usize..=item.replace.end as usize;
            assert!(range.contains(&place), "{range:?} {place}");
            if let Some(also) = &item.also {
                inside(also.span);
                assert!(also.span.end <= item.replace.start, "{also:?}");
            }
        }
        let mut left: Vec<Symbol> = symbols(&context, bytes);
        while let Some(symbol) = left.pop() {
            inside(symbol.span);
            let (outer, inner) = (symbol.span, symbol.selection);
            assert!(
                outer.start <= inner.start && inner.end <= outer.end,
                "{outer:?} {inner:?}"
            );
            assert!(!symbol.name.is_empty());
            left.extend(symbol.children);
        }
    }
}
