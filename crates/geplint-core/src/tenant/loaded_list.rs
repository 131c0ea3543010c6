//! The size and the source of a list in a tenant file.

use super::Fact;

/// The size and the source of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The list.
    pub fact: Fact,
    /// The files that it was read from, as the tenant file names them. Empty if the tenant file itself has the list.
    pub files: Vec<String>,
    /// The number of entries without the skipped ones.
    pub entries: usize,
    /// The number of entries that were skipped because they are marked as deleted.
    pub deleted: usize,
    /// The reason why the list is incomplete, if it is. A value outside an incomplete list may still exist.
    pub incomplete: Option<String>,
    /// Notes about the files for the user, one line each.
    pub notes: Vec<String>,
}

impl Loaded {
    pub(super) fn new(fact: Fact) -> Self {
        Self {
            fact,
            files: Vec::new(),
            entries: 0,
            deleted: 0,
            incomplete: None,
            notes: Vec::new(),
        }
    }

    pub(super) fn is_partial(&mut self, why: impl FnOnce() -> String) {
        self.incomplete.get_or_insert_with(why);
    }
}
