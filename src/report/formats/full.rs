//! The report with source lines, for people. The only module that uses miette.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use miette::{
    Diagnostic as Diagnose, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};
use owo_colors::Style;
use textwrap::WordSplitter;
use unicode_width::UnicodeWidthStr;

use crate::finding::{Evidence, Finding, Phase, Severity, Span, Target, Wording};
use crate::fix;
use crate::grouping::{Diagnostic, Kind, group};
use crate::report::full_report_parts::{Forms, Needed, Part, PartSelector, ShownBefore, strong};
use crate::report::source_lines::{Frame, TAB, Window, window};
use crate::report::style::{self, Look};
use crate::report::wrap::wrap;
use crate::report::{Chunks, FileReport, Report, Stage, diagnostic_text, labels};
use crate::sanitize::escape;
use crate::source::{Position, Source};

/// One diagnostic for each cause: the mistake, its position, the API's response, the evidence, the reason, and the help. The
/// general text of a rule is shown once for each run.
#[derive(Debug)]
pub struct Full {
    look: Look,
    /// The number of diagnostics that are shown; 0 for all.
    most: usize,
    shown_before: Arc<ShownBefore>,
}

impl Full {
    /// Returns the report with all diagnostics and a list of causes at the end.
    pub fn new(look: Look) -> Self {
        Self {
            look,
            most: 0,
            shown_before: Arc::default(),
        }
    }

    /// Limits the number of diagnostics; warnings are cut before errors. 0 for all.
    #[must_use]
    pub fn with_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    fn part(&self, source: &Source<'_>, diagnostic: &Diagnostic<'_>) -> Part {
        let finding = diagnostic.lead;
        let needed = self.shown_before.needed(&finding.rule, finding.severity);
        let mut forms = Forms {
            severity: finding.severity,
            rule: escape(&finding.rule).into_owned(),
            causes: diagnostic_text::causes(diagnostic),
            words: diagnostic.words(),
            first: String::new(),
            unframed: String::new(),
            repeated: String::new(),
            one_line: String::new(),
        };
        if needed != Needed::Nothing {
            let palette = self.look.palette();
            diagnostic_text::line(&mut forms.one_line, source, diagnostic, palette);
            let drawn = guarded(|| self.short(source, diagnostic, false));
            forms.repeated = drawn.unwrap_or_else(|| forms.one_line.clone());
        }
        if needed == Needed::All {
            let drawn = guarded(|| self.first(source, diagnostic));
            forms.first = drawn.unwrap_or_else(|| forms.one_line.clone());
            let drawn = guarded(|| self.short(source, diagnostic, true));
            forms.unframed = drawn.unwrap_or_else(|| forms.one_line.clone());
        }
        Part::Diagnostic(Box::new(forms))
    }

    /// Renders the full form.
    fn first(&self, source: &Source<'_>, diagnostic: &Diagnostic<'_>) -> Result<String, fmt::Error> {
        let finding = diagnostic.lead;
        let snippet = Snippet::new(self.look, source, diagnostic);
        let mut drawn = String::with_capacity(1024);
        handler(self.look, snippet.styles()).render_report(&mut drawn, &snippet)?;
        let (mut out, gap) = self.opened(&drawn, &snippet, diagnostic);
        let mut notes = Vec::new();
        let place = place(diagnostic);
        if !place.is_empty() && snippet.labels.first().is_none_or(Option::is_none) {
            notes.push(format!("at {}", place.trim_start_matches("lacks ")));
        }
        let hidden = snippet.hidden.iter().filter(|_| !finding.is_pair()).take(1);
        for (span, text) in hidden.filter(|(_, text)| !text.is_empty() && diagnostic.parts.len() < 2) {
            let Position { line, column } = source.position(span.start);
            notes.push(format!("{text}: {}:{line}:{column}", source.name()));
        }
        let all = diagnostic_text::whole_list(diagnostic);
        if !all.is_empty() {
            notes.push(format!("all: {all}"));
        }
        if !is_in_opening(finding) {
            notes.push(diagnostic_text::answer(diagnostic, labels::brief_answer));
        }
        let room = self.note_width(gap);
        notes.push(why(finding, room, true));
        let fix = diagnostic_text::remedy(source, diagnostic);
        // The purpose of several edits is not clear from them.
        let one_edit = fix::of(source.text(), finding).is_some_and(|fix| fix.edits.len() == 1);
        let help = diagnostic_text::help(diagnostic).filter(|help| !one_edit || adds_to_fix(help));
        notes.extend(help.map(|help| format!("help: {help}")));
        notes.extend(fix.map(|fix| format!("fix: {fix}")));
        for (words, places) in diagnostic_text::also(source, diagnostic, 2, room.saturating_sub(8)) {
            notes.push(format!("{words} {}", self.look.drawn(&places)));
        }
        self.notes(&mut out, gap, notes)?;
        Ok(out)
    }

