//! `geplint samples`: writes requests that satisfy and that violate each constraint to a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::args::{Common, SamplesArgs};
use super::exit_code::{CLEAN, TROUBLE};
use super::inputs::Knowledge;
use super::settings_error::Fault;
use super::{generated, terminal};
use crate::io::sha256;
use crate::json::{self, pretty};
use crate::lint;
use crate::predict::predict;
use crate::report::labels::count;
use crate::report::{AtomicFile, OutputError, sanitize};
use crate::rules::Endpoint;
use crate::sample::{Samples, Uncovered};
use crate::tenant::Tenant;

/// The list of written files: the SHA-256 and the name of each, one a line.
const MANIFEST: &str = "geplint-samples.txt";

/// The first line of the list.
const TITLE: &str = "# Written by geplint samples: the SHA-256 and name of each file. An unchanged file in this list may be overwritten.";

/// The start of a line with the endpoint of the files below it.
const SECTION: &str = "# Endpoint: ";

/// A file that an earlier run has written.
struct Listed {
    /// The SHA-256 of its contents.
    digest: String,
    /// The id of the endpoint; empty in a list without endpoints.
    endpoint: String,
}

/// The files of earlier runs that are no longer generated.
struct Outdated {
    /// The number of removed files.
    removed: u64,
    /// The files that were not removed, because they have changed.
    kept: Vec<PathBuf>,
}

/// The contents of files, by name.
type Files = BTreeMap<String, String>;

