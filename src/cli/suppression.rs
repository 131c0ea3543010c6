//! The findings that `check` does not show: ignores, severities and the baseline, and reports about their entries.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use super::args::{Common, Suppression};
use super::inputs::Knowledge;
use super::settings::Project;
use super::settings_error::Fault;
use super::settings_source::SettingsSource;
use super::{read_settings_file, terminal};
use crate::baseline::{self, Baseline, Gone};
use crate::finding::{Finding, Severity};
use crate::input::Entry;
use crate::report::{AtomicFile, labels, sanitize};
use crate::rules::{Endpoint, rule_texts};
use crate::settings::{Date, FailOn, Mistake, PathGlob, Placed};
use crate::settings::{Name, Settings, unknown_name_message};
use crate::suppress::{KnownFindings, Ledger, suppress};

/// The filter between the findings of a file and the report.
pub struct FindingFilter<'a> {
    pub project: &'a Project,
    pub known: &'a Knowledge,
    least: Severity,
    rules_only: Vec<String>,
    rules_off: Vec<String>,
    today: Date,
    file: Option<File>,
    /// The baseline's folder, as an absolute path.
    folder: PathBuf,
    /// See [`Self::rules`].
    rules: OnceLock<BTreeSet<String>>,
}

/// The baseline's file.
#[derive(Clone)]
pub struct File {
    path: PathBuf,
    /// The content before the run.
    before: Baseline,
    purpose: Purpose,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Compare,
    Prune,
    Write,
}

impl<'a> FindingFilter<'a> {
    /// Creates the filter of the settings and the command line. Errors: a message with the file and position of the
    /// mistake.
    pub fn of(
        args: &'a Suppression,
        fail_on: FailOn,
        project: &'a Project,
        known: &'a Knowledge,
    ) -> Result<Self, Fault> {
        Self::read(&SettingsSource::default(), args, fail_on, project, known)
    }

    /// The same with settings from a source.
    pub fn read(
        source: &SettingsSource,
        args: &'a Suppression,
        fail_on: FailOn,
        project: &'a Project,
        known: &'a Knowledge,
    ) -> Result<Self, Fault> {
        let least = project.min_severity(args.min_severity, fail_on)?;
        if !(args.ignore.is_empty() && args.only.is_empty()) {
            let rules = rule_names(known);
            for (flag, named) in [("--ignore", &args.ignore), ("--only", &args.only)] {
                if let Some(rule) = named.iter().find(|rule| !rules.contains(*rule)) {
                    return Err(format!("{flag}: {}", unknown_name_message("rule", rule, &rules)).into());
                }
            }
        }
        check_rules(project, known)?;
        let file = File::of(source, args, project)?;
        Ok(Self::new(args, least, project, known, file))
    }

    /// Creates the filter from the lowest severity to show, and the baseline.
    pub fn new(
        args: &'a Suppression,
        least: Severity,
        project: &'a Project,
        known: &'a Knowledge,
        file: Option<File>,
    ) -> Self {
        let config = &project.config;
        let values = |rules: &[Placed<String>]| -> Vec<String> {
            rules.iter().map(|rule| rule.value.clone()).collect()
        };
        let rules_only = if args.only.is_empty() {
            values(&config.rules_only)
        } else {
            args.only.clone()
        };
        let rules_off = [args.ignore.clone(), values(&config.rules_off)].concat();
        let folder = file.as_ref().and_then(|file| file.path.parent());
        Self {
            project,
            known,
            least,
            rules_only,
            rules_off,
            today: today(),
            folder: project.absolute(folder.unwrap_or(Path::new(""))),
            file,
            rules: OnceLock::new(),
        }
    }

    /// Returns the rule ids that a finding may have. They are only computed if needed, which is rare.
    fn rules(&self) -> &BTreeSet<String> {
        self.rules.get_or_init(|| rule_names(self.known))
    }

    /// Returns the findings of a file to show, and a ledger of the others.
    pub fn apply(&self, path: &Path, findings: Vec<Finding>) -> (Vec<Finding>, Ledger) {
        let inside = self.project.inside(path);
        let baseline = if self.file.is_some() {
            relative(&self.folder, &self.project.absolute(path))
        } else {
            String::new()
        };
        let name = Name {
            config: inside.as_deref(),
            baseline: &baseline,
        };
        suppress(findings, &self.settings().for_path(name))
    }

