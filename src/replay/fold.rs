//! What every kind of projection has in common.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::model::{Event, Path, Timestamp, Value, Wanted};

use super::insight::HandlerView;
use super::state::State;

/// How events become state.
pub trait Fold: Send + Sync + fmt::Debug {
    /// What the projection says of itself.
    fn info(&self) -> &ProjectionInfo;

    /// The state before any event.
    fn initial(&self) -> State;

    /// What is shown as the state before the first event that is there. It is not the one that the replay begins with
    /// where that is a snapshot's: then nobody knows it.
    fn before_all(&self) -> State {
        self.initial()
    }

    /// Changes the state as the event says. `place` is the event's place in its replay, from 0, and becomes the
    /// origin of what it sets. After an error the state is as it was before.
    fn apply(&self, state: &mut State, event: &Event, place: usize) -> Result<Applied, FoldError>;

    /// The key of the handler that runs for events of this type; `None` where they are ignored.
    fn handler_for(&self, event_type: &str) -> Option<Cow<'_, str>>;

    /// The invariants (indices into [`ProjectionInfo::invariants`]) that do not hold in a state after an event.
    fn broken_invariants(&self, state: &State, event: Option<&Event>) -> Vec<usize>;

    /// What [`apply`](Self::apply) must be given of events of this type: without the rest it does the same.
    fn wants(&self, _event_type: &str) -> Wanted {
        Wanted::ALL
    }

    /// The event in one sentence, where the projection has one for its type.
    fn label(&self, _event: &Event) -> Option<String> {
        None
    }

    /// When the event took effect, as far as the projection or the store says so.
    fn valid_time(&self, event: &Event) -> Option<Timestamp> {
        event.valid_time
    }

    /// What its handlers do, as far as that can be told without running them: nothing, if it can't.
    fn handlers(&self) -> Vec<HandlerView> {
        Vec::new()
    }

    /// Calls `visit` with every value that the projection itself says: what it sets, adds or compares with, as far as
    /// that can be told without running it.
    fn each_constant(&self, _visit: &mut dyn FnMut(&Value)) {}

    /// Whether a state may depend on what number an event has in its stream: if not, events that only moved up or
    /// down in their stream have the same effect as before.
    fn reads_versions(&self) -> bool {
        true
    }
}

/// What an event did to a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// A handler ran.
    Handled,
    /// No handler is for it: nothing changed.
    Ignored,
    /// Its payload can't be read, and the projection goes on without it.
    Skipped,
}

/// What kind of projection made a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProjectionKind {
    /// Payloads merged; no file.
    Automatic,
    /// A declarative file.
    Rules,
    /// JavaScript.
    Script,
    /// The user's own program.
    Command,
}

/// What a projection says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectionInfo {
    /// Its name, unique in its file.
    pub name: Arc<str>,
    /// Its name for people.
    pub title: Arc<str>,
    /// How it works.
    pub kind: ProjectionKind,
    /// The categories that it is for, as a glob; `None` is all.
    pub category: Option<Arc<str>>,
    /// The fields that tell most, in order.
    pub key_fields: Vec<Path>,
    /// Names of the conditions that must hold.
    pub invariants: Vec<Arc<str>>,
}

/// Why a projection stops at an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{handler}: {message}")]
pub struct FoldError {
    /// Which part of the projection, such as `FundsDeposited[0] add balance`.
    pub handler: String,
    /// What is wrong, with the values concerned.
    pub message: String,
    /// Whether the cause is a payload that can't be read: such events can be skipped.
    pub unreadable: bool,
}
