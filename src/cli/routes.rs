//! Where calls go, by what the rules, the arguments and the settings say.

use std::sync::OnceLock;

use super::args::KnowledgeArgs;
use super::inputs::Knowledge;
use super::settings::Project;
use crate::config::Calls;
use crate::rules::{Endpoint, Ruleset, built_in};
use crate::verify::routes::{Mapping, Route, Routes};

/// The endpoints of the API itself; read once somebody asks for them.
pub type Others = OnceLock<Ruleset>;

/// Where calls go: the paths in the rules, and what the arguments and the settings say.
pub fn routes<'a>(
    args: &'a KnowledgeArgs,
    project: &'a Project,
    known: &'a Knowledge,
    others: &'a Others,
) -> Routes<'a> {
    // With one endpoint asked for, calls of the others are known by their URLs all the same.
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
