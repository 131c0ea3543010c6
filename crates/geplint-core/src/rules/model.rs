//! The tables of an endpoint and their constraints, as the engine uses them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::code_list::List;
use super::fast_rows::{FastRows, QuickCheck};
use super::ids::{PropertyId, TableId, Type};
use super::name_index::NameIndex;
use super::text_defects::TextDefects;
use super::vocabulary::Vocabulary;
use crate::finding::{Evidence, Phase, Severity, Wording};
use crate::tenant::Fact;
use crate::text_shape::Shape;
use dotnet_bind::EnumMember;

/// One call of the API: its tables and its answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Endpoint {
    /// The last segment of the URL in kebab-case.
    #[serde(borrow)]
    pub id: Cow<'static, str>,
    /// The title of the page.
    #[serde(borrow)]
    pub title: Cow<'static, str>,
    /// The HTTP method.
    #[serde(borrow)]
    pub method: Cow<'static, str>,
    /// The path of the URL.
    #[serde(borrow)]
    pub path: Cow<'static, str>,
    /// The vendor's page from which the file was written.
    #[serde(borrow)]
    pub page: Cow<'static, str>,
    /// The table of a record.
    pub record: TableId,
    /// Properties of the record; the first one that is present is the key in the response.
    pub key: Vec<PropertyId>,
    /// Properties of the record whose names no other API is known to have. A file with one of them is a request.
    pub distinctive: Vec<PropertyId>,
    /// The key in `errorDetails`, if it is not the record's own key.
    pub error_key: Option<Cow<'static, str>>,
    /// The answer for valid records when others are invalid.
    pub good_beside_bad: GoodBesideBad,
    /// The default answers to broken constraints.
    pub answers: Answers,
    /// The answer to an empty request; `None` if no row states it.
    pub empty_request: Option<Claim>,
    /// The properties of a record that identify its contact.
    pub contact: Option<ContactRows>,
    /// The rules that a user's file turns off.
    pub off: Vec<String>,
    /// Closed and open enumerations.
    pub enums: Vec<Enumeration>,
    /// The names of the same properties in other systems.
    pub vocabulary: Vocabulary,
    /// The tables in the order of the file.
    pub tables: Vec<Table>,
    /// Words and characters of damaged strings and placeholders.
    pub(crate) texts: TextDefects,
}

impl Endpoint {
    /// Returns a table of this endpoint.
    #[must_use]
    pub fn table(&self, id: TableId) -> &Table {
        &self.tables[usize::from(id.0)]
    }

    /// Serializes the endpoint to bytes that [`Compiled`](super::Compiled) reads back, for a build script.
    ///
    /// Errors: only a bug can cause one.
    pub fn to_bytes(&self) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_stdvec(self)
    }

    /// Returns the property at the end of a route.
    pub(crate) fn end(&self, route: &Route) -> Option<&Property> {
        let (table, id) = route.steps.last()?;
        Some(self.table(*table).property(*id))
    }

    /// Returns the name of a route: `Table.Property.Property`.
    #[must_use]
    pub fn route_name(&self, route: &Route) -> String {
        let table = route
            .steps
            .first()
            .map_or("", |(table, _)| &*self.table(*table).name);
        route.steps.iter().fold(table.to_owned(), |name, (table, id)| {
            format!("{name}.{}", self.table(*table).property(*id).name)
        })
    }

    /// Returns the table of a record.
    #[must_use]
    pub fn record_table(&self) -> &Table {
        self.table(self.record)
    }
}

/// The properties of a record that identify its contact, and those with the contact's state.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ContactRows {
    /// The property with the contact code.
    pub code: PropertyId,
    /// The property with the user name.
    pub user: Option<PropertyId>,
    /// The property that states whether the contact is active.
    pub active: Option<PropertyId>,
    /// The property that states whether it is deleted.
    pub deleted: Option<PropertyId>,
    /// Strings that identify no contact.
    pub placeholders: Vec<String>,
}

