//! Lives of values: every event that set one.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::row_changes::stopped_text;
use super::run::failed;
use super::session::Session;
use crate::job::{Failure, Life, LifeEntry};
use crate::model::{Cancel, Origin, Progress, Value, ValuePath, Wanted};
use crate::replay::{State, is_set_alike};

impl Session {
    /// Every event of a stream that changed a value of its state or set it again, and what is in it. Progress counts
    /// events of the stream.
    pub(super) fn life(
        &self,
        name: &Arc<str>,
        path: ValuePath,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Life, Failure> {
        let stream = self.find_stream(name)?;
        progress.set_total(self.log().lane(stream).len() as u64);
        let mut last = owned(slot(&self.unfolded(stream).state, &path));
        let mut entries = Vec::new();
        let folded = self.pass_through(stream, Wanted::NOTHING, cancel, &mut |passed| {
            progress.add(1);
            let now = slot(passed.state, &path);
            let alike = match (&last, now) {
                (Some((value, origin)), Some(now)) => is_set_alike((value, *origin), now),
                (before, now) => before.is_none() && now.is_none(),
            };
            if alike {
                return;
            }
            let from = std::mem::replace(&mut last, owned(now)).map(|(value, _)| value);
            let to = last.as_ref().map(|(value, _)| value.clone());
            entries.push(LifeEntry { event: passed.index, from, to, user: None, sentence: None });
        });
        let folded = folded.map_err(|error| failed(&error))?;
        // Who and what in words, of the events that matter alone.
        let events: Vec<u32> = entries.iter().map(|entry| entry.event).collect();
        let mut left = entries.iter_mut();
        let told = self.each_event(&mut events.into_iter(), cancel, &mut |_, event| {
            let Some(entry) = left.next() else { return ControlFlow::Break(()) };
            entry.sentence = folded.fold().label(&event).map(Into::into);
            entry.user = event.user;
            ControlFlow::Continue(())
        });
        told.map_err(|error| failed(&error))?;
        Ok(Life {
            stream: name.clone(),
            path,
            entries,
            scanned: folded.looked_at(),
            stopped: folded.error.as_ref().map(stopped_text),
        })
    }
}

/// What a state has at a path, with the event that set it.
pub(super) fn slot<'a>(state: &'a State, path: &ValuePath) -> Option<(&'a Value, Origin)> {
    if path.0.is_empty() { Some((&state.value, state.origin)) } else { state.value.slot_at(path) }
}

fn owned(slot: Option<(&Value, Origin)>) -> Option<(Value, Origin)> {
    slot.map(|(value, origin)| (value.clone(), origin))
}
