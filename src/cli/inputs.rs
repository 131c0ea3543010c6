//! The inputs of all commands: the list of files, the rules, and facts of the tenant.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::args::{Common, Files, KnowledgeArgs, NO_NAME};
use super::read_settings_file;
use super::read_tenant_file;
use super::settings::{Project, globs};
use super::settings_error::Fault;
use super::settings_source::SettingsSource;
use super::terminal;
use crate::containers::{Variables, environment};
use crate::finding::{Finding, Span};
use crate::input::{Changed, Entry, IgnoreFiles, WalkOptions, read_list, search};
use crate::json;
use crate::mapped_text::MappedText;
use crate::nearest::nearest;
use crate::placeholders::references;
use crate::recognize::{Recognized, recognize};
use crate::report::{Position, Source, sanitize};
use crate::rules::{Endpoint, Layer, RuleError, Ruleset, built_in, builtin_ids, endpoint_of};
use crate::tenant::Tenant;
use crate::toml_entry;

/// Reads everything that precedes the files: the settings, the list of files (only the changed ones if `only` is set;
/// with `notes` also the skipped ones), the rules and facts of the tenant.
pub fn prepare(
    files: &Files,
    knowledge: &KnowledgeArgs,
    only: Option<Changed>,
    notes: bool,
    common: &Common,
) -> Result<(Project, Vec<Entry>, Knowledge), Fault> {
    let mut project = Project::of(common)?;
    let paths = paths(files)?;
    let entries = entries((&paths, files), knowledge.in_order, (only, notes), &mut project)?;
    warn_of_ignore_files(&project.ignore_files, common);
    let known = Knowledge::of(knowledge, common, &project)?;
    Ok((project, entries, known))
}

/// Returns true if only the working directory is named.
pub fn is_default(files: &Files) -> bool {
    files.list.is_none() && files.paths == [Path::new(".")]
}

/// Returns the paths on the command line, and those in the list that it names.
fn paths(files: &Files) -> Result<Vec<PathBuf>, String> {
    let mut paths = files.paths.clone();
    if let Some(list) = &files.list {
        let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
        if is_stdin(list) && paths.iter().any(is_stdin) {
            return Err("--files-from: standard input cannot be both the list and a file in it".to_owned());
        }
        let listed = read_list(list);
        let listed = listed.map_err(|why| format!("--files-from {}: {why}", sanitize::plain_path(list)))?;
        if listed.iter().any(is_stdin) {
            return Err("--files-from: standard input is not allowed in the list".to_owned());
        }
        paths.extend(listed);
    }
    Ok(paths)
}

/// Returns the files that the arguments name and the settings include. With calls in order, a file that is named twice
/// is two calls.
fn entries(
    (paths, files): (&[PathBuf], &Files),
    in_order: bool,
    (only, notes): (Option<Changed>, bool),
    project: &mut Project,
) -> Result<Vec<Entry>, String> {
    let excludes = project.excludes(&files.walk.exclude)?;
    let options = WalkOptions {
        includes: globs("--include", &files.walk.include)?,
        extensions: Vec::new(),
        excludes,
        no_ignore: files.walk.no_ignore,
        hidden: files.walk.hidden,
        har: false,
        shallow: false,
        requests: true,
        repeats: in_order,
        only,
        notes,
    };
    let found = search(paths, &options);
    project.ignore_files = found.ignore_files;
    project.notes = found.notes;
    let mut found = found.entries;
    // Settings for the name of standard input apply to its content.
    let name = &files.stdin_filename;
    let has_name = name.as_os_str() != NO_NAME;
    if has_name && (options.excludes.matches(name) || !project.includes(name)) {
        let before = found.len();
        found.retain(|entry| *entry != Entry::Stdin);
        project.leaves_stdin_out = found.len() < before;
    }
    if options.only.is_none() {
        return Ok(project.included(paths, found));
    }
    // No folder was walked, so other files next to these are unknown.
    let looked: Vec<PathBuf> = found.iter().filter_map(Entry::file).cloned().collect();
    Ok(project.included(&looked, found))
}

