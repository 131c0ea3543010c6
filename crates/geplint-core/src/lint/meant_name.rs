//! Unknown names: the object that a name belongs to, or the intended name.
//!
//! Only certain names are suggested. From most to least certain: the same name in another style; a synonym from other
//! systems; the same name in another object; a name with a neutral word added or removed; a misspelling.

use std::borrow::Cow;
use std::collections::HashMap;

use super::meant_value;
use super::record_state::Linter;
use crate::json::{JsonKind, NodeId};
use crate::rules::{
    Endpoint, Property, PropertyId, Table, TableId, Type, Vocabulary, in_shape, property_like, simplified,
    simplify, unmarked,
};
use dotnet_bind as bind;

/// The likely meaning of an unknown name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meant {
    /// Another table has the name: a table below or around this one, or else the one nearest to the record.
    Elsewhere {
        table: TableId,
        property: PropertyId,
        /// The place of that table, for messages.
        place: String,
        /// True if no other table has the name, so that the place is certain.
        only: bool,
        /// True if the property has another name there.
        renamed: bool,
    },
    /// The name is the path of a property inside the object, as a flattened export writes it: `Address.City`.
    Path {
        table: TableId,
        property: PropertyId,
        /// The names of the properties around it, for messages.
        place: String,
        /// The JSON to write before and after the value.
        around: (String, String),
        /// The property of this object that contains it directly, if it is an object.
        outer: Option<PropertyId>,
    },
    /// The name means a property of this table that the object lacks.
    Near {
        property: PropertyId,
        fit: Fit,
        grounds: Grounds,
    },
    /// The name means a property that the object has.
    Present(PropertyId),
    /// Another unknown name of the object means the same property as well or, if `is_worse`, better.
    Rival {
        table: TableId,
        property: PropertyId,
        is_worse: bool,
    },
    /// Nothing certain was found.
    Nothing,
}

/// The reason why a name is taken for a property; the most certain first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grounds {
    /// The same name, written in another style.
    Style,
    /// A synonym, a neutral word added or removed, or a misspelling.
    Likeness,
    /// A name that any object may have.
    Generic,
}

/// The result of fitting a value to a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fit {
    /// It fits as it is.
    AsIs,
    /// It fits if it is written as this JSON.
    As(String),
    /// The intended value is uncertain.
    Unread,
}

/// The object that has the unknown name.
pub(super) struct ObjectContext<'a> {
    /// The tables of the objects around it and its own, outermost first.
    pub tables: &'a [&'a Table],
    /// Returns true if the object has a property.
    pub has: &'a dyn Fn(PropertyId) -> bool,
    /// Returns how the value fits a property; `None` for another kind of value.
    pub fit: &'a dyn Fn(&Property) -> Option<Fit>,
    /// Returns true if the value is in the list of a property.
    pub listed: &'a dyn Fn(&Property) -> bool,
}

/// The longest name, in bytes, that is compared with others.
const LONGEST: usize = 128;

/// The shortest name, in bytes, that may remain without its neutral words.
const SHORTEST: usize = 3;

/// The names of a table, simplified, in one buffer.
struct SimplifiedNames {
    text: String,
    ends: Vec<usize>,
}

impl SimplifiedNames {
    fn of(table: &Table) -> Self {
        let (mut text, mut one) = (String::new(), String::new());
        let ends = table.properties.iter().map(|property| {
            simplify(&property.name, &mut one);
            text.push_str(&one);
            text.len()
        });
        let ends = ends.collect();
        Self { text, ends }
    }

    fn iter(&self) -> impl Iterator<Item = (PropertyId, &str)> {
        let starts = std::iter::once(&0).chain(&self.ends);
        let names = starts
            .zip(&self.ends)
            .map(|(start, end)| &self.text[*start..*end]);
        (0..).map(PropertyId).zip(names)
    }
}

