//! The attribute `one-of`: the value is in a list, the row's own or a public one.

use super::Violation;
use super::open_enum::nearest;
use super::violation::{or_list, quoted};
use crate::rules::constraint_line::{Constraint, Stated};
use crate::rules::{OneOf, Property};

impl OneOf {
    /// Returns true if the value is in the list.
    #[must_use]
    pub fn holds(&self, value: &str) -> bool {
        self.values.iter().any(|known| self.same(known, value))
            || self.list.as_ref().is_some_and(|list| {
                list.holds(value) || (self.ignore_case && list.values().any(|known| self.same(known, value)))
            })
    }

    fn same(&self, known: &str, value: &str) -> bool {
        if self.ignore_case {
            known.eq_ignore_ascii_case(value)
        } else {
            known == value
        }
    }
}

impl OneOf {
    /// Returns the value of the list that equals the string except for case and outer whitespace.
    fn near(&self, text: &str) -> Option<&str> {
        let wanted = text.trim();
        let public = self.list.iter().flat_map(|list| list.values());
        self.values
            .iter()
            .map(String::as_str)
            .chain(public)
            .find(|value| value.eq_ignore_ascii_case(wanted))
    }

    /// Returns the value of the list that the string certainly means: nearly equal, or by an alias of the public
    /// list.
    pub(crate) fn meant(&self, text: &str) -> Option<&str> {
        self.near(text).or_else(|| self.list.as_ref()?.meant(text))
    }

    pub(super) fn violation(&self, property: &Property, text: &str) -> Violation<'_> {
        let public = self.list.as_ref();
        let one = public.map_or_else(|| or_list(&self.values), |list| list.one().to_owned());
        let message = format!("{} {} is not {one}", property.name, quoted(text));
        // Codes of a public list often differ by one letter, so a suggestion is only safe for a short list.
        let misspelled = || {
            let names = self.values.iter().map(String::as_str);
            public.is_none().then(|| nearest(text, names))?
        };
        let (message, help) = match self.meant(text).or_else(misspelled).map(quoted) {
            Some(near) => (
                format!("{message}; did you mean {near}?"),
                format!("Send {near}."),
            ),
            None => (message, format!("Send {one}.")),
        };
        Violation::new(&self.claim, message, help)
    }

    pub(super) fn listed(&self, property: &Property) -> Constraint {
        let what = match &self.list {
            Some(public) => format!("in {}", public.title),
            None => format!("one of {}", self.values.join(", ")),
        };
        let mut conditions = Vec::new();
        if self.list.is_some() && !self.values.is_empty() {
            conditions.push(format!("or one of {}", self.values.join(", ")));
        }
        if self.ignore_case {
            conditions.push("in upper or lower case".to_owned());
        }
        Constraint::of_row_claim(property, &self.claim, what, None, Stated::List).with(conditions)
    }
}
