//! Recorded events after whose likeness inserted ones are written.

use std::collections::HashMap;

use crate::model::{Event, EventKind, EventLog, TypeIndex};

/// Finds a recorded event after whose likeness an inserted one is written: of its stream and type, else of its type,
/// else of its stream, else any.
#[derive(Default)]
pub(super) struct Siblings {
    by_type: HashMap<TypeIndex, Option<u32>>,
}

impl Siblings {
    pub(super) fn of(&mut self, log: &EventLog, event: &Event) -> Option<u32> {
        let lane = lane_of(log, event);
        let known = (0..log.types().len() as u32).map(TypeIndex).find(|t| log.event_type(*t).name == event.event_type);
        let of_type = known.and_then(|event_type| {
            let in_lane = lane.iter().find(|index| log.type_of(**index as usize) == event_type);
            in_lane.copied().or_else(|| {
                *self.by_type.entry(event_type).or_insert_with(|| {
                    let found = (0..log.len()).find(|index| log.type_of(*index) == event_type);
                    found.and_then(|index| u32::try_from(index).ok())
                })
            })
        });
        let is_plain = |index: &u32| log.kind(*index as usize) == EventKind::Event;
        of_type
            .or_else(|| lane.iter().copied().rfind(is_plain))
            .or_else(|| (0..log.len() as u32).rev().take(1000).find(is_plain))
            .or_else(|| (!log.is_empty()).then_some(0))
    }
}

/// The recorded events of an event's stream.
pub(super) fn lane_of<'l>(log: &'l EventLog, event: &Event) -> &'l [u32] {
    event.stream.as_deref().and_then(|stream| log.find_stream(stream)).map(|s| log.lane(s)).unwrap_or_default()
}
