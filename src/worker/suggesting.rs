//! Sample events of a category, and the rules that they suggest.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::session::{Session, SessionError};
use crate::model::{Cancel, CategoryIndex, Event};
use crate::replay::{SampledType, suggest};

/// Sample events of each type, spread over its events.
const SAMPLES: usize = 8;

impl Session {
    /// A first rule projection for a category, as the text of a projection file.
    pub fn suggest(&self, category: CategoryIndex, cancel: &Cancel) -> Result<String, SessionError> {
        Ok(suggest(self.log().category(category), &self.sampled_types(category, cancel)?))
    }

    /// The event types of a category, each with a few events.
    pub(super) fn sampled_types(
        &self,
        category: CategoryIndex,
        cancel: &Cancel,
    ) -> Result<Vec<SampledType>, SessionError> {
        let log = self.log();
        let mut by_type: Vec<Vec<u32>> = vec![Vec::new(); log.types().len()];
        for event in 0..log.len() {
            let mut streams = log.stream_of(event).into_iter().chain(log.other_streams_of(event));
            if streams.any(|stream| log.stream(stream).category == category) {
                by_type[log.type_of(event).0 as usize].push(event as u32);
            }
        }
        let mut wanted: Vec<u32> = by_type.iter().flat_map(|events| spread(events)).collect();
        wanted.sort_unstable();
        let mut read: HashMap<u32, Arc<Event>> = HashMap::with_capacity(wanted.len());
        self.each_event(&mut wanted.into_iter(), cancel, &mut |index, event| {
            read.insert(index, Arc::new(event));
            ControlFlow::Continue(())
        })?;
        let sampled = log.types().iter().zip(&by_type).filter(|(_, events)| !events.is_empty());
        Ok(sampled
            .map(|(kind, events)| SampledType {
                event_type: kind.name.clone(),
                events: events.len() as u64,
                samples: spread(events).filter_map(|index| read.get(&index).cloned()).collect(),
            })
            .collect())
    }
}

/// At most [`SAMPLES`] of them, from the first to the last.
fn spread(events: &[u32]) -> impl Iterator<Item = u32> + '_ {
    spread_places(events.len()).map(|place| events[place])
}

/// At most [`SAMPLES`] of so many places, from the first to the last.
pub(super) fn spread_places(count: usize) -> impl Iterator<Item = usize> {
    let samples = count.min(SAMPLES);
    let last = count.saturating_sub(1);
    (0..samples).map(move |at| at * last / (samples - 1).max(1))
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn samples_are_spread_and_none_comes_twice() {
        let events: Vec<u32> = (0..100).collect();
        assert_eq!(spread(&events).collect::<Vec<_>>(), [0, 14, 28, 42, 56, 70, 84, 99]);
        assert_eq!(spread(&events[..3]).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(spread(&events[..1]).collect::<Vec<_>>(), [0]);
        assert_eq!(spread(&[]).count(), 0);
    }
}
