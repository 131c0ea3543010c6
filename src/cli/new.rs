//! `geplint new`: a request body to start from.

use std::io;

use super::args::{Common, New};
use super::exit_code::{CLEAN, FINDINGS, TROUBLE};
use super::settings_error::Fault;
use super::{generated, terminal};
use crate::json::{Value, pretty};
use crate::report::{OutputError, output, sanitize};
use crate::sample::Extent;

/// Prints the body. Warns if it has findings, which is only possible with rules of the user.
pub fn run(args: &New, common: &Common) -> Result<u8, OutputError> {
    let Some((body, worst_finding)) = terminal::ok_or_print(body(args, common), common) else {
        return Ok(TROUBLE);
    };
    output::write(&mut io::stdout().lock(), &(pretty(&body, "\n") + "\n"))?;
    let Some(worst_finding) = worst_finding else {
        return Ok(CLEAN);
    };
    let shown = sanitize::escape(&worst_finding);
    terminal::warn(common, &format!("the body has findings: {shown}"));
    Ok(FINDINGS)
}

fn body(args: &New, common: &Common) -> Result<(Value, Option<String>), Fault> {
    let known = generated::knowledge(&args.generator.endpoint, args.generator.tenant.as_ref(), common)?;
    let endpoint = generated::endpoint(&args.generator.endpoint, &known)?;
    let sampler = generated::sampler(&args.generator, endpoint, &known);
    let extent = if args.full { Extent::Full } else { Extent::Minimal };
    let body = sampler.body(args.records as usize, extent);
    let worst_finding = sampler.worst_finding(&body);
    Ok((body, worst_finding))
}