impl ContactRows {
    /// Returns true if a string in this property of the record identifies no contact.
    #[must_use]
    pub fn identifies_no_contact(&self, id: PropertyId, text: &str) -> bool {
        (id == self.code || Some(id) == self.user)
            && self
                .placeholders
                .iter()
                .any(|word| word.eq_ignore_ascii_case(text))
    }
}

/// The answer for the valid records of a partly invalid request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum GoodBesideBad {
    /// They are in `successDetails`.
    Listed,
    /// They are omitted.
    LeftOut,
}

/// The default answers of an endpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Answers {
    /// The answer to a missing mandatory property.
    pub missing: Answer,
    /// The answer to a string that is too long.
    pub too_long: Answer,
    /// The answer to a value outside its list.
    pub not_in_list: Answer,
    /// The answer to a null that the service dereferences.
    pub null: Answer,
}

/// An errorCode and the template of an errorDescription.
///
/// The template may contain `{property}`, `{value}`, `{limit}` and `{subject}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// `errorCode`.
    #[serde(borrow)]
    pub error_code: Cow<'static, str>,
    /// The template of `errorDescription`.
    #[serde(borrow)]
    pub description: Cow<'static, str>,
}

/// The claim behind a constraint: its evidence, severity, answer and source.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claim {
    /// The rule id, which names the problem.
    #[serde(borrow)]
    pub rule: Cow<'static, str>,
    /// The evidence.
    pub evidence: Evidence,
    /// The severity.
    pub severity: Severity,
    /// The origin of the answer's text.
    pub wording: Wording,
    /// The phase in which the service checks it.
    pub phase: Phase,
    /// The answer; only an error shows it.
    pub answer: Option<Answer>,
    /// Table and row: `Buyer Contact 1.2`.
    #[serde(borrow)]
    pub source: Cow<'static, str>,
    /// The reason for the evidence; may be empty.
    #[serde(borrow)]
    pub note: Cow<'static, str>,
}

/// A named list of values that a JSON scalar may bind to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Enumeration {
    /// The name in the rules file.
    #[serde(borrow)]
    pub name: Cow<'static, str>,
    /// The members that the page names.
    pub members: Vec<EnumMember>,
    /// True if the page names only some of them.
    pub open: bool,
    /// The tenant's list that has all of them.
    pub fact: Option<Fact>,
}

/// One table of the page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Table {
    /// The name in the rules file.
    #[serde(borrow)]
    pub name: Cow<'static, str>,
    /// The caption on the page.
    #[serde(borrow)]
    pub title: Cow<'static, str>,
    /// The rows in the page's order.
    pub properties: Vec<Property>,
    /// The index of its first row if the rows of all tables are numbered consecutively, with one extra number per
    /// table.
    pub(crate) offset: u16,
    /// Its own index in [`Endpoint::tables`].
    pub(crate) id: TableId,
    /// The rows that are checked even if a record lacks them, one bit each: mandatory rows, and rows with a check.
    pub(crate) checked_if_absent: Vec<u64>,
    /// The same table for the fast path.
    pub(crate) fast_rows: FastRows,
    /// The index of names, without regard to case.
    pub names: NameIndex,
    /// Checks over several properties of one object.
    pub checks: Vec<Check>,
    /// The shortest route from a record to this table: `Address`. Empty for the record itself.
    pub route: Vec<String>,
}

impl Table {
    /// Returns a property of this table.
    #[must_use]
    pub fn property(&self, id: PropertyId) -> &Property {
        &self.properties[usize::from(id.0)]
    }

    /// Returns the rows with their ids.
    pub fn rows(&self) -> impl Iterator<Item = (PropertyId, &Property)> {
        (0..).map(PropertyId).zip(&self.properties)
    }

    /// Returns the property of that name in any case.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<PropertyId> {
        self.names
            .find(name, |id| &self.properties[usize::from(id.0)].name)
    }
}

