//! The tables of an endpoint and their constraints, as the engine reads them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::fast_plan::FastRows;
use super::kinds::{Ask, CheckKind, OneOf, TenantList};
use super::names::NameIndex;
use super::texts::Texts;
use super::vocabulary::Vocabulary;
use crate::finding::{Evidence, Phase, Severity, Wording};
use crate::tenant::Fact;
use dotnet_bind::EnumMember;

/// Index of a table in [`Endpoint::tables`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TableId(pub u16);

/// Index of a property in [`Table::properties`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PropertyId(pub u16);

/// One call of the API: its tables, and how it answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Endpoint {
    /// Kebab-case of the URL's last segment.
    #[serde(borrow)]
    pub id: Cow<'static, str>,
    /// The page's title.
    #[serde(borrow)]
    pub title: Cow<'static, str>,
    /// HTTP method.
    #[serde(borrow)]
    pub method: Cow<'static, str>,
    /// Path of the URL.
    #[serde(borrow)]
    pub path: Cow<'static, str>,
    /// The vendor's page that the file was written from.
    #[serde(borrow)]
    pub page: Cow<'static, str>,
    /// The table of a record.
    pub record: TableId,
    /// Properties of the record whose first present one is the key in the response.
    pub key: Vec<PropertyId>,
    /// Properties of the record whose names no other API is known to have: a file with one of them is a request.
    pub distinctive: Vec<PropertyId>,
    /// What stands as key in `errorDetails` instead, if not the record's own key.
    pub error_key: Option<Cow<'static, str>>,
    /// Whether good records are listed when others are bad.
    pub good_beside_bad: GoodBesideBad,
    /// What failed constraints are answered with by default.
    pub answers: Answers,
    /// What an empty request is answered with; `None` where no row states it.
    pub empty_request: Option<Claim>,
    /// Which properties of a record name the contact that it is about.
    pub contact: Option<ContactRows>,
    /// Rules that a user's file turns off.
    pub off: Vec<String>,
    /// Closed and open enumerations.
    pub enums: Vec<Enumeration>,
    /// How other systems name the same properties.
    pub vocabulary: Vocabulary,
    /// The tables in the file's order.
    pub tables: Vec<Table>,
    /// Words and characters that no sender means.
    pub(crate) texts: Texts,
}

impl Endpoint {
    /// A table of this endpoint.
    #[must_use]
    pub fn table(&self, id: TableId) -> &Table {
        &self.tables[usize::from(id.0)]
    }

    /// The endpoint as bytes that [`Compiled`](super::Compiled) reads back, for a build script.
    ///
    /// Errors: only a bug can cause one.
    pub fn to_bytes(&self) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_stdvec(self)
    }

    /// The property at the end of a route.
    pub(crate) fn end(&self, route: &Route) -> Option<&Property> {
        let (table, id) = route.steps.last()?;
        Some(self.table(*table).property(*id))
    }

    /// The table of a record.
    #[must_use]
    pub fn record_table(&self) -> &Table {
        self.table(self.record)
    }
}

/// The properties of a record that name its contact, and say what becomes of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ContactRows {
    /// The contact code.
    pub code: PropertyId,
    /// The user name.
    pub user: Option<PropertyId>,
    /// Whether the contact is active.
    pub active: Option<PropertyId>,
    /// Whether it is deleted.
    pub deleted: Option<PropertyId>,
    /// Texts that name nobody.
    pub placeholders: Vec<String>,
}

impl ContactRows {
    /// Whether a text in this property of the record names nobody.
    #[must_use]
    pub fn is_nobody(&self, id: PropertyId, text: &str) -> bool {
        (id == self.code || Some(id) == self.user)
            && self
                .placeholders
                .iter()
                .any(|word| word.eq_ignore_ascii_case(text))
    }
}

/// How the good records of a partly bad request are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum GoodBesideBad {
    /// They stand in `successDetails`.
    Listed,
    /// They are left out.
    LeftOut,
}

/// The default answers of an endpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Answers {
    /// A mandatory property that is missing.
    pub missing: Answer,
    /// A text over its length.
    pub too_long: Answer,
    /// A value outside its list.
    pub not_in_list: Answer,
    /// A null that the service dereferences.
    pub null: Answer,
}

