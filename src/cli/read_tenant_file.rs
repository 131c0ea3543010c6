//! The tenant file: finds the lists that it names, and describes the lists that were read.

use std::path::{Path, PathBuf};

use globset::Glob;

use super::read_settings_file;
use super::settings_error::Fault;
use super::settings_source::SettingsSource;
use crate::input::Bounds;
use crate::report::{Position, sanitize};
use crate::tenant::{self, ListFile, ListFiles, Loaded, Tenant, TenantError};
use crate::toml_entry;
use crate::verify::calls::{Calls, Format};

/// The maximum number of files that a glob may match.
const MOST: usize = 10_000;

/// Reads a tenant file. The lists that it names must be in its folder or its repository. Their paths are added to
/// `files`.
pub fn load(source: &SettingsSource, path: &Path, files: &mut Vec<PathBuf>) -> Result<Tenant, Fault> {
    let text = source.text(path, read_settings_file::FACTS)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    files.push(path.to_path_buf());
    let load = |text: &str, files: &mut Vec<PathBuf>| {
        let mut lists = Lists {
            source,
            folder,
            bounds: Bounds::of(folder),
            read: files,
        };
        tenant::load_from(text, &mut lists)
    };
    let first = match load(&text, files) {
        Ok(tenant) => return Ok(tenant),
        Err(first) => first,
    };
    let fault = |error: TenantError| {
        let file = error.file.map(|name| folder.join(name));
        Fault {
            position: Some(error.position),
            ..Fault::of(file.as_deref().unwrap_or(path), error.message)
        }
    };
    let start = |error: &TenantError, text: &str| {
        let Position { line, column } = error.position;
        let before = text.split_inclusive('\n').take(line as usize - 1);
        let line: usize = before.map(str::len).sum();
        error.file.is_none().then_some(line + column as usize - 1)
    };
    let all = toml_entry::mistakes(&text, &mut |text| load(text, &mut Vec::new()).err(), start);
    Err(Fault::all(all.into_iter().map(fault)).unwrap_or_else(|| fault(first)))
}

/// The files of the lists.
struct Lists<'a> {
    source: &'a SettingsSource,
    folder: &'a Path,
    bounds: Bounds,
    read: &'a mut Vec<PathBuf>,
}

impl Lists<'_> {
    /// Returns the names that a glob matches, sorted. Globs match file names, not folders.
    fn matching(&self, pattern: &str) -> Result<Vec<String>, String> {
        let (folder, name) = pattern
            .rsplit_once('/')
            .map_or(("", pattern), |(folder, name)| (folder, name));
        if is_glob(folder) {
            return Err("a glob can only be in the file name, not in a folder name".to_owned());
        }
        let glob = Glob::new(name)
            .map_err(|error| error.to_string())?
            .compile_matcher();
        let inside = self.folder.join(folder);
        self.bounds.admit(&inside)?;
        let inside = if inside.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &inside
        };
        let listed = std::fs::read_dir(inside).map_err(|error| error.to_string())?;
        let mut names: Vec<String> = listed
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| glob.is_match(name))
            .take(MOST + 1)
            .map(|name| {
                if folder.is_empty() {
                    name
                } else {
                    format!("{folder}/{name}")
                }
            })
            .collect();
        names.sort_unstable();
        match names.len() {
            0 => Err("no file matches".to_owned()),
            count if count > MOST => Err(format!("more than {MOST} files match")),
            _ => Ok(names),
        }
    }

    fn file(&mut self, name: &str) -> Result<Vec<ListFile>, String> {
        let list = self.folder.join(name);
        self.bounds.admit(&list)?;
        let bytes = self.source.bytes(&list, read_settings_file::FACTS);
        self.read.push(list);
        let bytes = bytes?;
        let format = Format::of_start(&bytes);
        let is_har = format == Some(Format::Har) || name.to_ascii_lowercase().ends_with(".har");
        if is_har || format.is_some() {
            match Calls::read(&bytes) {
                Ok(calls) => return answers(name, &calls),
                Err(why) if is_har => return Err(why),
                Err(_) => {}
            }
        }
        Ok(vec![ListFile {
            name: name.to_owned(),
            bytes,
            recorded: false,
        }])
    }
}

impl ListFiles for Lists<'_> {
    fn exists(&self, name: &str) -> bool {
        is_glob(name) && self.matching(name).is_ok() || self.folder.join(name).is_file()
    }

    fn read(&mut self, name: &str) -> Result<Vec<ListFile>, String> {
        if !is_glob(name) || self.folder.join(name).is_file() {
            return self.file(name);
        }
        let mut files = Vec::new();
        for name in self.matching(name)? {
            files.extend(self.file(&name).map_err(|why| format!("{name}: {why}"))?);
        }
        Ok(files)
    }
}

fn is_glob(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

/// Returns the responses to recorded GETs.
fn answers(name: &str, calls: &Calls<'_>) -> Result<Vec<ListFile>, String> {
    let mut none = |_: &str| Err(String::new());
    let mut answers = Vec::new();
    for entry in calls.entries(false) {
        if let Some(body) = calls.answer_to_get(entry, &mut none) {
            answers.push(ListFile {
                name: format!("{name}#{}", entry.number),
                bytes: body.into_owned(),
                recorded: true,
            });
        }
    }
    if answers.is_empty() {
        return Err("it has no recorded response to a GET".to_owned());
    }
    Ok(answers)
}

/// Formats `contacts 3`.
pub fn count(list: &Loaded) -> String {
    format!("{} {}", list.fact.name().replace('-', " "), list.entries)
}

/// Formats `tenant facts: contacts 3 (page1.json, page2.json)`.
pub fn line(list: &Loaded) -> String {
    let from = match list.files.as_slice() {
        [] => "the tenant file".to_owned(),
        files => files.join(", "),
    };
    let deleted = match list.deleted {
        0 => String::new(),
        count => format!("; {count} marked as deleted, and ignored"),
    };
    sanitize::escape(&format!("tenant facts: {} ({from}){deleted}", count(list))).into_owned()
}

/// Returns a line for each reason to doubt findings about a list.
pub fn doubts(list: &Loaded) -> Vec<String> {
    let partial = list.incomplete.iter().map(|why| {
        format!(
            "the list of {} is incomplete ({why}): other values are not reported as unknown",
            list.fact.name().replace('-', " ")
        )
    });
    list.notes
        .iter()
        .cloned()
        .chain(partial)
        .map(|line| sanitize::escape(&line).into_owned())
        .collect()
}
