//! Replaces the values of a pair, so that it can be shared. The differences between prediction and recording stay the
//! same.

use std::collections::HashSet;

use serde_json::Value;

use super::parsed::{Parsed, ValueRef};
use super::replacements::{Replacements, is_kept};
use super::{Difference, Exchange, Outcome, Verified, verify};
use crate::finding::Span;
use crate::json::JsonKind;
use crate::rules::{Candidate, Endpoint, OneOf, Property, TableId, Type};
use crate::session::Session;
use crate::tenant::Tenant;

/// A pair with its values replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anonymous {
    /// The request.
    pub request: String,
    /// The response.
    pub response: String,
    /// The endpoint of the request.
    pub endpoint: String,
}

/// Replaces values in pairs.
pub struct Anonymizer<'r> {
    candidates: &'r [Candidate<'r>],
    /// Words of the API: names of properties, and the words of its error texts and lists.
    words: HashSet<String>,
    /// The lists of values. No replacement may be one of them.
    lists: Vec<&'r OneOf>,
}

impl<'r> Anonymizer<'r> {
    /// Creates an anonymizer for requests to these endpoints.
    pub fn new(candidates: &'r [Candidate<'r>]) -> Self {
        let mut words = HashSet::new();
        for endpoint in candidates.iter().filter_map(Candidate::endpoint) {
            collect(&serde_json::to_value(endpoint).unwrap_or_default(), &mut words);
        }
        let endpoints = candidates.iter().filter_map(Candidate::endpoint);
        let tables = endpoints.flat_map(|endpoint| &endpoint.tables);
        let properties = tables.flat_map(|table| &table.properties);
        let lists = properties.filter_map(|property| property.one_of.as_deref());
        Self {
            candidates,
            words,
            lists: lists.collect(),
        }
    }

    /// Returns the pair with its values replaced. The error is the reason why the differences would change.
    pub fn pair(&self, exchange: &Exchange<'_>, verified: &Verified) -> Result<Anonymous, String> {
        let id = verified.endpoint.as_deref();
        let endpoint = self
            .candidates
            .iter()
            .filter_map(Candidate::endpoint)
            .find(|endpoint| Some(&*endpoint.id) == id)
            .ok_or("its endpoint is not known")?;
        let request = readable(exchange.request).map_err(|why| format!("its request {why}"))?;
        let response = readable(exchange.response).map_err(|why| format!("its response {why}"))?;
        let mut pair = Pair::new(self, endpoint, &request, &response);
        let written = pair.request(&request);
        let new = Exchange {
            name: "",
            origin: "",
            request: written.as_bytes(),
            endpoint: id,
            url: None,
            ..*exchange
        };
        let predicted = self.verify(&new);
        pair.take_predicted(verified, &predicted);
        let answered = pair.response(&response);
        let again = self.verify(&Exchange {
            response: answered.as_bytes(),
            ..new
        });
        if signature(&again) != signature(verified) {
            return Err(if again.agreed() {
                "without its values, and without facts of the tenant or earlier calls, it agrees".to_owned()
            } else {
                "without its values, and without facts of the tenant or earlier calls, it differs in another way"
                    .to_owned()
            });
        }
        Ok(Anonymous {
            request: written,
            response: answered,
            endpoint: endpoint.id.to_string(),
        })
    }

    /// Returns true if a string consists only of words of the API.
    fn is_of_api(&self, text: &str) -> bool {
        words_of(text).all(|word| self.words.contains(&word.to_lowercase()))
    }

    /// Returns true if a string is in one of the lists.
    fn is_in_list(&self, text: &str) -> bool {
        let (upper, lower) = (text.to_uppercase(), text.to_lowercase());
        let mut lists = self.lists.iter();
        lists.any(|list| list.holds(text) || list.holds(&upper) || list.holds(&lower))
    }

    fn verify(&self, exchange: &Exchange<'_>) -> Verified {
        let nothing = Tenant::default();
        verify(&mut Session::new(self.candidates, &nothing, false), exchange)
    }
}