/// Returns the files that a run would check now, as far as its arguments and settings are valid.
pub fn files_to_check(files: &Files, common: &Common) -> Vec<PathBuf> {
    let mut project = Project::of(common).unwrap_or_default();
    let paths = paths(files).unwrap_or_else(|_| files.paths.clone());
    let entries = entries((&paths, files), false, (None, false), &mut project).unwrap_or_default();
    entries.iter().filter_map(Entry::file).cloned().collect()
}

/// Warns about invalid lines of ignore files on standard error.
pub fn warn_of_ignore_files(files: &IgnoreFiles, common: &Common) {
    let current_dir = std::env::current_dir().unwrap_or_default();
    for (path, bad) in files {
        if let Some(bad) = bad {
            let shown = sanitize::plain_path(path.strip_prefix(&current_dir).unwrap_or(path));
            let line = bad.line.map_or_else(String::new, |line| format!("{line}:1: "));
            let separator = if line.is_empty() { " " } else { "" };
            terminal::warn(common, &format!("{shown}:{separator}{line}{}", bad.message));
        }
    }
}

/// Rules and facts of the tenant.
pub struct Knowledge {
    /// The rules of the endpoints that a file may be for: the named one, or all.
    pub rules: Ruleset,
    /// True if an endpoint was named, so that files are not recognised by their content.
    pub named: bool,
    /// The facts of the tenant.
    pub tenant: Tenant,
    /// The values of variables in requests, from the arguments.
    pub variables: Variables,
    /// The files that this was read from: rules, the tenant file and its lists, environments.
    pub files: Vec<PathBuf>,
}

impl Knowledge {
    /// Reads the files that the arguments name. Errors: a message with the file and position of the mistake.
    pub fn of(args: &KnowledgeArgs, common: &Common, project: &Project) -> Result<Self, Fault> {
        Self::read(&SettingsSource::default(), args, common, project)
    }

    /// The same with settings from a source.
    pub fn read(
        source: &SettingsSource,
        args: &KnowledgeArgs,
        common: &Common,
        project: &Project,
    ) -> Result<Self, Fault> {
        let mut files = project.rules(common);
        let rules = layers(source, &files, args.endpoint.as_deref())?;
        match &args.endpoint {
            None => {
                let config = &project.config;
                let files = config.files.iter().map(|files| &files.endpoint);
                let calls = config.calls.iter().map(|calls| &calls.endpoint);
                files.chain(calls).try_for_each(|id| {
                    is_known(&rules, &id.value).map_err(|message| project.mistake(id.start, message))
                })?;
            }
            Some(id) => is_known(&rules, id)?,
        }
        let tenant = args
            .tenant
            .clone()
            .or_else(|| project.tenant())
            .map(|file| read_tenant_file::load(source, &file, &mut files))
            .transpose()?
            .unwrap_or_default();
        let tenant = if project.has_email_codes() {
            tenant.with_email_codes()
        } else {
            tenant
        };
        let variables = variables(args, &mut files)?;
        Ok(Self {
            rules,
            named: args.endpoint.is_some(),
            tenant,
            variables,
            files,
        })
    }

    /// The built-in rules, without facts of the tenant.
    #[cfg(feature = "lsp")]
    pub fn built_in() -> Self {
        Self {
            rules: built_in(),
            named: false,
            tenant: Tenant::default(),
            variables: Variables::default(),
            files: Vec::new(),
        }
    }

    /// Returns a file with its variables replaced by the values in the arguments. `None` if there is nothing to replace.
    pub fn filled(&self, bytes: &[u8]) -> Option<MappedText> {
        if self.variables.is_empty() {
            return None;
        }
        let text = std::str::from_utf8(bytes).ok()?;
        let mut names = references(text).map(|(_, name)| name);
        names.find(|name| self.variables.value(name).is_some())?;
        let whole = Span::new(0, u32::try_from(text.len()).ok()?);
        Some(self.variables.filled_in(&MappedText::verbatim(text, whole)))
    }

    /// Prints the facts of the tenant on standard error: doubts always, the numbers unless the run is quiet, and the
    /// files if it is verbose.
    pub fn print_tenant_facts(&self, common: &Common, quiet: bool, verbose: bool) {
        let loaded = self.tenant.loaded();
        for list in loaded {
            for warning in read_tenant_file::doubts(list) {
                terminal::warn(common, &warning);
            }
        }
        if verbose {
            for list in loaded {
                terminal::eprintln(&read_tenant_file::line(list));
            }
        } else if !quiet && !loaded.is_empty() {
            let counts: Vec<String> = loaded.iter().map(read_tenant_file::count).collect();
            terminal::eprintln(&format!("tenant facts: {}", counts.join(", ")));
        }
    }

