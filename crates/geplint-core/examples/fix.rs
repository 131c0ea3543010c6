//! Checks a payload with the settings of a team. Prints the findings that these settings show, with lines and UTF-16
//! columns as editors count them, and the payload with all safe fixes:
//! `cargo run --example fix -- payload.json geplint.toml rules.toml...`

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use geplint_core::fix::{CheckResult, Tally, fix_all};
use geplint_core::rules::Layer;
use geplint_core::settings::{self, Date, Name, Settings};
use geplint_core::source::Source;
use geplint_core::suppress::suppress;
use geplint_core::tenant::Tenant;
use geplint_core::{Checked, Options, Ruleset, check};

/// Returns a line for each finding, and the fixed payload.
pub fn report(
    path: &str,
    payload: &[u8],
    config: &str,
    layers: &[Layer<'_>],
) -> Result<String, Box<dyn Error>> {
    let rules = Ruleset::new(layers)?;
    let config = settings::load(config).map_err(|mistake| mistake.message)?;
    let name = Name {
        config: Some(Path::new(path)),
        baseline: path,
    };
    let here = Settings::new(&config, Date::EPOCH).for_path(name);
    let mut options = Options::default();
    options.endpoint = here.endpoint().map(|id| id.value.as_str());
    // Of a version of the payload: all findings, and those that the settings show.
    let found = |bytes: &[u8]| match check(bytes, &rules, &Tenant::default(), &options) {
        Checked::Request { findings, .. } => {
            CheckResult::new(Tally::of(&findings), suppress(findings, &here).0)
        }
        _ => CheckResult::new(Tally::of(&[]), Vec::new()),
    };

    let source = Source::new(path, payload);
    let mut out = String::new();
    for finding in found(payload).shown() {
        let start = finding.span.start;
        let (line, column) = (source.position(start).line, source.utf16_column(start));
        writeln!(out, "{line}:{column} {} {}", finding.rule, finding.message)?;
    }
    if let Some(fixed) = fix_all(payload, false, &mut |bytes| found(bytes)) {
        out += &String::from_utf8(fixed.bytes)?;
    }
    Ok(out)
}

#[allow(dead_code, clippy::print_stdout, reason = "a program that tests include")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = env::args().skip(1);
    let path = paths.next().ok_or("name a payload")?;
    let config = fs::read_to_string(paths.next().ok_or("name a settings file")?)?;
    let mut files = Vec::new();
    for path in paths {
        files.push((fs::read_to_string(&path)?, path));
    }
    let layers: Vec<Layer<'_>> = files.iter().map(|(text, name)| Layer { name, text }).collect();
    print!("{}", report(&path, &fs::read(&path)?, &config, &layers)?);
    Ok(())
}
