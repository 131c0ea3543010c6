//! The settings of a run: their file, and the files that they name.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use clap::ValueEnum;

use super::args::{Common, FailLevel, Format, MinLevel};
use super::read_settings_file;
use super::settings_error::Fault;
use super::settings_source::SettingsSource;
use crate::finding::Severity;
use crate::input::Excludes;
use crate::input::normal;
use crate::input::{Bounds, Entry, IgnoreFiles, Notes, read};
use crate::report::sanitize;
use crate::settings::PathGlob;
use crate::settings::{self, Config, ContactCodes, FILE_NAME, FailOn, Mistake, Placed, Unused};

/// Settings, possibly empty.
#[derive(Debug, Default)]
pub struct Project {
    /// The content of the settings file; the default if there is none.
    pub config: Config,
    /// The file's name in messages.
    shown: PathBuf,
    text: String,
    /// The folder that paths in it are relative to, as a path for the system.
    folder: PathBuf,
    /// The same as an absolute path.
    base: PathBuf,
    here: PathBuf,
    exists: bool,
    excludes: Excludes,
    /// The folder that paths in the settings must not leave.
    bounds: Bounds,
    /// The ignore files that were used to select files.
    pub ignore_files: IgnoreFiles,
    /// The files that were skipped in folders, if this was requested.
    pub notes: Notes,
    /// True if the name of standard input is excluded, or not included.
    pub leaves_stdin_out: bool,
    /// The paths of the run, as absolute paths.
    walked: Vec<PathBuf>,
    /// The indexes of the `include` and `[[files]]` entries that matched a file.
    met: (BTreeSet<usize>, BTreeSet<usize>),
}

impl Project {
    /// Loads the settings of the arguments or of the working directory. Errors: a message with the position of the
    /// mistake.
    pub fn of(common: &Common) -> Result<Self, Fault> {
        Self::read(&SettingsSource::default(), common)
    }

    /// The same for the folder of a source.
    pub fn read(source: &SettingsSource, common: &Common) -> Result<Self, Fault> {
        let here = normal(&source.folder);
        let none = Self {
            base: here.clone(),
            here: here.clone(),
            bounds: Bounds::of(&here),
            ..Self::default()
        };
        if common.no_config {
            return Ok(none);
        }
        let Some(shown) = common
            .config
            .clone()
            .or_else(|| discover(source, &here).map(|up| source.found(&up)))
        else {
            return Ok(none);
        };
        let bounds = Bounds::of(shown.parent().unwrap_or(Path::new("")));
        if common.config.is_none() {
            let refused = |why| Fault::of(&shown, format!("{why}; name it with --config"));
            bounds.admit(&shown).map_err(refused)?;
        }
        let text = source.text(&shown, read_settings_file::SETTINGS)?;
        let config = settings::load(&text).map_err(|first| {
            let fault = |mistake: Mistake| Fault::at(&shown, &text, mistake.start, mistake.message);
            let all = settings::mistakes(&text).into_iter().map(fault);
            Fault::all(all).unwrap_or_else(|| fault(first))
        })?;
        let folder = shown.parent().unwrap_or(Path::new("")).to_path_buf();
        let base = normal(&here.join(&folder));
        let globs = config.exclude.iter().map(|glob| glob.value.clone());
        let excludes = Excludes::of(&base, globs.collect());
        let project = Self {
            config,
            shown,
            text,
            folder,
            base,
            here,
            exists: true,
            excludes,
            bounds,
            ..Self::default()
        };
        project.format(None)?;
        project.files_are_right()?;
        Ok(project)
    }

    /// Checks that the files named in the settings are in the repository and can be read, except a baseline that does
    /// not exist yet. The error has the position of the first failure.
    fn files_are_right(&self) -> Result<(), Fault> {
        let read = self.config.tenant.iter().chain(&self.config.rules);
        for file in read.clone().chain(&self.config.baseline) {
            self.admit(&self.path(&file.value))
                .map_err(|why| self.mistake(file.start, why))?;
        }
        for file in read {
            let path = self.path(&file.value);
            read::is_readable(&path).map_err(|error| {
                let message = format!("{}: {error}", sanitize::plain_path(&path));
                self.mistake(file.start, message)
            })?;
        }
        Ok(())
    }

