//! What one edit did to an overlay, so that it can be taken back.

use std::sync::Arc;

use super::{Fate, Overlay, Spot, Subject};

/// The changes of one edit in their order; none are noted unless asked for.
#[derive(Debug, Default)]
pub(super) struct Journal(Option<Vec<Change>>);

#[derive(Debug)]
enum Change {
    /// An event had another fate, or none.
    Fate(Subject, Option<Fate>),
    /// A node was put at a spot.
    Put(Spot),
    /// An event was inserted under an id.
    Inserted(Arc<str>),
    /// A stream was begun.
    NewStream,
}

impl Journal {
    fn note(&mut self, change: impl FnOnce() -> Change) {
        if let Some(changes) = &mut self.0 {
            changes.push(change());
        }
    }

    pub fn put(&mut self, spot: Spot) {
        self.note(|| Change::Put(spot));
    }

    pub fn inserted(&mut self, id: &Arc<str>) {
        self.note(|| Change::Inserted(id.clone()));
    }

    pub fn new_stream(&mut self) {
        self.note(|| Change::NewStream);
    }
}

impl Overlay<'_> {
    /// What becomes of an event, to be changed.
    pub(super) fn fate(&mut self, subject: Subject) -> &mut Fate {
        let fates = &self.fates;
        self.journal.note(|| Change::Fate(subject, fates.get(&subject).cloned()));
        self.fates.entry(subject).or_default()
    }

    /// From now on an edit can be taken back.
    pub fn begin(&mut self) {
        self.journal.0 = Some(Vec::new());
    }

    /// Takes back what was applied since [`begin`](Self::begin), also half an edit. Which streams were
    /// [`touched`](Self::touched) is not forgotten.
    pub fn take_back(&mut self) {
        for change in self.journal.0.take().unwrap_or_default().into_iter().rev() {
            match change {
                Change::Fate(subject, Some(fate)) => {
                    self.fates.insert(subject, fate);
                }
                Change::Fate(subject, None) => {
                    self.fates.remove(&subject);
                }
                Change::Put(spot) => {
                    self.nodes.pop();
                    if let Some(nodes) = self.spots.get_mut(&spot) {
                        nodes.pop();
                    }
                }
                Change::Inserted(id) => {
                    self.inserted_ids.remove(&id);
                    self.inserted -= 1;
                }
                Change::NewStream => {
                    self.new_streams.pop();
                }
            }
        }
    }
}
