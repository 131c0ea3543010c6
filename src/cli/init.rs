//! `geplint init`: writes a first settings file, based on the files in the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::args::Common;
use super::exit_code::{CLEAN, TROUBLE};
use super::terminal;
use crate::input::read::LARGEST;
use crate::input::{Entry, Reader, WalkOptions, collect};
use crate::json;
use crate::recognize::{Recognized, Standard, recognize_as};
use crate::report::{OutputError, labels, sanitize};
use crate::rules::{Candidate, built_in};
use crate::settings::FILE_NAME;

/// Snippets for a hook and for CI. The hook has a `files` line if every payload is in a folder with a plain name.
const SNIPPETS: &str = "\
A hook, in .pre-commit-config.yaml:

  repos:
    - repo: local
      hooks:
        - id: geplint
          name: geplint
          entry: geplint check --format concise --no-error-on-unmatched{skip}
          language: system
{files}          types: [json]
          require_serial: true

A CI step:

  geplint check

To accept existing findings, and report only new ones:

  geplint check --write-baseline
  geplint check --baseline geplint-baseline.json
";

/// The `.json` files of a folder.
#[derive(Default)]
struct Folder {
    /// The number of requests to each endpoint.
    requests: BTreeMap<String, u64>,
    /// True if there is a file that is neither a request nor a response.
    has_other_files: bool,
}

/// Writes the file, unless there is one, and prints the next steps.
pub fn run(common: &Common) -> Result<u8, OutputError> {
    let ready = refuse_unused_options(common).map(|()| built_in());
    let written = ready.and_then(|rules| {
        let folders = examine(&rules.candidates());
        let ids: Vec<&str> = rules.ids().collect();
        write(Path::new(FILE_NAME), &settings(&folders, &ids))?;
        Ok(folders)
    });
    let Some(folders) = terminal::ok_or_print(written, common) else {
        return Ok(TROUBLE);
    };
    let files = hook_files(&folders).map_or_else(String::new, |files| format!("          files: {files}\n"));
    // A hook passes names of files, and a named file that is not a payload is an error.
    let skip = if files.is_empty() {
        " --skip-unrecognized"
    } else {
        ""
    };
    let snippets = SNIPPETS.replace("{files}", &files).replace("{skip}", skip);
    let text = format!("Wrote {FILE_NAME}.\n{}\n{snippets}", folder_lines(&folders));
    terminal::print(&text)?;
    Ok(CLEAN)
}

/// Returns the pattern of the payloads for a hook. `None` if the hook has to see every JSON file: no payload was found, one
/// is in the working directory, or a name would have to be quoted.
fn hook_files(folders: &BTreeMap<PathBuf, Folder>) -> Option<String> {
    let tops: Option<BTreeSet<String>> = folders
        .keys()
        .map(|path| {
            let top = sanitize::plain_path(Path::new(path.components().next()?.as_os_str()));
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            top.chars().all(is_plain).then(|| top.replace('.', "\\."))
        })
        .collect();
    let tops: Vec<String> = tops?.into_iter().collect();
    match tops.as_slice() {
        [] => None,
        [one] => Some(format!("^{one}/")),
        several => Some(format!("^({})/", several.join("|"))),
    }
}

/// Refuses options that are valid for every command but have no effect on this one.
fn refuse_unused_options(common: &Common) -> Result<(), String> {
    let refused = [
        (
            common.config.is_some(),
            "--config",
            "it writes geplint.toml to the current folder",
        ),
        (
            common.no_config,
            "--no-config",
            "it writes settings, and does not read any",
        ),
        (
            !common.rules.is_empty(),
            "--rules",
            "name rules files under `rules` in the geplint.toml that it writes",
        ),
    ];
    match refused.iter().find(|(given, ..)| *given) {
        Some((_, option, why)) => Err(format!("init does not take {option}: {why}")),
        None => Ok(()),
    }
}

/// Examines every file below the working directory.
fn examine(endpoints: &[Candidate<'_>]) -> BTreeMap<PathBuf, Folder> {
    let mut folders: BTreeMap<PathBuf, Folder> = BTreeMap::new();
    let mut reader = Reader::new(LARGEST);
    for entry in collect(&[PathBuf::from(".")], &WalkOptions::default()) {
        let Entry::File { path, .. } = entry else { continue };
        let path = path.strip_prefix(".").unwrap_or(&path);
        let folder = folders
            .entry(path.parent().unwrap_or(Path::new("")).to_path_buf())
            .or_default();
        let Ok(bytes) = reader.file(path) else { continue };
        match recognize_as(&json::text(bytes).0, endpoints, Standard::Found) {
            Recognized::Request(id) => *folder.requests.entry(id.to_owned()).or_default() += 1,
            Recognized::Response => {}
            _ => folder.has_other_files = true,
        }
    }
    folders.retain(|_, folder| !folder.requests.is_empty());
    folders
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let shown = sanitize::plain_path(path);
    // An existing file may have been edited.
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| {
        let written = file.write_all(text.as_bytes());
        if written.is_err() {
            // The next run would not overwrite an incomplete file.
            let _ = fs::remove_file(path);
        }
        written
    });
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => format!("{shown} exists already, and was not changed"),
        _ => format!("{shown}: {error}"),
    })
}

