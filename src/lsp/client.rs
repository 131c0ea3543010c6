//! The capabilities of the client, from `initialize`.
//!
//! Parsing is lenient: an invalid capability counts as absent.

use serde_json::Value;

use super::text::Encoding;

/// The capabilities of a client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Client {
    /// The unit of columns.
    pub encoding: Encoding,
    /// It pulls diagnostics, so they are not published.
    pub pulls: bool,
    /// It pulls them again on `workspace/diagnostic/refresh`.
    pub refreshes: bool,
    /// It can watch files for the server.
    pub watches: bool,
    /// It supports `documentChanges`: edits with document versions.
    pub versioned_edits: bool,
    /// It can create files in edits.
    pub creates_files: bool,
    /// It supports snippets in completions.
    pub snippets: bool,
    /// It supports `window/showDocument`.
    pub shows_documents: bool,
    /// It shows documents of the server with the URI schemes `geplint-explain:` and `geplint-response:`.
    pub virtual_documents: bool,
}

impl Client {
    /// Reads the parameters of `initialize`.
    pub fn of(params: &Value) -> Self {
        let capabilities = params.get("capabilities").unwrap_or(&Value::Null);
        let at = |pointer: &str| capabilities.pointer(pointer);
        let can = |pointer: &str| at(pointer).and_then(Value::as_bool) == Some(true);
        let has = |pointer: &str, wanted: &str| {
            let list = at(pointer).and_then(Value::as_array);
            list.is_some_and(|list| list.iter().any(|one| one.as_str() == Some(wanted)))
        };
        let encodings = at("/general/positionEncodings").and_then(Value::as_array);
        let known: Vec<Encoding> = encodings
            .into_iter()
            .flatten()
            .filter_map(|name| Encoding::named(name.as_str()?))
            .collect();
        Self {
            // UTF-8 is preferred: offsets are bytes already.
            encoding: if known.contains(&Encoding::Utf8) {
                Encoding::Utf8
            } else {
                known.first().copied().unwrap_or_default()
            },
            pulls: at("/textDocument/diagnostic").is_some_and(Value::is_object),
            refreshes: can("/workspace/diagnostics/refreshSupport"),
            watches: can("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            versioned_edits: can("/workspace/workspaceEdit/documentChanges"),
            creates_files: has("/workspace/workspaceEdit/resourceOperations", "create"),
            snippets: can("/textDocument/completion/completionItem/snippetSupport"),
            shows_documents: can("/window/showDocument/support"),
            virtual_documents: params
                .pointer("/initializationOptions/virtualDocuments")
                .and_then(Value::as_bool)
                == Some(true),
        }
    }
}