/// Finds the intended place or name.
pub(super) fn meant(endpoint: &Endpoint, around: &ObjectContext<'_>, name: &str) -> Meant {
    let Some((table, above)) = around.tables.split_last() else {
        return Meant::Nothing;
    };
    let plain = if name.len() > LONGEST {
        String::new()
    } else {
        simplified(unmarked(name))
    };
    if plain.is_empty() {
        return Meant::Nothing;
    }
    let search = Search {
        endpoint,
        words: &endpoint.vocabulary,
        table,
        above,
        around,
        known: SimplifiedNames::of(table),
    };
    let generic = search.words.is_generic(&plain);
    let exact = search
        .style(&plain)
        .or_else(|| search.path(name, &['.', '/', '[', ']']))
        .or_else(|| search.synonym(&plain, true))
        .or_else(|| {
            search
                .elsewhere(|table| table.find(name), &plain, false)
                .filter(|_| !generic)
        })
        .or_else(|| search.synonym(&plain, false))
        .or_else(|| {
            search
                .elsewhere(|table| property_like(table, name), &plain, true)
                .filter(|_| !generic)
        })
        .or_else(|| search.path(name, &['.', '/', '[', ']', '_']));
    if let Some(mut found) = exact {
        if let Meant::Near { grounds, .. } = &mut found
            && *grounds == Grounds::Likeness
            && generic
        {
            *grounds = Grounds::Generic;
        }
        return found;
    }
    if search.words.is_unrelated(&plain) {
        return Meant::Nothing;
    }
    let similar = search
        .affix(&plain, generic)
        .or_else(|| search.listed(&plain))
        .or_else(|| search.synonym_elsewhere(&plain, generic))
        .or_else(|| search.in_full(name))
        .or_else(|| search.letters(&plain, generic));
    similar.unwrap_or(Meant::Nothing)
}

struct Search<'s> {
    endpoint: &'s Endpoint,
    words: &'s Vocabulary,
    table: &'s Table,
    /// The tables of the objects around this one, outermost first.
    above: &'s [&'s Table],
    around: &'s ObjectContext<'s>,
    known: SimplifiedNames,
}

