//! Variables in requests, `{{name}}`, `${name}` and `<<name>>`, and where their values come from.

use std::collections::BTreeMap;

use crate::finding::Span;
use crate::mapped::MappedText;
use crate::placeholders::references;

/// Values of variables by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables(BTreeMap<String, String>);

/// How deep a value may refer to others.
const DEPTH: usize = 8;

/// The longest value with all that it refers to, in bytes. A longer one is not known.
const LONGEST: usize = 1 << 16;

/// How many bytes of values one text may hold. What goes beyond stays as it is written.
const MOST: usize = 1 << 25;

impl Variables {
    /// Sets a value.
    pub fn set(&mut self, name: &str, value: String) {
        self.0.insert(name.trim().to_owned(), value);
    }

    /// These, and over them others.
    #[must_use]
    pub fn and(&self, over: &Self) -> Self {
        let mut all = self.clone();
        all.0
            .extend(over.0.iter().map(|(name, value)| (name.clone(), value.clone())));
        all
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a variable, with the values of those that it refers to.
    pub fn value(&self, name: &str) -> Option<String> {
        self.resolved(name.trim(), DEPTH)
    }

    fn resolved(&self, name: &str, depth: usize) -> Option<String> {
        let value = self.0.get(name)?;
        let mut out = String::new();
        let mut at = 0;
        for (range, name) in references(value) {
            let inner = depth
                .checked_sub(1)
                .and_then(|depth| self.resolved(name.trim(), depth));
            out.push_str(&value[at..range.start]);
            out.push_str(inner.as_deref().unwrap_or(&value[range.clone()]));
            at = range.end;
            if out.len() > LONGEST {
                return None;
            }
        }
        out.push_str(&value[at..]);
        (out.len() <= LONGEST).then_some(out)
    }

    /// A text with the values that are known in place of their variables.
    pub fn filled(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (range, name) in references(text) {
            if let Some(value) = self.value(name).filter(|value| out.len() + value.len() <= MOST) {
                out.push_str(&text[at..range.start]);
                out.push_str(&value);
                at = range.end;
            }
        }
        out.push_str(&text[at..]);
        out
    }

    /// The same for a text that knows where it comes from.
    pub fn filled_in(&self, text: &MappedText) -> MappedText {
        if self.is_empty() {
            return text.clone();
        }
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let mut out = MappedText::at(text.start(0));
        let mut at = 0;
        let mut added = 0;
        for (range, name) in references(text.text()) {
            if let Some(value) = self.value(name).filter(|value| added + value.len() <= MOST) {
                added += value.len();
                out.push_part(text, Span::new(at, offset(range.start)));
                let from = text.span(Span::new(offset(range.start), offset(range.end)));
                out.push_replaced(&value, from);
                at = offset(range.end);
            }
        }
        out.push_part(text, Span::new(at, offset(text.text().len())));
        out
    }
}

/// Whether a text has a variable in it.
pub fn has_reference(text: &str) -> bool {
    references(text).next().is_some()
}

/// The names of the variables in a text, in its order.
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
    fn known_variables_are_replaced_and_others_stay() {
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
        assert_eq!(variables(&laughs).value("l9"), None);
        assert_eq!(
            variables(&laughs).value("l1").map(|value| value.len()),
            Some(20_000)
        );
    }

    #[test]
    fn places_lead_to_the_variable() {
        let file = "x = {{a}}{{b}};";
        let text = MappedText::verbatim(file, Span::new(4, 14));
        let filled = variables(&[("a", "value")]).filled_in(&text);
        assert_eq!(filled.text(), "value{{b}}");
        assert_eq!(filled.span(Span::new(1, 3)).of(file), "{{a}}");
        assert_eq!(filled.span(Span::new(5, 10)).of(file), "{{b}}");
        assert!(!filled.is_verbatim(Span::new(0, 5)) && filled.is_verbatim(Span::new(5, 10)));
    }
}
