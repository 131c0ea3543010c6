//! The report with source lines, for people. The only module that knows miette.

use std::fmt::{self, Display, Write};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};
use owo_colors::Style;
use unicode_width::UnicodeWidthStr;

use super::concise;
use crate::finding::{Finding, Phase, Severity, Target};
use crate::fix;
use crate::report::style::{Look, Palette};
use crate::report::window::{Frame, TAB, Window, window};
use crate::report::wrap::wrap;
use crate::report::{Chunks, FileReport, Report, common, labels};
use crate::sanitize::escape;
use crate::source::{Position, Source};

/// The column that the text of a note begins in.
const NOTE: usize = 13;

/// One block a finding: what is wrong, where, what the API would answer, how sure that is, why, and what to do.
#[derive(Debug)]
pub struct Full {
    look: Look,
    /// One handler for each severity, and for the label in question being the first or the second.
    handlers: [[GraphicalReportHandler; 2]; 3],
}

impl Full {
    /// The report in a given look.
    pub fn new(look: Look) -> Self {
        let handler = |severity, second| handler(look, severity, second);
        let pair = |severity| [handler(severity, false), handler(severity, true)];
        Self {
            look,
            handlers: [
                pair(Severity::Advice),
                pair(Severity::Warning),
                pair(Severity::Error),
            ],
        }
    }

    /// One finding; if drawing it should fail, its concise line.
    fn finding(&self, out: &mut String, source: &Source<'_>, finding: &Finding) {
        match guarded(|| self.block(source, finding)) {
            Some(block) => out.push_str(&block),
            None => concise::line(out, source, finding, self.look.palette()),
        }
        out.push('\n');
    }

    fn block(&self, source: &Source<'_>, finding: &Finding) -> Result<String, fmt::Error> {
        let mut out = String::with_capacity(1024);
        let snippet = Snippet::new(self.look, source, finding);
        let second = snippet
            .window
            .related
            .as_ref()
            .is_some_and(|place| place.start < snippet.window.primary.start);
        let severity = match finding.severity {
            Severity::Advice => 0,
            Severity::Warning => 1,
            Severity::Error => 2,
        };
        self.handlers[severity][usize::from(second)].render_report(&mut out, &snippet)?;

        let mut notes = Notes {
            out: &mut out,
            look: self.look,
        };
        if snippet.labels[0].is_none() {
            notes.push("at", place(finding).trim_start_matches("lacks "))?;
        }
        if let Some((span, text)) = finding.related.as_deref().filter(|_| snippet.labels[1].is_none()) {
            let Position { line, column } = source.position(span.start);
            notes.push(
                "see",
                &format!("{}: {}:{line}:{column}", escape(text), source.name()),
            )?;
        }
        notes.facts(finding)?;
        if let Some(fix) = fix::of(source.text(), finding) {
            notes.push("fix", &format!("geplint check {}", labels::fix_kind(fix.safe)))?;
        }
        Ok(out)
    }
}

/// What a drawing comes to, if it comes to anything: a slip in it must not cost the other findings.
fn guarded(draw: impl FnOnce() -> Result<String, fmt::Error>) -> Option<String> {
    catch_unwind(AssertUnwindSafe(draw)).ok()?.ok()
}

impl Report for Full {
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>) {
        let name = escape(&file.name);
        let source = file.source(&name);
        for finding in file.findings.iter() {
            let Some(out) = out.room() else { return };
            self.finding(out, &source, finding);
        }
    }
}

/// A handler of our own making: no global hook, no look at the environment, no links.
fn handler(look: Look, severity: Severity, second: bool) -> GraphicalReportHandler {
    let theme = GraphicalTheme {
        characters: if look.unicode {
            ThemeCharacters::unicode()
        } else {
            ThemeCharacters::ascii()
        },
        styles: if look.color {
            styles(severity, second)
        } else {
            ThemeStyles::none()
        },
    };
    GraphicalReportHandler::new_themed(theme)
        .with_width(look.width)
        .with_links(false)
        .with_context_lines(1)
        .tab_width(TAB)
        .without_syntax_highlighting()
}

/// The label in question takes the colour of its severity, the one that belongs to it another.
fn styles(severity: Severity, second: bool) -> ThemeStyles {
    let own = match severity {
        Severity::Error => Style::new().red().bold(),
        Severity::Warning => Style::new().yellow().bold(),
        Severity::Advice => Style::new().cyan().bold(),
    };
    let other = Style::new().blue().bold();
    ThemeStyles {
        link: Style::new().cyan(),
        highlights: if second {
            vec![other, own]
        } else {
            vec![own, other]
        },
        ..ThemeStyles::ansi()
    }
}

/// The path of the value, and the record if the prediction does not name it.
fn place(finding: &Finding) -> String {
    let pointer = escape(&finding.pointer);
    // What an object lacks has a name; where any of several would do, the object itself is pointed at.
    let last = finding.pointer.rsplit('/').next().unwrap_or_default();
    let named = last.parse::<u32>().is_err() && !last.is_empty();
    let absent = if finding.target == Target::Object && named {
        "lacks "
    } else {
        ""
    };
    let mut text = if pointer.is_empty() {
        String::new()
    } else {
        format!("{absent}{pointer}")
    };
    let answered = finding.predicted.as_ref().map(|predicted| &predicted.key);
    if let Some(key) = finding
        .record_key
        .as_ref()
        .filter(|key| !key.is_empty() && Some(*key) != answered)
    {
        let gap = if text.is_empty() { "" } else { " " };
        text = format!("{text}{gap}(record \"{}\")", escape(key));
    }
    text
}