    /// Checks that a path that is not from the command line is inside the repository. Errors: a message with the
    /// reason.
    pub fn admit(&self, path: &Path) -> Result<(), String> {
        self.bounds.admit(path).map_err(|why| {
            let shown = sanitize::plain_path(path);
            format!("{shown}: {why}; only the command line may name such a file")
        })
    }

    /// Returns the settings file, if there is one.
    pub fn file(&self) -> Option<&Path> {
        self.exists.then_some(self.shown.as_path())
    }

    /// Returns the text of the settings file; empty if there is none.
    #[cfg(feature = "lsp")]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Converts a path of the settings to a path for the system.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.folder.join(inside)
    }

    /// Returns the rules files: those of the settings, then those of the command line.
    pub fn rules(&self, common: &Common) -> Vec<PathBuf> {
        let ours = self.config.rules.iter().map(|file| self.path(&file.value));
        ours.chain(common.rules.iter().cloned()).collect()
    }

    /// Returns the tenant file of the settings.
    pub fn tenant(&self) -> Option<PathBuf> {
        self.config.tenant.as_ref().map(|file| self.path(&file.value))
    }

    /// Returns true if the settings state that contact codes are e-mail addresses.
    pub fn has_email_codes(&self) -> bool {
        self.config.contact_codes == Some(ContactCodes::Email)
    }

    /// Returns the excludes of the settings and of the command line.
    pub fn excludes(&self, globs: &[String]) -> Result<Excludes, String> {
        Ok(self.excludes.clone().and(self::globs("--exclude", globs)?))
    }

    /// Returns the format of the arguments, or else of the settings.
    pub fn format(&self, asked: Option<Format>) -> Result<Format, Fault> {
        match (asked, &self.config.format) {
            (Some(format), _) => Ok(format),
            (None, None) => Ok(Format::Full),
            (None, Some(name)) => Format::from_str(&name.value, false).map_err(|_| {
                let message = format!(
                    "there is no format \"{}\"; formats: {}",
                    name.value,
                    Format::ALL.map(Format::name).join(", ")
                );
                self.mistake(name.start, message)
            }),
        }
    }

    /// Returns the findings that make the run fail.
    pub fn fail_on(&self, strict: bool, asked: Option<FailLevel>) -> FailOn {
        match asked {
            _ if strict => FailOn::Warning,
            Some(FailLevel::Error) => FailOn::Error,
            Some(FailLevel::Warning) => FailOn::Warning,
            Some(FailLevel::Never) => FailOn::Never,
            None => self.config.fail_on.unwrap_or(FailOn::Error),
        }
    }

    /// Returns the lowest severity that is shown. Errors: findings that make the run fail would be hidden.
    pub fn min_severity(&self, asked: Option<MinLevel>, fail_on: FailOn) -> Result<Severity, String> {
        let least = match asked {
            Some(MinLevel::Advice) => Severity::Advice,
            Some(MinLevel::Warning) => Severity::Warning,
            Some(MinLevel::Error) => Severity::Error,
            None => self.config.min_severity.unwrap_or(Severity::Warning),
        };
        if (least, fail_on) == (Severity::Error, FailOn::Warning) {
            return Err(
                "min-severity is error, but warnings make the run fail (--strict or fail-on = \"warning\"), \
                 so a run could fail without showing why; change one of them"
                    .to_owned(),
            );
        }
        Ok(least)
    }

    /// Removes files that the settings do not include, and stores the globs that have matched.
    pub fn included(&mut self, paths: &[PathBuf], mut entries: Vec<Entry>) -> Vec<Entry> {
        self.walked = paths.iter().map(|path| self.absolute(path)).collect();
        let mut met = std::mem::take(&mut self.met);
        entries.retain(|entry| {
            let Entry::File { path, .. } = entry else {
                return true;
            };
            let inside = self.inside(path);
            let matching = |glob: &PathGlob| inside.as_deref().is_some_and(|inside| glob.matches(inside));
            let include = &self.config.include;
            let hits: Vec<usize> = (0..include.len())
                .filter(|index| matching(&include[*index].value))
                .collect();
            let kept = include.is_empty() || !hits.is_empty();
            met.0.extend(hits);
            if kept {
                let files = self.config.files.iter().enumerate();
                let hits = files.filter(|(_, files)| matching(&files.glob.value));
                met.1.extend(hits.map(|(index, _)| index));
            }
            kept
        });
        self.met = met;
        entries
    }

    /// Returns true if the settings include a path.
    pub fn includes(&self, path: &Path) -> bool {
        let include = &self.config.include;
        let inside = self.inside(path);
        include.is_empty()
            || inside.is_some_and(|inside| include.iter().any(|glob| glob.value.matches(&inside)))
    }

    /// Returns the endpoint that the settings assign to a file; the last matching entry applies.
    pub fn endpoint(&self, path: &Path) -> Option<&Placed<String>> {
        if self.config.files.is_empty() {
            return None;
        }
        self.config.endpoint_of(&self.inside(path)?)
    }

    /// Returns a path relative to the settings' folder; `None` if it is elsewhere, or if there are no settings.
    pub fn inside(&self, path: &Path) -> Option<PathBuf> {
        let whole = self.exists.then(|| self.absolute(path))?;
        whole.strip_prefix(&self.base).map(Path::to_path_buf).ok()
    }

    /// Returns an absolute path without `.` and `..`.
    pub fn absolute(&self, path: &Path) -> PathBuf {
        normal(&self.here.join(path))
    }

    /// Returns true if everything below a folder, an absolute path, was walked.
    pub fn has_walked(&self, folder: &Path) -> bool {
        self.walked.iter().any(|walked| folder.starts_with(walked))
    }

    /// Creates a mistake at an offset of the settings file.
    pub fn mistake(&self, start: usize, message: impl Into<String>) -> Fault {
        Fault::at(&self.shown, &self.text, start, message)
    }

    /// Returns true if entries that matched nothing are reported.
    pub fn reports_unused(&self) -> bool {
        self.exists && self.config.unused == Unused::Warning
    }

    /// Returns the entries for files that matched no file, with their positions.
    pub fn unmatched(&self) -> Vec<Mistake> {
        let (met, config) = (&self.met, &self.config);
        let mut unused = Vec::new();
        for (index, glob) in config.include.iter().enumerate() {
            unused.extend((!met.0.contains(&index)).then_some((glob, "this entry includes no file")));
        }
        for index in self.excludes.unmatched() {
            let glob = config.exclude.get(index);
            unused.extend(glob.map(|glob| (glob, "this entry excludes no file")));
        }
        for (index, files) in config.files.iter().enumerate() {
            unused.extend((!met.1.contains(&index)).then_some((&files.glob, "no file matches")));
        }
        unused.retain(|(glob, _)| self.covers(&glob.value));
        unused
            .into_iter()
            .map(|(glob, what)| Mistake {
                start: glob.start,
                message: format!("{what}: \"{}\"", glob.value.text()),
            })
            .collect()
    }

    /// Returns true if the run has walked everything that a glob can match.
    pub fn covers(&self, glob: &PathGlob) -> bool {
        self.has_walked(&self.base.join(glob.root()))
    }
}

/// Finds the settings file of a folder or the nearest folder above, up to the repository's root. Outside of a
/// repository, only this folder is searched, because the folders above may belong to other users.
fn discover(source: &SettingsSource, here: &Path) -> Option<PathBuf> {
    let mut up = PathBuf::new();
    let mut found = None;
    for (depth, folder) in here.ancestors().enumerate() {
        if found.is_none() && source.has(&folder.join(FILE_NAME)) {
            found = Some((depth, up.join(FILE_NAME)));
        }
        if folder.join(".git").exists() {
            return found.map(|(_, path)| path);
        }
        up.push(Component::ParentDir);
    }
    found.filter(|(depth, _)| *depth == 0).map(|(_, path)| path)
}

/// Returns the globs of a flag, which apply to any folder below the working directory.
pub fn globs(flag: &str, globs: &[String]) -> Result<Excludes, String> {
    let current_dir = std::env::current_dir().unwrap_or_default();
    Excludes::new(&current_dir, globs).map_err(|bad| format!("{flag} \"{}\": {}", bad.shown(), bad.message))
}
