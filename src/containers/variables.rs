//! Variables in requests, `{{name}}`, `${name}` and `<<name>>`, and their values.

use std::collections::{BTreeMap, HashMap};

use crate::finding::Span;
use crate::mapped_text::MappedText;
use crate::placeholders::references;

/// The values of variables by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables(BTreeMap<String, String>);

/// The maximum depth of references from one value to others.
const DEPTH: usize = 8;

/// The maximum length of a value with its references replaced, in bytes. A longer value is unknown.
const LONGEST: usize = 1 << 16;

/// The maximum number of bytes that are read for one value.
const READ: usize = 1 << 18;

/// A value is longer than [`LONGEST`], or more than [`READ`] bytes were read for it.
struct TooLong;

/// The maximum number of bytes of values in one text. Variables beyond it are not replaced.
const MOST: usize = 1 << 25;

impl Variables {
    /// Sets a value.
    pub fn set(&mut self, name: &str, value: String) {
        self.0.insert(name.trim().to_owned(), value);
    }

    /// Adds other values, which override these.
    #[must_use]
    pub fn and(&self, over: &Self) -> Self {
        let mut all = self.clone();
        all.0
            .extend(over.0.iter().map(|(name, value)| (name.clone(), value.clone())));
        all
    }

    /// Returns true if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the value of a variable, with its references replaced. `None` if it is unknown or too long.
    pub fn value(&self, name: &str) -> Option<String> {
        let mut budget = READ;
        self.resolved(name.trim(), DEPTH, &mut budget).ok().flatten()
    }

    /// Returns the value of a variable at a depth. An error ends the whole value, so that no part of it is read again.
    fn resolved(&self, name: &str, depth: usize, budget: &mut usize) -> Result<Option<String>, TooLong> {
        let Some(value) = self.0.get(name) else {
            return Ok(None);
        };
        *budget = budget.checked_sub(value.len() + 1).ok_or(TooLong)?;
        let mut out = String::new();
        let mut at = 0;
        for (range, name) in references(value) {
            let inner = match depth.checked_sub(1) {
                Some(depth) => self.resolved(name.trim(), depth, budget)?,
                None => None,
            };
            out.push_str(&value[at..range.start]);
            out.push_str(inner.as_deref().unwrap_or(&value[range.clone()]));
            at = range.end;
            if out.len() > LONGEST {
                return Err(TooLong);
            }
        }
        out.push_str(&value[at..]);
        if out.len() > LONGEST {
            return Err(TooLong);
        }
        Ok(Some(out))
    }

    /// Replaces the variables in a text whose values are known.
    pub fn filled(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        let mut values = HashMap::new();
        for (range, name) in references(text) {
            let value = values.entry(name).or_insert_with(|| self.value(name));
            if let Some(value) = value.as_ref().filter(|value| out.len() + value.len() <= MOST) {
                out.push_str(&text[at..range.start]);
                out.push_str(value);
                at = range.end;
            }
        }
        out.push_str(&text[at..]);
        out
    }

    /// The same for a text with positions in a file.
    pub fn filled_in(&self, text: &MappedText) -> MappedText {
        if self.is_empty() {
            return text.clone();
        }
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let mut out = MappedText::at(text.start(0));
        let mut at = 0;
        let mut added = 0;
        let mut values = HashMap::new();
        for (range, name) in references(text.text()) {
            let value = values.entry(name).or_insert_with(|| self.value(name));
            if let Some(value) = value.as_ref().filter(|value| added + value.len() <= MOST) {
                added += value.len();
                out.push_part(text, Span::new(at, offset(range.start)));
                let from = text.span(Span::new(offset(range.start), offset(range.end)));
                out.push_replaced(value, from);
                at = offset(range.end);
            }
        }
        out.push_part(text, Span::new(at, offset(text.text().len())));
        out
    }
}

/// Returns true if a text contains a variable.
pub fn has_reference(text: &str) -> bool {
    references(text).next().is_some()
}

/// Returns the names of the variables in a text, in order.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    references(text).map(|(_, name)| name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(all: &[(&str, &str)]) -> Variables {
        let mut variables = Variables::default();
        for (name, value) in all {
            variables.set(name, (*value).to_owned());
        }
        variables
    }

    #[test]
    fn known_variables_are_replaced_and_others_are_kept() {
        let known = variables(&[("a", "1"), ("b c", ""), ("d", "{{a}}-{{x}}")]);
        let filled = |text: &str| known.filled(text);
        assert_eq!(filled("{{a}}{{b c}}{{x}}{{ a }}"), "1{{x}}1");
        assert_eq!(filled("{{d}}"), "1-{{x}}");
        assert_eq!(filled("{{{a}}}"), "{1}");
        assert_eq!(filled("${a}<<a>>${x}"), "11${x}");
        assert_eq!(filled("{{a}"), "{{a}");
    }

    #[test]
    fn values_that_refer_to_each_other_come_to_an_end() {
        let circle = variables(&[("a", "{{b}}"), ("b", "{{a}}")]);
        assert_eq!(circle.filled("{{a}}"), "{{b}}");
        let mut laughs = vec![("l0".to_owned(), "ha".repeat(1000))];
        for level in 1..20 {
            laughs.push((format!("l{level}"), format!("{{{{l{}}}}}", level - 1).repeat(10)));
        }
        let laughs: Vec<(&str, &str)> = laughs.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(variables(&laughs).value("l19"), None);
        assert_eq!(variables(&laughs).value("l9"), None);
        assert_eq!(
            variables(&laughs).value("l1").map(|value| value.len()),
            Some(20_000)
        );
        // Nothing in the end, but a thousand times a thousand references on the way.
        let mut nothing = vec![("n0".to_owned(), String::new())];
        for level in 1..9 {
            nothing.push((
                format!("n{level}"),
                format!("{{{{n{}}}}}", level - 1).repeat(1000),
            ));
        }
        let nothing: Vec<(&str, &str)> = nothing.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(variables(&nothing).value("n8"), None);
        assert_eq!(variables(&nothing).value("n1"), Some(String::new()));
    }

    #[test]
    fn positions_are_those_of_the_variable() {
        let file = "x = {{a}}{{b}};";
        let text = MappedText::verbatim(file, Span::new(4, 14));
        let filled = variables(&[("a", "value")]).filled_in(&text);
        assert_eq!(filled.text(), "value{{b}}");
        assert_eq!(filled.span(Span::new(1, 3)).of(file), "{{a}}");
        assert_eq!(filled.span(Span::new(5, 10)).of(file), "{{b}}");
        assert!(!filled.is_verbatim(Span::new(0, 5)) && filled.is_verbatim(Span::new(5, 10)));
    }
}