/// The lines under a snippet: a word, and a sentence beside it.
struct Notes<'a> {
    out: &'a mut String,
    look: Look,
}

impl Notes<'_> {
    fn facts(&mut self, finding: &Finding) -> fmt::Result {
        if let Some(predicted) = &finding.predicted {
            self.push("predicted", &labels::answer(predicted, finding.masked))?;
        }
        if finding.phase != Phase::None || !finding.source.is_empty() {
            self.push("evidence", &evidence(finding))?;
        }
        self.push("why", &escape(&finding.why))?;
        self.push("help", &escape(&finding.help))
    }

    fn push(&mut self, word: &str, text: &str) -> fmt::Result {
        if text.is_empty() {
            return Ok(());
        }
        let palette: Palette = self.look.palette();
        let mut lines = wrap(text, self.look.width.saturating_sub(NOTE)).into_iter();
        let gap = " ".repeat(NOTE - 2 - word.len());
        let first = lines.next().unwrap_or_default();
        writeln!(self.out, "  {}{gap}{first}", palette.name(word))?;
        lines.try_for_each(|line| writeln!(self.out, "{:NOTE$}{line}", ""))
    }
}

/// `documented response, Buyer Contact 1.2; wording documented`.
fn evidence(finding: &Finding) -> String {
    let mut text = labels::evidence_in_words(finding.evidence).to_owned();
    if !finding.source.is_empty() {
        text = format!("{text}, {}", escape(&finding.source));
    }
    if let Some(predicted) = &finding.predicted {
        text = format!("{text}; wording {}", labels::wording(predicted.wording));
    }
    text
}

/// A finding and its window, as miette wants them.
#[derive(Debug)]
struct Snippet<'a> {
    look: Look,
    name: &'a str,
    position: Position,
    finding: &'a Finding,
    window: Window,
    /// What hangs under the place and under the one that belongs to it; `None` where there is no room for it.
    labels: [Option<String>; 2],
}

impl<'a> Snippet<'a> {
    fn new(look: Look, source: &Source<'a>, finding: &'a Finding) -> Self {
        let position = source.position(finding.span.start);
        let digits = (position.line + 4).to_string().len();
        let columns = look.width.saturating_sub(digits + 4).max(20);
        let related = finding.related.as_deref();
        let frame = Frame {
            columns,
            unicode: look.unicode,
        };
        let window = window(
            source,
            common::mark(finding),
            related.map(|(span, _)| *span),
            frame,
        );
        let fits = |text: &String, column: usize| !text.is_empty() && column + 4 + text.width() <= columns;
        let second = related
            .filter(|_| window.related.is_some())
            .map(|(_, text)| escape(text).into_owned());
        let labels = [
            Some(place(finding)).filter(|text| fits(text, window.columns[0])),
            second.filter(|text| fits(text, window.columns[1])),
        ];
        Self {
            look,
            name: source.name(),
            position,
            finding,
            window,
            labels,
        }
    }
}

impl Display for Snippet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let palette = self.look.palette();
        let Finding {
            severity, message, ..
        } = self.finding;
        let head = format!("{}[{}]:", labels::severity(*severity), escape(&self.finding.rule));
        match severity {
            Severity::Error => write!(f, "{} ", palette.error(head))?,
            Severity::Warning => write!(f, "{} ", palette.warning(head))?,
            Severity::Advice => write!(f, "{} ", palette.name(head))?,
        }
        f.write_str(&escape(message))
    }
}

impl std::error::Error for Snippet<'_> {}

impl Diagnostic for Snippet<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Advice => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = |range: &Range<usize>| SourceSpan::from((range.start, range.len()));
        let [first, second] = self.labels.clone();
        let primary = LabeledSpan::new_primary_with_span(first, span(&self.window.primary));
        let related = self
            .window
            .related
            .as_ref()
            .map(|place| LabeledSpan::new_with_span(second, span(place)));
        Some(Box::new(std::iter::once(primary).chain(related)))
    }
}

impl SourceCode for Snippet<'_> {
    /// Always the whole window. Asked without context, miette is after the header's line and column: those of
    /// the file, whatever of its line is shown.
    fn read_span<'s>(
        &'s self,
        _span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'s> + 's>, MietteError> {
        let header = before == 0 && after == 0;
        let (line, column) = if header {
            (
                self.position.line.saturating_sub(1),
                self.position.column.saturating_sub(1),
            )
        } else {
            (self.window.first_line, 0)
        };
        let text = self.window.text.as_bytes();
        let whole = SourceSpan::from((0, text.len()));
        let (line, column) = (line as usize, column as usize);
        let name = self.name.to_owned();
        Ok(Box::new(MietteSpanContents::new_named(
            name,
            text,
            whole,
            line,
            column,
            self.window.lines,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_that_fails_is_none() {
        assert_eq!(guarded(|| Ok("fine".to_owned())), Some("fine".to_owned()));
        assert_eq!(guarded(|| Err(fmt::Error)), None);
        assert_eq!(guarded(|| panic!("as miette does past column 65,535")), None);
    }
}
