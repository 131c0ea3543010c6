//! The report of `verify` for people: a block for each difference between prediction and recording, and the totals.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use super::compare::quoted;
use super::json::kind;
use super::{Comparison, Difference, Forecast, Order, Outcome, Tally, Verified};
use crate::predict::ErrorEntry;
use crate::report::style::{Look, Palette};
use crate::report::wrap;
use crate::sanitize::escape;

/// The width, in columns, from which on prediction and recording are shown side by side.
const WIDE: usize = 100;
/// The number of differences shown for one pair; the JSON document has all.
const MOST_ROWS: usize = 20;
/// The number of lines shown of a list in another order.
const MOST_LINES: usize = 5;
/// The number of fields shown that only recordings have.
const MOST_FIELDS: usize = 10;
/// The width of the first column, with prediction and recording side by side.
const WHAT: usize = 20;
/// The width of `predicted` and `recorded`, one below the other.
const LABEL: usize = 9;

/// Formats a pair: a block if it differs or cannot be compared; otherwise, if `verbose`, a line.
pub fn pair(verified: &Verified, look: Look, verbose: bool) -> String {
    match &verified.outcome {
        Outcome::NotAnswered(why) => {
            let head = look.palette().warning("not a response of the API").to_string();
            title(verified, &head, look) + &wrap::indented(&escape(why), look.width, 2) + "\n"
        }
        Outcome::NotComparable(why) => {
            let head = look.palette().warning("not comparable").to_string();
            title(verified, &head, look) + &wrap::indented(&escape(why), look.width, 2) + "\n"
        }
        Outcome::Compared(comparison) if comparison.differences.is_empty() => {
            if verbose {
                title(verified, &look.palette().good("agrees").to_string(), look)
            } else {
                String::new()
            }
        }
        Outcome::Compared(comparison) => block(verified, comparison, look),
    }
}

/// Returns the first line of a pair, with remarks about it.
fn title(verified: &Verified, head: &str, look: Look) -> String {
    let palette = look.palette();
    let mut text = format!("{head} {}", palette.strong(escape(&verified.name)));
    let agreed = verified.recorded.as_ref().filter(|_| verified.agreed());
    let status = agreed.map(|recorded| &recorded.status_code);
    let known: Vec<_> = verified
        .endpoint
        .iter()
        .chain(status)
        .map(|known| escape(known))
        .collect();
    if !known.is_empty() {
        let _ = write!(text, " {}", palette.faint(format!("({})", known.join(", "))));
    }
    text.push('\n');
    if verified.recovered {
        let note = "The request is not valid JSON; the prediction is for the repaired request.";
        text.push_str(&wrap::indented(note, look.width, 2));
    }
    if let Some(recorded) = verified
        .recorded
        .as_ref()
        .filter(|recorded| !recorded.extra.is_empty())
    {
        let note = format!("Only in the recording: {}.", names(&recorded.extra));
        text.push_str(&wrap::indented(&note, look.width, 2));
    }
    text
}

fn names(extra: &[String]) -> String {
    let mut shown: Vec<String> = extra
        .iter()
        .take(MOST_FIELDS)
        .map(|name| escape(name).into_owned())
        .collect();
    if extra.len() > MOST_FIELDS {
        shown.push(format!("and {} more", extra.len() - MOST_FIELDS));
    }
    shown.join(", ")
}

fn block(verified: &Verified, comparison: &Comparison, look: Look) -> String {
    let head = look.palette().error("differs").to_string();
    let mut text = title(verified, &head, look);
    let table = Table { look };
    table.head(&mut text);
    if let Some(forecast) = &verified.forecast {
        for difference in comparison.differences.iter().take(MOST_ROWS) {
            table.row(&mut text, &Row::new(difference, forecast, &verified.origin));
        }
    }
    let more = comparison.differences.len().saturating_sub(MOST_ROWS);
    if more > 0 {
        let note = format!("and {more} more; --format json shows all");
        let _ = writeln!(text, "  {}", look.palette().faint(note));
    }
    text.push('\n');
    text
}

/// A difference as text; all of it is escaped.
struct Row {
    what: String,
    key: Option<String>,
    predicted: Vec<String>,
    recorded: Vec<String>,
    /// The position of the predicted error in the request, and its rule.
    place: Option<String>,
}

impl Row {
    fn new(difference: &Difference, forecast: &Forecast, origin: &str) -> Self {
        let (predicted, recorded) = sides(difference, forecast);
        let place = difference.error().and_then(|error| forecast.origins.get(error));
        Self {
            what: what(difference),
            key: difference.key().map(|key| format!("key {}", key_text(key))),
            predicted,
            recorded,
            place: place.map(|place| {
                let (line, column) = (place.line, place.column);
                format!("{}:{line}:{column} [{}]", escape(origin), escape(&place.rule))
            }),
        }
    }
}