    fn settings(&self) -> Settings<'_> {
        let known = match &self.file {
            None => KnownFindings::Nothing,
            Some(file) if file.purpose == Purpose::Write => KnownFindings::Everything,
            Some(file) => KnownFindings::Baseline(&file.before),
        };
        Settings::new(&self.project.config, self.today)
            .with_rules_off(&self.rules_off)
            .with_rules_only(&self.rules_only)
            .showing_from(self.least)
            .with_known(known)
    }

    /// Returns the path of the baseline, if there is one.
    pub fn baseline(&self) -> Option<&Path> {
        self.file.as_ref().map(|file| file.path.as_path())
    }

    /// Returns true if the run writes a baseline at its end.
    pub fn writes(&self) -> bool {
        let purpose = self.file.as_ref().map(|file| file.purpose);
        purpose.is_some_and(|purpose| purpose != Purpose::Compare)
    }

    /// Removes the baseline from the entries, unless it was named.
    pub fn without_baseline(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        if let Some(file) = &self.file {
            let own = self.project.absolute(&file.path);
            entries.retain(|entry| match entry {
                Entry::File { path, named } => *named || self.project.absolute(path) != own,
                _ => true,
            });
        }
        entries
    }

    /// Reports entries that matched nothing, and writes the baseline if this was requested. `whole` is true if all
    /// files were read.
    ///
    /// Errors: the reason why the baseline cannot be written.
    pub fn finish(&self, ledger: &Ledger, whole: bool, common: &Common) -> Result<(), String> {
        for Mistake { start, message } in self.mistakes(ledger, whole) {
            terminal::warn(common, &self.project.mistake(start, message).to_string());
        }
        match &self.file {
            None => Ok(()),
            Some(file) if file.purpose == Purpose::Compare => {
                let gone = if whole {
                    self.gone(file, ledger)
                } else {
                    Vec::new()
                };
                report_gone(file, &gone, common);
                Ok(())
            }
            Some(file) if !whole => Err(format!(
                "{}: not written, because not every file could be checked",
                sanitize::plain_path(&file.path)
            )),
            Some(file) => self.write(file, ledger),
        }
    }

    /// Returns the entries of the settings without effect, in the order of the file. `whole` is true if all files
    /// were read.
    pub fn mistakes(&self, ledger: &Ledger, whole: bool) -> Vec<Mistake> {
        let (settings, config) = (self.settings(), &self.project.config);
        let names_rules = !config.ignores.is_empty() || !config.severities.is_empty();
        let mut mistakes = settings.expired();
        if names_rules {
            let endpoints: BTreeSet<String> = self.known.rules.ids().map(str::to_owned).collect();
            // If an endpoint was named, the others were not loaded.
            let endpoints = Some(&endpoints).filter(|_| !self.known.named);
            mistakes.extend(settings.unknown_names(self.rules(), endpoints));
        }
        if whole && self.project.reports_unused() {
            mistakes.extend(self.project.unmatched());
            if names_rules {
                let covers = |glob: &PathGlob| self.project.covers(glob);
                mistakes.extend(settings.unused_ignores(ledger, self.rules(), &covers));
            }
        }
        mistakes.sort();
        mistakes
    }

    fn gone(&self, file: &File, ledger: &Ledger) -> Vec<Gone> {
        file.before
            .gone(&ledger.found, &|path| self.has_walked_folder_of(path))
    }

    /// Returns true if the run has walked the folder of a file in the baseline. The file may not exist.
    fn has_walked_folder_of(&self, path: &str) -> bool {
        self.project
            .has_walked(&self.project.absolute(&self.folder.join(path)))
    }

    fn write(&self, file: &File, ledger: &Ledger) -> Result<(), String> {
        let shown = sanitize::path(&file.path);
        let before = file.before.clone();
        let (after, did) = if file.purpose == Purpose::Write {
            let after = before.renewed(ledger.found.clone(), &|path| {
                ledger.found.file(path).is_some() || self.has_walked_folder_of(path)
            });
            let (count, files) = (after.len(), after.files.len() as u64);
            let (count, files) = (labels::count(count, "finding"), labels::count(files, "file"));
            (after, format!("wrote {shown}: {count} in {files}"))
        } else {
            let gone = self.gone(file, ledger);
            let count: u64 = gone.iter().map(|gone| gone.count).sum();
            let after = before.without(&gone);
            let left = after.len();
            let count = labels::count(count, "finding");
            (after, format!("pruned {shown}: {count} removed, {left} left"))
        };
        AtomicFile::write_whole(&file.path, &after.text())
            .map_err(|error| format!("{}: {error}", sanitize::plain_path(&file.path)))?;
        terminal::eprintln(&did);
        Ok(())
    }
}

