//! Checks a payload with a rules file: `cargo run --example check -- payload.json rules.toml [rules.toml …]`.
//!
//! Prints one line per finding, and the predicted response of the API.

use std::error::Error;
use std::{env, fs};

use geplint_core::rules::{Layer, Shared};
use geplint_core::source::Source;
use geplint_core::tenant::Tenant;
use geplint_core::{Checked, Options, Ruleset, check};

#[allow(clippy::print_stdout, reason = "an example shows what it has")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = env::args().skip(1);
    let payload = fs::read(paths.next().ok_or("name a payload")?)?;
    let mut files = Vec::new();
    for path in paths {
        files.push((fs::read_to_string(&path)?, path));
    }
    let layers: Vec<Layer<'_>> = files.iter().map(|(text, name)| Layer { name, text }).collect();
    let rules = Ruleset::new(&layers, Shared::default())?;
    match check(&payload, &rules, &Tenant::default(), &Options::default()) {
        Checked::Request {
            findings, prediction, ..
        } => {
            let source = Source::new("payload", &payload);
            for finding in &findings {
                let place = source.position(finding.span.start);
                println!(
                    "{}:{} {} {}",
                    place.line, place.column, finding.rule, finding.message
                );
            }
            let envelope = prediction.ok().map(|prediction| prediction.envelope);
            println!("{}", serde_json::to_string_pretty(&envelope)?);
        }
        other => println!("{other:?}"),
    }
    Ok(())
}