    /// Replaces the title of a drawing, and removes its foot, which is drawn below the notes. Returns it with the
    /// column of the frame.
    fn opened(&self, drawn: &str, snippet: &Snippet<'_>, diagnostic: &Diagnostic<'_>) -> (String, usize) {
        let [corner, .., foot] = frame(self.look);
        let mut lines: Vec<&str> = drawn.trim_end().split('\n').collect();
        // The lines of its title begin with a stray bar.
        let is_corner = |line: &&str| line.trim_start().starts_with(corner);
        let title = lines.iter().position(is_corner).map(|at| {
            lines.drain(..at);
            self.title(diagnostic)
        });
        let mut gap = snippet.position.line.to_string().len() + 2;
        if let Some(last) = lines.last().filter(|line| line.trim_start().starts_with(foot)) {
            gap = last.len() - last.trim_start().len();
            lines.pop();
        }
        (title.unwrap_or_default() + &lines.join("\n") + "\n", gap)
    }

    /// Returns the lines of the title.
    fn title(&self, diagnostic: &Diagnostic<'_>) -> String {
        let (rule, painted) = head(self.look, diagnostic.lead);
        // The rule is wrapped like a word of the sentence, and then coloured.
        let plain = rule.width() + 1;
        let title = format!("{} {}", "x".repeat(plain - 1), diagnostic_text::title(diagnostic));
        let mut lines = wrap(&title, self.look.width.saturating_sub(4)).into_iter();
        let first = lines.next().unwrap_or_default();
        let mut out = match first.get(plain..) {
            Some(first) => format!("{painted} {first}\n"),
            None => format!("{painted}\n"),
        };
        for line in lines {
            out.push_str("    ");
            out.push_str(&line);
            out.push('\n');
        }
        out
    }

    /// Writes the notes below a line of the file, the last one with the foot of the frame.
    fn notes(&self, out: &mut String, gap: usize, mut notes: Vec<String>) -> fmt::Result {
        let [_, bar, branch, foot] = frame(self.look);
        let (indent, room) = (" ".repeat(gap), self.note_width(gap));
        notes.retain(|note| !note.is_empty());
        if notes.is_empty() {
            return writeln!(out, "{indent}{foot}");
        }
        for (index, note) in notes.iter().enumerate() {
            let [mark, under] = if index + 1 == notes.len() {
                [foot, " "]
            } else {
                [branch, bar]
            };
            let mut lines = wrap(note, room).into_iter();
            writeln!(out, "{indent}{mark} {}", lines.next().unwrap_or_default())?;
            lines.try_for_each(|line| writeln!(out, "{indent}{under}  {line}"))?;
        }
        Ok(())
    }

    /// Renders the diagnostic with only its line; `with_why`: also with the general text of its rule.
    fn short(
        &self,
        source: &Source<'_>,
        diagnostic: &Diagnostic<'_>,
        with_why: bool,
    ) -> Result<String, fmt::Error> {
        let (look, finding) = (self.look, diagnostic.lead);
        let palette = look.palette();
        let mut out = self.title(diagnostic);

        let primary = diagnostic_text::mark(diagnostic);
        let Position { line, column } = source.position(primary.start);
        let digits = line.to_string().len();
        let frame = Frame {
            columns: look.width.saturating_sub(digits + 4).max(20),
            unicode: look.unicode,
        };
        let [corner, bar, ..] = self::frame(look);
        let gap = " ".repeat(digits + 2);
        let name = palette.name(format!("{}:{line}:{column}", source.name()));
        let place = place(diagnostic);
        let place = place.trim_start_matches("lacks ");
        let place = if place.is_empty() {
            String::new()
        } else {
            format!(" {}", palette.faint(place))
        };
        writeln!(out, "{gap}{corner}[{name}]{place}")?;
        // The bracket of an object without a property is not informative, and neither is a value that the title has.
        let shows_nothing = finding.target == Target::Object && !finding.is_pair();
        if !shows_nothing && !diagnostic_text::title_has_value(source, diagnostic) {
            let (before, shown, after) = line_of(source, primary, frame);
            let shown = palette.severity(finding.severity, shown);
            writeln!(out, " {} {bar} {before}{shown}{after}", palette.faint(line))?;
        }
        let mut notes = Vec::new();
        if !is_in_opening(finding) {
            notes.push(diagnostic_text::answer(diagnostic, labels::brief_answer));
        }
        if with_why {
            notes.push(why(finding, self.note_width(digits + 2), false));
        }
        match diagnostic_text::remedy(source, diagnostic) {
            Some(fix) => notes.push(format!("fix: {fix}")),
            // The help for a missing property repeats the title.
            None if finding.target == Target::Object && !finding.is_pair()
                || diagnostic_text::help_is_title(finding) => {}
            None => notes.extend(diagnostic_text::help(diagnostic).map(|help| format!("help: {help}"))),
        }
        let all = diagnostic_text::whole_list(diagnostic);
        if !all.is_empty() {
            notes.push(format!("all: {all}"));
        }
        let room = self.note_width(digits + 2);
        for (words, places) in diagnostic_text::also(source, diagnostic, 1, room.saturating_sub(8)) {
            notes.push(format!("{words} {}", look.drawn(&places)));
        }
        self.notes(&mut out, digits + 2, notes)?;
        Ok(out)
    }