fn what(difference: &Difference) -> String {
    match difference {
        Difference::Order {
            of: Order::Refused, ..
        } => "order of refused records".to_owned(),
        Difference::Order { of: Order::Taken, .. } => "order of successes".to_owned(),
        other => kind(other).replace('-', " "),
    }
}

fn sides(difference: &Difference, forecast: &Forecast) -> (Vec<String>, Vec<String>) {
    let one = |text: &str| vec![escape(text).into_owned()];
    let nothing = || one("nothing");
    let ours = |error| {
        forecast
            .error(error)
            .map_or_else(nothing, |error| vec![answer(error)])
    };
    match difference {
        Difference::Status { predicted, recorded } => (one(predicted), one(recorded)),
        Difference::Data { recorded } => (one("null"), one(&recorded.to_string())),
        Difference::Key {
            predicted,
            recorded,
            error,
            count,
        } => {
            let mut left = vec![key_text(predicted)];
            left.extend(ours(*error));
            if *count > 1 {
                left.push(format!("and {} more", count - 1));
            }
            (left, vec![key_text(recorded), "the same".to_owned()])
        }
        Difference::Wording { error, recorded, .. } => (ours(*error), vec![answer(recorded)]),
        Difference::MissingError { recorded, .. } => {
            let theirs = recorded.as_ref().map(answer);
            (
                nothing(),
                vec![theirs.unwrap_or_else(|| "refused without an error".to_owned())],
            )
        }
        Difference::ExtraError { error, .. } => (ours(*error), nothing()),
        Difference::MissingSuccess { .. } => (nothing(), one("accepted")),
        Difference::ExtraSuccess { .. } => (one("accepted"), nothing()),
        Difference::Order {
            of,
            predicted,
            recorded,
        } => (first_lines(of, predicted), first_lines(of, recorded)),
    }
}

fn answer(error: &ErrorEntry) -> String {
    escape(&quoted(error)).into_owned()
}

fn key_text(key: &str) -> String {
    format!("\"{}\"", escape(key))
}

/// Returns the beginning of a list of errors or keys.
fn first_lines(of: &Order, items: &[String]) -> Vec<String> {
    let shown = |item: &String| match of {
        Order::Errors(_) => escape(item).into_owned(),
        Order::Refused | Order::Taken => key_text(item),
    };
    let mut lines: Vec<String> = items.iter().take(MOST_LINES).map(shown).collect();
    if items.len() > MOST_LINES {
        lines.push(format!("and {} more", items.len() - MOST_LINES));
    }
    lines
}

/// The rows of a block, side by side if there is room, otherwise one below the other.
struct Table {
    look: Look,
}

impl Table {
    fn is_wide(&self) -> bool {
        self.look.width >= WIDE
    }

    /// Returns the width of each side.
    fn side(&self) -> usize {
        (self.look.width - WHAT - 7) / 2
    }

    fn bar(&self) -> &'static str {
        if self.look.unicode { "│" } else { "|" }
    }

    fn head(&self, text: &mut String) {
        if self.is_wide() {
            let palette = self.look.palette();
            let (side, bar) = (self.side(), self.bar());
            let left = palette.strong(format!("{:side$}", "predicted"));
            let right = palette.strong("recorded");
            let _ = writeln!(text, "  {:WHAT$}  {left} {} {right}", "", palette.faint(bar));
        }
    }

    fn row(&self, text: &mut String, row: &Row) {
        if self.is_wide() {
            self.side_by_side(text, row);
        } else {
            self.below(text, row);
        }
    }

    fn side_by_side(&self, text: &mut String, row: &Row) {
        let (side, bar, palette) = (self.side(), self.bar(), self.look.palette());
        let mut what = wrap::wrap(&row.what, WHAT);
        what.extend(row.key.iter().flat_map(|key| wrap::wrap(key, WHAT)));
        let (left, right) = (cell(&row.predicted, side), cell(&row.recorded, side));
        for line in 0..what.len().max(left.len()).max(right.len()) {
            let at = |lines: &[String]| lines.get(line).cloned().unwrap_or_default();
            let what = palette.name(padded(&at(&what), WHAT)).to_string();
            let whole = format!(
                "  {what}  {} {} {}",
                padded(&at(&left), side),
                palette.faint(bar),
                at(&right)
            );
            let _ = writeln!(text, "{}", whole.trim_end());
        }
        if let Some(place) = &row.place {
            // Not wrapped, so that it can be clicked on.
            let _ = writeln!(text, "  {:WHAT$}  {}", "", palette.faint(place));
        }
    }

    fn below(&self, text: &mut String, row: &Row) {
        let palette = self.look.palette();
        let head = row
            .key
            .iter()
            .fold(row.what.clone(), |head, key| format!("{head}, {key}"));
        for line in wrap::wrap(&head, self.look.width.saturating_sub(2)) {
            let _ = writeln!(text, "  {}", palette.name(line));
        }
        self.labelled(text, "predicted", &row.predicted);
        if let Some(place) = &row.place {
            let _ = writeln!(text, "    {:LABEL$} {}", "", palette.faint(place));
        }
        self.labelled(text, "recorded", &row.recorded);
    }

    fn labelled(&self, text: &mut String, label: &str, lines: &[String]) {
        let palette = self.look.palette();
        let columns = self.look.width.saturating_sub(LABEL + 5).max(20);
        let labels = std::iter::once(label).chain(std::iter::repeat(""));
        for (label, line) in labels.zip(cell(lines, columns)) {
            let label = palette.strong(format!("{label:LABEL$}")).to_string();
            let _ = writeln!(text, "    {label} {line}");
        }
    }
}