/// An errorCode and the template of an errorDescription.
///
/// The template may hold `{property}`, `{value}`, `{limit}` and `{subject}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// `errorCode`.
    #[serde(borrow)]
    pub error_code: Cow<'static, str>,
    /// Template of `errorDescription`.
    #[serde(borrow)]
    pub description: Cow<'static, str>,
}

/// What a constraint says of itself: how sure, how severe, what it is answered with, and where it comes from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claim {
    /// Rule id, naming the problem.
    #[serde(borrow)]
    pub rule: Cow<'static, str>,
    /// Where it comes from.
    pub evidence: Evidence,
    /// Error or warning.
    pub severity: Severity,
    /// Whether the answer is in the vendor's own words.
    pub wording: Wording,
    /// The step of the service that checks it.
    pub phase: Phase,
    /// The answer; only an error shows it.
    pub answer: Option<Answer>,
    /// Table and row: `Buyer Contact 1.2`.
    #[serde(borrow)]
    pub source: Cow<'static, str>,
    /// Why it is believed or not; may be empty.
    #[serde(borrow)]
    pub note: Cow<'static, str>,
}

/// A named list of values that a JSON scalar may bind to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Enumeration {
    /// Its name in the rules file.
    #[serde(borrow)]
    pub name: Cow<'static, str>,
    /// The members that the page names.
    pub members: Vec<EnumMember>,
    /// The page names only some of them.
    pub open: bool,
    /// Which of the tenant's lists has them all.
    pub fact: Option<Fact>,
}

/// The declared type of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Type {
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    Long,
    /// A decimal number of 28 to 29 digits.
    Decimal,
    /// A date and time.
    DateTime,
    /// A member of an [`Enumeration`], by its index in [`Endpoint::enums`].
    Enum(u16),
    /// An object with the properties of a table.
    Object(TableId),
    /// A list of texts.
    StringList,
    /// A list of objects.
    ObjectList(TableId),
}

/// One table of the page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Table {
    /// Its name in the rules file.
    #[serde(borrow)]
    pub name: Cow<'static, str>,
    /// Its caption on the page.
    #[serde(borrow)]
    pub title: Cow<'static, str>,
    /// Its rows in the page's order.
    pub properties: Vec<Property>,
    /// Where its rows begin when the rows of all tables, and one more for each table, are counted through.
    pub(crate) offset: u16,
    /// Its own index in [`Endpoint::tables`].
    pub(crate) id: TableId,
    /// The rows that are looked at even where a record lacks them, a bit each: they are mandatory, or a check goes with them.
    pub(crate) attended: Vec<u64>,
    /// The same table for records that are skimmed.
    pub(crate) fast_rows: FastRows,
    /// Lookup by name without regard to case.
    pub names: NameIndex,
    /// Checks over several properties of one object.
    pub checks: Vec<Check>,
    /// How an object of this table is reached from a record, shortest first: `Address`, empty for the record itself.
    pub route: Vec<String>,
}

impl Table {
    /// A property of this table.
    #[must_use]
    pub fn property(&self, id: PropertyId) -> &Property {
        &self.properties[usize::from(id.0)]
    }

    /// The property of that name in any case.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<PropertyId> {
        self.names
            .find(name, |id| &self.properties[usize::from(id.0)].name)
    }
}

