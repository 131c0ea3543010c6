//! A file for `check` or `predict`, and its endpoint.

use std::borrow::Cow;
use std::io;
use std::path::Path;

use super::args::Files;
use super::expected::Expected;
use super::inputs::{self, Knowledge};
use super::settings::Project;
use crate::containers::foreign;
use crate::finding::Finding;
use crate::input::{Entry, Reader};
use crate::recognize::Standard;
use crate::session::{Outcome, Request, Session};

/// A file that was read.
#[derive(Clone, Copy)]
pub struct Payload<'a> {
    pub path: &'a Path,
    /// True if the user named it, false if it was found in a folder.
    pub named: bool,
    /// The evidence that it requires to be recognized as a request.
    pub standard: Standard,
    /// True for standard input.
    pub stdin: bool,
    pub bytes: &'a [u8],
}

/// The result for a payload.
pub enum Kind<'r> {
    /// A request, checked.
    Request(Request<'r>),
    /// Not JSON, although JSON is expected.
    NotJson(Box<Finding>),
    /// Not a payload, although it may be intended as one; with the reason.
    Unclear(String),
    /// Not a payload, with the reason.
    Skipped(Cow<'static, str>),
    /// The endpoint is ambiguous, with a message.
    Problem(String),
}

impl<'a> Payload<'a> {
    /// Reads an entry. If `skip_unrecognized`, named files require the same evidence as found ones.
    ///
    /// Errors: the path, and the reason why it cannot be read.
    pub fn read(
        entry: &'a Entry,
        files: &'a Files,
        skip_unrecognized: bool,
        reader: &'a mut Reader,
    ) -> Result<Self, (&'a Path, String)> {
        let (path, named, bytes) = match entry {
            Entry::Problem { path, message } => return Err((path, message.clone())),
            Entry::File { path, named } => (path.as_path(), *named, reader.file(path)),
            Entry::Stdin => (
                files.stdin_filename.as_path(),
                true,
                reader.stream(io::stdin().lock()),
            ),
        };
        Ok(Self {
            path,
            named,
            standard: if named && !skip_unrecognized {
                Standard::Named
            } else {
                Standard::Found
            },
            stdin: matches!(entry, Entry::Stdin),
            bytes: bytes.map_err(|error| (path, error.to_string()))?,
        })
    }

    /// Checks the file for its assigned endpoint, or else for the recognized one.
    pub fn check<'r>(
        &self,
        known: &'r Knowledge,
        project: &Project,
        expected: &Expected<'_>,
        session: &mut Session<'r>,
        outcomes: bool,
    ) -> Kind<'r> {
        let Self {
            path, named, bytes, ..
        } = *self;
        let found = self.standard == Standard::Found;
        let filled = known.filled(bytes);
        let bytes = filled.as_ref().map_or(bytes, |filled| filled.text().as_bytes());
        let mut outcome = match known.assigned_endpoint(project, path, named, bytes) {
            Some(endpoint) => Outcome::Checked(session.request(bytes, endpoint, outcomes)),
            None => session.file_as(bytes, outcomes, self.standard),
        };
        if let Some(filled) = &filled {
            let findings = match &mut outcome {
                Outcome::Checked(request) => request.checked.findings.as_mut_slice(),
                Outcome::NotJson(finding) => std::slice::from_mut(&mut **finding),
                _ => &mut [],
            };
            for finding in findings {
                filled.map_finding(finding, true);
            }
        }
        match outcome {
            Outcome::Checked(request) => Kind::Request(request),
            Outcome::NotJson(_) if !found && let Some(name) = foreign(self.bytes) => {
                Kind::Problem(inputs::of_another_tool(name))
            }
            Outcome::NotJson(finding) if !found || expected.is(path) => Kind::NotJson(finding),
            Outcome::NotJson(finding) => Kind::Unclear(inputs::not_json(&finding, self.bytes)),
            Outcome::OneOf(ids) if !found => Kind::Problem(inputs::ambiguous(&ids)),
            Outcome::OneOf(ids) => Kind::Unclear(inputs::ambiguous(&ids)),
            Outcome::Weak(reason) => Kind::Unclear(reason),
            Outcome::Unrecognized(reason) => match (foreign(self.bytes), found) {
                (Some(name), false) => Kind::Problem(inputs::of_another_tool(name)),
                (Some(name), true) => Kind::Skipped(inputs::of_another_tool(name).into()),
                (None, false) => Kind::Problem(inputs::unrecognized(reason)),
                (None, true) => Kind::Skipped(reason.into()),
            },
        }
    }
}
