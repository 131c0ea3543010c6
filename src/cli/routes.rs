//! The routes of calls, from the rules, the arguments and the settings.

use std::sync::OnceLock;

use super::args::KnowledgeArgs;
use super::inputs::Knowledge;
use super::settings::Project;
use crate::rules::{Endpoint, Ruleset, built_in};
use crate::settings::Calls;
use crate::verify::routes::{Mapping, Route, Routes};

/// All endpoints of the API, loaded when needed.
pub type Others = OnceLock<Ruleset>;

/// Returns the routes of calls: the paths in the rules, the arguments and the settings.
pub fn routes<'a>(
    args: &'a KnowledgeArgs,
    project: &'a Project,
    known: &'a Knowledge,
    others: &'a Others,
) -> Routes<'a> {
    // With `--endpoint`, calls of other endpoints must still be recognized by their URLs.
    let ids: Vec<&str> = known.rules.endpoints().map(|endpoint| &*endpoint.id).collect();
    let others = others.get_or_init(built_in).endpoints();
    let others = others.filter(|other| !ids.contains(&&*other.id));
    let route = |endpoint: &'a Endpoint| Route {
        endpoint: &endpoint.id,
        path: &endpoint.path,
    };
    let mapping = |calls: &'a Calls| Mapping {
        url: &calls.url.value,
        endpoint: &calls.endpoint.value,
    };
    Routes {
        known: known.rules.endpoints().chain(others).map(route).collect(),
        bases: args.base_path.iter().map(String::as_str).collect(),
        mapped: project.config.calls.iter().map(mapping).collect(),
        only: args.endpoint.as_deref(),
    }
}
