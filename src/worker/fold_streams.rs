//! Folding many streams in one pass over the store: what questions about all entities need.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::session::{Session, SessionError};
use crate::model::{Cancel, Event, EventLog, Progress, Selection, StreamIndex, Wanted};
use crate::replay::{Applied, Fold, ReplayError, State, step};

/// A stream as far as it is folded.
#[derive(Debug)]
pub struct FoldedStream {
    /// The stream.
    pub stream: StreamIndex,
    /// The state after the last event taken in; the last good one after an error.
    pub state: State,
    /// Event index of the last event taken in.
    pub last: Option<u32>,
    /// How many events went without effect because their payload can't be read.
    pub skipped: usize,
    /// Where the projection stopped.
    pub error: Option<ReplayError>,
    fold: Arc<dyn Fold>,
    next_place: usize,
}

/// One event that a stream took in.
#[derive(Debug)]
pub struct Passed<'a> {
    /// The stream.
    pub stream: StreamIndex,
    /// The event.
    pub event: &'a Event,
    /// Its index.
    pub index: u32,
    /// The state after it.
    pub state: &'a State,
}

impl Session {
    /// Folds these streams, each up to its selection, and visits every event taken in. Events of one stream come in
    /// its replay order, those of different streams in any; a stream stops at its projection's error.
    pub fn fold_streams(
        &self,
        wanted: &[(StreamIndex, Selection)],
        cancel: &Cancel,
        visit: &mut dyn FnMut(&Passed<'_>),
    ) -> Result<Vec<FoldedStream>, SessionError> {
        self.fold_reading(wanted, None, cancel, visit)
    }

    /// The same for states alone: of events only what the projections need is read.
    pub fn end_states(
        &self,
        wanted: &[(StreamIndex, Selection)],
        cancel: &Cancel,
    ) -> Result<Vec<FoldedStream>, SessionError> {
        self.end_states_telling(wanted, &Progress::default(), cancel)
    }

    /// The same with progress: it counts events taken in.
    pub(super) fn end_states_telling(
        &self,
        wanted: &[(StreamIndex, Selection)],
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Vec<FoldedStream>, SessionError> {
        let log = self.log();
        let mut categories: Vec<_> = wanted.iter().map(|(stream, _)| log.stream(*stream).category).collect();
        categories.sort_unstable();
        categories.dedup();
        let parts: Vec<Wanted> = log
            .types()
            .iter()
            .map(|one| {
                categories.iter().fold(Wanted::NOTHING, |all, one_of| all.or(self.fold(*one_of).wants(&one.name)))
            })
            .collect();
        self.fold_reading(wanted, Some(&parts), cancel, &mut |_| progress.add(1))
    }

    /// Folds one stream from its first event to its last, or to its projection's error, and visits every event taken
    /// in. Of events only what the projection needs is read, and what else is `wanted`.
    pub(super) fn pass_through(
        &self,
        stream: StreamIndex,
        wanted: Wanted,
        cancel: &Cancel,
        visit: &mut dyn FnMut(&Passed<'_>),
    ) -> Result<FoldedStream, SessionError> {
        let log = self.log();
        let mut folded = self.unfolded(stream);
        let parts: Vec<Wanted> = log.types().iter().map(|one| folded.fold.wants(&one.name).or(wanted)).collect();
        let whole = Selection::Prefix(log.lane(stream).len());
        self.fold_one(&mut folded, &whole, Some(&parts), cancel, visit)?;
        Ok(folded)
    }

    fn fold_reading(
        &self,
        wanted: &[(StreamIndex, Selection)],
        parts: Option<&[Wanted]>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(&Passed<'_>),
    ) -> Result<Vec<FoldedStream>, SessionError> {
        let log = self.log().clone();
        let mut folded: Vec<FoldedStream> = wanted.iter().map(|(stream, _)| self.unfolded(*stream)).collect();
        // Most streams are read in store order, all at once; those that replay in another order one by one.
        let mut slots = vec![None; log.streams().len()];
        let mut last = None;
        for (slot, (stream, selection)) in wanted.iter().enumerate() {
            let lane = log.lane(*stream);
            match selection {
                Selection::Prefix(len) if lane[..*len].is_sorted() => {
                    slots[stream.0 as usize] = Some((slot, *len));
                    last = last.max(len.checked_sub(1).map(|end| lane[end] as usize));
                }
                selection => self.fold_one(&mut folded[slot], selection, parts, cancel, visit)?,
            }
        }
        let end = last.map_or(0, |last| last + 1);
        let streams_of = |index: u32| {
            let index = index as usize;
            log.stream_of(index).into_iter().chain(log.other_streams_of(index))
        };
        let slot_of = |stream: StreamIndex| slots[stream.0 as usize];
        let mut indices = (0..end as u32).filter(|index| streams_of(*index).any(|stream| slot_of(stream).is_some()));
        self.each_event_with(&mut indices, parts, cancel, &mut |index, event| {
            for (slot, len) in streams_of(index).filter_map(slot_of) {
                let stream = &mut folded[slot];
                if stream.next_place < len {
                    let place = stream.next_place;
                    self.take(stream, &event, index, place, visit);
                }
            }
            ControlFlow::Continue(())
        })?;
        Ok(folded)
    }

    /// A stream before its first event.
    pub(super) fn unfolded(&self, stream: StreamIndex) -> FoldedStream {
        let fold = self.fold_of_stream(stream);
        let state = fold.initial();
        FoldedStream { stream, state, last: None, skipped: 0, error: None, fold, next_place: 0 }
    }

    fn fold_one(
        &self,
        stream: &mut FoldedStream,
        selection: &Selection,
        parts: Option<&[Wanted]>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(&Passed<'_>),
    ) -> Result<(), SessionError> {
        let log = self.log().clone();
        let lane = log.lane(stream.stream);
        let places: Vec<usize> = match selection {
            Selection::Prefix(len) => (0..*len).collect(),
            Selection::Places(places) => places.clone(),
        };
        let mut at = places.iter();
        let mut indices = places.iter().map(|place| lane[*place]);
        self.each_event_with(&mut indices, parts, cancel, &mut |index, event| {
            let Some(place) = at.next() else { return ControlFlow::Break(()) };
            self.take(stream, &event, index, *place, visit);
            if stream.error.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    }

    fn take(
        &self,
        stream: &mut FoldedStream,
        event: &Event,
        index: u32,
        place: usize,
        visit: &mut dyn FnMut(&Passed<'_>),
    ) {
        stream.next_place = place + 1;
        if stream.error.is_some() {
            return;
        }
        // An event that is in several streams is read in the first one; its version there is not the others'.
        let on_unreadable = self.replay_options().on_unreadable;
        match step(&*stream.fold, on_unreadable, &mut stream.state, event, place) {
            Ok(applied) => stream.skipped += usize::from(applied == Applied::Skipped),
            Err(error) => {
                stream.error = Some(*error);
                return;
            }
        }
        stream.last = Some(index);
        visit(&Passed { stream: stream.stream, event, index, state: &stream.state });
    }
}

impl FoldedStream {
    /// The projection.
    pub fn fold(&self) -> &Arc<dyn Fold> {
        &self.fold
    }

    /// How many events were looked at, the one that could not be taken in included.
    pub fn looked_at(&self) -> usize {
        self.next_place
    }

    /// Version of the last event taken in.
    pub fn version(&self, log: &EventLog) -> Option<i64> {
        self.last.and_then(|last| log.version(last as usize))
    }
}