/// One row of a table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Property {
    /// The row number on the page; empty if it has none.
    #[serde(borrow)]
    pub row: Cow<'static, str>,
    /// The name, as the page spells it.
    #[serde(borrow)]
    pub name: Cow<'static, str>,
    /// The declared type.
    pub ty: Type,
    /// True if the sample sends an object although the table declares an array. An array is a warning then.
    pub or_list: bool,
    /// The maximum length, in UTF-16 units.
    pub max_length: Option<u32>,
    /// The claim for a longer string.
    pub too_long: Option<Box<Claim>>,
    /// The claim for a missing value, if the property is mandatory.
    pub required: Option<Box<Required>>,
    /// The allowed values.
    pub one_of: Option<Box<OneOf>>,
    /// Further checks of its string.
    pub value_checks: Vec<ValueCheck>,
    /// The tenant's lists that must contain its value.
    pub known: Vec<TenantList>,
    /// True if only the API sends it.
    pub outbound_only: bool,
    /// The kind of its values.
    pub kind: Option<RowKind>,
    /// True if a null in its array is valid: the sample has one.
    pub null_elements_allowed: bool,
    /// A remark about the row; may be empty.
    #[serde(borrow)]
    pub note: Cow<'static, str>,
    /// Table and row: `Buyer Contact 1.2`.
    #[serde(borrow)]
    pub source: Cow<'static, str>,
    /// The name of the row in tests and reports: `Table.Property`.
    #[serde(borrow)]
    pub constraint: Cow<'static, str>,
    /// True if whitespace is not a value: it is mandatory, or identifies the record.
    pub(crate) blank_is_missing: bool,
    /// The values that certainly have no fault.
    pub(crate) quick_check: QuickCheck,
}

/// The kind of a row's values. It decides which constraints apply besides the type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RowKind {
    /// A code. It may look like a number, and leading zeros are significant.
    Code,
    /// A login name or an e-mail address.
    User,
    /// Text for people; the default for a string.
    Text,
    /// A value whose meaning the tenant defines.
    Free,
    /// An amount of money.
    Amount,
}

impl RowKind {
    /// All kinds.
    pub(super) const ALL: [Self; 5] = [Self::Code, Self::User, Self::Text, Self::Free, Self::Amount];

    /// Returns the word in rules files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::User => "user",
            Self::Text => "text",
            Self::Free => "free",
            Self::Amount => "amount",
        }
    }

    /// Returns a name for messages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::User => "user name and e-mail address",
            Self::Text => "other text",
            Self::Free => "text of the tenant's own",
            Self::Amount => "amount",
        }
    }
}

impl Property {
    /// Returns true if its value is a code.
    #[must_use]
    pub fn is_code(&self) -> bool {
        self.kind == Some(RowKind::Code)
    }

    /// Returns true if every object of its table must have the property.
    #[must_use]
    pub fn is_mandatory(&self) -> bool {
        self.required
            .as_ref()
            .is_some_and(|required| required.claim.severity == Severity::Error && !required.for_new_contact)
    }
}

/// A mandatory property.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Required {
    /// The claim for a missing value.
    pub claim: Claim,
    /// True if it is mandatory only for a contact that the tenant does not have yet.
    pub for_new_contact: bool,
    /// The severity for a contact that is known to be new, if it is higher than for others.
    pub for_new: Option<Severity>,
    /// The evidence that an empty string is refused, too, if it is weaker than for an absent property.
    pub empty_evidence: Option<Evidence>,
    /// Another property; if it is present, a documented success omits this one.
    pub unless: Option<PropertyId>,
}

/// A path of properties from a table down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The table of the object at each step, and the property to follow. Arrays are traversed.
    pub steps: Vec<(TableId, PropertyId)>,
}

impl Route {
    /// Returns the first property.
    pub(crate) fn first(&self) -> Option<PropertyId> {
        self.steps.first().map(|(_, id)| *id)
    }
}

/// A check over several properties of one object.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Check {
    /// The row with which it is checked: that of its first property.
    pub anchor: PropertyId,
    /// The claim.
    pub claim: Claim,
    /// The kind.
    pub kind: CheckKind,
}

