//! A list that shares with the one that it grew out of what both have.

use std::ops::Index;
use std::sync::Arc;

/// Entries in a part.
const PART: usize = 1 << 12;

/// A list whose copies cost little, and take little memory beside the list itself while they have most in common.
#[derive(Debug, Clone)]
pub struct SharedList<T> {
    /// All but the last have [`PART`] entries.
    parts: Vec<Arc<Vec<T>>>,
    len: usize,
}

impl<T> Default for SharedList<T> {
    fn default() -> Self {
        Self { parts: Vec::new(), len: 0 }
    }
}

impl<T> SharedList<T> {
    /// How many entries.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// An entry, if there are so many.
    pub fn get(&self, at: usize) -> Option<&T> {
        self.parts.get(at / PART)?.get(at % PART)
    }

    /// The first entry.
    pub fn first(&self) -> Option<&T> {
        self.get(0)
    }

    /// The last entry.
    pub fn last(&self) -> Option<&T> {
        self.get(self.len.checked_sub(1)?)
    }

    /// All entries.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator + Clone {
        (0..self.len).map(|at| &self[at])
    }
}

impl<T: Clone> SharedList<T> {
    /// Adds an entry.
    pub(super) fn push(&mut self, entry: T) {
        if self.len.is_multiple_of(PART) {
            self.parts.push(Arc::default());
        }
        if let Some(last) = self.parts.last_mut() {
            Arc::make_mut(last).push(entry);
            self.len += 1;
        }
    }

    /// Changes an entry.
    pub(super) fn change(&mut self, at: usize, change: impl FnOnce(&mut T)) {
        if let Some(entry) = self.parts.get_mut(at / PART).and_then(|part| Arc::make_mut(part).get_mut(at % PART)) {
            change(entry);
        }
    }
}

impl<T> Index<usize> for SharedList<T> {
    type Output = T;

    #[inline]
    fn index(&self, at: usize) -> &T {
        &self.parts[at / PART][at % PART]
    }
}

impl<T: PartialEq> PartialEq for SharedList<T> {
    /// Costs little where most is shared.
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, b): (&Arc<Vec<T>>, &Arc<Vec<T>>)| Arc::ptr_eq(a, b) || a == b;
        self.len == other.len && self.parts.iter().zip(&other.parts).all(same)
    }
}

impl<T: Eq> Eq for SharedList<T> {}

impl<T: Clone> FromIterator<T> for SharedList<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        let mut list = Self::default();
        entries.into_iter().for_each(|entry| list.push(entry));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_changes_leaves_the_list_as_it_was() {
        let list: SharedList<usize> = (0..PART + 3).collect();
        let mut other = list.clone();
        other.push(7);
        other.change(1, |entry| *entry = 70);
        assert!(list.iter().copied().eq(0..PART + 3));
        assert_eq!((other.len(), other.last(), other[1], other[PART]), (PART + 4, Some(&7), 70, PART));
        assert!(list != other && list == (0..PART + 3).collect());
        assert_eq!(list.iter().next_back(), list.last());
        assert_eq!(SharedList::<usize>::default().last(), None);
    }
}
