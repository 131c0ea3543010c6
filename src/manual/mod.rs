//! The page of a rule: one content for `geplint explain` in a terminal and for `docs/rules/` in Markdown.
//!
//! Pure: rules in, text out. Rows, answers and findings on a page are computed from the rules and by checking the
//! rule's own example, so that they always agree with the program.

mod answers;
mod constraint_list;
mod document;
mod endpoint_text;
mod example;
mod markdown;
mod page;
mod patch;
mod terminal;
mod texts;

pub use document::{Block, Cell, Document, Piece, Section, Text};
pub use endpoint_text::{endpoint_text, type_text};
pub use example::{Example, example_tenant};
pub use markdown::escaped;
pub use page::page;
pub use texts::{RuleText, TopicText, rule_text, rule_texts, topic_text, topic_texts};