/// A further constraint on the string of a value. The kind of a row determines which of them apply: `[kinds]` in the
/// file of the API as a whole. Those about damaged strings come first; if one is violated, nothing else is reported
/// for the value except errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ValueCheck {
    /// Not a placeholder.
    NoPlaceholder,
    /// Not a placeholder that is also a name.
    NoCodePlaceholder,
    /// Not an error value of a spreadsheet.
    NoSpreadsheetError,
    /// Not a number in the form of a spreadsheet.
    NoSpreadsheetNumber,
    /// Neither decoded with the wrong encoding nor escaped for another language.
    Undamaged,
    /// No hidden character.
    NoHiddenCharacter,
    /// No control character other than tabs and line breaks.
    NoControlCharacter,
    /// Not below zero.
    NotNegative,
    /// Of this shape.
    Shape(Shape),
}

/// A list of the tenant that must contain a value.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct TenantList {
    /// The claim for an unknown value.
    pub claim: Claim,
    /// The list of the tenant.
    pub fact: Fact,
    /// A shape that makes a value wrong even if the list is not available.
    pub suspect: Option<Shape>,
    /// Placeholders that are valid for any tenant.
    pub also: Vec<String>,
}

/// A list of values.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct OneOf {
    /// The claim for a value outside the list.
    pub claim: Claim,
    /// The values in the rules file. Messages show the first ones.
    pub values: Vec<String>,
    /// A public code list as well.
    pub list: Option<Box<List>>,
    /// True if values are compared without regard to case.
    pub ignore_case: bool,
}

/// The kinds of checks over several properties.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum CheckKind {
    /// At least one of several properties is present.
    AnyOf(AnyOf),
    /// A value differs from that of another property.
    Differs(Differs),
    /// All items that meet a condition have the same value.
    SingleValued(SingleValued),
    /// The contact that the record identifies is active at the tenant.
    Active(Active),
    /// No two items of an array have the same value.
    Unique(Unique),
    /// At most one item of an array has a flag.
    AtMostOne(AtMostOne),
    /// Records with the same value have the same owner.
    BelongsToOne(BelongsToOne),
}

/// The properties of which at least one must be present.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnyOf(pub Vec<PropertyId>);

/// No value at `route` equals the value of `from`. Equality with one of `nearly` (except for case and outer whitespace)
/// is a warning.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Differs {
    /// The route to the values.
    pub route: Route,
    /// The property that they must not equal.
    pub from: PropertyId,
    /// The properties that they should not nearly equal.
    pub nearly: Vec<PropertyId>,
}

/// All items that meet a condition have the same value.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SingleValued {
    /// The route to the items.
    pub items: Route,
    /// The route from an item to the value.
    pub value: Route,
    /// The property of an item, and its values (in any case) for which the item counts.
    pub condition: (PropertyId, Vec<String>),
    /// A boolean: if true, the request replaces the values of the tenant.
    pub replaced_by: Option<Route>,
    /// A boolean: if true, the outcome is undecidable.
    pub undecided_by: Option<Route>,
    /// Properties of the record that identify it in messages.
    pub subject: Vec<PropertyId>,
    /// The fact of the tenant that the sent values are added to.
    pub fact: Option<Fact>,
    /// The evidence that a value in addition to one of the tenant's is refused.
    pub held_evidence: Option<Evidence>,
}

/// The properties that identify the contact; messages use the first one that is present.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Active(pub Vec<PropertyId>);

/// No two items of an array have the same value. Case and outer whitespace do not count.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Unique {
    /// The array, which is a property of the table itself.
    pub items: Route,
    /// The route from the table to the value. Its first step is the array.
    pub value: Route,
}

/// At most one item of an array has a flag, or at most one of each sort.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AtMostOne {
    /// The array, which is a property of the table itself.
    pub items: Route,
    /// The table of the items.
    pub item: TableId,
    /// The flag: a boolean property.
    pub flag: PropertyId,
    /// The property with the sort of an item.
    pub per: Option<PropertyId>,
    /// A boolean property. An item for which it is true does not count.
    pub unless: Option<PropertyId>,
}

/// Records with the same value have the same owner. Case and outer whitespace do not count for either.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct BelongsToOne {
    /// The property with the value.
    pub property: PropertyId,
    /// The property with its owner.
    pub of: PropertyId,
}
