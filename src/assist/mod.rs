//! Editor features for a payload that is being written: [`hover()`], [`complete()`], [`symbols()`].
//!
//! Pure functions, independent of any protocol. The input is a text, a position in it (a byte offset), rules and tenant facts;
//! the result is plain structs. The text may be incomplete or not JSON. Each call takes time linear in the length of the text.

mod casing;
mod complete;
mod cursor_position;
mod hover;
mod model;
mod row_markdown;
mod snippet;
mod symbols;
#[cfg(test)]
mod tests;
mod value_description;

pub use complete::complete;
pub use hover::hover;
pub use model::{Completion, CompletionKind, Completions, Context, Edit, Hover, Symbol, SymbolKind};
pub use symbols::{MAX_SYMBOLS, symbols};