/// Parses a body that is valid JSON. In any other body, text between the values may contain values, too.
fn readable(bytes: &[u8]) -> Result<Parsed<'_>, String> {
    let not_json = || "is not JSON, so not every value in it can be found".to_owned();
    let parsed = Parsed::read(bytes).map_err(|_| not_json())?;
    let text = parsed.text.strip_prefix('\u{feff}').unwrap_or(&parsed.text);
    let strict = serde_json::from_str::<serde::de::IgnoredAny>(text);
    if strict.is_err() || parsed.why_not_json().is_some() {
        return Err(not_json());
    }
    Ok(parsed)
}

/// The kind of a difference, and the rule and position of the predicted error.
type DifferenceKey<'v> = (&'static str, Option<(&'v str, &'v str)>);

/// Returns the differences between a prediction and a recording, without values.
fn signature(verified: &Verified) -> Option<Vec<DifferenceKey<'_>>> {
    let Outcome::Compared(comparison) = &verified.outcome else {
        return None;
    };
    let row = |difference: &Difference| {
        let place = difference
            .error()
            .and_then(|error| verified.forecast.as_ref()?.origins.get(error));
        let place = place.map(|place| (place.rule.as_str(), place.pointer.as_str()));
        (super::json::kind(difference), place)
    };
    Some(comparison.differences.iter().map(row).collect())
}

