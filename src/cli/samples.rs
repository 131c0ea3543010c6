//! `geplint samples`: writes requests that satisfy and that violate each constraint to a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::args::{Common, SamplesArgs};
use super::exit_code::{CLEAN, TROUBLE};
use super::inputs::Knowledge;
use super::{generated, terminal};
use crate::json::{self, pretty};
use crate::lint;
use crate::predict::predict;
use crate::report::labels::count;
use crate::report::{AtomicFile, OutputError, sanitize};
use crate::rules::Endpoint;
use crate::sample::{Lack, Samples};
use crate::tenant::Tenant;

/// The list of written files: the SHA-256 and the name of each, one a line.
const MANIFEST: &str = "geplint-samples.txt";

/// The first line of the list.
const TITLE: &str = "# Written by geplint samples: the SHA-256 and name of each file. An unchanged file in this list may be overwritten.";

/// The contents of files, by name.
type Files = BTreeMap<String, String>;

/// Writes the folder, or nothing if that would overwrite a file that geplint has not written.
pub fn run(args: &SamplesArgs, common: &Common) -> Result<u8, OutputError> {
    let Some((files, samples, known)) = terminal::ok_or_print(files(args, common), common) else {
        return Ok(TROUBLE);
    };
    let written = write(&args.output, &files);
    let Some(removed) = terminal::ok_or_print(written, common) else {
        return Ok(TROUBLE);
    };
    for line in lacking(&samples.lacking, &known.tenant) {
        terminal::eprintln(&sanitize::escape(&line));
    }
    let predicted = files.keys().filter(|name| name.ends_with(PREDICTED)).count();
    let removed = match removed {
        0 => String::new(),
        gone => format!("; removed {} from an earlier run", count(gone as u64, "file")),
    };
    terminal::print(&format!(
        "Wrote {} for {} to {}, {} with a predicted response{removed}.\n",
        count(samples.all.len() as u64, "request"),
        count(samples.all.len() as u64 / 2, "constraint"),
        sanitize::path(&args.output),
        predicted
    ))?;
    Ok(CLEAN)
}

/// The end of the name of a file with a predicted response.
const PREDICTED: &str = ".predicted.json";

fn files(args: &SamplesArgs, common: &Common) -> Result<(Files, Samples, Knowledge), String> {
    let known = generated::knowledge(&args.made.endpoint, args.made.tenant.as_ref(), common)?;
    let endpoint = generated::endpoint(&args.made.endpoint, &known)?;
    let samples = generated::sampler(&args.made, endpoint, &known).samples();
    let mut files = Files::new();
    for sample in &samples.all {
        // In a rules file of the user, a table may have any name.
        let name = sanitize::plain_path(Path::new(&sample.name)).replace(['/', '\\'], "-");
        let body = pretty(&sample.body, "\n") + "\n";
        if let Some(response) = predicted(&body, endpoint, &known.tenant) {
            files.insert(format!("{name}{PREDICTED}"), response);
        }
        files.insert(format!("{name}.json"), body);
    }
    Ok((files, samples, known))
}

/// Returns the predicted response to a body; `None` if none can be predicted.
fn predicted(body: &str, endpoint: &Endpoint, tenant: &Tenant) -> Option<String> {
    let (text, errors) = json::text(body.as_bytes());
    let checked = lint::check(&text, errors, endpoint, tenant, true);
    let prediction = predict(endpoint, &checked).ok()?;
    Some(pretty(&prediction.envelope, "\n") + "\n")
}

