//! Public code lists, sorted, one value per line.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::sorted_lines::Lines;

/// A public code list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List {
    /// The name in rules files.
    #[serde(borrow)]
    pub name: Cow<'static, str>,
    /// The title, for messages: `ISO 4217`.
    #[serde(borrow)]
    pub title: Cow<'static, str>,
    #[serde(borrow)]
    text: Cow<'static, str>,
    /// The byte offset of each value in the text, for a binary search.
    starts: Vec<u16>,
    /// The phrase for one of its values in messages: `an ISO 4217 code`.
    #[serde(borrow)]
    one: Cow<'static, str>,
    /// Aliases of values, in lower case, each with its value.
    aliases: Lines,
}

impl List {
    /// Reads a list: values sorted bytewise, one per line. Lines that begin with `#` are comments; `# title: …` has
    /// the title, `# one: …` the name of one of its values. After the values come aliases, also sorted, as lines
    /// `word => value`.
    ///
    /// Errors: no title, values or aliases out of order, an alias of an unknown value, values of more than 64 KiB.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let title = text.lines().find_map(|line| line.strip_prefix("# title: "));
        let title = title.ok_or_else(|| "the list has no line `# title: …`".to_owned())?;
        let mut values = String::new();
        let mut starts = Vec::new();
        let mut last = "";
        let mut aliases: Vec<(&str, &str)> = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((word, value)) = line.split_once(" => ") {
                if word.is_empty() {
                    return Err(format!("an alias of `{value}` is empty"));
                }
                if aliases.last().is_some_and(|(last, _)| word <= *last) || word != word.trim().to_lowercase()
                {
                    return Err(format!("`{word}` is not in lower case or not in sorted order"));
                }
                aliases.push((word, value));
                continue;
            }
            if !aliases.is_empty() {
                return Err(format!("the value `{line}` is after aliases"));
            }
            if line <= last {
                return Err(format!(
                    "`{line}` is not in sorted order: it comes after `{last}`"
                ));
            }
            let start =
                u16::try_from(values.len()).map_err(|_| "the list has more than 64 KiB".to_owned())?;
            starts.push(start);
            values.push_str(line);
            values.push('\n');
            last = line;
        }
        let one = text.lines().find_map(|line| line.strip_prefix("# one: "));
        let one = one.map_or_else(|| format!("in {title}"), str::to_owned);
        let list = Self {
            name: Cow::Owned(name.to_owned()),
            title: Cow::Owned(title.to_owned()),
            text: Cow::Owned(values),
            starts,
            one: Cow::Owned(one),
            aliases: Lines::new(aliases.iter().map(|(word, value)| format!("{word}\t{value}"))),
        };
        match aliases.iter().find(|(_, value)| !list.holds(value)) {
            Some((word, value)) => Err(format!(
                "`{word}` is an alias of `{value}`, which is not in the list"
            )),
            None => Ok(list),
        }
    }

    /// Returns the phrase for one of its values in messages: `an ISO 4217 code`.
    #[must_use]
    pub fn one(&self) -> &str {
        &self.one
    }

    /// Returns the value of an alias, without regard to case and whitespace.
    #[must_use]
    pub fn meant(&self, word: &str) -> Option<&str> {
        /// The longest alias, in bytes.
        const LONGEST: usize = 256;
        if word.len() > LONGEST {
            return None;
        }
        let words: Vec<&str> = word.split_whitespace().collect();
        let word = words.join(" ").to_lowercase();
        let start = format!("{word}\t");
        let line = self.aliases.iter_from(&start).next()?;
        line.strip_prefix(&*start)
    }

    /// Returns the values, sorted bytewise.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.starts.iter().map(|start| self.line(*start))
    }

    /// Returns true if the list has this value in this case.
    pub fn holds(&self, value: &str) -> bool {
        self.starts
            .binary_search_by(|start| self.line(*start).cmp(value))
            .is_ok()
    }

    /// Returns the line that begins at a byte offset.
    fn line(&self, start: u16) -> &str {
        let rest = self.text.get(usize::from(start)..).unwrap_or_default();
        let end = rest.bytes().position(|byte| byte == b'\n');
        rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_with_a_mistake_is_refused() {
        let refused = |lines: &str| List::parse("zones", &format!("# title: zones\n{lines}")).err();
        assert_eq!(refused("A\nB\na1 => A\nb1 => B\n"), None);
        for (lines, mistake) in [
            ("A\n\nB\n", "`` is not in sorted order: it comes after `A`"),
            ("B\nA\n", "`A` is not in sorted order: it comes after `B`"),
            ("A\n => A\n", "an alias of `A` is empty"),
            (
                "A\nb => A\na => A\n",
                "`a` is not in lower case or not in sorted order",
            ),
            ("A\nB1 => A\n", "`B1` is not in lower case"),
            ("A\nb => A\nC\n", "the value `C` is after aliases"),
            ("A\nb => B\n", "`b` is an alias of `B`, which is not in the list"),
        ] {
            let error = refused(lines).unwrap_or_default();
            assert!(error.contains(mistake), "{lines:?}: {error}");
        }
    }
}
