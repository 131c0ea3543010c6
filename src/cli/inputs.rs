//! What the commands have in common before they look at any file: the files, the rules, the tenant.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::args::{Common, Files, KnowledgeArgs};
use super::read_settings_file;
use super::settings::Project;
use super::terminal;
use crate::finding::Finding;
use crate::input::Excludes;
use crate::input::{Bounds, Changed, Entry, IgnoreFiles, WalkOptions, search};
use crate::json;
use crate::recognize::{Recognized, recognize};
use crate::report::{Position, Source, sanitize};
use crate::rules::{
    Candidate, Endpoint, Layer, LoadError, builtin_ids, builtin_text, candidates, endpoint_of, load_layers,
};
use crate::tenant::{self, Tenant};

/// Everything that is read before the files are: the settings, what there is to check (`only` what has changed, where
/// that is asked for), and what is known.
pub fn ready(
    files: &Files,
    knowledge: &KnowledgeArgs,
    only: Option<Changed>,
    common: &Common,
) -> Result<(Project, Vec<Entry>, Knowledge), String> {
    let mut project = Project::of(common)?;
    let entries = entries(files, knowledge.in_order, only, &mut project)?;
    warn_of_ignore_files(&project.ignore_files, common);
    let known = Knowledge::of(knowledge, common, &project)?;
    Ok((project, entries, known))
}

/// The files that the arguments name and the settings include; as calls in order, a file that is named twice is two
/// calls.
fn entries(
    files: &Files,
    in_order: bool,
    only: Option<Changed>,
    project: &mut Project,
) -> Result<Vec<Entry>, String> {
    let excludes = project.excludes(&files.walk.exclude)?;
    let options = WalkOptions {
        excludes,
        no_ignore: files.walk.no_ignore,
        hidden: files.walk.hidden,
        har: false,
        repeats: in_order,
        only,
    };
    let found = search(&files.paths, &options);
    project.ignore_files = found.ignore_files;
    let found = found.entries;
    if options.only.is_none() {
        return Ok(project.included(&files.paths, found));
    }
    // No folder was looked through: of what lies beside the files found nothing can be said.
    let looked: Vec<PathBuf> = found.iter().filter_map(Entry::file).cloned().collect();
    Ok(project.included(&looked, found))
}

/// Says on standard error what ignore files say to no effect.
pub fn warn_of_ignore_files(files: &IgnoreFiles, common: &Common) {
    let here = std::env::current_dir().unwrap_or_default();
    for (path, bad) in files {
        if let Some(bad) = bad {
            let shown = sanitize::plain_path(path.strip_prefix(&here).unwrap_or(path));
            let line = bad.line.map_or_else(String::new, |line| format!("{line}:1: "));
            let separator = if line.is_empty() { " " } else { "" };
            terminal::warn(common, &format!("{shown}:{separator}{line}{}", bad.message));
        }
    }
}

/// What is left out, wherever it lies below the working directory.
pub fn excludes(globs: &[String]) -> Result<Excludes, String> {
    let here = std::env::current_dir().unwrap_or_default();
    Excludes::new(&here, globs).map_err(|bad| format!("--exclude \"{}\": {}", bad.shown(), bad.message))
}

/// Rules and tenant facts.
pub struct Knowledge {
    /// The endpoints that a file may be for: the one named, else all.
    pub endpoints: Vec<Candidate<'static>>,
    /// An endpoint was named: no file is asked what it looks like.
    pub named: bool,
    /// What the tenant holds.
    pub tenant: Tenant,
    /// The files that this was read from: rules, the tenant file and its lists.
    pub files: Vec<PathBuf>,
}

impl Knowledge {
    /// Reads what the arguments name; the message says which file is wrong, and where.
    pub fn of(args: &KnowledgeArgs, common: &Common, project: &Project) -> Result<Self, String> {
        let mut files = project.rules(common);
        let all = endpoints(&files, args.endpoint.as_deref())?;
        let endpoints = match &args.endpoint {
            None => {
                project.endpoints_exist(&all)?;
                all
            }
            Some(id) => vec![find(&all, id)?],
        };
        let tenant = args
            .tenant
            .clone()
            .or_else(|| project.tenant())
            .map(|file| tenant_file(&file, &mut files))
            .transpose()?
            .unwrap_or_default();
        let tenant = if project.has_email_codes() {
            tenant.with_email_codes()
        } else {
            tenant
        };
        Ok(Self {
            endpoints,
            named: args.endpoint.is_some(),
            tenant,
            files,
        })
    }

    /// The endpoint that the command line or the settings give a file, whatever it looks like; a response beside the
    /// requests is none.
    pub fn given(
        &self,
        project: &Project,
        path: &Path,
        named: bool,
        bytes: &[u8],
    ) -> Option<&'static Endpoint> {
        match self.endpoints.as_slice() {
            [one] if self.named && (named || !is_response(bytes)) => one.endpoint(),
            _ => self.endpoint(project, path).filter(|_| !is_response(bytes)),
        }
    }

    /// As [`given`](Self::given), but only where somebody has said so of this very file: `--endpoint` says nothing of
    /// what else lies in a folder.
    pub fn vouched(
        &self,
        project: &Project,
        path: &Path,
        named: bool,
        bytes: &[u8],
    ) -> Option<&'static Endpoint> {
        let given = self.given(project, path, named, bytes)?;
        let settled = || project.endpoint(path).is_some_and(|id| id.value == given.id);
        (named || settled()).then_some(given)
    }

    /// The endpoint that the settings give a file, unless the command line named one for all.
    pub fn endpoint(&self, project: &Project, path: &Path) -> Option<&'static Endpoint> {
        if self.named {
            return None;
        }
        let id = &project.endpoint(path)?.value;
        let candidate = self.endpoints.iter().find(|candidate| candidate.id() == id)?;
        candidate.endpoint()
    }
}