fn cell(paragraphs: &[String], columns: usize) -> Vec<String> {
    paragraphs
        .iter()
        .flat_map(|text| wrap::wrap(text, columns))
        .collect()
}

/// Pads a text to a display width.
fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// Formats the totals of all pairs.
///
/// If `verbose`, skipped calls have already been listed.
pub fn summary(tally: &Tally, look: Look, verbose: bool) -> String {
    let palette = look.palette();
    let predicted = tally.caught + tally.false_alarms;
    let rows = [
        ("pairs", tally.pairs, String::new()),
        (
            "  exact agreement",
            tally.agreed,
            rate("", tally.agreement(), tally.compared_pairs(), "compared"),
        ),
        ("  different", tally.differing(), String::new()),
        ("  no API response", tally.not_answered, String::new()),
        ("  not comparable", tally.not_comparable, String::new()),
        ("400s recorded", tally.refused, String::new()),
        (
            "  caught",
            tally.caught,
            rate("recall ", tally.recall(), tally.refused, "recorded"),
        ),
        ("  missed", tally.missed(), String::new()),
        (
            "400s predicted",
            predicted,
            rate("precision ", tally.precision(), predicted, "predicted"),
        ),
        ("  false alarms", tally.false_alarms, String::new()),
    ];
    let mut text = counts(&rows, palette);
    remarks(&mut text, tally, look, verbose);
    rules(&mut text, tally, palette);
    text
}

/// Formats the totals of a run that compares earlier predictions with new ones.
pub fn summary_of_predictions(tally: &Tally, look: Look, verbose: bool) -> String {
    let palette = look.palette();
    let rows = [
        ("predictions", tally.pairs, String::new()),
        (
            "  the same now",
            tally.agreed,
            rate("", tally.agreement(), tally.compared_pairs(), "compared"),
        ),
        ("  different", tally.differing(), String::new()),
        ("  not comparable", tally.not_comparable, String::new()),
    ];
    let mut text = counts(&rows, palette);
    remarks(&mut text, tally, look, verbose);
    let note = "All of them are predictions; none of them is a response of the API.";
    text.push_str(&wrap::indented(note, look.width, 0));
    text
}

/// Formats a line for each count: its label, its number, and a note.
fn counts(rows: &[(&str, u32, String)], palette: Palette) -> String {
    rows.iter().fold(String::new(), |text, (label, number, note)| {
        let line = format!("{label:18} {number:>6}  {}", palette.faint(note));
        text + line.trim_end() + "\n"
    })
}

/// Formats a rate with its base; empty if there is no rate.
fn rate(what: &str, ratio: Option<f64>, of: u32, whole: &str) -> String {
    ratio.map_or_else(String::new, |ratio| {
        format!("{what}{} of {of} {whole}", percent(ratio))
    })
}

/// Formats a rate with one decimal, rounded down, so that 100 % means all.
fn percent(ratio: f64) -> String {
    format!("{:.1} %", (ratio * 1000.0).floor() / 10.0)
}

fn remarks(text: &mut String, tally: &Tally, look: Look, verbose: bool) {
    let hint = if verbose { "" } else { " (-v lists them)" };
    let counted = |counts: &[(u32, &str)], hint: &str| -> Vec<String> {
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        counts
            .map(|(count, what)| format!("{what}: {count}{hint}"))
            .collect()
    };
    let mut lines = counted(
        &[
            (
                tally.recovered,
                "requests that are not JSON, and were repaired for the prediction",
            ),
            (tally.unforeseen, "recorded errors that no rule predicted"),
        ],
        "",
    );
    if !tally.extra.is_empty() {
        let fields: Vec<String> = tally.extra.keys().cloned().collect();
        lines.push(format!("fields only in recordings: {}", names(&fields)));
    }
    lines.extend(counted(
        &[
            (tally.unpaired, "unpaired files"),
            (tally.skipped, "recorded calls without a body"),
            (tally.unreadable, "recorded calls that cannot be read"),
            (tally.failed, "recorded calls that failed"),
            (tally.others, "other recorded calls"),
            (
                tally.predictions,
                "responses of geplint serve, which are not from the API",
            ),
            (
                tally.no_predictions,
                "recorded responses that are not predictions",
            ),
        ],
        hint,
    ));
    for line in lines {
        text.push_str(&wrap::indented(&line, look.width, 0));
    }
}

