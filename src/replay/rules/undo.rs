//! Taking back what the operations of a failed handler did, so that a handler is all or nothing.
//!
//! Folding changes states in place, which is only quick while nobody else holds them: keeping a clone of the whole
//! state for the rare failure would cost every event a copy. So each operation returns how to undo itself.

use std::borrow::Cow;

use crate::model::{Key, Slot, Value};
use crate::replay::state::State;

use super::target::{Place, container, find};

/// What an operation did, and where.
pub(super) struct Done<'a> {
    pub keys: Cow<'a, [Key]>,
    pub undo: Undo,
}

/// How to undo one operation.
pub(super) enum Undo {
    /// Nothing was changed, or nobody will ask.
    Nothing,
    /// The place held this.
    Was(Slot),
    /// The place was not there, nor the objects that so many of its last keys lie in.
    Made { below: usize },
    /// An item was added to the list.
    Pushed,
    /// An item of the list was this.
    ItemWas(usize, Slot),
    /// The whole state was this.
    Whole(State),
}

impl Undo {
    pub fn whole(state: &State, revocable: bool) -> Self {
        if revocable { Self::Whole(state.clone()) } else { Self::Nothing }
    }

    pub fn kept(slot: &Slot, revocable: bool) -> Self {
        if revocable { Self::Was(slot.clone()) } else { Self::Nothing }
    }
}

impl Done<'_> {
    /// Makes the state what it was before the operation, given that it is what it was right after.
    pub fn undo(self, state: &mut State) {
        match self.undo {
            Undo::Nothing => {}
            Undo::Whole(before) => *state = before,
            Undo::Was(before) => {
                if let Ok(Place::Filled(slot)) = find(&mut state.value, &self.keys) {
                    *slot = before;
                }
            }
            Undo::Made { below } => {
                let Some((first, parents)) = self.keys[..self.keys.len() - below].split_last() else { return };
                if let Ok((Value::Object(object), _)) = container(state, parents) {
                    object.remove(first);
                }
            }
            Undo::Pushed => {
                if let Ok((Value::List(list), _)) = container(state, &self.keys) {
                    list.remove(list.len().saturating_sub(1));
                }
            }
            Undo::ItemWas(index, before) => {
                if let Ok((Value::List(list), _)) = container(state, &self.keys)
                    && let Some(slot) = list.slot_mut(index)
                {
                    *slot = before;
                }
            }
        }
    }
}
