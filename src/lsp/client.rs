//! What the client can do, as it says when a session begins.
//!
//! Read leniently: of a client that describes itself wrongly only what is wrong is lost.

use serde_json::Value;

use super::text::Encoding;

/// What the client can do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Client {
    /// How it counts columns.
    pub encoding: Encoding,
    /// It asks for diagnostics itself; they are not sent to it as well.
    pub pulls: bool,
    /// It asks for them again on request.
    pub refreshes: bool,
    /// It watches files for the server.
    pub watches: bool,
    /// It takes edits of documents with their versions.
    pub versioned_edits: bool,
    /// It creates files in edits.
    pub creates_files: bool,
    /// It takes completions with places to fill in.
    pub snippets: bool,
    /// It shows documents that the server names.
    pub shows_documents: bool,
    /// It has documents of the server under `geplint-explain:` and `geplint-response:`.
    pub virtual_documents: bool,
}

impl Client {
    /// What the parameters of `initialize` say.
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
            // Bytes need no counting.
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