    /// Returns the endpoint that the command line or the settings assign to a file, regardless of its content; `None`
    /// for a response next to the requests.
    pub fn assigned_endpoint(
        &self,
        project: &Project,
        path: &Path,
        named: bool,
        bytes: &[u8],
    ) -> Option<&Endpoint> {
        if self.named && (named || !is_response(bytes)) {
            return self.rules.endpoints().next();
        }
        self.endpoint(project, path).filter(|_| !is_response(bytes))
    }

    /// The same as [`assigned_endpoint`](Self::assigned_endpoint), but only if the file itself was assigned:
    /// `--endpoint` does not apply to other files in a folder.
    pub fn explicit_endpoint(
        &self,
        project: &Project,
        path: &Path,
        named: bool,
        bytes: &[u8],
    ) -> Option<&Endpoint> {
        let assigned = self.assigned_endpoint(project, path, named, bytes)?;
        let settled = || project.endpoint(path).is_some_and(|id| id.value == assigned.id);
        (named || settled()).then_some(assigned)
    }

    /// Returns the endpoint that the settings assign to a file. `None` if the command line has set one for all.
    pub fn endpoint(&self, project: &Project, path: &Path) -> Option<&Endpoint> {
        if self.named {
            return None;
        }
        self.rules.endpoint(&project.endpoint(path)?.value)
    }
}

/// Returns the values of variables in the arguments. Single values override those in files.
fn variables(args: &KnowledgeArgs, files: &mut Vec<PathBuf>) -> Result<Variables, String> {
    let mut all = Variables::default();
    for named in &args.environments {
        let (path, name) = match named.rsplit_once('#') {
            // A file name may contain `#`.
            Some((path, name)) if !Path::new(named).exists() => (Path::new(path), Some(name)),
            _ => (Path::new(named), None),
        };
        let text = read_settings_file::text(path, read_settings_file::FACTS)
            .map_err(|why| format!("--env {why}"))?;
        let values = environment::read(&text, name);
        all = all.and(&values.map_err(|why| format!("--env {}: {why}", sanitize::plain_path(path)))?);
        files.push(path.to_path_buf());
    }
    for (name, value) in &args.variables {
        all.set(name, value.clone());
    }
    Ok(all)
}

/// Checks that an endpoint exists. The error lists all of them.
pub fn is_known(rules: &Ruleset, id: &str) -> Result<(), String> {
    if rules.ids().any(|own| own == id) {
        return Ok(());
    }
    let ours = builtin_ids().map(str::to_owned);
    let ids: BTreeSet<String> = rules.ids().map(str::to_owned).chain(ours).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    if let Some(near) = nearest(id, ids.iter().map(String::as_str)) {
        return Err(format!("there is no endpoint \"{id}\"; did you mean {near}?"));
    }
    Err(format!(
        "there is no endpoint \"{id}\"; endpoints: {}",
        ids.join(", ")
    ))
}

/// Loads all endpoints, built-in and of the user, with the user's layers over them; with `only`, only this one.
pub fn rules(files: &[PathBuf], only: Option<&str>) -> Result<Ruleset, Fault> {
    layers(&SettingsSource::default(), files, only)
}

