//! `geplint verify`: recorded requests and answers in, where predictions differ from them out.

use std::io;
use std::path::{Path, PathBuf};

use super::args::{Common, Verify, VerifyFormat};
use super::exit_code::{CLEAN, FINDINGS, TROUBLE, UNMATCHED};
use super::inputs::{self, Knowledge};
use super::settings::Project;
use super::terminal;
use crate::input::{Entry, ReadError, Reader, WalkOptions, read, search};
use crate::json;
use crate::recognize::{Recognized, recognize};
use crate::report::style::Look;
use crate::report::{OutputError, sanitize, summary};
use crate::rules::Candidate;
use crate::session::Session;
use crate::verify::har::{Call, Route, har};
use crate::verify::pairs::{Given, Kind, Pair, pair};
use crate::verify::{Exchange, Tally, json as document, text, verify};

/// Verifies what the arguments name, and tells how it went as an exit code.
pub fn run(args: &Verify, common: &Common) -> Result<u8, OutputError> {
    let ready = Project::of(common).and_then(|project| {
        let excludes = project.excludes(&args.walk.exclude)?;
        let known = Knowledge::of(&args.knowledge, common, &project)?;
        Ok((project, excludes, known))
    });
    let Some((project, excludes, known)) = terminal::right(ready, common) else {
        return Ok(TROUBLE);
    };
    let options = WalkOptions {
        notes: false,
        excludes,
        no_ignore: args.walk.no_ignore,
        hidden: args.walk.hidden,
        har: true,
        repeats: false,
        only: None,
    };
    let endpoints = known.rules.candidates();
    let mut run = Run {
        args,
        common,
        project: &project,
        known: &known,
        look: terminal::stdout_look(common),
        predictor: Session::new(&endpoints, &known.tenant, args.knowledge.in_order),
        endpoints: &endpoints,
        tally: Tally::default(),
        trouble: false,
        gap: false,
    };
    let found = search(&args.paths, &options);
    inputs::warn_of_ignore_files(&found.ignore_files, common);
    let files = run.files(found.entries);
    match run.account(&files) {
        // Nobody reads on, and nothing was compared yet.
        Err(OutputError::Closed) if run.tally.pairs == 0 && !run.trouble => Ok(CLEAN),
        Ok(()) | Err(OutputError::Closed) => Ok(run.exit_code()),
        Err(error) => Err(error),
    }
}

/// Something that holds recorded calls.
enum Step<'f> {
    Pair(Pair),
    Har(&'f Path),
}

struct Run<'a> {
    args: &'a Verify,
    common: &'a Common,
    project: &'a Project,
    known: &'a Knowledge,
    look: Look,
    predictor: Session<'a>,
    endpoints: &'a [Candidate<'a>],
    tally: Tally,
    trouble: bool,
    /// Lines were printed that no blank line follows yet.
    gap: bool,
}

