//! What both lists show: worked out once for each catalogue, search and choice, not with each frame.

use std::collections::HashSet;
use std::sync::Arc;

use crate::analysis::schema::{Catalogue, Field, TypeEntry};
use crate::job::StoreKey;

/// A line of the right list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// What the lines after it are.
    Title(&'static str),
    /// The names of the columns, above the fields.
    Heads,
    /// A change of the type, by its place.
    Change(usize),
    /// A reason why payloads can't be read, by its place.
    Unreadable(usize),
    /// A field, by its place.
    Field {
        /// Its place.
        at: usize,
        /// Whether there are fields in it, and whether they are shown.
        opens: Option<bool>,
    },
    /// There are more fields.
    More,
}

/// What the lists show, and of what that was worked out.
#[derive(Default)]
pub struct Lines {
    of: Option<(StoreKey, u64, String)>,
    /// Types that fit the search, with how many of their fields do; 0 where the type's own name fits.
    pub types: Vec<(usize, usize)>,
    of_lines: Option<(usize, u64)>,
    pub lines: Vec<Line>,
    /// Changes with each new list: what was chosen in the one before means nothing.
    pub edition: u64,
}

impl Lines {
    /// Brings the left list up to date. True if it is another one.
    pub fn find(&mut self, key: (StoreKey, u64), catalogue: &Catalogue, search: &str) -> bool {
        let search = search.trim().to_lowercase();
        let of = (key.0, key.1, search);
        if self.of.as_ref() == Some(&of) {
            return false;
        }
        let search = &of.2;
        self.types.clear();
        for (at, entry) in catalogue.types.iter().enumerate() {
            let fields = entry.fields.iter().filter(|field| fits(field, search)).count();
            if search.is_empty() || entry.name.to_lowercase().contains(search) {
                self.types.push((at, 0));
            } else if fields > 0 {
                self.types.push((at, fields));
            }
        }
        self.of = Some(of);
        self.of_lines = None;
        true
    }

    /// Brings the right list up to date. `folds` counts how often something was folded or unfolded.
    pub fn of_type(&mut self, at: usize, entry: &TypeEntry, folded: &HashSet<Arc<str>>, folds: u64) {
        if self.of_lines == Some((at, folds)) {
            return;
        }
        if self.of_lines.is_none_or(|(before, _)| before != at) {
            self.edition += 1;
        }
        self.of_lines = Some((at, folds));
        let search = self.of.as_ref().map_or("", |(_, _, search)| search);
        // Only what is looked for, unless it is the type itself.
        let only = self.types.iter().any(|(known, fields)| *known == at && *fields > 0);
        let shows = |path: &str| !only || path.to_lowercase().contains(search);
        let lines = &mut self.lines;
        lines.clear();
        let changes: Vec<usize> = (0..entry.changes.len()).filter(|at| shows(&entry.changes[*at].path)).collect();
        if !changes.is_empty() {
            lines.push(Line::Title("Changes over time"));
            lines.extend(changes.into_iter().map(Line::Change));
        }
        if !entry.unreadable.is_empty() && !only {
            lines.push(Line::Title("Payloads that can't be read"));
            lines.extend((0..entry.unreadable.len()).map(Line::Unreadable));
        }
        if !lines.is_empty() {
            lines.push(Line::Heads);
        }
        let mut hidden_below: Option<usize> = None;
        for (at, field) in entry.fields.iter().enumerate() {
            if hidden_below.is_some_and(|depth| field.depth > depth) {
                continue;
            }
            hidden_below = None;
            if !shows(&field.path) {
                continue;
            }
            let has_more = !only && entry.fields.get(at + 1).is_some_and(|next| next.depth > field.depth);
            let open = !folded.contains(&field.path);
            if has_more && !open {
                hidden_below = Some(field.depth);
            }
            lines.push(Line::Field { at, opens: has_more.then_some(open) });
        }
        if entry.more_fields {
            lines.push(Line::More);
        }
    }
}

fn fits(field: &Field, search: &str) -> bool {
    field.path.to_lowercase().contains(search)
}
