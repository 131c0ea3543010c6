//! What the commands that make up requests have in common: the endpoint, the tenant, how names are written.

use std::path::PathBuf;

use super::args::{CaseOption, Common, KnowledgeArgs, Made};
use super::inputs::Knowledge;
use super::settings::Project;
use crate::rules::Endpoint;
use crate::sample::{Case, Sampler};

/// The rules of this endpoint, and the tenant facts that the arguments or the settings name.
pub fn knowledge(endpoint: &str, tenant: Option<&PathBuf>, common: &Common) -> Result<Knowledge, String> {
    let args = KnowledgeArgs {
        endpoint: Some(endpoint.to_owned()),
        tenant: tenant.cloned(),
        ..KnowledgeArgs::default()
    };
    Knowledge::of(&args, common, &Project::of(common)?)
}

/// The endpoint, of which [`knowledge`] has seen that it is there.
pub fn endpoint<'k>(id: &str, known: &'k Knowledge) -> Result<&'k Endpoint, String> {
    let endpoint = known.rules.endpoint(id);
    endpoint.ok_or_else(|| format!("there is no endpoint \"{id}\""))
}

/// Makes up requests as the arguments ask for them.
pub fn sampler<'k>(made: &Made, endpoint: &'k Endpoint, known: &'k Knowledge) -> Sampler<'k> {
    let case = match made.case {
        CaseOption::Pascal => Case::Pascal,
        CaseOption::Camel => Case::Camel,
    };
    Sampler::new(endpoint, &known.tenant).in_case(case)
}
