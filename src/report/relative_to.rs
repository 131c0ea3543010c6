//! Names for CI servers: relative to the root of the checkout, independent of the working directory.

use std::borrow::Cow;
use std::path::PathBuf;

use super::{Chunks, FileReport, Report, Stage, Summary, sanitize};
use crate::input::normal;

/// A format whose file names are relative to a folder. Files outside of it keep their names.
pub struct RelativeTo {
    inner: Box<dyn Report>,
    root: PathBuf,
    here: PathBuf,
}

impl RelativeTo {
    /// Creates the format. `root` is the new base of names, and `here` the working directory, their base so far. Both
    /// are absolute and without links.
    pub const fn new(inner: Box<dyn Report>, root: PathBuf, here: PathBuf) -> Self {
        Self { inner, root, here }
    }

    fn name(&self, name: &str) -> Option<String> {
        let whole = normal(&self.here.join(name));
        let inside = whole.strip_prefix(&self.root).ok()?;
        Some(sanitize::plain_path(inside))
    }
}

impl Report for RelativeTo {
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>) {
        let Some(name) = self.name(&file.name) else {
            return self.inner.write(file, out);
        };
        let named = FileReport {
            name,
            text: file.text,
            findings: Cow::Borrowed(&file.findings),
            records: file.records,
            request: file.request.clone(),
            endpoint: file.endpoint.clone(),
            verdict: file.verdict,
            threads: file.threads,
            lines: file.lines,
        };
        self.inner.write(&named, out);
    }

    fn stage(&self) -> Option<Box<dyn Stage>> {
        self.inner.stage()
    }

    fn open(&self) -> String {
        self.inner.open()
    }

    fn between(&self) -> &'static str {
        self.inner.between()
    }

    fn close(&self, summary: &Summary, empty: bool) -> String {
        self.inner.close(summary, empty)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::report::GitHub;

    #[test]
    fn names_start_from_the_root_of_the_checkout() {
        let rooted = RelativeTo::new(Box::new(GitHub), "/w/repo".into(), "/w/repo/sub/dir".into());
        for (name, seen) in [
            ("a.json", Some("sub/dir/a.json")),
            ("./b/a.json", Some("sub/dir/b/a.json")),
            ("../a.json", Some("sub/a.json")),
            ("../../a.json", Some("a.json")),
            ("/w/repo/c/a.json", Some("c/a.json")),
            ("../../../other/a.json", None),
            ("/w/repository/a.json", None),
            ("/a.json", None),
        ] {
            assert_eq!(rooted.name(name).as_deref(), seen, "{name}");
        }
    }
}
