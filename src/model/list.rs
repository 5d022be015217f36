//! Lists of values that share what did not change.

use std::sync::Arc;

use super::value::{Origin, Slot, Value};

/// Gets an index and the items that two lists have there.
pub type VisitPair<'v> = dyn FnMut(usize, Option<&Slot>, Option<&Slot>) + 'v;

/// A list with structural sharing.
#[derive(Clone, Default)]
pub struct List(Arc<Items>);

/// Lists up to this size are a plain array: a persistent vector takes room for 64 items once it has more than a few,
/// and copying so many is what it does at each change too.
const SHORT: usize = 64;

#[derive(Clone)]
enum Items {
    Short(Vec<Slot>),
    /// Behind a pointer, so that short lists are small.
    Long(Box<imbl::Vector<Slot>>),
}

impl List {
    /// An empty list with room for so many items.
    pub fn with_capacity(items: usize) -> Self {
        Self(Arc::new(Items::Short(Vec::with_capacity(items.min(SHORT)))))
    }

    /// How many items.
    pub fn len(&self) -> usize {
        match &*self.0 {
            Items::Short(items) => items.len(),
            Items::Long(items) => items.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at an index, with its origin.
    pub fn slot(&self, index: usize) -> Option<&Slot> {
        match &*self.0 {
            Items::Short(items) => items.get(index),
            Items::Long(items) => items.get(index),
        }
    }

    /// The item at an index.
    pub fn get(&self, index: usize) -> Option<&Value> {
        self.slot(index).map(|slot| &slot.value)
    }

    /// The items in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Slot> {
        match &*self.0 {
            Items::Short(items) => ListIter::Short(items.iter()),
            Items::Long(items) => ListIter::Long(items.iter()),
        }
    }

    /// The items from an index on; none if it is beyond the end.
    pub fn iter_from(&self, index: usize) -> impl Iterator<Item = &Slot> {
        // Not `skip`, which walks through what it leaves out.
        (index..self.len()).filter_map(|at| self.slot(at))
    }

    /// Visits every index at which this list and another may differ, with the items there. Chunks that both share in
    /// memory are passed over: a list that grew from another costs what was added.
    pub fn each_unshared(&self, other: &Self, visit: &mut VisitPair<'_>) {
        let (mut own_chunks, mut other_chunks) = (self.0.chunks(), other.0.chunks());
        let (mut own, mut others): (&[Slot], &[Slot]) = (&[], &[]);
        let mut index = 0;
        loop {
            if own.is_empty() {
                own = own_chunks.next().unwrap_or_default();
            }
            if others.is_empty() {
                others = other_chunks.next().unwrap_or_default();
            }
            let len = match (own.len(), others.len()) {
                (0, 0) => return,
                (0, len) | (len, 0) => len,
                (a, b) => a.min(b),
            };
            if !std::ptr::eq(own.as_ptr(), others.as_ptr()) {
                (0..len).for_each(|at| visit(index + at, own.get(at), others.get(at)));
            }
            index += len;
            own = &own[len.min(own.len())..];
            others = &others[len.min(others.len())..];
        }
    }

    /// Adds at the end.
    pub fn push(&mut self, value: Value, origin: Origin) {
        let items = Arc::make_mut(&mut self.0);
        if let Items::Short(short) = items {
            if short.len() < SHORT {
                short.push(Slot { value, origin });
                return;
            }
            *items = Items::Long(Box::new(std::mem::take(short).into()));
        }
        if let Items::Long(long) = items {
            long.push_back(Slot { value, origin });
        }
    }

    /// The item at an index, for changing it.
    pub fn slot_mut(&mut self, index: usize) -> Option<&mut Slot> {
        match Arc::make_mut(&mut self.0) {
            Items::Short(items) => items.get_mut(index),
            Items::Long(items) => items.get_mut(index),
        }
    }

    /// Removes the item at an index; those after it move up. Does nothing beyond the end.
    pub fn remove(&mut self, index: usize) {
        if index >= self.len() {
            return;
        }
        match Arc::make_mut(&mut self.0) {
            Items::Short(items) => drop(items.remove(index)),
            Items::Long(items) => drop(items.remove(index)),
        }
    }

    /// Whether both are one and the same in memory.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Default for Items {
    fn default() -> Self {
        Self::Short(Vec::new())
    }
}

impl Items {
    /// The items in runs that lie together in memory.
    fn chunks(&self) -> impl Iterator<Item = &[Slot]> {
        let (short, long) = match self {
            Self::Short(items) => (Some(items.as_slice()), None),
            Self::Long(items) => (None, Some(items.leaves())),
        };
        short.into_iter().chain(long.into_iter().flatten())
    }
}

enum ListIter<'a, L> {
    Short(std::slice::Iter<'a, Slot>),
    Long(L),
}

impl<'a, L: Iterator<Item = &'a Slot>> Iterator for ListIter<'a, L> {
    type Item = &'a Slot;

    fn next(&mut self) -> Option<&'a Slot> {
        match self {
            Self::Short(items) => items.next(),
            Self::Long(items) => items.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Short(items) => items.size_hint(),
            Self::Long(items) => items.size_hint(),
        }
    }
}

impl<'a, L: ExactSizeIterator<Item = &'a Slot>> ExactSizeIterator for ListIter<'a, L> {}

impl FromIterator<Value> for List {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        let values = values.into_iter();
        let mut list = Self::with_capacity(values.size_hint().0);
        values.for_each(|value| list.push(value, Origin::NONE));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_clone_leaves_the_original() {
        let mut list: List = (0..1000i64).map(Value::from).collect();
        let before = list.clone();
        list.push(1.into(), Origin::event(3));
        assert_eq!((before.len(), list.len()), (1000, 1001));
        assert!(!before.is_same(&list));
    }

    #[test]
    fn shared_chunks_are_passed_over() {
        let seen = |a: &List, b: &List| {
            let mut seen = Vec::new();
            a.each_unshared(b, &mut |index, own, other| seen.push((index, own.is_some(), other.is_some())));
            seen
        };
        let list: List = (0..10_000i64).map(Value::from).collect();
        assert_eq!(seen(&list, &list.clone()), []);
        let mut grown = list.clone();
        grown.push(1.into(), Origin::NONE);
        if let Some(slot) = grown.slot_mut(5000) {
            slot.value = Value::Null;
        }
        let visited = seen(&grown, &list);
        assert!(visited.len() < 300, "{}", visited.len());
        assert!(visited.contains(&(5000, true, true)) && visited.contains(&(10_000, true, false)));
        assert_eq!(seen(&list, &List::default()).len(), 10_000);
        let other: List = (0..130i64).map(Value::from).collect();
        let indices: Vec<usize> = seen(&other, &list).iter().map(|(index, ..)| *index).collect();
        assert_eq!(indices, (0..10_000).collect::<Vec<_>>());
    }
}