    /// Returns the width of a note next to the frame.
    fn note_width(&self, gap: usize) -> usize {
        self.look.width.saturating_sub(gap + 3).max(20)
    }
}

/// Returns the output of `draw`, if it succeeds. A bug in it must not affect the other findings.
fn guarded(draw: impl FnOnce() -> Result<String, fmt::Error>) -> Option<String> {
    catch_unwind(AssertUnwindSafe(draw)).ok()?.ok()
}

impl Report for Full {
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>) {
        let name = escape(&file.name);
        let source = file.source(&name);
        let diagnostics = group(&file.findings);
        if diagnostics.is_empty() {
            return;
        }
        if let Some(out) = out.buffer() {
            let (head, answer) = opening(file, self.look);
            let name = name.clone().into_owned();
            Part::File { name, head, answer }.push(out);
        }
        for diagnostic in &diagnostics {
            let Some(out) = out.buffer() else { return };
            self.part(&source, diagnostic).push(out);
        }
    }

    fn render(&self, file: &FileReport<'_>) -> String {
        let mut keep = |_: &mut String| true;
        let mut parts = Chunks::new(&mut keep);
        self.write(file, &mut parts);
        let mut selector = PartSelector::new(self.look, 0, false, Arc::default());
        selector.piece(&parts.rest()) + &selector.end()
    }

    fn stage(&self) -> Option<Box<dyn Stage>> {
        let selector = PartSelector::new(self.look, self.most, true, Arc::clone(&self.shown_before));
        Some(Box::new(selector))
    }
}

/// Returns true if the first line of the file already has the answer, because it is for the whole request.
fn is_in_opening(finding: &Finding) -> bool {
    finding.masked.is_none() && matches!(finding.phase, Phase::Bind | Phase::Request)
}

/// Returns the line with the API's first response; and only the response, if it is for the whole request and longer
/// than a line.
fn opening(file: &FileReport<'_>, look: Look) -> (String, String) {
    let Some(refusal) = diagnostic_text::refusal(file) else {
        return (String::new(), String::new());
    };
    let whole = format!("{}: {refusal}", escape(&file.name));
    let head = strong(&shortened_answer(&whole, look.width), look);
    let is_long = head.trim_end().contains('\n') && refusal.starts_with(diagnostic_text::WHOLE);
    (head, if is_long { refusal } else { String::new() })
}

/// Returns the line of a file with its answer, cut to two lines of the report. `predict` prints the whole answer.
fn shortened_answer(line: &str, width: usize) -> Cow<'_, str> {
    /// The shortest line that is cut, in characters.
    const SHORTEST: usize = 150;
    let most = SHORTEST.max((width * 2).saturating_sub(10));
    match line.char_indices().nth(most) {
        Some((cut, _)) if line.chars().count() > most + 2 => {
            let cut = line.get(..cut).unwrap_or_default().trim_end();
            Cow::Owned(format!("{cut}…\""))
        }
        _ => Cow::Borrowed(line),
    }
}

