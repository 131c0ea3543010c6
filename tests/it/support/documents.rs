//! Reads documents of all formats with parsers that are not ours; shared by the tests and the fuzzer.

#![allow(dead_code, reason = "the fuzzer uses a part")]

use geplint::report::Format;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

/// The structure of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Structure {
    /// JSON; the array at this pointer has an element for each finding.
    Json(&'static str),
    /// A JSON object in each line, one for each finding.
    JsonLines,
    /// XML with an element of this name for each finding. JUnit has one for a file without findings, too.
    Xml(&'static str),
    /// Text for people, or commands for a CI server. No parser reads it.
    Text,
}

/// Returns the structure of a format's documents.
pub const fn structure(format: Format) -> Structure {
    match format {
        Format::Full | Format::Concise | Format::Table | Format::Github => Structure::Text,
        Format::Json => Structure::Json("/findings"),
        Format::Jsonl => Structure::JsonLines,
        Format::Sarif => Structure::Json("/runs/0/results"),
        Format::Gitlab => Structure::Json(""),
        Format::Junit => Structure::Xml("testcase"),
        Format::Checkstyle => Structure::Xml("error"),
        Format::Rdjson => Structure::Json("/diagnostics"),
    }
}

/// Returns the number of findings in a document; `None` for [`Structure::Text`]. Panics if a parser refuses it.
pub fn findings(format: Format, document: &str) -> Option<usize> {
    match structure(format) {
        Structure::Json(list) => {
            let document = parsed(document);
            let list = document.pointer(list).and_then(Value::as_array);
            Some(list.unwrap_or_else(|| panic!("no list: {document}")).len())
        }
        Structure::JsonLines => Some(document.lines().map(parsed).filter(Value::is_object).count()),
        Structure::Xml(element) => Some(elements(document, element)),
        Structure::Text => None,
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Returns the number of elements of a name. Panics if the text is not well-formed XML 1.0.
fn elements(xml: &str, name: &str) -> usize {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    assert!(xml.chars().all(allowed), "not a character of XML: {xml:?}");
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut count = 0;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return count,
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                for attribute in tag.attributes() {
                    let attribute = attribute.unwrap_or_else(|error| panic!("{error}: {xml}"));
                    let value = quick_xml::escape::unescape(&attribute.value);
                    value.unwrap_or_else(|error| panic!("{error}: {xml}"));
                }
                count += usize::from(tag.name().as_ref() == name);
            }
            Ok(_) => {}
            Err(error) => panic!("{error}: {xml}"),
        }
    }
}