/// Collects the words of all strings of a document.
fn collect(value: &Value, words: &mut HashSet<String>) {
    match value {
        Value::String(text) => words.extend(words_of(text).map(str::to_lowercase)),
        Value::Array(values) => values.iter().for_each(|value| collect(value, words)),
        Value::Object(members) => members.values().for_each(|value| collect(value, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// The content of a property of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A name that the API has defined.
    Code,
    /// A text of the API, which may quote values.
    Text,
    /// The key of a record.
    Key,
    /// Anything else.
    Value,
}

impl Part {
    fn of(name: &str) -> Self {
        const PARTS: [(&str, Part); 4] = [
            ("statusCode", Part::Code),
            ("errorCode", Part::Code),
            ("errorDescription", Part::Text),
            ("key", Part::Key),
        ];
        let known = PARTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        known.map_or(Self::Value, |(_, part)| *part)
    }
}

/// A string, a number or a name, with its context.
#[derive(Clone, Copy)]
struct Leaf<'a> {
    place: ValueRef,
    /// The row of its property.
    property: Option<&'a Property>,
    /// The name of its property; empty for a name.
    name: &'a str,
    is_name: bool,
}

/// Visits the strings, numbers and names in a request to an endpoint, or in other JSON.
fn each_leaf(parsed: &Parsed<'_>, endpoint: Option<&Endpoint>, visit: &mut dyn FnMut(Leaf<'_>)) {
    for root in parsed.roots() {
        let leaf = Leaf {
            place: root,
            property: None,
            name: "",
            is_name: false,
        };
        walk(
            parsed,
            endpoint,
            leaf,
            endpoint.map(|endpoint| endpoint.record),
            visit,
        );
    }
}

/// The recursion is as deep as the document, which the parser limits.
fn walk(
    parsed: &Parsed<'_>,
    endpoint: Option<&Endpoint>,
    leaf: Leaf<'_>,
    table: Option<TableId>,
    visit: &mut dyn FnMut(Leaf<'_>),
) {
    match parsed.node(leaf.place).kind {
        JsonKind::Array => {
            for place in parsed.values(leaf.place) {
                walk(parsed, endpoint, Leaf { place, ..leaf }, table, visit);
            }
        }
        JsonKind::Object => {
            for (key, place) in parsed.members(leaf.place) {
                visit(Leaf {
                    place: key,
                    property: None,
                    name: "",
                    is_name: true,
                });
                let name = parsed.content(key);
                let found = endpoint.zip(table).and_then(|(endpoint, table)| {
                    let table = endpoint.table(table);
                    Some(table.property(table.find(&name)?))
                });
                let inner = match found.map(|property| property.ty) {
                    Some(Type::Object(table) | Type::ObjectList(table)) => Some(table),
                    // The content of a wrapper may be records.
                    None => endpoint.map(|endpoint| endpoint.record),
                    Some(_) => None,
                };
                let leaf = Leaf {
                    place,
                    property: found,
                    name: &name,
                    is_name: false,
                };
                walk(parsed, endpoint, leaf, inner, visit);
            }
        }
        JsonKind::String | JsonKind::Number => visit(leaf),
        JsonKind::Null | JsonKind::True | JsonKind::False | JsonKind::Key => {}
    }
}

/// Returns true if a value of a request is not personal, because it is in a list.
fn is_listed(endpoint: &Endpoint, property: Option<&Property>, value: &str, is_number: bool) -> bool {
    let nobody = endpoint.contact.iter().flat_map(|contact| &contact.placeholders);
    if nobody
        .into_iter()
        .any(|word| word.eq_ignore_ascii_case(value.trim()))
    {
        return true;
    }
    let Some(property) = property else {
        return false;
    };
    let of_list = property.one_of.as_ref().is_some_and(|list| list.holds(value));
    match property.ty {
        Type::Enum(index) => {
            let members = endpoint.enums.get(usize::from(index)).map(|list| &list.members);
            let mut members = members.into_iter().flatten();
            is_number || of_list || members.any(|member| member.name.eq_ignore_ascii_case(value.trim()))
        }
        _ => of_list,
    }
}

/// Returns true if a name may be a value, as in an object with codes as names.
fn may_be_value(name: &str) -> bool {
    name.contains('@') || name.bytes().filter(u8::is_ascii_digit).count() >= 3
}

/// A pair during the replacement of its values.
struct Pair<'a> {
    all: &'a Anonymizer<'a>,
    endpoint: &'a Endpoint,
    replacements: Replacements<'a>,
    /// Values of the request that a text of the response may contain, the longest first.
    sent: Vec<String>,
    /// Predicted keys and texts, before and after the replacement.
    predicted: Vec<(String, String)>,
}

impl<'a> Pair<'a> {
    fn new(
        all: &'a Anonymizer<'a>,
        endpoint: &'a Endpoint,
        request: &Parsed<'_>,
        response: &Parsed<'_>,
    ) -> Self {
        let mut values = Vec::new();
        each_leaf(request, Some(endpoint), &mut |leaf| {
            let value = request.content(leaf.place);
            if replaces(endpoint, request, leaf, &value) {
                values.push(value);
            }
        });
        let mut sent = values.clone();
        sent.sort_unstable_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        sent.dedup();
        each_leaf(response, None, &mut |leaf| {
            let value = response.content(leaf.place);
            let is_value = matches!(Part::of(leaf.name), Part::Value | Part::Key);
            if is_value && !leaf.is_name && !all.is_of_api(&value) {
                values.push(value);
            }
        });
        let is_word = Box::new(|word: &str| all.is_in_list(word));
        Self {
            all,
            endpoint,
            replacements: Replacements::new(values.iter().map(String::as_str), is_word),
            sent,
            predicted: Vec::new(),
        }
    }

    fn request(&mut self, parsed: &Parsed<'_>) -> String {
        let mut edits = Vec::new();
        let endpoint = self.endpoint;
        each_leaf(parsed, Some(endpoint), &mut |leaf| {
            let value = parsed.content(leaf.place);
            if replaces(endpoint, parsed, leaf, &value) {
                let replacement = self.value(parsed, leaf.place, &value);
                edits.push((parsed.node(leaf.place).span, replacement));
            }
        });
        edited(&parsed.text, &edits)
    }

    fn response(&mut self, parsed: &Parsed<'_>) -> String {
        let mut edits = Vec::new();
        each_leaf(parsed, None, &mut |leaf| {
            let value = parsed.content(leaf.place);
            let part = Part::of(leaf.name);
            if leaf.is_name && !may_be_value(&value) || part == Part::Code {
                return;
            }
            let replacement = match part {
                Part::Text => quoted(&self.sentence(&value)),
                Part::Key if self.new_text(&value).is_some() => {
                    quoted(&self.new_text(&value).unwrap_or_default())
                }
                Part::Key if self.all.is_of_api(&value) && !self.sent.contains(&value) => return,
                Part::Key | Part::Value | Part::Code => self.value(parsed, leaf.place, &value),
            };
            edits.push((parsed.node(leaf.place).span, replacement));
        });
        edited(&parsed.text, &edits)
    }

    /// Returns the replacement of a string, a number or a name, as JSON.
    fn value(&mut self, parsed: &Parsed<'_>, place: ValueRef, value: &str) -> String {
        if parsed.node(place).kind == JsonKind::Number {
            self.replacements.number(value)
        } else {
            quoted(&self.replacements.text(value))
        }
    }

    /// Stores the predicted keys and texts before and after the replacement.
    fn take_predicted(&mut self, before: &Verified, now: &Verified) {
        let (Some(before), Some(now)) = (&before.forecast, &now.forecast) else {
            return;
        };
        let details = before
            .envelope
            .error_details
            .iter()
            .zip(&now.envelope.error_details);
        for (before, now) in details {
            self.predicted.push((before.key.clone(), now.key.clone()));
            for (before, now) in before.errors.iter().zip(&now.errors) {
                let texts = (before.error_description.clone(), now.error_description.clone());
                self.predicted.push(texts);
            }
        }
    }

    /// Returns the new prediction of a key or a text that was predicted before the replacement.
    fn new_text(&self, text: &str) -> Option<String> {
        let (_, now) = self.predicted.iter().find(|(before, _)| before == text)?;
        Some(now.clone())
    }

    /// Returns a text of the API with its values replaced.
    fn sentence(&mut self, text: &str) -> String {
        if let Some(now) = self.new_text(text) {
            return now;
        }
        let mut out = String::new();
        let mut rest = text;
        while !rest.is_empty() {
            let starts = out
                .chars()
                .next_back()
                .is_none_or(|before| !before.is_alphanumeric());
            let quoted = self.sent.iter().find(|value| {
                let after = rest.strip_prefix(value.as_str());
                let ends = after.is_some_and(|after| !after.starts_with(char::is_alphanumeric));
                starts && ends && is_surely_quoted(value)
            });
            if let Some(value) = quoted.cloned() {
                out.push_str(&self.replacements.text(&value));
                rest = rest.get(value.len()..).unwrap_or_default();
                continue;
            }
            let inside = |c: char| c.is_alphanumeric() || "@._%+-".contains(c);
            let length = rest.find(|c| !inside(c)).unwrap_or(rest.len());
            let length = if length == 0 {
                rest.chars().next().map_or(rest.len(), char::len_utf8)
            } else {
                length
            };
            let (word, after) = rest.split_at(length);
            let is_first = out.is_empty();
            if self.may_name_somebody(word, is_first) {
                out.push_str(&self.replacements.text(word));
            } else {
                out.push_str(word);
            }
            rest = after;
        }
        out
    }

    /// Returns true if a word of a text is not a word of the API.
    fn may_name_somebody(&self, word: &str, is_first: bool) -> bool {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let is_name = word.starts_with(char::is_uppercase) && !is_first;
        !self.all.is_of_api(word)
            && (word.contains('@')
                || digits >= 4
                || is_name
                || self.replacements.contains_part_of_a_value(word))
    }
}

/// Returns true if a string, a number or a name of a request is replaced.
fn replaces(endpoint: &Endpoint, parsed: &Parsed<'_>, leaf: Leaf<'_>, value: &str) -> bool {
    if leaf.is_name {
        return may_be_value(value);
    }
    let is_number = parsed.node(leaf.place).kind == JsonKind::Number;
    !is_kept(value) && !is_listed(endpoint, leaf.property, value, is_number)
}

/// Returns true if a value that occurs in a text is certainly a quotation.
fn is_surely_quoted(value: &str) -> bool {
    value.chars().count() > 2 || value.contains(|c: char| c.is_ascii_digit())
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// Replaces some ranges of a text, given in order.
fn edited(text: &str, edits: &[(Span, String)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (span, new) in edits {
        let (start, end) = (span.start as usize, span.end as usize);
        out.push_str(text.get(at..start).unwrap_or_default());
        out.push_str(new);
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::built_in;

    fn anonymous(request: &str, response: &str) -> Result<Anonymous, String> {
        let rules = built_in();
        let candidates = rules.candidates();
        let anonymizer = Anonymizer::new(&candidates);
        let exchange = Exchange {
            name: "a",
            origin: "a",
            request: request.as_bytes(),
            response: response.as_bytes(),
            endpoint: None,
            http_status: None,
            url: None,
        };
        let verified = anonymizer.verify(&exchange);
        assert!(!verified.agreed());
        anonymizer.pair(&exchange, &verified)
    }

    fn answer(errors: &Value, taken: &Value) -> String {
        let status = if errors.as_array().is_some_and(Vec::is_empty) {
            "200"
        } else {
            "400"
        };
        serde_json::json!({"data": null, "statusCode": status, "errorDetails": errors, "successDetails": taken})
            .to_string()
    }

    #[test]
    fn both_sides_have_the_same_replacements() {
        let request = r#"[{"ClientContactCode": "ZQ-47110", "InterfaceStatus": "success", "Note": "call Erika Muster"},
            {"ClientContactCode": "ZQ-47111", "InterfaceStatus": "success"}]"#;
        let errors = serde_json::json!([{"key": "ZQ-47110", "errors": [
            {"errorCode": "Locked", "errorDescription": "ZQ-47110 is locked by Erika Muster, Wilhelmine (erika@corp.invalid) since 20260131"}]}]);
        let made = anonymous(
            request,
            &answer(&errors, &serde_json::json!([{"key": "ZQ-47111"}])),
        )
        .unwrap();
        let request: Value = serde_json::from_str(&made.request).unwrap();
        let response: Value = serde_json::from_str(&made.response).unwrap();
        let code = request[0]["ClientContactCode"].as_str().unwrap();
        assert_eq!(response["errorDetails"][0]["key"], code);
        assert_eq!(
            response["successDetails"][0]["key"],
            request[1]["ClientContactCode"]
        );
        let text = response["errorDetails"][0]["errors"][0]["errorDescription"]
            .as_str()
            .unwrap();
        assert!(
            text.starts_with(&format!("{code} is locked by ")) && text.contains("@example.com) since "),
            "{text}"
        );
        for old in ["4711", "Erika", "Muster", "Wilhelmine", "corp", "2026", "0131"] {
            assert!(
                !made.request.contains(old) && !made.response.contains(old),
                "{old}: {made:?}"
            );
        }
    }

    #[test]
    fn pairs_that_cannot_be_anonymized_have_a_reason() {
        let none = serde_json::json!([]);
        let broken = r#"[{"ClientContactCode": "C-1", "InterfaceStatus": "success" // Erika
            }]"#;
        let errors =
            serde_json::json!([{"key": "C-1", "errors": [{"errorCode": "A", "errorDescription": "b"}]}]);
        let why = anonymous(broken, &answer(&errors, &none)).unwrap_err();
        assert!(why.contains("its request is not JSON"), "{why}");
    }
}
