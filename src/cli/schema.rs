//! `geplint schema`: a JSON Schema of a request body.

use std::io;

use super::args::{Common, DraftOption, SchemaArgs};
use super::exit_code::{CLEAN, TROUBLE};
use super::settings_error::Fault;
use super::{generated, terminal};
use crate::json::pretty;
use crate::report::{OutputError, output};
use crate::schema::{Draft, schema};

/// Prints the schema.
pub fn run(args: &SchemaArgs, common: &Common) -> Result<u8, OutputError> {
    let Some(text) = terminal::ok_or_print(text(args, common), common) else {
        return Ok(TROUBLE);
    };
    output::write(&mut io::stdout().lock(), &text)?;
    Ok(CLEAN)
}

fn text(args: &SchemaArgs, common: &Common) -> Result<String, Fault> {
    let known = generated::knowledge(&args.endpoint, args.tenant.as_ref(), common)?;
    let endpoint = generated::endpoint(&args.endpoint, &known)?;
    let draft = match args.draft {
        DraftOption::Seven => Draft::Seven,
        DraftOption::Of2020 => Draft::Of2020,
    };
    Ok(pretty(&schema(endpoint, &known.tenant, draft), "\n") + "\n")
}
