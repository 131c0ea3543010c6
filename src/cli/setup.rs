//! What the commands have in common before they look at any file: the files, the rules, the tenant.

use std::fs;
use std::path::{Path, PathBuf};

use super::args::{Files, Knowledge};
use crate::input::{Entry, Excludes, WalkOptions, collect};
use crate::report::sanitize;
use crate::rules::{Endpoint, builtin, builtin_ids};
use crate::tenant::{self, Tenant};

/// The files that the arguments name.
pub fn entries(files: &Files) -> Result<Vec<Entry>, String> {
    let here = std::env::current_dir().unwrap_or_default();
    let excludes = Excludes::new(&here, &files.exclude)
        .map_err(|bad| format!("--exclude \"{}\": {}", bad.glob, bad.message))?;
    let options = WalkOptions {
        excludes,
        no_ignore: files.no_ignore,
        hidden: files.hidden,
    };
    Ok(collect(&files.paths, &options))
}

/// Rules and tenant facts.
pub struct Known {
    /// The endpoints that a file may be for: the one named, else all.
    pub endpoints: Vec<&'static Endpoint>,
    /// An endpoint was named: no file is asked what it looks like.
    pub named: bool,
    /// What the tenant holds.
    pub tenant: Tenant,
}

impl Known {
    /// Reads what the arguments name; the message says which file is wrong, and where.
    pub fn of(args: &Knowledge) -> Result<Self, String> {
        let endpoints = match &args.endpoint {
            None => builtin_ids().filter_map(builtin).collect(),
            Some(id) => vec![builtin(id).ok_or_else(|| no_endpoint(id))?],
        };
        let tenant = args
            .tenant
            .as_deref()
            .map(tenant_file)
            .transpose()?
            .unwrap_or_default();
        Ok(Self {
            endpoints,
            named: args.endpoint.is_some(),
            tenant,
        })
    }
}

/// What to say of an endpoint id that there is not.
pub fn no_endpoint(id: &str) -> String {
    format!(
        "there is no endpoint \"{id}\"; endpoints: {}",
        builtin_ids().collect::<Vec<_>>().join(", ")
    )
}

/// Reads a tenant file; the lists that it names lie beside it.
fn tenant_file(path: &Path) -> Result<Tenant, String> {
    let shown = sanitize::plain_path(path);
    let text = fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut read = |name: &str| fs::read(folder.join(name)).map_err(|error| error.to_string());
    tenant::load(&text, &mut read).map_err(|error| {
        let file = error
            .file
            .as_ref()
            .map_or(shown, |name| sanitize::plain_path(&folder.join(name)));
        format!("{file}:{}:{}: {}", error.line, error.column, error.message)
    })
}

/// What to say of a file that may be for several endpoints.
pub fn ambiguous(ids: &[String]) -> String {
    format!(
        "cannot tell its endpoint: looks like {}; pass --endpoint",
        ids.join(" or ")
    )
}

/// What to say of a named file that is no payload.
pub fn stranger(reason: &str) -> String {
    format!("no payload of a known endpoint: {reason}; pass --endpoint to check it all the same")
}

/// What to say when there was no file at all.
pub fn nothing_matched(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| sanitize::path(path)).collect();
    format!(
        "no payload to check in {}; -v says what was skipped",
        paths.join(", ")
    )
}
