//! `geplint verify --anonymize DIR`: writes pairs that differ, with their values replaced, so that they can be shared.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::args::Common;
use super::terminal;
use crate::input::read;
use crate::io::sha256;
use crate::report::{AtomicFile, sanitize};
use crate::verify::anonymize::{Anonymizer, Anonymous};
use crate::verify::{Exchange, Verified};

/// The list of the files that geplint has written to the folder, with their checksums.
const LIST: &str = ".geplint-pairs";
/// The maximum size of that list, in bytes.
const LONGEST: u64 = 16 << 20;

/// The folder, and the files to be written to it.
pub struct Folder<'a> {
    path: &'a Path,
    anonymizer: Anonymizer<'a>,
    /// The files of an earlier run: their names and checksums.
    before: BTreeMap<String, String>,
    pairs: Vec<(String, Anonymous)>,
    /// Pairs that are not written, with their reasons.
    not_written: Vec<(String, String)>,
}

impl<'a> Folder<'a> {
    /// Examines the folder. The error is the reason why nothing can be written there.
    pub fn new(path: &'a Path, anonymizer: Anonymizer<'a>) -> Result<Self, String> {
        let failed = |error: &dyn ToString| format!("{}: {}", sanitize::plain_path(path), error.to_string());
        match fs::metadata(path) {
            Ok(there) if !there.is_dir() => return Err(failed(&"not a folder")),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&error)),
            _ => {}
        }
        let list = path.join(LIST);
        let before = if list.exists() {
            let bytes = read::whole(&list, LONGEST).map_err(|error| failed(&error))?;
            serde_json::from_slice(&bytes)
                .map_err(|_| failed(&format!("{LIST} is not a file that geplint wrote")))?
        } else {
            BTreeMap::new()
        };
        Ok(Self {
            path,
            anonymizer,
            before,
            pairs: Vec::new(),
            not_written: Vec::new(),
        })
    }

    /// Adds a pair that differs.
    pub fn take(&mut self, exchange: &Exchange<'_>, verified: &Verified) {
        let name = exchange.name.to_owned();
        match self.anonymizer.pair(exchange, verified) {
            Ok(pair) => self.pairs.push((name, pair)),
            Err(why) => self.not_written.push((name, why)),
        }
    }

    /// Writes the files, and prints their number. The error is the reason why that failed.
    pub fn write(&self, common: &Common) -> Result<(), String> {
        for (name, why) in &self.not_written {
            terminal::warn(common, &format!("not written: {name}: {why}"));
        }
        let mut files: BTreeMap<String, &str> = BTreeMap::new();
        let mut lines = Vec::new();
        for (number, (name, pair)) in (1..).zip(&self.pairs) {
            let new = format!("{number:03}-{}", pair.endpoint);
            lines.push(format!("  {new}: {name}"));
            files.insert(format!("{new}.request.json"), &pair.request);
            files.insert(format!("{new}.response.json"), &pair.response);
        }
        for name in files.keys().chain(self.before.keys()) {
            self.check_writable(name)?;
        }
        if !files.is_empty() {
            let failed = |path: &Path, error: &io::Error| format!("{}: {error}", sanitize::plain_path(path));
            fs::create_dir_all(self.path).map_err(|error| failed(self.path, &error))?;
            let sums: BTreeMap<&String, String> = files
                .iter()
                .map(|(name, text)| (name, sha256(text.as_bytes())))
                .collect();
            let list = serde_json::to_string_pretty(&sums).unwrap_or_default() + "\n";
            for (name, text) in files
                .iter()
                .map(|(name, text)| (name.as_str(), *text))
                .chain([(LIST, &*list)])
            {
                let path = self.path.join(name);
                AtomicFile::write_whole(&path, text).map_err(|error| failed(&path, &error))?;
            }
            // Files of an earlier run that this one does not replace.
            for name in self.before.keys().filter(|name| !files.contains_key(*name)) {
                let path = self.path.join(name);
                if path.exists() {
                    fs::remove_file(&path).map_err(|error| failed(&path, &error))?;
                }
            }
        }
        let pairs = match self.pairs.len() {
            0 => "no pair was".to_owned(),
            1 => "1 pair was".to_owned(),
            count => format!("{count} pairs were"),
        };
        let path = sanitize::plain_path(self.path);
        let more = if self.pairs.is_empty() {
            String::new()
        } else {
            "; they still differ in the same way without their values. Read the files before you share them"
                .to_owned()
        };
        terminal::eprintln(&sanitize::escape(&format!("{pairs} written to {path}{more}")));
        for line in lines {
            terminal::eprintln(&sanitize::escape(&line));
        }
        Ok(())
    }

    /// Checks that a file may be written: it does not exist, or is unchanged since an earlier run.
    fn check_writable(&self, name: &str) -> Result<(), String> {
        let path: PathBuf = self.path.join(name);
        let refused = |why: &str| Err(format!("{}: {why}", sanitize::plain_path(&path)));
        if Path::new(name).components().count() != 1 || name.contains(['/', '\\']) {
            return refused("not a name that geplint writes");
        }
        let Ok(there) = fs::symlink_metadata(&path) else {
            return Ok(());
        };
        let same = |sum: &String| {
            there.is_file() && read::whole(&path, read::LARGEST).is_ok_and(|bytes| sha256(&bytes) == *sum)
        };
        match self.before.get(name) {
            Some(sum) if same(sum) => Ok(()),
            Some(_) => refused("changed since geplint wrote it; remove it, or use another folder"),
            None => refused("not written by geplint; use another folder"),
        }
    }
}