impl Search<'_> {
    /// Returns a property of this table as the intended one, if the object has it, or if the object lacks it and the
    /// value fits.
    fn in_this_table(&self, property: PropertyId, grounds: Grounds) -> Option<Meant> {
        let fit = (self.around.fit)(self.table.property(property))?;
        if (self.around.has)(property) {
            return Some(Meant::Present(property));
        }
        Some(Meant::Near {
            property,
            fit,
            grounds,
        })
    }

    /// Finds the same name written as `user_name`, `user-name` or `User Name`.
    fn style(&self, plain: &str) -> Option<Meant> {
        let (property, _) = self.known.iter().find(|(_, known)| *known == plain)?;
        if (self.around.has)(property) {
            return Some(Meant::Present(property));
        }
        let fit = (self.around.fit)(self.table.property(property)).unwrap_or(Fit::Unread);
        Some(Meant::Near {
            property,
            fit,
            grounds: Grounds::Style,
        })
    }

    /// Finds a path through objects inside this one: `Address.City`, `Address/City`, `Regions[0].RegionName`.
    fn path(&self, name: &str, marks: &[char]) -> Option<Meant> {
        let mut parts = name.split(marks).filter(|part| !part.is_empty()).peekable();
        let (mut table, mut route) = (self.table, Vec::new());
        let (mut before, mut after) = (String::new(), String::new());
        let mut outer = None;
        loop {
            let part = parts.next()?;
            let property = property_like(table, part)?;
            let row = table.property(property);
            if parts.peek().is_none() {
                return (!route.is_empty()).then(|| Meant::Path {
                    table: table.id,
                    property,
                    place: route.join(" / "),
                    around: (format!("{before}\"{}\": ", row.name), after),
                    outer: outer.filter(|_| route.len() == 1),
                });
            }
            let (id, open, close) = match row.ty {
                Type::Object(id) => (id, "{", "}"),
                Type::ObjectList(id) => {
                    parts.next_if(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
                    (id, "[{", "}]")
                }
                _ => return None,
            };
            outer = matches!(row.ty, Type::Object(_)).then_some(property);
            before = format!("{before}\"{}\": {open}", row.name);
            after.insert_str(0, close);
            route.push(&*row.name);
            table = self.endpoint.table(id);
        }
    }

    /// Finds a property of this table by its synonyms in other systems. If `own`, only synonyms restricted to this
    /// table are searched, otherwise only the others.
    fn synonym(&self, plain: &str, own: bool) -> Option<Meant> {
        let mut meant = self.words.meant(plain);
        let synonym = meant.find(|synonym| synonym.table == self.table.id && synonym.own == own)?;
        self.in_this_table(synonym.property, Grounds::Likeness)
    }

    /// Finds the only property that differs by a neutral word: `Country` for `CountryCode`, `WorkEmail` for `Email`.
    fn affix(&self, plain: &str, generic: bool) -> Option<Meant> {
        let own = own_words(self.table);
        let mut found: Vec<PropertyId> = Vec::new();
        for (id, known) in self.known.iter() {
            let lead = known.strip_suffix(plain).unwrap_or_default();
            let led = !lead.is_empty() && self.is_lead(lead, &own, !generic);
            if led || !generic && self.ends_alike(plain, known) {
                found.push(id);
            }
        }
        found.extend(self.synonyms_with_ending(plain));
        for (rest, only_own) in self.without_lead(plain, &own) {
            let plain_words = self.words.is_generic(rest);
            for (id, known) in self.known.iter() {
                let same = rest == known && (only_own || !plain_words);
                if same || !plain_words && self.ends_alike(rest, known) {
                    found.push(id);
                }
            }
            if !plain_words && !self.words.is_unrelated(rest) {
                let here = self.words.meant(rest).filter(|word| word.table == self.table.id);
                found.extend(here.map(|word| word.property));
            }
        }
        found.sort_unstable();
        found.dedup();
        match found.as_slice() {
            [] => None,
            [one] => self.in_this_table(*one, Grounds::Likeness),
            _ => Some(Meant::Nothing),
        }
    }

    /// Finds the only property whose name begins with this one and whose list has the value: `LOB` with the value
    /// `Serving` is `LobType`.
    fn listed(&self, plain: &str) -> Option<Meant> {
        if plain.len() < SHORTEST {
            return None;
        }
        let begins = self.known.iter().filter(|(_, known)| known.starts_with(plain));
        let mut found = begins.filter(|(id, _)| (self.around.listed)(self.table.property(*id)));
        match (found.next(), found.next()) {
            (Some((one, _)), None) => self.in_this_table(one, Grounds::Likeness),
            _ => None,
        }
    }

    /// Returns the properties of this table that a synonym means, where the name and the property have endings of the same
    /// meaning: `LocalCurrencyCode` is `CurrencyCode`.
    fn synonyms_with_ending(&self, plain: &str) -> Vec<PropertyId> {
        let stems = self.words.without_ending(plain);
        let stems = stems.filter(|(stem, _)| stem.len() >= SHORTEST && !self.words.is_generic(stem));
        let meant = stems.flat_map(|(stem, class)| {
            let here = self.words.meant(stem).filter(|word| word.table == self.table.id);
            here.map(move |word| (word.property, class))
        });
        let has_ending = |(property, class): &(PropertyId, &str)| {
            let name = simplified(&self.table.property(*property).name);
            self.words.without_ending(&name).any(|(_, other)| other == *class)
        };
        meant.filter(has_ending).map(|(property, _)| property).collect()
    }

    /// Returns true if two names differ only in an ending that may be missing, or in two endings of the same meaning.
    fn ends_alike(&self, plain: &str, known: &str) -> bool {
        let missing = |ending| plain.len() >= SHORTEST && known.strip_suffix(ending) == Some(plain);
        self.words.endings().any(missing)
            || self.words.without_ending(plain).any(|(stem, class)| {
                stem.len() >= SHORTEST
                    && self
                        .words
                        .without_ending(known)
                        .any(|other| other == (stem, class))
            })
    }

    /// Returns true if a name consists only of words of the table's name and, if `neutral`, neutral words.
    fn is_lead(&self, text: &str, own: &[String], neutral: bool) -> bool {
        let mut reached = vec![false; text.len() + 1];
        reached[0] = true;
        for end in 1..=text.len() {
            reached[end] = (0..end).any(|start| {
                let word = text.get(start..end).filter(|_| reached[start]);
                word.is_some_and(|word| {
                    own.iter().any(|own| own == word) || neutral && self.words.is_lead(word)
                })
            });
        }
        reached[text.len()]
    }

    /// Removes neutral words from the start of a name, in every possible way. Returns each rest, and true if all
    /// removed words are words of the table's name.
    fn without_lead<'n>(&self, plain: &'n str, own: &[String]) -> Vec<(&'n str, bool)> {
        let starts = plain.char_indices().skip(1).map(|(at, _)| at);
        let split = starts.filter_map(|at| {
            let (lead, rest) = plain.split_at(at);
            (rest.len() >= SHORTEST && self.is_lead(lead, own, true))
                .then(|| (rest, self.is_lead(lead, own, false)))
        });
        split.collect()
    }

    /// Finds another table with this name: below this one, then around it, then anywhere.
    ///
    /// `find` finds it in a table; `renamed` is true if it is written in another style there. A name that may
    /// describe an item of an array, such as the country of a region, is not moved out of the item. A place that is
    /// neither below nor around is certain only if it is the only one.
    fn elsewhere(
        &self,
        find: impl Fn(&Table) -> Option<PropertyId>,
        plain: &str,
        renamed: bool,
    ) -> Option<Meant> {
        let tables = self.endpoint.tables.iter();
        let only = tables.filter(|table| find(table).is_some()).count() == 1;
        let stays = self.is_in_list() && self.words.is_common(plain);
        let anywhere = || {
            let all = self.endpoint.tables.iter().filter(move |_| only && !stays);
            all.map(|table| (table.id, format!("inside {}", table.route.join(" / "))))
        };
        let above = if stays { &[] } else { self.above };
        let around = above.iter().rev().map(|table| {
            let place = if table.route.is_empty() {
                "on the record itself".to_owned()
            } else {
                format!("on the {} around this object", table.title)
            };
            (table.id, place)
        });
        let mut places = self
            .below()
            .chain(around)
            .chain(std::iter::once_with(anywhere).flatten());
        places.find_map(|(table, place)| {
            Some(Meant::Elsewhere {
                table,
                property: find(self.endpoint.table(table))?,
                place,
                only,
                renamed,
            })
        })
    }

    /// Returns true if this object, or one around it below the record, is an element of an array.
    fn is_in_list(&self) -> bool {
        let inner = self.above.iter().skip(1).chain(std::iter::once(&self.table));
        self.above.iter().zip(inner).any(|(outer, inner)| {
            let lists = |property: &Property| property.ty == Type::ObjectList(inner.id);
            outer.properties.iter().any(lists)
        })
    }

    /// Finds a synonym from other systems for a property of a table below this one. No other table below may have
    /// that property, and the property's name must be specific.
    fn synonym_elsewhere(&self, plain: &str, generic: bool) -> Option<Meant> {
        if generic {
            return None;
        }
        let below: Vec<(TableId, String)> = self.below().collect();
        let is_certain = |(table, property): (TableId, PropertyId)| {
            let property = self.endpoint.table(table).property(property);
            let places = below.iter();
            let places = places.filter(|(id, _)| self.endpoint.table(*id).find(&property.name).is_some());
            places.count() == 1
                && !self.words.is_generic(&simplified(&property.name))
                && (self.around.fit)(property).is_some()
        };
        let rests = self.without_lead(plain, &[]);
        let rests = rests.into_iter().map(|(rest, _)| rest);
        let rests = rests.filter(|rest| !self.words.is_generic(rest) && !self.words.is_unrelated(rest));
        for word in std::iter::once(plain).chain(rests) {
            let synonyms: Vec<_> = self.words.meant(word).filter(|word| !word.own).collect();
            let mut found: Option<(TableId, PropertyId, &str)> = None;
            for (table, place) in &below {
                let synonyms = synonyms.iter().filter(|synonym| synonym.table == *table);
                let synonyms = synonyms.map(|synonym| synonym.property);
                // Without its neutral words, the name may be that of the property.
                let meant = synonyms.chain(self.endpoint.table(*table).find(word));
                for property in meant.filter(|property| is_certain((*table, *property))) {
                    match found {
                        // Ambiguous.
                        Some(first) if (first.0, first.1) != (*table, property) => return None,
                        _ => found = Some((*table, property, place)),
                    }
                }
            }
            if let Some((table, property, place)) = found {
                return Some(Meant::Elsewhere {
                    table,
                    property,
                    place: place.to_owned(),
                    only: true,
                    renamed: true,
                });
            }
        }
        None
    }

    /// Returns the properties of this table that have a long synonym with one wrong letter: `Contry` is `CountryCode`.
    fn near_synonyms(&self, plain: &str, length: usize) -> Vec<(usize, PropertyId)> {
        /// The minimum length of the longer word, in characters. A variant of a shorter word is often another word.
        const LONG: usize = 7;
        let Some(first) = plain.chars().next().filter(|_| length + 1 >= LONG) else {
            return Vec::new();
        };
        let first = first.to_string();
        let all = self.words.beginning_with(&first);
        let near = all.filter(|(word, synonym)| {
            let other = word.chars().count();
            synonym.table == self.table.id
                && length.abs_diff(other) <= 1
                && length.max(other) >= LONG
                && digits(plain).eq(digits(word))
                && begins_and_ends_alike(plain, word)
                && strsim::osa_distance(plain, word) == 1
                // A replaced letter often makes another word: `Direction`, `Function`.
                && (length != other || has_the_same_letters(plain, word))
        });
        near.map(|(_, synonym)| (1, synonym.property)).collect()
    }

    /// Returns the tables below this one, nearest first, and their places.
    fn below(&self) -> impl Iterator<Item = (TableId, String)> {
        let below = below(self.endpoint, self.table).into_iter();
        below.map(|(id, route)| (id, format!("inside {}", route.join(" / "))))
    }

    /// Finds the meaning of the name with its abbreviations written in full: `CURR_CD` is `CurrencyCode`.
    fn in_full(&self, name: &str) -> Option<Meant> {
        let full = self.words.in_full(name)?;
        let same = || {
            let (property, _) = self.known.iter().find(|(_, known)| *known == full)?;
            self.in_this_table(property, Grounds::Likeness)
        };
        let generic = self.words.is_generic(&full);
        let exact = same()
            .or_else(|| self.synonym(&full, true))
            .or_else(|| self.synonym(&full, false));
        exact
            .or_else(|| {
                let likely = !self.words.is_unrelated(&full);
                likely.then(|| self.affix(&full, generic))?
            })
            .or_else(|| self.synonym_elsewhere(&full, generic))
    }

    /// Finds the only property of this table whose name, or one of whose synonyms, has nearly the same spelling.
    fn letters(&self, plain: &str, generic: bool) -> Option<Meant> {
        // A known word is not a misspelling of another one.
        if generic || self.words.meant(plain).next().is_some() {
            return None;
        }
        // `CountyCode` means the code of a county; it is not a misspelling of `CountryCode`.
        let is_name = |stem: &str| self.known.iter().any(|(_, known)| known == stem);
        if self.words.without_ending(plain).any(|(stem, _)| is_name(stem)) {
            return None;
        }
        let length = plain.chars().count();
        let mut near: Vec<(usize, PropertyId)> = Vec::new();
        for (id, known) in self.known.iter() {
            if is_plural(plain, known) || is_plural(known, plain) {
                near.push((0, id));
                continue;
            }
            let other = known.chars().count();
            let most = match length.min(other) {
                0..5 => continue,
                5..12 => 1,
                _ => 2,
            };
            // The distance is at least the difference in length, so names of very different lengths are not compared.
            let unlike =
                length.abs_diff(other) > most || most == 2 && length < 16 && length.abs_diff(other) > 1;
            if unlike || !begins_and_ends_alike(plain, known) || !digits(plain).eq(digits(known)) {
                continue;
            }
            let distance = strsim::osa_distance(plain, known);
            if distance <= most {
                near.push((distance, id));
            }
        }
        if near.is_empty() {
            near.extend(self.near_synonyms(plain, length));
        }
        near.sort_unstable();
        near.dedup();
        match near.as_slice() {
            [(_, one)] => self.in_this_table(*one, Grounds::Likeness),
            [(first, one), (second, _), ..] if first < second => self.in_this_table(*one, Grounds::Likeness),
            _ => None,
        }
    }
}

