//! One event into one state, with what a replay makes of errors.

use crate::model::Event;

use super::fold::{Applied, Fold, FoldError};
use super::replayer::{OnUnreadable, ReplayError};
use super::state::State;

/// Applies an event to a state. [`Applied::Skipped`] is for the caller to count: the event's payload is needed, can't
/// be read, and the replay goes on without it.
///
/// Errors: the projection stops here; the state is as it was before.
pub fn step(
    fold: &dyn Fold,
    on_unreadable: OnUnreadable,
    state: &mut State,
    event: &Event,
    place: usize,
) -> Result<Applied, Box<ReplayError>> {
    match fold.apply(state, event, place) {
        Err(error) if error.unreadable && on_unreadable == OnUnreadable::Skip => Ok(Applied::Skipped),
        applied => applied.map_err(|error| Box::new(stopped_at(error, event, place))),
    }
}

fn stopped_at(error: FoldError, event: &Event, place: usize) -> ReplayError {
    ReplayError {
        place,
        position: event.position,
        version: event.version,
        event_type: event.event_type.clone(),
        time: event.time,
        handler: error.handler,
        message: error.message,
    }
}