/// Writes the files, and removes files of an earlier run that are no longer generated. Returns the number of removed files.
/// Nothing is written if one of the files exists and differs from what an earlier run has written.
fn write(folder: &Path, files: &Files) -> Result<usize, String> {
    let fail = |name: &str, why: String| format!("{}: {why}", sanitize::plain_path(&folder.join(name)));
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", sanitize::plain_path(folder)))?;
    let before = manifest(folder).map_err(|why| fail(MANIFEST, why))?;
    for (name, text) in files {
        let there = contents(&folder.join(name)).map_err(|why| fail(name, why))?;
        let is_ours = |there: &Vec<u8>| there == text.as_bytes() || before.get(name) == Some(&digest(there));
        if there.is_some_and(|there| !is_ours(&there)) {
            let why = format!(
                "it was not written by `geplint samples` ({MANIFEST} lists its files), or has changed since; remove it, or use another folder"
            );
            return Err(fail(name, why));
        }
    }
    let mut listed = format!("{TITLE}\n");
    for (name, text) in files {
        let _ = writeln!(listed, "{}  {name}", digest(text.as_bytes()));
    }
    // First, so that the next run knows all files of an interrupted one.
    let all: BTreeSet<&str> = before.keys().map(String::as_str).collect();
    put(&folder.join(MANIFEST), &listed).map_err(|why| fail(MANIFEST, why))?;
    for (name, text) in files {
        put(&folder.join(name), text).map_err(|why| fail(name, why))?;
    }
    let mut removed = 0;
    for name in all.into_iter().filter(|name| !files.contains_key(*name)) {
        let path = folder.join(name);
        let there = contents(&path).map_err(|why| fail(name, why))?;
        if there.is_some_and(|there| before.get(name) == Some(&digest(&there))) {
            fs::remove_file(&path).map_err(|error| fail(name, error.to_string()))?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Returns the checksums of the files of an earlier run, by name. Only names without a folder are accepted.
fn manifest(folder: &Path) -> Result<BTreeMap<String, String>, String> {
    let Some(bytes) = contents(&folder.join(MANIFEST))? else {
        return Ok(BTreeMap::new());
    };
    let text = String::from_utf8_lossy(&bytes);
    if text.lines().next() != Some(TITLE) {
        return Err("it was not written by `geplint samples`; use another folder".to_owned());
    }
    let lines = text.lines().filter_map(|line| line.split_once("  "));
    let inside =
        lines.filter(|(_, name)| name.strip_suffix(".json").is_some() && !name.contains(['/', '\\']));
    Ok(inside
        .map(|(digest, name)| (name.to_owned(), digest.to_owned()))
        .collect())
}

/// Returns the content of a file; `None` if it does not exist.
fn contents(path: &Path) -> Result<Option<Vec<u8>>, String> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
        Ok(there) if !there.is_file() => Err("it exists, and is not a regular file".to_owned()),
        Ok(_) => fs::read(path).map(Some).map_err(|error| error.to_string()),
    }
}

fn put(path: &Path, text: &str) -> Result<(), String> {
    let written = AtomicFile::create(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.commit()
    });
    written.map_err(|error| error.to_string())
}

fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Returns the notes on constraints without samples: one line for all that need facts of the tenant, and one for each other
/// reason.
fn lacking(lacking: &[Lack], tenant: &Tenant) -> Vec<String> {
    let needed = |lack: &&Lack| lack.constraint.needs.is_some_and(|fact| !tenant.has_list(fact));
    let (without, others): (Vec<&Lack>, Vec<&Lack>) = lacking.iter().partition(needed);
    let mut lines = Vec::new();
    if !without.is_empty() {
        let facts: BTreeSet<&str> = without
            .iter()
            .filter_map(|lack| Some(lack.constraint.needs?.name()))
            .collect();
        let facts = Vec::from_iter(facts).join(", ");
        let constraints = count(without.len() as u64, "constraint");
        lines.push(format!(
            "no samples for {constraints} without facts of the tenant: {facts} (--tenant)"
        ));
    }
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for lack in others {
        let constraint = &lack.constraint;
        let name = format!("{} {}", constraint.name, constraint.rule);
        reasons.entry(&lack.why).or_default().push(name);
    }
    lines.extend(reasons.into_iter().map(|(why, names)| {
        let more = match names.len() {
            0..=SHOWN => String::new(),
            all => format!(", and {} more", all - SHOWN),
        };
        let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
        format!("no samples for {}{more}: {why}", shown.join(", "))
    }));
    lines
}

/// The maximum number of constraints that are listed for one reason.
const SHOWN: usize = 3;
