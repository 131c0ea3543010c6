//! An endpoint as `geplint rules ENDPOINT` prints it: every condition that its rules files state.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use crate::finding::{Phase, Wording};
use crate::report::style::{Look, Palette};
use crate::report::{labels, wrap};
use crate::rules::{
    Answer, Constraint, Endpoint, GoodBesideBad, Property, PropertyId, RowKind, Stated, Table, Type,
};
use crate::sanitize::{self, escape};

/// Returns the head of the endpoint, and its tables.
#[must_use]
pub fn endpoint_text(endpoint: &Endpoint, look: Look) -> String {
    let palette = look.palette();
    let mut text = format!(
        "{} {}\n{} {}\n\n",
        palette.strong(escape(&endpoint.id)),
        palette.faint(format!("(page {})", escape(&endpoint.page))),
        escape(&endpoint.method),
        escape(&endpoint.path)
    );
    let head = head(endpoint);
    let width = head.iter().map(|(key, _)| key.width()).max().unwrap_or(0);
    for (key, value) in &head {
        let lines = wrap::indented(&sanitize::line(value), look.width, width + 4);
        let key = palette.name(format!("{:width$}", sanitize::line(key)));
        let _ = write!(text, "  {key}  {}", lines.trim_start());
    }
    for table in &endpoint.tables {
        table_text(&mut text, endpoint, table, look);
    }
    text
}

/// Returns the statements of the file besides its tables, by the file's own keys.
fn head(endpoint: &Endpoint) -> Vec<(String, String)> {
    let record = endpoint.record_table();
    let name = |id: &PropertyId| &*record.property(*id).name;
    let names = |ids: &[PropertyId]| ids.iter().map(name).collect::<Vec<_>>().join(", ");
    let mut head = vec![
        ("title", endpoint.title.to_string()),
        ("record", record.name.to_string()),
        ("key", names(&endpoint.key)),
    ];
    if !endpoint.distinctive.is_empty() {
        head.push(("distinctive", names(&endpoint.distinctive)));
    }
    if let Some(key) = &endpoint.error_key {
        head.push(("error-key", key.to_string()));
    }
    let good = match endpoint.good_beside_bad {
        GoodBesideBad::Listed => "listed",
        GoodBesideBad::LeftOut => "left-out",
    };
    head.push(("good-beside-bad", good.to_owned()));
    if let Some(contact) = &endpoint.contact {
        let mut all = vec![format!("code {}", name(&contact.code))];
        for (key, id) in [
            ("user", &contact.user),
            ("active", &contact.active),
            ("deleted", &contact.deleted),
        ] {
            all.extend(id.as_ref().map(|id| format!("{key} {}", name(id))));
        }
        if !contact.placeholders.is_empty() {
            all.push(format!("placeholders {}", contact.placeholders.join(", ")));
        }
        head.push(("contact", all.join("; ")));
    }
    let answers = &endpoint.answers;
    head.push(("missing", answer(&answers.missing)));
    head.push(("too-long", answer(&answers.too_long)));
    head.push(("not-in-list", answer(&answers.not_in_list)));
    head.push(("null", answer(&answers.null)));
    if let Some(constraint) = endpoint.of_empty_request() {
        let source = format!("{}, {}", full(endpoint, &constraint), constraint.source);
        head.push(("empty-request", source));
    }
    if !endpoint.off.is_empty() {
        head.push(("rules-off", endpoint.off.join(", ")));
    }
    let mut head: Vec<(String, String)> = head
        .into_iter()
        .map(|(key, text)| (key.to_owned(), text))
        .collect();
    for list in &endpoint.enums {
        let members: Vec<&str> = list.members.iter().map(|member| &*member.name).collect();
        let mut text = members.join(", ");
        if list.open {
            text += "; open";
        }
        if let Some(fact) = list.fact {
            let _ = write!(text, "; or the tenant's {}", fact.name());
        }
        head.push((format!("enum {}", list.name), text));
    }
    head
}

fn answer(answer: &Answer) -> String {
    format!("{} \"{}\"", answer.error_code, answer.description)
}

fn table_text(text: &mut String, endpoint: &Endpoint, table: &Table, look: Look) {
    let palette = look.palette();
    let place = if table.route.is_empty() {
        "the record".to_owned()
    } else {
        table.route.join(" / ")
    };
    let title = if table.title == table.name {
        String::new()
    } else {
        format!(" \"{}\"", escape(&table.title))
    };
    let _ = writeln!(
        text,
        "\n{}{title} {}",
        palette.strong(escape(&table.name)),
        palette.faint(format!("({})", escape(&place)))
    );
    let widths = Widths::of(endpoint, table);
    for property in &table.properties {
        row(text, endpoint, property, &widths, look);
    }
    for check in endpoint.of_checks(table) {
        let line = format!("{}, of {}: {}", check.name, check.source, full(endpoint, &check));
        text.push_str(&wrap::indented(&sanitize::line(&line), look.width, 2));
    }
}

