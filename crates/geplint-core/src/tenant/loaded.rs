//! What was read for a list of a tenant file.

use super::Fact;

/// What a list holds, and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Which list.
    pub fact: Fact,
    /// The files it was read from, as the tenant file names them; none where it stands in the tenant file itself.
    pub files: Vec<String>,
    /// How many entries count.
    pub entries: usize,
    /// How many were passed over, because they are marked as deleted.
    pub deleted: usize,
    /// Why it holds only a part of what the tenant holds; then what is not in it is not known to be absent.
    pub incomplete: Option<String>,
    /// What a reader of the run should know of the files, a line each.
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