fn layers(source: &SettingsSource, files: &[PathBuf], only: Option<&str>) -> Result<Ruleset, Fault> {
    let mut texts: Vec<(&Path, String, String)> = Vec::new();
    for file in files {
        let text = source.text(file, read_settings_file::RULES)?;
        let id =
            endpoint_of(&text).map_err(|error| Fault::at(file, &text, error.span.start, error.message))?;
        if only.is_none_or(|only| only == id) {
            texts.push((file, sanitize::plain_path(file), text));
        }
    }
    let base = only.map_or_else(built_in, |only| built_in().only(only));
    // Loads the files, with another text for one of them.
    let load = |other: Option<(usize, &str)>| {
        let layers = texts.iter().enumerate().map(|(index, (_, name, text))| Layer {
            name: file_name(name),
            text: match other {
                Some((changed, text)) if changed == index => text,
                _ => text,
            },
        });
        base.with_layers(&layers.collect::<Vec<_>>())
    };
    let first = match load(None) {
        Ok(rules) => return Ok(rules),
        Err(first) => first,
    };
    let (index, file) = (first.index, texts.get(first.index));
    let (file, text) = file.map_or((Path::new(""), ""), |(file, _, text)| (*file, text.as_str()));
    let fault = |error: RuleError| Fault::at(file, text, error.span.start, error.message);
    let mut again = |text: &str| {
        load(Some((index, text)))
            .err()
            .filter(|error| error.index == index)
    };
    // Without an unknown key, the file has the same meaning. Without another entry, references to it would be
    // mistakes.
    let start = |error: &RuleError, _: &str| {
        error
            .message
            .starts_with("unknown field")
            .then_some(error.span.start)
    };
    let all = toml_entry::mistakes(text, &mut again, start);
    Err(Fault::all(all.into_iter().map(fault)).unwrap_or_else(|| fault(first)))
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Returns true if the bytes are a response, which is not a request even if every file is treated as one.
pub fn is_response(bytes: &[u8]) -> bool {
    recognize(&json::text(bytes).0, &[]) == Recognized::Response
}

/// Returns the message for a file whose names match several endpoints.
pub fn ambiguous(ids: &[String]) -> String {
    format!(
        "its names match more than one endpoint ({}); select one with --endpoint ID",
        ids.join(" or ")
    )
}

/// Returns the message for a named file that is not a payload.
pub fn unrecognized(reason: &str) -> String {
    format!(
        "not a request to a known endpoint ({reason}); use --endpoint ID to check it anyway (`geplint rules` lists the ids)"
    )
}

/// Returns the message for a file in an unsupported format of requests.
pub fn of_another_tool(name: &str) -> String {
    format!("this is {name}; geplint reads requests in Postman collections, Bruno and .http files")
}

/// Returns the message for a file that is not JSON: the first mistake and its position, unless it is the file as a
/// whole.
pub fn not_json(finding: &Finding, bytes: &[u8]) -> String {
    let Position { line, column } = Source::new("", bytes).position(finding.span.start);
    match (line, column) {
        (1, 1) => finding.message.to_string(),
        _ => format!("{} at {line}:{column}", finding.message),
    }
}

/// Returns the notes on the walk of folders, one a line: skipped links, unused settings files, and counts of other
/// files.
pub fn notes(project: &Project) -> Vec<String> {
    let notes = &project.notes;
    let link = |(path, to): &(PathBuf, &str)| {
        format!(
            "skipped {}: {to}; to check its target, name it",
            sanitize::path(path)
        )
    };
    let mut lines: Vec<String> = notes.links.iter().map(link).collect();
    let used = project.file().map(|file| project.absolute(file));
    for settings in &notes.settings {
        if used.as_ref() != Some(&project.absolute(settings)) {
            let shown = sanitize::path(settings);
            lines.push(format!(
                "ignored {shown}: settings apply to runs in their own folder, or with --config"
            ));
        }
    }
    let total: usize = notes.others.values().sum();
    if total > 0 {
        // The most frequent first.
        let mut kinds: Vec<(&String, &usize)> = notes.others.iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let kind = |(extension, count): &(&String, &usize)| match extension.as_str() {
            "" => format!("{count} without an extension"),
            extension => format!("{count} .{}", sanitize::escape(extension)),
        };
        let shown: Vec<String> = kinds.iter().take(KINDS).map(kind).collect();
        let more = if kinds.len() > KINDS { ", …" } else { "" };
        let files = if total == 1 { "file" } else { "files" };
        lines.push(format!(
            "skipped {total} {files} not named .json: {}{more}",
            shown.join(", ")
        ));
    }
    lines
}

/// The maximum number of extensions in the list.
const KINDS: usize = 8;

/// Returns the message for a run without any file; `hint` if `-v` would show more.
pub fn nothing_matched(files: &Files, hint: bool) -> String {
    let mut paths: Vec<String> = files.paths.iter().map(|path| sanitize::path(path)).collect();
    let list = files.list.as_ref();
    paths.extend(list.map(|list| format!("the files listed in {}", sanitize::path(list))));
    let hint = if hint { "; -v lists skipped files" } else { "" };
    format!("no payload to check in {}{hint}", paths.join(", "))
}
