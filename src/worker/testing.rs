//! What unit tests of this folder share.

use crate::model::Event;

/// An event that has a version and little else.
pub(super) fn event(version: i64) -> Event {
    Event { position: Some(version), version: Some(version), ..Event::new("Happened") }
}
