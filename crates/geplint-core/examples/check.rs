//! Checks a payload with rules files, and prints the findings and the predicted response:
//! `cargo run --example check -- payload.json rules/*.toml rules/lists/*.txt rules/endpoints/*.toml`

use std::error::Error;
use std::fmt::Write as _;
use std::{env, fs};

use geplint_core::rules::Layer;
use geplint_core::source::Source;
use geplint_core::tenant::Tenant;
use geplint_core::{Checked, Options, Ruleset, check};

/// Returns a line for each finding, and the response.
pub fn report(payload: &[u8], layers: &[Layer<'_>]) -> Result<String, Box<dyn Error>> {
    let rules = Ruleset::new(layers)?;
    let checked = check(payload, &rules, &Tenant::default(), &Options::default());
    let Checked::Request {
        findings, prediction, ..
    } = checked
    else {
        return Ok(format!("{checked:?}\n"));
    };
    let source = Source::new("payload", payload);
    let mut out = String::new();
    for finding in &findings {
        let place = source.position(finding.span.start);
        writeln!(
            out,
            "{}:{} {} {}",
            place.line, place.column, finding.rule, finding.message
        )?;
    }
    let envelope = prediction.ok().map(|prediction| prediction.envelope);
    Ok(out + &serde_json::to_string_pretty(&envelope)? + "\n")
}

#[allow(dead_code, clippy::print_stdout, reason = "a program that tests include")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = env::args().skip(1);
    let payload = fs::read(paths.next().ok_or("name a payload")?)?;
    let mut files = Vec::new();
    for path in paths {
        files.push((fs::read_to_string(&path)?, path));
    }
    let layers: Vec<Layer<'_>> = files.iter().map(|(text, name)| Layer { name, text }).collect();
    print!("{}", report(&payload, &layers)?);
    Ok(())
}