fn rules(text: &mut String, tally: &Tally, palette: Palette) {
    if tally.rules.is_empty() {
        return;
    }
    let name = |rule: &String| escape(rule).into_owned();
    let width = tally
        .rules
        .keys()
        .map(|rule| name(rule).width())
        .max()
        .unwrap_or(0)
        .max(4);
    let head = format!("{}  confirmed  refuted  other text", padded("rule", width));
    let _ = writeln!(text, "\n{}", palette.strong(head));
    for (rule, tally) in &tally.rules {
        let refuted = format!("{:>7}", tally.refuted);
        let refuted = if tally.refuted > 0 {
            palette.error(refuted).to_string()
        } else {
            refuted
        };
        let _ = writeln!(
            text,
            "{}  {:>9}  {refuted}  {:>10}",
            palette.name(padded(&name(rule), width)),
            tally.confirmed,
            tally.other_words
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predict::{Envelope, ErrorDetail, SuccessDetail};
    use crate::sanitize::is_unprintable;
    use crate::verify::{ErrorOrigin, Recorded, compare};
    use serde_json::Value;

    const NASTY: &str = "\u{1b}[2Jx\r\n::error::y ##[group]g \u{9b}31m\u{202e}\u{200b}\u{7f}\0";

    fn envelope(key: &str, error: &str, errors: usize) -> Envelope {
        let entry = ErrorEntry {
            error_code: error.to_owned(),
            error_description: error.to_owned(),
        };
        Envelope {
            data: None,
            status_code: "400".to_owned(),
            error_details: vec![ErrorDetail {
                key: key.to_owned(),
                errors: vec![entry; errors],
            }],
            success_details: vec![SuccessDetail { key: key.to_owned() }],
        }
    }

    fn verified(predicted: Envelope, recorded: Envelope) -> Verified {
        let recorded = Recorded {
            data: Value::from(NASTY),
            status_code: NASTY.to_owned(),
            error_details: recorded.error_details,
            success_details: recorded.success_details,
            extra: vec![NASTY.to_owned(); 30],
        };
        let place = ErrorOrigin {
            rule: NASTY.to_owned(),
            pointer: NASTY.to_owned(),
            line: 1,
            column: 2,
        };
        Verified {
            name: NASTY.to_owned(),
            origin: NASTY.to_owned(),
            url: Some(NASTY.to_owned()),
            endpoint: Some(NASTY.to_owned()),
            recovered: true,
            outcome: Outcome::Compared(compare(&predicted, &recorded)),
            forecast: Some(Forecast::of(predicted, vec![place; 50])),
            recorded: Some(recorded),
        }
    }

    fn all(width: usize, unicode: bool) -> String {
        let look = Look {
            color: false,
            unicode,
            width,
        };
        let mut verified = vec![
            verified(envelope(NASTY, NASTY, 30), envelope(NASTY, "other", 31)),
            verified(envelope(NASTY, NASTY, 2), envelope("key", NASTY, 2)),
        ];
        let mut strange = verified[0].clone();
        strange.outcome = Outcome::NotComparable(NASTY.to_owned());
        verified.push(strange);
        let mut tally = Tally::default();
        let blocks = verified.iter().map(|verified| {
            tally.add(verified);
            pair(verified, look, true)
        });
        let blocks: String = blocks.collect();
        blocks + &summary(&tally, look, false)
    }

    #[test]
    fn nothing_hostile_gets_through() {
        for width in [40, 80, 99, 100, 101, 160] {
            for unicode in [true, false] {
                let text = all(width, unicode);
                for line in text.lines() {
                    assert!(!line.chars().any(is_unprintable), "{line:?}");
                    assert!(!line.contains("::error") && !line.contains("##["), "{line:?}");
                    assert_eq!(line, line.trim_end());
                }
                assert!(unicode || text.is_ascii(), "{text}");
            }
        }
    }

    #[test]
    fn a_long_list_of_differences_is_cut() {
        assert!(all(120, true).contains("more; --format json shows all"));
    }

    #[test]
    fn a_percentage_is_never_rounded_up() {
        assert_eq!(percent(1.0), "100.0 %");
        assert_eq!(percent(0.9999), "99.9 %");
        assert_eq!(percent(0.0), "0.0 %");
    }
}
