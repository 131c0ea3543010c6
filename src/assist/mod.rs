//! What an editor asks of a payload that is being written: [`hover()`], [`complete()`], [`symbols()`].
//!
//! Pure: text, a place in it, rules and tenant facts in; plain structs out. Nothing here knows a protocol. Places are bytes of
//! the text. A text may be cut, half typed or no JSON at all; the time that an answer takes is linear in its length.

mod casing;
mod complete;
mod hover;
mod model;
mod place;
mod row;
mod snippet;
mod symbols;
#[cfg(test)]
mod tests;
mod values;

pub use complete::complete;
pub use hover::hover;
pub use model::{Completion, CompletionKind, Completions, Context, Edit, Hover, Symbol, SymbolKind};
pub use symbols::{MAX_SYMBOLS, symbols};
