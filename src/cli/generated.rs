//! The common part of the commands that generate requests: the endpoint, the tenant, the spelling of names.

use std::path::PathBuf;

use super::args::{CaseOption, Common, GeneratorArgs, KnowledgeArgs};
use super::inputs::Knowledge;
use super::settings::Project;
use super::settings_error::Fault;
use crate::rules::Endpoint;
use crate::sample::{Case, Sampler};

/// Returns the rules of the endpoint, and the facts of the tenant in the arguments or the settings.
pub fn knowledge(endpoint: &str, tenant: Option<&PathBuf>, common: &Common) -> Result<Knowledge, Fault> {
    let args = KnowledgeArgs {
        endpoint: Some(endpoint.to_owned()),
        tenant: tenant.cloned(),
        ..KnowledgeArgs::default()
    };
    Knowledge::of(&args, common, &Project::of(common)?)
}

/// Returns the endpoint. Its existence was checked by [`knowledge`].
pub fn endpoint<'k>(id: &str, known: &'k Knowledge) -> Result<&'k Endpoint, String> {
    let endpoint = known.rules.endpoint(id);
    endpoint.ok_or_else(|| format!("there is no endpoint \"{id}\""))
}

/// Creates the generator of requests for the arguments.
pub fn sampler<'k>(args: &GeneratorArgs, endpoint: &'k Endpoint, known: &'k Knowledge) -> Sampler<'k> {
    let case = match args.case {
        CaseOption::Pascal => Case::Pascal,
        CaseOption::Camel => Case::Camel,
    };
    Sampler::new(endpoint, &known.tenant).in_case(case)
}