/// Fails at the first rule in the lists of the settings that does not exist.
pub fn check_rules(project: &Project, known: &Knowledge) -> Result<(), Fault> {
    let config = &project.config;
    if config.rules_off.is_empty() && config.rules_only.is_empty() {
        return Ok(());
    }
    let rules = rule_names(known);
    let mut configured = config.rules_off.iter().chain(&config.rules_only);
    match configured.find(|rule| !rules.contains(&rule.value)) {
        Some(rule) => Err(project.mistake(rule.start, unknown_name_message("rule", &rule.value, &rules))),
        None => Ok(()),
    }
}

impl File {
    /// Returns the baseline of the command line or the settings.
    pub fn of(source: &SettingsSource, args: &Suppression, project: &Project) -> Result<Option<Self>, Fault> {
        let configured = project.config.baseline.as_ref();
        let usual = || {
            configured.map_or_else(
                || project.path(baseline::FILE_NAME),
                |file| project.path(&file.value),
            )
        };
        let named = args.write_baseline.as_ref().unwrap_or(&args.baseline);
        let (path, purpose) = match (&args.write_baseline, &args.baseline) {
            (Some(file), _) => (file.clone().unwrap_or_else(usual), Purpose::Write),
            (None, file) if args.prune_baseline => (file.clone().unwrap_or_else(usual), Purpose::Prune),
            (None, Some(file)) => (file.clone(), Purpose::Compare),
            (None, None) if configured.is_some() => (usual(), Purpose::Compare),
            (None, None) => return Ok(None),
        };
        if named.is_none() {
            project.admit(&path)?;
        }
        let before = if purpose == Purpose::Write && !path.exists() {
            Baseline::default()
        } else {
            let configured = configured.filter(|_| args.baseline.is_none());
            read(source, &path).map_err(|bad| match configured {
                // If the file does not exist, the mistake is in the settings.
                Some(file) if !path.exists() => project.mistake(file.start, bad.to_string()),
                _ => bad,
            })?
        };
        Ok(Some(Self {
            path,
            before,
            purpose,
        }))
    }
}

fn read(source: &SettingsSource, path: &Path) -> Result<Baseline, Fault> {
    let text = source.text(path, read_settings_file::FACTS)?;
    Baseline::load(&text).map_err(|bad| Fault {
        position: Some(bad.position),
        ..Fault::of(path, bad.message)
    })
}

/// Reports the findings in the baseline that the files no longer have.
fn report_gone(file: &File, gone: &[Gone], common: &Common) {
    let Some(first) = gone.first() else { return };
    let count = gone.iter().map(|gone| gone.count).sum();
    let verb = if count == 1 { "occurs" } else { "occur" };
    let message = format!(
        "{}: {} in it no longer {verb}, such as {} at {} in {}; --prune-baseline removes them",
        sanitize::plain_path(&file.path),
        labels::count(count, "finding"),
        first.rule,
        if first.place.is_empty() {
            "the root"
        } else {
            &first.place
        },
        first.path,
    );
    terminal::warn(common, &message);
}

/// Returns the ids that a finding may have.
fn rule_names(known: &Knowledge) -> BTreeSet<String> {
    let texts = rule_texts().iter().map(|rule| rule.id.clone());
    let constraints = known.rules.endpoints().flat_map(Endpoint::constraints);
    texts
        .chain(constraints.map(|constraint| constraint.rule.clone()))
        .collect()
}

/// Returns a path relative to a folder, with `/` between its parts. Both are absolute.
fn relative(folder: &Path, path: &Path) -> String {
    let shared = folder
        .components()
        .zip(path.components())
        .take_while(|(one, other)| one == other)
        .count();
    let ups = folder.components().skip(shared).map(|_| Component::ParentDir);
    let way: PathBuf = ups.chain(path.components().skip(shared)).collect();
    sanitize::plain_path(&way)
}

/// Returns the current day; the core has no clock.
pub fn today() -> Date {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_secs());
    Date::of_unix(seconds).unwrap_or(Date::EPOCH)
}