impl Run<'_> {
    /// Compares everything, and tells of it.
    fn account(&mut self, files: &[PathBuf]) -> Result<(), OutputError> {
        self.begin()?;
        for (_, call) in self.calls(files) {
            match call {
                Step::Pair(pair) => self.pair(files, &pair)?,
                Step::Har(path) => self.har(path)?,
            }
        }
        self.end()
    }

    /// The paths that were found; problems are told at once.
    fn files(&mut self, entries: Vec<Entry>) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for entry in entries {
            match entry {
                Entry::File { path, .. } => files.push(path),
                Entry::Stdin => self.problem(Path::new("-"), "a pair has two files; name them"),
                Entry::Problem { path, message } => self.problem(&path, &message),
            }
        }
        files
    }

    /// Pairs and HAR files, in the order of the files.
    fn calls<'f>(&mut self, files: &'f [PathBuf]) -> Vec<(usize, Step<'f>)> {
        let (hars, bodies): (Vec<usize>, Vec<usize>) =
            (0..files.len()).partition(|index| is_har(&files[*index]));
        let paths: Vec<PathBuf> = bodies.iter().map(|index| files[*index].clone()).collect();
        let mut reader = Reader::new(read::LARGEST);
        let pairing = pair(&paths, given(&self.args.paths), |index| {
            self.kind(&paths[index], &mut reader)
        });
        for (index, why) in &pairing.unpaired {
            self.tally.unpaired += 1;
            self.aside(|| format!("unpaired {}: {why}", sanitize::path(&paths[*index])));
        }
        let mut steps: Vec<(usize, Step<'f>)> = pairing
            .pairs
            .into_iter()
            .map(|mut pair| {
                pair.request = bodies[pair.request];
                pair.response = bodies[pair.response];
                (pair.request, Step::Pair(pair))
            })
            .collect();
        steps.extend(hars.into_iter().map(|index| (index, Step::Har(&files[index]))));
        steps.sort_by_key(|(index, _)| *index);
        steps
    }

    fn kind(&self, path: &Path, reader: &mut Reader) -> Kind {
        let Ok(bytes) = reader.file(path) else {
            // Told when it is read to be compared.
            return Kind::Other;
        };
        let (text, _) = json::text(bytes);
        match recognize(&text, self.endpoints) {
            Recognized::Response => Kind::Response,
            Recognized::Request(_) | Recognized::OneOf(_) => Kind::Request,
            Recognized::Other(_) | Recognized::Weak { .. } => Kind::Other,
        }
    }

    fn pair(&mut self, files: &[PathBuf], pair: &Pair) -> Result<(), OutputError> {
        let (request, response) = (&files[pair.request], &files[pair.response]);
        let (mut asked, mut answered) = (Reader::new(read::LARGEST), Reader::new(read::LARGEST));
        let (Some(request_body), Some(response_body)) = (
            self.readable(request, asked.file(request)),
            self.readable(response, answered.file(response)),
        ) else {
            return Ok(());
        };
        let endpoint = self.args.knowledge.endpoint.clone().or_else(|| {
            let configured = self.known.endpoint(self.project, request)?;
            Some(configured.id.to_string())
        });
        self.exchange(&Exchange {
            name: &sanitize::plain_path(&pair.name),
            origin: &sanitize::plain_path(request),
            request: request_body,
            response: response_body,
            endpoint: endpoint.as_deref(),
            http_status: None,
        })
    }

    fn har(&mut self, path: &Path) -> Result<(), OutputError> {
        let mut reader = Reader::new(read::LARGEST);
        let Some(bytes) = self.readable(path, reader.file(path)) else {
            return Ok(());
        };
        let routes: Vec<Route<'_>> = self
            .endpoints
            .iter()
            .filter_map(Candidate::endpoint)
            .map(|endpoint| Route {
                endpoint: &endpoint.id,
                path: &endpoint.path,
            })
            .collect();
        let har = match har(bytes, &routes) {
            Ok(har) => har,
            Err(why) => {
                self.problem(path, &why);
                return Ok(());
            }
        };
        let name = sanitize::plain_path(path);
        for (entry, why) in &har.skipped {
            self.tally.skipped += 1;
            self.aside(|| {
                format!(
                    "skipped {}#{entry}: {}",
                    sanitize::escape(&name),
                    sanitize::escape(why)
                )
            });
        }
        if har.others > 0 {
            self.aside(|| {
                format!(
                    "passed over {} other calls in {}",
                    har.others,
                    sanitize::escape(&name)
                )
            });
        }
        har.calls.iter().try_for_each(|call| self.call(&name, call))
    }

    fn call(&mut self, file: &str, call: &Call) -> Result<(), OutputError> {
        let name = format!("{file}#{}", call.entry);
        self.exchange(&Exchange {
            name: &name,
            origin: &name,
            request: &call.request,
            response: &call.response,
            endpoint: Some(&call.endpoint),
            http_status: call.status,
        })
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) -> Result<(), OutputError> {
        let verified = verify(&mut self.predictor, exchange);
        let first = self.tally.pairs == 0;
        self.tally.add(&verified);
        match self.args.format {
            VerifyFormat::Text => self.block(&text::pair(&verified, self.look, self.args.verbose)),
            VerifyFormat::Json if first => print(&document::pair(&verified)),
            VerifyFormat::Json => print(&format!(",{}", document::pair(&verified))),
        }
    }

    fn begin(&self) -> Result<(), OutputError> {
        match self.args.format {
            VerifyFormat::Text => Ok(()),
            VerifyFormat::Json => print(&document::open()),
        }
    }

    /// Prints a block, with a blank line between it and single lines before it.
    fn block(&mut self, block: &str) -> Result<(), OutputError> {
        if block.is_empty() {
            return Ok(());
        }
        let spaced = block.ends_with("\n\n");
        if std::mem::replace(&mut self.gap, !spaced) && spaced {
            print("\n")?;
        }
        print(block)
    }

    fn end(&self) -> Result<(), OutputError> {
        match self.args.format {
            VerifyFormat::Json => print(&document::close(&self.tally, self.tally.pairs == 0)),
            VerifyFormat::Text if self.args.quiet || self.tally.pairs == 0 => Ok(()),
            VerifyFormat::Text => {
                let gap = if self.gap { "\n" } else { "" };
                let summary = text::summary(&self.tally, self.look, self.args.verbose);
                print(&format!("{gap}{summary}"))
            }
        }
    }

    fn readable<'b>(&mut self, path: &Path, bytes: Result<&'b [u8], ReadError>) -> Option<&'b [u8]> {
        bytes.map_err(|error| self.problem(path, &error.to_string())).ok()
    }

    /// What only those want to know who asked for more.
    fn aside(&self, line: impl FnOnce() -> String) {
        if self.args.verbose {
            terminal::tell(&line());
        }
    }

    fn problem(&mut self, path: &Path, message: &str) {
        self.trouble = true;
        terminal::tell(&summary::problem(
            path,
            message,
            terminal::stderr_palette(self.common),
        ));
    }

    fn exit_code(&self) -> u8 {
        if self.trouble {
            TROUBLE
        } else if self.tally.pairs == 0 {
            terminal::complain(self.common, &nothing_paired(&self.args.paths));
            UNMATCHED
        } else if self.tally.agreed < self.tally.pairs {
            FINDINGS
        } else {
            CLEAN
        }
    }
}

fn print(text: &str) -> Result<(), OutputError> {
    terminal::print(text)?;
    Ok(io::Write::flush(&mut io::stdout())?)
}

fn is_har(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("har"))
}

fn given(paths: &[PathBuf]) -> Given<'_> {
    let folders: Vec<&PathBuf> = paths.iter().filter(|path| path.is_dir()).collect();
    match (folders.as_slice(), paths.len()) {
        ([one, other], _) => Given::TwoFolders(one, other),
        ([], 2) => Given::TwoFiles,
        _ => Given::Other,
    }
}

fn nothing_paired(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| sanitize::path(path)).collect();
    format!(
        "no recorded answer to verify in {}; NAME.request.json belongs to NAME.response.json, and a .har file \
         holds both; -v says what was passed over",
        paths.join(", ")
    )
}