struct Widths {
    row: usize,
    name: usize,
    ty: usize,
}

impl Widths {
    fn of(endpoint: &Endpoint, table: &Table) -> Self {
        let widest = |text: fn(&Endpoint, &Property) -> String| {
            let rows = table.properties.iter();
            rows.map(|property| text(endpoint, property).width())
                .max()
                .unwrap_or(0)
        };
        Self {
            row: widest(|_, property| escape(&property.row).into_owned()),
            name: widest(|_, property| escape(&property.name).into_owned()),
            ty: widest(type_text),
        }
    }
}

/// Adds a row as on the page. A single short statement is on the same line; otherwise each has a line below.
fn row(text: &mut String, endpoint: &Endpoint, property: &Property, widths: &Widths, look: Look) {
    let palette: Palette = look.palette();
    let ty = type_text(endpoint, property);
    let (own_row, own_name) = (escape(&property.row), escape(&property.name));
    let head = format!(
        "  {}  {}  {}",
        format_args!("{own_row:0$}", widths.row),
        palette.name(format!("{own_name:0$}", widths.name)),
        palette.faint(format!("{ty:0$}", widths.ty))
    );
    let lines = statements(endpoint, property);
    let column = widths.row + widths.name + widths.ty + 8;
    if let [line] = lines.as_slice() {
        let line = sanitize::line(line);
        if column + line.width() <= look.width {
            let _ = writeln!(text, "{head}  {line}");
            return;
        }
    }
    text.push_str(head.trim_end());
    text.push('\n');
    for line in &lines {
        // Below the name; wrapped lines have a little more indentation.
        let indent = widths.row + 6;
        let wrapped = wrap::indented(&sanitize::line(line), look.width.saturating_sub(2), indent);
        for (number, line) in wrapped.lines().enumerate() {
            let further = if number == 0 { "" } else { "  " };
            let _ = writeln!(text, "{further}{line}");
        }
    }
}

/// Returns the statements of a row besides its type.
fn statements(endpoint: &Endpoint, property: &Property) -> Vec<String> {
    let constraints = endpoint.of_property(property);
    let mut all: Vec<String> = constraints
        .iter()
        .filter(|constraint| constraint.stated != Stated::Type)
        .map(|constraint| full(endpoint, constraint))
        .collect();
    if property.or_list {
        all.push("a list is only a warning (list-for-object)".to_owned());
    }
    if property.null_elements_allowed {
        all.push("null elements are allowed".to_owned());
    }
    if !property.note.is_empty() {
        all.push(property.note.to_string());
    }
    all
}

/// Returns a constraint with everything that its file states. A default answer or phase is omitted.
fn full(endpoint: &Endpoint, constraint: &Constraint) -> String {
    let mut text = constraint.what.clone();
    for condition in &constraint.conditions {
        let _ = write!(text, ", {condition}");
    }
    let _ = write!(
        text,
        " ({}, {}, {}",
        constraint.severity.word(),
        constraint.evidence.word(),
        constraint.rule
    );
    if let Some(fact) = constraint.needs {
        let _ = write!(text, ", needs the tenant's {}", fact.name());
    }
    let usual = match constraint.stated {
        Stated::Required => Phase::Mandatory,
        _ => Phase::Data,
    };
    if constraint.phase != usual {
        let _ = write!(text, ", phase {}", labels::phase(constraint.phase));
    }
    text.push(')');
    let answers = &endpoint.answers;
    let usual = match constraint.stated {
        Stated::Required => Some(&answers.missing),
        Stated::Length => Some(&answers.too_long),
        Stated::List | Stated::Known => Some(&answers.not_in_list),
        _ => None,
    };
    let own = constraint.answer.as_ref().filter(|own| Some(*own) != usual);
    if let Some(own) = own {
        let _ = write!(text, ": {}", answer(own));
    }
    if constraint.wording == Wording::Documented {
        text.push_str(if own.is_some() {
            ", documented wording"
        } else {
            ": documented wording"
        });
    }
    if !constraint.note.is_empty() {
        let _ = write!(text, "; {}", constraint.note);
    }
    text
}

/// A row's type as `geplint rules` prints it: `string(50), a code`.
#[must_use]
pub fn type_text(endpoint: &Endpoint, property: &Property) -> String {
    let ty = match (property.ty, property.max_length) {
        (Type::String, Some(limit)) => format!("string({limit})"),
        (ty, _) => escape(&endpoint.type_name(ty)).into_owned(),
    };
    let kind = match property.kind {
        Some(RowKind::Code) => ", a code",
        Some(RowKind::User) => ", a user name",
        Some(RowKind::Free) => ", free text",
        Some(RowKind::Amount) => ", an amount",
        Some(RowKind::Text) | None => "",
    };
    ty + kind
}
