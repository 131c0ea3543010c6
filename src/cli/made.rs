//! What the commands that make up requests have in common: the endpoint, the tenant, how names are written.

use super::args::{CaseOption, Common, KnowledgeArgs, Made};
use super::inputs::Knowledge;
use super::settings::Project;
use crate::rules::Endpoint;
use crate::sample::{Case, Sampler};

/// The rules and the tenant facts that the arguments and the settings name.
pub fn knowledge(made: &Made, common: &Common) -> Result<Knowledge, String> {
    let args = KnowledgeArgs {
        endpoint: Some(made.endpoint.clone()),
        tenant: made.tenant.clone(),
        ..KnowledgeArgs::default()
    };
    Knowledge::of(&args, common, &Project::of(common)?)
}

/// The endpoint, of which [`knowledge`] has seen that it is there.
pub fn endpoint<'k>(made: &Made, known: &'k Knowledge) -> Result<&'k Endpoint, String> {
    let endpoint = known.rules.endpoint(&made.endpoint);
    endpoint.ok_or_else(|| format!("there is no endpoint \"{}\"", made.endpoint))
}

/// Makes up requests as the arguments ask for them.
pub fn sampler<'k>(made: &Made, endpoint: &'k Endpoint, known: &'k Knowledge) -> Sampler<'k> {
    let case = match made.case {
        CaseOption::Pascal => Case::Pascal,
        CaseOption::Camel => Case::Camel,
    };
    Sampler::new(endpoint, &known.tenant).in_case(case)
}