/// Returns true if a misspelling has the first letter of a word and also its last letter, unless that is missing.
/// `Managed` and `Manages` are not misspellings of `Manager`.
fn begins_and_ends_alike(plain: &str, word: &str) -> bool {
    let same_end = plain.chars().next_back() == word.chars().next_back();
    plain.chars().next() == word.chars().next() && (same_end || word.starts_with(plain))
}

/// Returns true if two words have the same letters in any order.
fn has_the_same_letters(one: &str, other: &str) -> bool {
    let sorted = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    sorted(one) == sorted(other)
}

/// Returns true if a word is the plural of another one, in English.
fn is_plural(plural: &str, singular: &str) -> bool {
    singular.len() >= SHORTEST
        && plural.strip_suffix('s').is_some_and(|rest| {
            rest == singular
                || rest.strip_suffix('e') == Some(singular)
                || rest
                    .strip_suffix("ie")
                    .is_some_and(|rest| singular.strip_suffix('y') == Some(rest))
        })
}

/// Returns the digits of a name: `AddressLine4` is not a misspelling of `AddressLine1`.
fn digits(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(char::is_ascii_digit)
}

/// Returns the words of a table's name and the whole name, simplified.
fn own_words(table: &Table) -> Vec<String> {
    let mut words = vec![table.name.to_lowercase()];
    for c in table.name.chars() {
        if c.is_uppercase() || words.len() == 1 {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words
}

/// Returns the tables of the objects inside this one, nearest first, and their routes.
fn below<'e>(endpoint: &'e Endpoint, table: &'e Table) -> Vec<(TableId, Vec<&'e str>)> {
    let mut met = vec![false; endpoint.tables.len()];
    let mut found: Vec<(TableId, Vec<&str>)> = Vec::new();
    let mut next = 0;
    let mut at: (&Table, Vec<&str>) = (table, Vec::new());
    loop {
        for property in &at.0.properties {
            if let Type::Object(id) | Type::ObjectList(id) = property.ty
                && !std::ptr::eq(endpoint.table(id), table)
                && !std::mem::replace(&mut met[usize::from(id.0)], true)
            {
                let route = at.1.iter().copied().chain([&*property.name]).collect();
                found.push((id, route));
            }
        }
        let Some((id, route)) = found.get(next) else {
            return found;
        };
        at = (endpoint.table(*id), route.clone());
        next += 1;
    }
}

impl Linter<'_> {
    /// Returns how a value fits a property; `None` for another kind of value.
    pub(super) fn fit(&self, property: &Property, value: NodeId) -> Option<Fit> {
        let kind = self.kind(value);
        let fits = match property.ty {
            _ if property.outbound_only => return None,
            _ if kind == JsonKind::Null => true,
            Type::Object(id) => {
                (kind == JsonKind::Object || property.or_list && kind == JsonKind::Array)
                    && self.may_be_of(id, value)
            }
            Type::ObjectList(id) => kind == JsonKind::Array && self.may_be_of(id, value),
            Type::StringList => match kind {
                JsonKind::Array => true,
                JsonKind::String | JsonKind::Number => {
                    return Some(self.in_array(value).map_or(Fit::Unread, Fit::As));
                }
                _ => false,
            },
            ty if kind == JsonKind::Array => {
                // An array with one value is written without the brackets.
                let only = self.tree.only_element(value)?;
                let is_scalar = !matches!(
                    self.kind(only),
                    JsonKind::Object | JsonKind::Array | JsonKind::Null
                );
                let fit = is_scalar.then(|| self.scalar_fit(property, ty, only))??;
                return Some(match fit {
                    Fit::AsIs => Fit::As(self.tree.node(only).span.of(self.text).to_owned()),
                    other => other,
                });
            }
            _ if kind == JsonKind::Object => false,
            ty => return self.scalar_fit(property, ty, value),
        };
        fits.then_some(Fit::AsIs)
    }

    /// Returns true if a value is a string in the list of a property.
    pub(super) fn is_listed(&self, property: &Property, value: NodeId) -> bool {
        let list = property
            .one_of
            .as_ref()
            .filter(|_| self.kind(value) == JsonKind::String);
        list.is_some_and(|list| list.holds(&self.decoded(value)))
    }

    /// Returns false if the first element of an array is no object, and if an object, or the first one of an array, has
    /// names and the table has none of them, in any style or as a synonym.
    fn may_be_of(&self, id: TableId, value: NodeId) -> bool {
        let table = self.endpoint.table(id);
        let object = if self.kind(value) == JsonKind::Array {
            let Some(first) = self.tree.elements(value).next() else {
                return true;
            };
            first
        } else {
            value
        };
        if self.kind(object) != JsonKind::Object {
            return false;
        }
        let mut members = self.tree.members(object).peekable();
        members.peek().is_none()
            || members.any(|(key, _)| {
                let name = self.decoded(key);
                if name.len() > LONGEST {
                    return false;
                }
                let plain = simplified(&name);
                property_like(table, &name).is_some()
                    || self
                        .endpoint
                        .vocabulary
                        .meant(&plain)
                        .any(|word| word.table == id)
            })
    }

    fn scalar_fit(&self, property: &Property, ty: Type, value: NodeId) -> Option<Fit> {
        let (kind, text) = (self.kind(value), self.scalar_text(value)?);
        if self.endpoint.vocabulary.excepts(&property.name, &text) {
            return None;
        }
        if ty == Type::String {
            let list = property.one_of.as_ref().filter(|list| !list.holds(&text));
            let alias = list.and_then(|list| list.list.as_ref()?.meant(&text));
            let text = match (kind, alias) {
                (JsonKind::String | JsonKind::Number, Some(alias)) => alias,
                (JsonKind::String, None) => {
                    let meant = in_shape(property, &text);
                    let json = meant.and_then(|meant| serde_json::to_string(&meant).ok());
                    return Some(json.map_or(Fit::AsIs, Fit::As));
                }
                (JsonKind::Number, None) => self.tree.node(value).span.of(self.text),
                _ => return None,
            };
            return Some(Fit::As(format!("\"{text}\"")));
        }
        let (scalar, members) = self.scalar(ty);
        let bound = bind::bind(scalar, members, false, self.json(value, &text), "");
        if let Some(reading) = meant_value::of(ty, kind, &text, &self.endpoint.vocabulary) {
            // A value that converts to a boolean is kept, as it is for a correct name.
            let converts = ty == Type::Boolean && bound.is_ok();
            return Some(if converts {
                Fit::AsIs
            } else {
                Fit::As(reading.json)
            });
        }
        let digit = text.bytes().any(|byte| byte.is_ascii_digit());
        match (ty, bound) {
            (Type::Boolean, Ok(bound)) => {
                matches!(bound.change, None | Some(bind::Change::TextToBoolean)).then_some(Fit::AsIs)
            }
            (Type::Enum(_), Ok(bound)) => bound.change.is_none().then_some(Fit::AsIs),
            (Type::Enum(_), Err(_)) => (kind == JsonKind::String).then_some(Fit::AsIs),
            (_, Ok(_)) => Some(Fit::AsIs),
            (Type::Decimal | Type::DateTime, Err(_)) if digit => Some(Fit::Unread),
            (_, Err(_)) => None,
        }
    }
}