/// Writes the folder. Writes nothing if that would overwrite a file that geplint has not written.
pub fn run(args: &SamplesArgs, common: &Common) -> Result<u8, OutputError> {
    let Some((files, samples, known)) = terminal::ok_or_print(files(args, common), common) else {
        return Ok(TROUBLE);
    };
    let written = write(&args.output, &args.generator.endpoint, &files);
    let Some(Outdated { removed, kept }) = terminal::ok_or_print(written, common) else {
        return Ok(TROUBLE);
    };
    for line in uncovered(&samples.uncovered, &known.tenant) {
        terminal::eprintln(&sanitize::escape(&line));
    }
    let predicted = files.keys().filter(|name| name.ends_with(PREDICTED)).count();
    let removed = match removed {
        0 => String::new(),
        gone => format!("; removed {} from an earlier run", count(gone, "file")),
    };
    for path in kept {
        terminal::eprintln(&format!(
            "kept {}: it is no longer generated, but has changed since it was written",
            sanitize::path(&path)
        ));
    }
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

fn files(args: &SamplesArgs, common: &Common) -> Result<(Files, Samples, Knowledge), Fault> {
    let known = generated::knowledge(&args.generator.endpoint, args.generator.tenant.as_ref(), common)?;
    let endpoint = generated::endpoint(&args.generator.endpoint, &known)?;
    let samples = generated::sampler(&args.generator, endpoint, &known).samples();
    let mut files = Files::new();
    for sample in &samples.all {
        // Endpoints may have tables of the same name, and tables in a user's rules file may have any name.
        let name = format!("{}.{}", endpoint.id, sample.name);
        let name = sanitize::plain_path(Path::new(&name)).replace(['/', '\\'], "-");
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

/// Writes the files of an endpoint, and removes files of an earlier run for the same endpoint that are no longer
/// generated. Nothing is written if an existing file differs from that of an earlier run.
fn write(folder: &Path, endpoint: &str, files: &Files) -> Result<Outdated, String> {
    let fail = |name: &str, why: String| format!("{}: {why}", sanitize::plain_path(&folder.join(name)));
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", sanitize::plain_path(folder)))?;
    let before = manifest(folder).map_err(|why| fail(MANIFEST, why))?;
    for (name, text) in files {
        let existing = contents(&folder.join(name)).map_err(|why| fail(name, why))?;
        let is_ours = |existing: &Vec<u8>| existing == text.as_bytes() || is_listed(&before, name, existing);
        if existing.is_some_and(|existing| !is_ours(&existing)) {
            let why = format!(
                "it was not written by `geplint samples` ({MANIFEST} lists its files), or has changed since; remove it, or use another folder"
            );
            return Err(fail(name, why));
        }
    }
    let put = |name: &str, text: &str| {
        AtomicFile::write_whole(&folder.join(name), text).map_err(|error| fail(name, error.to_string()))
    };
    // First, so that the next run has the names of all files of an interrupted one.
    put(MANIFEST, &list(&before, endpoint, files))?;
    for (name, text) in files {
        put(name, text)?;
    }
    let mut outdated = Outdated {
        removed: 0,
        kept: Vec::new(),
    };
    let own = before.iter().filter(|(_, listed)| listed.endpoint == endpoint);
    for name in own
        .map(|(name, _)| name)
        .filter(|name| !files.contains_key(*name))
    {
        let path = folder.join(name);
        let existing = contents(&path).map_err(|why| fail(name, why))?;
        let Some(existing) = existing else { continue };
        if is_listed(&before, name, &existing) {
            fs::remove_file(&path).map_err(|error| fail(name, error.to_string()))?;
            outdated.removed += 1;
        } else {
            outdated.kept.push(path);
        }
    }
    Ok(outdated)
}

/// Returns true if a file is unchanged since an earlier run wrote it.
fn is_listed(before: &BTreeMap<String, Listed>, name: &str, content: &[u8]) -> bool {
    before
        .get(name)
        .is_some_and(|listed| listed.digest == sha256(content))
}

/// Returns the new list: the files of this run, and those of earlier runs for other endpoints.
fn list(before: &BTreeMap<String, Listed>, endpoint: &str, files: &Files) -> String {
    let mut sections: BTreeMap<&str, Vec<(&str, String)>> = BTreeMap::new();
    for (name, listed) in before {
        if listed.endpoint != endpoint && !files.contains_key(name) {
            let section = sections.entry(&listed.endpoint).or_default();
            section.push((name, listed.digest.clone()));
        }
    }
    let own = files
        .iter()
        .map(|(name, text)| (name.as_str(), sha256(text.as_bytes())));
    sections.insert(endpoint, own.collect());
    let mut text = format!("{TITLE}\n");
    // Files without an endpoint come before the first section.
    for (id, files) in sections {
        if !id.is_empty() {
            let _ = writeln!(text, "{SECTION}{id}");
        }
        for (name, digest) in files {
            let _ = writeln!(text, "{digest}  {name}");
        }
    }
    text
}

/// Returns the files of earlier runs, by name. Only names without a folder are accepted.
fn manifest(folder: &Path) -> Result<BTreeMap<String, Listed>, String> {
    let Some(bytes) = contents(&folder.join(MANIFEST))? else {
        return Ok(BTreeMap::new());
    };
    let text = String::from_utf8_lossy(&bytes);
    if text.lines().next() != Some(TITLE) {
        return Err("it was not written by `geplint samples`; use another folder".to_owned());
    }
    let mut all = BTreeMap::new();
    let mut endpoint = "";
    for line in text.lines() {
        if let Some(id) = line.strip_prefix(SECTION) {
            endpoint = id;
        } else if let Some((digest, name)) = line.split_once("  ")
            && name.strip_suffix(".json").is_some()
            && !name.contains(['/', '\\'])
        {
            let listed = Listed {
                digest: digest.to_owned(),
                endpoint: endpoint.to_owned(),
            };
            all.insert(name.to_owned(), listed);
        }
    }
    Ok(all)
}

/// Returns the content of a file; `None` if it does not exist.
fn contents(path: &Path) -> Result<Option<Vec<u8>>, String> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
        Ok(existing) if !existing.is_file() => Err("it exists, and is not a regular file".to_owned()),
        Ok(_) => fs::read(path).map(Some).map_err(|error| error.to_string()),
    }
}

/// Returns the notes on constraints without samples: one line for all that need facts of the tenant, and one for each other
/// reason.
fn uncovered(uncovered: &[Uncovered], tenant: &Tenant) -> Vec<String> {
    let needed = |one: &&Uncovered| one.constraint.needs.is_some_and(|fact| !tenant.has_list(fact));
    let (without, others): (Vec<&Uncovered>, Vec<&Uncovered>) = uncovered.iter().partition(needed);
    let mut lines = Vec::new();
    if !without.is_empty() {
        let facts: BTreeSet<&str> = without
            .iter()
            .filter_map(|one| Some(one.constraint.needs?.name()))
            .collect();
        let facts = Vec::from_iter(facts).join(", ");
        let constraints = count(without.len() as u64, "constraint");
        lines.push(format!(
            "no samples for {constraints} without facts of the tenant: {facts} (--tenant)"
        ));
    }
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for one in others {
        let constraint = &one.constraint;
        let name = format!("{} {}", constraint.name, constraint.rule);
        reasons.entry(&one.why).or_default().push(name);
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
