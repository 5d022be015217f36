//! Where the cursor was before each jump: the way back, and on again.

use std::sync::Arc;

use super::document::Cursor;

/// A place of the user in a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The stream.
    pub stream: Option<Arc<str>>,
    /// The cursor.
    pub cursor: Cursor,
}

/// Places that jumps led away from.
#[derive(Debug, Default)]
pub struct Trail {
    behind: Vec<Place>,
    ahead: Vec<Place>,
}

/// Places that are remembered.
const LONGEST: usize = 200;

impl Trail {
    /// A jump leads away from here.
    pub fn leave(&mut self, here: Place) {
        if self.behind.last() != Some(&here) {
            self.behind.push(here);
        }
        if self.behind.len() > LONGEST {
            self.behind.remove(0);
        }
        self.ahead.clear();
    }

    /// Whether there is a way back, and a way on.
    pub fn ways(&self) -> (bool, bool) {
        (!self.behind.is_empty(), !self.ahead.is_empty())
    }

    /// Goes back from here.
    pub fn back(&mut self, here: Place) -> Option<Place> {
        let there = self.behind.pop()?;
        self.ahead.push(here);
        Some(there)
    }

    /// Goes on again from here.
    pub fn forward(&mut self, here: Place) -> Option<Place> {
        let there = self.ahead.pop()?;
        self.behind.push(here);
        Some(there)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_and_on_again_until_another_jump() {
        let at = |event| Place { stream: None, cursor: Cursor::Event(event) };
        let mut trail = Trail::default();
        trail.leave(at(1));
        trail.leave(at(2));
        assert_eq!(trail.back(at(3)), Some(at(2)));
        assert_eq!(trail.back(at(2)), Some(at(1)));
        assert_eq!(trail.back(at(1)), None);
        assert_eq!(trail.forward(at(1)), Some(at(2)));
        trail.leave(at(2));
        assert_eq!(trail.ways(), (true, false));
    }
}
