//! Spanned JSON: bytes in, a flat table of nodes with byte spans out, one record at a time.
//!
//! [`text()`] decodes the bytes of a file, [`Reader`] reads the text. The reader follows RFC 8259 exactly. For a file
//! that does not, it reports errors and reads on as the author most probably meant it.

mod comments;
mod cursor;
mod encoding;
mod error;
mod other_format;
mod reader;
mod recover;
mod recover_brackets;
mod recover_tokens;
mod scan;
mod string;
mod tree;
#[cfg(feature = "engine")]
mod value;
#[cfg(feature = "engine")]
mod write;

pub use cursor::{Cursor, Expected, Token, cursor};
pub use encoding::{decoded, text};
pub use error::{SyntaxError, SyntaxKind};
pub use other_format::Foreign;
pub use reader::{MAX_DEPTH, MAX_ERRORS, Reader, Root};
pub use scan::is_number;
pub(crate) use scan::{matching, number, plain, printable, space};
pub use string::{decode, raw, utf16_len};
pub(crate) use string::{decoded_parts, offsets};
pub use tree::{JsonKind, Node, NodeId, Tree};
#[cfg(feature = "engine")]
pub use value::Value;
#[cfg(feature = "engine")]
pub use write::{compact, indented, pretty};