/// Returns a line for each folder with requests.
fn folder_lines(folders: &BTreeMap<PathBuf, Folder>) -> String {
    if folders.is_empty() {
        return "No payload was found here: no .json file in this folder or below looks like a request to an endpoint that\n\
                geplint knows. The file lists all settings, commented out.\n"
            .to_owned();
    }
    let mut text = String::new();
    for (path, folder) in folders {
        let what: Vec<String> = folder
            .requests
            .iter()
            .map(|(id, count)| format!("{} to {id}", labels::count(*count, "request")))
            .collect();
        let name = if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            path
        };
        let _ = writeln!(text, "  {}: {}", sanitize::path(name), what.join(", "));
    }
    text
}

/// Returns the settings: found values are set, the others are commented out.
fn settings(folders: &BTreeMap<PathBuf, Folder>, endpoints: &[&str]) -> String {
    let tops: BTreeSet<String> = folders
        .keys()
        .filter_map(|path| everything_in(Path::new(path.components().next()?.as_os_str()), ""))
        .collect();
    let include = if tops.is_empty() {
        quoted("payloads/")
    } else {
        Vec::from_iter(tops).join(", ")
    };
    let mut text = format!(
        "# Settings of geplint. Paths and globs are relative to this folder; globs have the syntax of .gitignore.\n\
         # Options on the command line override these settings.\n\n\
         # Check only these paths; otherwise every .json file that looks like a payload.\n\
         # include = [{include}]\n\n\
         # Exclude these paths.\n\
         # exclude = [\"drafts/\", \"*.response.json\"]\n\n\
         # The lowest severity that makes a run fail: \"error\", \"warning\" or \"never\".\n\
         fail-on = \"error\"\n\n\
         # Known findings, written by geplint check --write-baseline.\n\
         # baseline = \"geplint-baseline.json\"\n\n\
         # Contact codes may be e-mail addresses at this tenant.\n\
         # contact-codes = \"email\"\n\n\
         # The format of the findings.\n\
         # [output]\n# format = \"concise\"\n\n\
         # Facts of the tenant: contacts, personas, currencies.\n\
         # [tenant]\n# file = \"tenant.toml\"\n\n\
         # Files that are requests to an endpoint, however misspelt. Other files are recognised by their property names.\n\
         # Endpoints: {}.\n",
        endpoints.join(", ")
    );
    files(&mut text, folders, endpoints);
    text.push_str(
        "\n# Another severity: \"error\", \"warning\" or \"off\", by rule, endpoint or evidence. `geplint explain` lists the rules.\n\
         # [[severity]]\n# rule = \"unknown-property\"\n# level = \"error\"\n\n\
         # An accepted finding, with a reason. In the pointer, * is one name or index, ** any number of them.\n\
         # [[ignore]]\n# path = \"old/*.json\"\n# rule = \"too-long\"\n# pointer = \"/*/**\"\n\
         # reason = \"truncated by the tenant's own rule\"\n# until = 2099-12-31\n",
    );
    text
}

/// Adds `[[files]]` for each folder that has requests to one endpoint and otherwise only responses.
fn files(text: &mut String, folders: &BTreeMap<PathBuf, Folder>, endpoints: &[&str]) {
    let mut any = false;
    for (path, folder) in folders {
        // A package.json may be added to the working directory at any time, so it gets no entry.
        let glob = everything_in(path, "*.json");
        let one = folder.requests.len() == 1 && !folder.has_other_files;
        let Some(glob) = glob.filter(|_| one) else {
            continue;
        };
        for id in folder.requests.keys() {
            let _ = write!(text, "[[files]]\nglob = {glob}\nendpoint = {}\n\n", quoted(id));
            any = true;
        }
    }
    if any {
        text.truncate(text.trim_end().len());
        text.push('\n');
    } else {
        let id = endpoints.first().copied().unwrap_or_default();
        let _ = write!(
            text,
            "# [[files]]\n# glob = \"payloads/*.json\"\n# endpoint = {}\n",
            quoted(id)
        );
    }
}

/// Formats a string as TOML.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Returns the glob of all files in a folder. `None` for a name with unprintable characters, because people read the
/// file.
fn everything_in(folder: &Path, ending: &str) -> Option<String> {
    let folder = sanitize::plain_path(folder);
    let plain = !folder.is_empty() && sanitize::is_harmless(&folder);
    plain.then(|| quoted(&format!("{}/{ending}", globset::escape(&folder))))
}