/// The endpoint of that id.
pub fn find(all: &[Candidate<'static>], id: &str) -> Result<Candidate<'static>, String> {
    all.iter()
        .copied()
        .find(|candidate| candidate.id() == id)
        .ok_or_else(|| {
            let ids: Vec<&str> = builtin_ids().chain(all.iter().map(Candidate::id)).collect();
            let ids: std::collections::BTreeSet<&str> = ids.into_iter().collect();
            format!(
                "there is no endpoint \"{id}\"; endpoints: {}",
                ids.into_iter().collect::<Vec<_>>().join(", ")
            )
        })
}

/// All endpoints, ours and the user's, with the user's layers over them; with `only`, no other.
pub fn endpoints(files: &[PathBuf], only: Option<&str>) -> Result<Vec<Candidate<'static>>, String> {
    let mut texts: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for file in files {
        let shown = sanitize::plain_path(file);
        let text = read_settings_file::text(file, read_settings_file::RULES)?;
        let id = endpoint_of(&text).map_err(|error| placed(&shown, &text, &error))?;
        texts.entry(id).or_default().push((shown, text));
    }
    let wanted = |id: &str| only.is_none_or(|only| only == id);
    let mut all: Vec<Candidate<'static>> = candidates()
        .filter(|ours| wanted(ours.id()) && !texts.contains_key(ours.id()))
        .collect();
    for (id, layers) in texts.iter().filter(|(id, _)| wanted(id)) {
        all.push(layered(id, layers)?.into());
    }
    all.sort_by_key(Candidate::id);
    Ok(all)
}

fn layered(id: &str, files: &[(String, String)]) -> Result<&'static Endpoint, String> {
    let layers: Vec<Layer<'_>> = files
        .iter()
        .map(|(name, text)| Layer {
            name: file_name(name),
            text,
        })
        .collect();
    match load_layers(builtin_text(id), &layers) {
        // Rules live as long as the run, like those that are compiled in.
        Ok(endpoint) => Ok(Box::leak(Box::new(endpoint))),
        Err((index, error)) => {
            let (name, text) = files
                .get(index)
                .map_or(("", ""), |(name, text)| (name.as_str(), text.as_str()));
            Err(placed(name, text, &error))
        }
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `file:line:column: message`.
fn placed(name: &str, text: &str, error: &LoadError) -> String {
    let before = text.get(..error.span.start).unwrap_or("");
    let line = before.matches('\n').count() + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
    format!("{name}:{line}:{column}: {}", error.message)
}

/// Reads a tenant file; the lists that it names lie beside it, or elsewhere in its repository. `files` takes all of them.
fn tenant_file(path: &Path, files: &mut Vec<PathBuf>) -> Result<Tenant, String> {
    let shown = sanitize::plain_path(path);
    let text = read_settings_file::text(path, read_settings_file::FACTS)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let bounds = Bounds::of(folder);
    files.push(path.to_path_buf());
    let mut read = |name: &str| {
        let list = folder.join(name);
        bounds.admit(&list)?;
        let bytes = read_settings_file::bytes(&list, read_settings_file::FACTS);
        files.push(list);
        bytes
    };
    tenant::load(&text, &mut read).map_err(|error| {
        let file = error
            .file
            .as_ref()
            .map_or(shown, |name| sanitize::plain_path(&folder.join(name)));
        format!("{file}:{}:{}: {}", error.line, error.column, error.message)
    })
}

/// A response that lies beside the requests is none, even where every file is taken for one.
pub fn is_response(bytes: &[u8]) -> bool {
    recognize(&json::text(bytes).0, &[]) == Recognized::Response
}

/// What to say of a file that may be for several endpoints.
pub fn ambiguous(ids: &[String]) -> String {
    format!(
        "cannot tell its endpoint: looks like {}; pass --endpoint",
        ids.join(" or ")
    )
}

/// What to say of a named file that is no payload.
pub fn stranger(reason: &str) -> String {
    format!("no payload of a known endpoint: {reason}; pass --endpoint to check it all the same")
}

/// What to say of a file that is not JSON: what is wrong first, and where, unless it is the file as a whole.
pub fn not_json(finding: &Finding, bytes: &[u8]) -> String {
    let Position { line, column } = Source::new("", bytes).position(finding.span.start);
    match (line, column) {
        (1, 1) => finding.message.to_string(),
        _ => format!("{} at {line}:{column}", finding.message),
    }
}

/// What to say when there was no file at all; `hint` if `-v` would say more.
pub fn nothing_matched(paths: &[PathBuf], hint: bool) -> String {
    let paths: Vec<String> = paths.iter().map(|path| sanitize::path(path)).collect();
    let hint = if hint { "; -v says what was skipped" } else { "" };
    format!("no payload to check in {}{hint}", paths.join(", "))
}