/// One row of a table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Property {
    /// The page's row number; empty where it has none.
    #[serde(borrow)]
    pub row: Cow<'static, str>,
    /// Its name, as the page spells it.
    #[serde(borrow)]
    pub name: Cow<'static, str>,
    /// Its declared type.
    pub ty: Type,
    /// The sample sends an object where the table says list: a list is a warning.
    pub or_list: bool,
    /// Longest text in UTF-16 units.
    pub max_length: Option<u32>,
    /// What `max_length` is answered with.
    pub too_long: Option<Box<Claim>>,
    /// Whether it has to be there.
    pub required: Option<Box<Required>>,
    /// The values it may have.
    pub one_of: Option<Box<OneOf>>,
    /// What else is asked of its text.
    pub asks: Vec<Ask>,
    /// The tenant's facts that decide whether its value is right.
    pub known: Vec<TenantList>,
    /// It is sent by the API only.
    pub outbound_only: bool,
    /// What its values are.
    pub kind: Option<RowKind>,
    /// A null in its list is fine: the sample shows one.
    pub null_elements_allowed: bool,
    /// Something worth knowing of the row; may be empty.
    #[serde(borrow)]
    pub note: Cow<'static, str>,
    /// Table and row: `Buyer Contact 1.2`.
    #[serde(borrow)]
    pub source: Cow<'static, str>,
    /// `Table.Property`: how tests and reports name the row.
    #[serde(borrow)]
    pub constraint: Cow<'static, str>,
    /// White space in it is no value: it is mandatory, or names the record.
    pub(crate) has_to_say: bool,
    /// What is surely right of it at a glance.
    pub(crate) quick_check: QuickCheck,
}

/// What the values of a row are: it decides what is asked of them besides their type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RowKind {
    /// A code: what it looks like as a number is beside the point, and leading zeros count.
    Code,
    /// What a user logs in with, or an e-mail address.
    User,
    /// Text for people; a string that says nothing else.
    Text,
    /// Whatever a tenant has made of it.
    Free,
    /// An amount of money.
    Amount,
}

impl RowKind {
    /// All of them.
    pub(super) const ALL: [Self; 5] = [Self::Code, Self::User, Self::Text, Self::Free, Self::Amount];

    /// Its word in rules files.
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

    /// What a value of it is.
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

/// Which values of a row are right without a closer look: nearly all of them in nearly all records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum QuickCheck {
    /// A value of the declared type: nothing else is constrained.
    Typed,
    /// A [plain](Texts::is_plain) text of 1 to this many bytes.
    Text(u32),
    /// A plain text, or none.
    MaybeText,
    /// None.
    Never,
}

impl Property {
    /// Whether its value is a code.
    #[must_use]
    pub fn is_code(&self) -> bool {
        self.kind == Some(RowKind::Code)
    }

    /// Works out [`Property::quick_check`] once all constraints are in place.
    pub(crate) fn quick_check(&self) -> QuickCheck {
        let is_shaped = self.asks.iter().any(|ask| ask.may_break_plain());
        if self.outbound_only || self.one_of.is_some() || is_shaped || !self.known.is_empty() {
            return QuickCheck::Never;
        }
        // A number that is surely of its type is not below zero.
        if self.ty != Type::String {
            return QuickCheck::Typed;
        }
        let anything = self.max_length.is_none() && self.required.is_none() && !self.has_to_say;
        if anything {
            return if self.asks.is_empty() {
                QuickCheck::Typed
            } else {
                QuickCheck::MaybeText
            };
        }
        // UTF-8 never has fewer bytes than UTF-16 has units.
        QuickCheck::Text(self.max_length.unwrap_or(u32::MAX))
    }
}

/// A property that has to be there.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Required {
    /// What missing it is answered with.
    pub claim: Claim,
    /// Only for a contact that the tenant does not hold yet.
    pub for_new_contact: bool,
    /// How much it matters for a contact that is known to be new, where that is more than for others.
    pub for_new: Option<Severity>,
    /// How sure it is that the empty text is refused as well, where that is less sure than for what is absent.
    pub empty_evidence: Option<Evidence>,
    /// With this sibling present, a documented success omits it.
    pub unless: Option<PropertyId>,
}

/// A path of properties from a table down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Table of the object at each step, and the property to follow; lists are walked.
    pub steps: Vec<(TableId, PropertyId)>,
}

impl Route {
    /// The property that it begins with.
    pub(crate) fn first(&self) -> Option<PropertyId> {
        self.steps.first().map(|(_, id)| *id)
    }
}

/// A check over several properties of one object.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Check {
    /// The row that it is checked with: that of its first property.
    pub anchor: PropertyId,
    /// What breaking it is answered with.
    pub claim: Claim,
    /// What is checked.
    pub kind: CheckKind,
}
