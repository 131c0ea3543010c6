//! Changes the treatment of a row by the fast path.

use crate::rules::fast_rows::FastRow;
use crate::rules::{PropertyId, Table, TableId};

/// Changes the plan of the row at one step of a route.
pub(super) fn mark(
    tables: &mut [Table],
    step: Option<&(TableId, PropertyId)>,
    change: impl FnOnce(&mut FastRow),
) {
    if let Some((table, id)) = step
        && let Some(row) = tables[usize::from(table.0)]
            .fast_rows
            .rows
            .get_mut(usize::from(id.0))
    {
        change(row);
    }
}