/// Returns the severity and the rule of a diagnostic, first plain, then coloured as the start of its first line.
fn head(look: Look, finding: &Finding) -> (String, String) {
    let mark = match (finding.severity, look.unicode) {
        (Severity::Error, true) => "×",
        (Severity::Error, false) => "x",
        (Severity::Warning, true) => "⚠",
        (Severity::Warning, false) => "!",
        (Severity::Advice, true) => "☞",
        (Severity::Advice, false) => ">",
    };
    let rule = format!("{}[{}]:", finding.severity.word(), escape(&finding.rule));
    let palette = look.palette();
    let painted = format!(
        "  {} {}",
        palette.severity(finding.severity, mark),
        palette.severity(finding.severity, &rule)
    );
    (rule, painted)
}

/// Returns the line of a place, clipped to the frame: the text before the place, the place, and the text after it.
fn line_of(source: &Source<'_>, place: Span, frame: Frame) -> (String, String, String) {
    let Window { text, primary, .. } = window(source, place, &[], frame);
    let start = text[..primary.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[primary.end..]
        .find('\n')
        .map_or(text.len(), |at| primary.end + at);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default().replace('\t', "    ");
    (
        part(start, primary.start),
        part(primary.start, primary.end),
        part(primary.end, end),
    )
}

/// Returns a handler without a global hook, without access to the environment, and without links.
fn handler(look: Look, highlights: Vec<Style>) -> GraphicalReportHandler {
    let theme = GraphicalTheme {
        characters: if look.unicode {
            ThemeCharacters::unicode()
        } else {
            ThemeCharacters::ascii()
        },
        styles: if look.color {
            ThemeStyles {
                link: style::name(),
                highlights,
                ..ThemeStyles::ansi()
            }
        } else {
            ThemeStyles::none()
        },
    };
    GraphicalReportHandler::new_themed(theme)
        .with_width(look.width)
        .with_links(false)
        .with_context_lines(1)
        // A hyphen may be part of a value.
        .with_word_splitter(WordSplitter::NoHyphenation)
        .tab_width(TAB)
        .without_syntax_highlighting()
}

/// Returns the path of the value, and the record if the prediction does not name it.
fn place(diagnostic: &Diagnostic<'_>) -> String {
    let finding = diagnostic.lead;
    let pointer = escape(&finding.pointer);
    // A missing property has a name. If one of several properties is missing, the place is the object.
    let last = finding.pointer.rsplit('/').next().unwrap_or_default();
    let named = last.parse::<u32>().is_err() && !last.is_empty();
    let lacks = finding.target == Target::Object && named;
    let mut text = match diagnostic.parts.len() {
        _ if pointer.is_empty() => String::new(),
        several if several > 1 && diagnostic.kind == Kind::Missing => {
            format!("lacks {several} properties")
        }
        _ if lacks => format!("lacks {pointer}"),
        _ => pointer.into_owned(),
    };
    let answered = finding.predicted.as_ref().map(|predicted| &predicted.key);
    if let Some(key) = finding
        .record_key
        .as_ref()
        .filter(|key| !key.is_empty() && Some(*key) != answered)
    {
        let gap = if text.is_empty() { "" } else { " " };
        text = format!("{text}{gap}(record \"{}\")", diagnostic_text::excerpt(key));
    }
    text
}

/// Returns the parts of a frame: corner, side, branch of a note, foot.
const fn frame(look: Look) -> [&'static str; 4] {
    if look.unicode {
        ["╭─", "│", "├─", "╰─"]
    } else {
        [",-", "|", "|-", "`-"]
    }
}

/// Returns true if the help adds information to the fix: it has more than one part.
fn adds_to_fix(help: &str) -> bool {
    [". ", "; ", ": "].iter().any(|mark| help.contains(mark))
}

/// Formats the reason, the evidence, and a reference. If `whole`, the evidence may take another line.
fn why(finding: &Finding, room: usize, whole: bool) -> String {
    let evidence = if finding.phase != Phase::None || !finding.source.is_empty() {
        evidence(finding)
    } else {
        String::new()
    };
    let why = escape(&finding.why);
    let lead = match (why.is_empty(), evidence.is_empty()) {
        (true, true) => return String::new(),
        (true, false) => return format!("evidence: {evidence}"),
        (false, _) => format!("why: {why}"),
    };
    let explain = format!("geplint explain {}", escape(&finding.rule));
    let least = if whole && !evidence.is_empty() {
        format!("{lead} ({evidence})")
    } else {
        lead.clone()
    };
    let more = if evidence.is_empty() {
        vec![explain]
    } else {
        vec![format!("{evidence}; {explain}"), evidence, explain]
    };
    // The reference must not take another line.
    let lines = |text: &str| wrap(text, room).len();
    let mut longer = more.iter().map(|more| format!("{lead} ({more})"));
    longer.find(|text| lines(text) <= lines(&least)).unwrap_or(least)
}

/// Formats `stated in the table, Buyer Contact 1.2; wording inferred`. The wording is shown only if it differs from the
/// evidence.
fn evidence(finding: &Finding) -> String {
    let mut text = labels::evidence_in_words(finding.evidence).to_owned();
    if !finding.source.is_empty() {
        text = format!("{text}, {}", escape(&finding.source));
    }
    let expected = match finding.evidence {
        Evidence::Response => Some(Wording::Documented),
        Evidence::Inferred => Some(Wording::Inferred),
        Evidence::Table | Evidence::Contradicted => None,
    };
    if let Some(predicted) = finding
        .predicted
        .as_ref()
        .filter(|one| Some(one.wording) != expected)
    {
        text = format!("{text}; wording {}", predicted.wording.word());
    }
    text
}

/// A diagnostic and its window, for miette.
#[derive(Debug)]
struct Snippet<'a> {
    look: Look,
    name: &'a str,
    position: Position,
    finding: &'a Finding,
    title: String,
    window: Window,
    /// The labels of the place and of each other place; `None` if there is no room for one.
    labels: Vec<Option<String>>,
    /// The other places without a label in the window.
    hidden: Vec<(Span, String)>,
}