/// Resolves names that mean the same property: the one with the best grounds keeps it. Of several with equal grounds,
/// none in the property's object keeps it.
pub(super) fn resolve_rivals(
    endpoint: &Endpoint,
    table: &Table,
    names: &[Cow<'_, str>],
    meant: &mut [Meant],
) {
    let claim = |meant: &Meant, name: &str| match *meant {
        Meant::Near {
            property, grounds, ..
        } => Some(((table.id, property), grounds)),
        Meant::Elsewhere { table, property, .. } | Meant::Path { table, property, .. } => {
            let own = &endpoint.table(table).property(property).name;
            let is_same = matches!(meant, Meant::Path { .. }) || simplified(name) == simplified(own);
            let grounds = if is_same {
                Grounds::Style
            } else {
                Grounds::Likeness
            };
            Some(((table, property), grounds))
        }
        _ => None,
    };
    let mut best: HashMap<(TableId, PropertyId), (Grounds, bool)> = HashMap::new();
    for (meant, name) in meant.iter().zip(names) {
        if let Some((wanted, grounds)) = claim(meant, name) {
            let best = best.entry(wanted).and_modify(|(best, alone)| {
                if grounds <= *best {
                    (*best, *alone) = (grounds, grounds < *best);
                }
            });
            best.or_insert((grounds, true));
        }
    }
    for (meant, name) in meant.iter_mut().zip(names) {
        let Some((wanted, grounds)) = claim(meant, name) else {
            continue;
        };
        let Some((most, alone)) = best.get(&wanted) else {
            continue;
        };
        let is_worse = grounds > *most;
        if is_worse || !alone && matches!(meant, Meant::Near { .. }) {
            *meant = Meant::Rival {
                table: wanted.0,
                property: wanted.1,
                is_worse,
            };
        }
    }
}