impl<'a> Snippet<'a> {
    fn new(look: Look, source: &Source<'a>, diagnostic: &Diagnostic<'a>) -> Self {
        let primary = diagnostic_text::mark(diagnostic);
        let position = source.position(primary.start);
        let digits = (position.line + 4).to_string().len();
        let columns = look.width.saturating_sub(digits + 4).max(20);
        let frame = Frame {
            columns,
            unicode: look.unicode,
        };
        let (own, others) = diagnostic_text::places(diagnostic);
        let spans: Vec<Span> = others.iter().map(|(span, _)| *span).collect();
        let window = window(source, primary, &spans, frame);
        let fits = |text: &str, column: usize| !text.is_empty() && column + 4 + text.width() <= columns;
        let own = own.unwrap_or_else(|| place(diagnostic));
        let mut labels = vec![Some(own).filter(|text| fits(text, window.column))];
        let mut hidden = Vec::new();
        for (related, (span, text)) in window.related.iter().zip(others) {
            let column = related.as_ref().map(|related| related.column);
            let label = column.filter(|column| fits(&text, *column)).map(|_| text.clone());
            if label.is_none() {
                hidden.push((span, text));
            }
            labels.push(label);
        }
        Self {
            look,
            name: source.name(),
            position,
            finding: diagnostic.lead,
            title: diagnostic_text::title(diagnostic),
            window,
            labels,
            hidden,
        }
    }

    /// Returns the styles of the labels: the label of the finding has the colour of its severity, the others another
    /// one.
    fn styles(&self) -> Vec<Style> {
        let own = style::severity(self.finding.severity);
        let other = style::other_place();
        let start = self.window.primary.start;
        let related = self.window.related.iter().flatten();
        let before = related
            .clone()
            .filter(|related| related.place.start < start)
            .count();
        let mut styles = vec![other; related.count() + 1];
        if let Some(style) = styles.get_mut(before) {
            *style = own;
        }
        styles
    }
}

impl Display for Snippet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let palette = self.look.palette();
        let severity = self.finding.severity;
        let head = format!("{}[{}]:", severity.word(), escape(&self.finding.rule));
        write!(f, "{} ", palette.severity(severity, head))?;
        f.write_str(&self.title)
    }
}

impl std::error::Error for Snippet<'_> {}

impl Diagnose for Snippet<'_> {
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
        let mut labels = self.labels.iter().cloned();
        let primary = LabeledSpan::new_primary_with_span(labels.next().flatten(), span(&self.window.primary));
        let related = self.window.related.iter().zip(labels);
        let related = related.filter_map(move |(related, label)| {
            let related = related.as_ref()?;
            Some(LabeledSpan::new_with_span(label, span(&related.place)))
        });
        Some(Box::new(std::iter::once(primary).chain(related)))
    }
}

impl SourceCode for Snippet<'_> {
    /// Always returns the whole window. Without context, miette queries the line and column for the header, which are
    /// those in the file.
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
    fn a_failed_rendering_is_omitted() {
        assert_eq!(guarded(|| Ok("fine".to_owned())), Some("fine".to_owned()));
        assert_eq!(guarded(|| Err(fmt::Error)), None);
        assert_eq!(guarded(|| panic!("as miette does past column 65,535")), None);
    }
}
