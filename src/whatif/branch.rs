//! A branch: what was recorded, with a scenario's edits. Only lanes that an edit concerns are held.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::model::{CopyPlan, CopyRow, Event, EventLog, StreamIndex};
use crate::replay::{CommonTail, Fork};

use super::lane::{BranchEvent, LaneEvents};
use super::overlay::{Recorded, Subject};
use super::quick::QuickMap;
use super::scenario::Scenario;

/// A stream that an edit concerns.
#[derive(Debug, Clone)]
pub struct BranchLane {
    pub(super) name: Arc<str>,
    pub(super) stream: Option<StreamIndex>,
    pub(super) events: LaneEvents,
    pub(super) recorded: usize,
    pub(super) lifted: Vec<u32>,
    pub(super) fresh: Vec<u32>,
    pub(super) moved: Vec<(u32, u32)>,
    pub(super) fork: Fork,
}

impl BranchLane {
    /// The stream's name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The recorded stream; `None` for a new one.
    pub fn stream(&self) -> Option<StreamIndex> {
        self.stream
    }

    /// The branch's events, in replay order.
    pub fn events(&self) -> &LaneEvents {
        &self.events
    }

    /// How many events the stream has as recorded.
    pub fn recorded_len(&self) -> usize {
        self.recorded
    }

    /// Places of the lane as recorded whose event is not there in the branch: deleted, or moved elsewhere. Sorted.
    pub fn lifted(&self) -> &[u32] {
        &self.lifted
    }

    /// Places of the branch's lane whose event was not there as recorded: inserted, or moved there. Sorted.
    pub fn fresh(&self) -> &[u32] {
        &self.fresh
    }

    /// Events that stand elsewhere in the same stream: their place as recorded and that in the branch. Also among
    /// [`lifted`](Self::lifted) and [`fresh`](Self::fresh).
    pub fn moved(&self) -> &[(u32, u32)] {
        &self.moved
    }

    /// Where the branch leaves what was recorded, and where the two have the same events again.
    pub fn fork(&self) -> &Fork {
        &self.fork
    }

    /// How many events from the start are as recorded: the first place from which states have to be computed again.
    pub fn first_invalid(&self) -> usize {
        self.fork.first_invalid
    }

    /// How many events at the end are as recorded, version included.
    pub fn common_tail_len(&self) -> usize {
        match self.fork.tail {
            Some(CommonTail { branch, renumbered: false, .. }) => self.events.len() - branch,
            _ => 0,
        }
    }

    /// Whether nothing of the stream differs from what was recorded.
    pub fn is_as_recorded(&self) -> bool {
        self.first_invalid() == self.events.len() && self.events.len() == self.recorded
    }
}

/// What stands around a recorded event in the store's order.
#[derive(Debug, Clone, Default)]
pub(super) struct Slot {
    pub before: Vec<Subject>,
    /// The recorded event is not here any more.
    pub lifted: bool,
    /// The edit that deleted it, if it did not only move.
    pub deleted_by: Option<usize>,
    pub after: Vec<Subject>,
}

/// What was recorded, with a scenario's edits.
#[derive(Debug, Clone, Default)]
pub struct Branch {
    pub(super) scenario: Scenario,
    /// Recorded streams in the order of their first appearance, then new ones.
    pub(super) lanes: Vec<BranchLane>,
    pub(super) by_name: HashMap<Arc<str>, usize>,
    /// What stands before everything recorded.
    pub(super) head: Vec<Subject>,
    pub(super) slots: BTreeMap<u32, Slot>,
    /// Inserted events, and recorded ones that say something else.
    pub(super) contents: QuickMap<Subject, Arc<Event>>,
}

impl Branch {
    /// The edits that made it.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Index of the edit that took a recorded event out of the store, however it named the event; `None` where it is
    /// still somewhere.
    pub fn deleted_by(&self, event: u32) -> Option<usize> {
        self.slots.get(&event)?.deleted_by
    }

    /// Every stream that an edit concerns, in order of first appearance, new ones at the end.
    pub fn lanes(&self) -> &[BranchLane] {
        &self.lanes
    }

    /// The names of [`lanes`](Self::lanes).
    pub fn streams(&self) -> impl ExactSizeIterator<Item = &Arc<str>> {
        self.lanes.iter().map(|lane| &lane.name)
    }

    /// A stream's lane; `None` where no edit concerns the stream, which is then as recorded.
    pub fn stream(&self, name: &str) -> Option<&BranchLane> {
        self.by_name.get(name).map(|at| &self.lanes[*at])
    }

    /// A stream's events in the branch, in replay order; `None` where they are as recorded.
    pub fn lane(&self, name: &str) -> Option<&LaneEvents> {
        self.stream(name).map(|lane| &lane.events)
    }

    /// How many events of a stream, from its start, are as recorded; `None` where all are.
    pub fn first_invalid(&self, name: &str) -> Option<usize> {
        self.stream(name).map(BranchLane::first_invalid)
    }

    /// How many events the whole store has in the branch.
    pub fn events(&self, log: &EventLog) -> usize {
        let added: usize = self.slots.values().map(|slot| slot.before.len() + slot.after.len()).sum();
        let lifted = self.slots.values().filter(|slot| slot.lifted).count();
        log.len() + self.head.len() + added - lifted
    }

    /// The whole store's events in the branch, in store order. Reads every event whose version or place changed; an
    /// error is the store's words.
    pub fn copy_plan(&self, log: &EventLog, recorded: &mut dyn Recorded) -> Result<CopyPlan, String> {
        let (versions, marks) = (self.changed_versions(log), self.archived_marks(log));
        let mut writer =
            PlanWriter { branch: self, log, recorded, versions, marks, rows: Vec::new(), unread: Vec::new() };
        writer.rows.reserve(self.events(log));
        writer.placed(&self.head)?;
        let mut next = 0;
        for (index, slot) in &self.slots {
            writer.run(next..*index)?;
            writer.placed(&slot.before)?;
            if !slot.lifted {
                writer.run(*index..index + 1)?;
            }
            writer.placed(&slot.after)?;
            next = index + 1;
        }
        writer.run(next..log.len() as u32)?;
        writer.read()?;
        let differing = self.lanes.iter().filter(|lane| !lane.is_as_recorded());
        Ok(CopyPlan {
            rows: writer.rows,
            scenario: Some(self.scenario.to_json()),
            edited_streams: differing.map(|lane| (lane.name.clone(), lane.first_invalid())).collect(),
            as_of: None,
        })
    }

    /// Whether events that edits put into a recorded stream are archived there: as the event before them, at the start
    /// as the one after them. A library leaves out what is archived, so such an event belongs to its neighbours.
    fn archived_marks(&self, log: &EventLog) -> ArchivedMarks {
        let mut marks = ArchivedMarks::default();
        if !(0..log.len()).any(|index| log.is_archived(index)) {
            return marks;
        }
        for lane in self.lanes.iter().filter(|lane| lane.stream.is_some()) {
            let fresh = |place: usize| u32::try_from(place).is_ok_and(|place| lane.fresh.binary_search(&place).is_ok());
            let settled: Vec<Option<bool>> = (lane.events.iter().enumerate())
                .map(|(place, event)| event.index().filter(|_| !fresh(place)).map(|i| log.is_archived(i as usize)))
                .collect();
            let mut before = settled.iter().flatten().next().copied();
            for (place, event) in lane.events.iter().enumerate() {
                if settled[place].is_some() {
                    before = settled[place];
                } else if let Some(archived) = before {
                    match event {
                        BranchEvent::Recorded { index, .. } | BranchEvent::Edited { base: index, .. } => {
                            marks.recorded.insert(index, archived);
                        }
                        BranchEvent::Inserted { event } => {
                            marks.inserted.extend(event.id.clone().map(|id| (id, archived)));
                        }
                    }
                }
            }
        }
        marks
    }

    /// The versions of recorded events that have another one in the branch.
    fn changed_versions(&self, log: &EventLog) -> HashMap<u32, Option<i64>> {
        let events = self.lanes.iter().flat_map(|lane| lane.events.iter());
        let changed = events.filter_map(|event| match event {
            BranchEvent::Recorded { index, version, .. } if version != log.version(index as usize) => {
                Some((index, version))
            }
            _ => None,
        });
        changed.collect()
    }
}

/// Marks of events at places that edits gave them.
#[derive(Default)]
struct ArchivedMarks {
    recorded: HashMap<u32, bool>,
    inserted: HashMap<Arc<str>, bool>,
}

impl ArchivedMarks {
    /// The event with the mark that it has at its place.
    fn marked(&self, subject: Subject, mut event: Arc<Event>) -> Arc<Event> {
        let archived = match subject {
            Subject::Recorded(index) => self.recorded.get(&index),
            Subject::Inserted(_) => event.id.as_ref().and_then(|id| self.inserted.get(id)),
        };
        if let Some(archived) = archived
            && event.archived != *archived
        {
            Arc::make_mut(&mut event).archived = *archived;
        }
        event
    }
}

struct PlanWriter<'a> {
    branch: &'a Branch,
    log: &'a EventLog,
    recorded: &'a mut dyn Recorded,
    versions: HashMap<u32, Option<i64>>,
    marks: ArchivedMarks,
    rows: Vec<CopyRow>,
    /// Rows that stand for events which have to be read.
    unread: Vec<Unread>,
}

/// A row whose event differs from the recorded one in nothing but its version or its place.
struct Unread {
    row: usize,
    base: u32,
    moved: bool,
}

/// Events of a plan that are read at once.
const READ_AT_ONCE: usize = 512;

impl PlanWriter<'_> {
    /// Recorded events at their places.
    fn run(&mut self, indices: std::ops::Range<u32>) -> Result<(), String> {
        for index in indices {
            let row = match self.branch.contents.get(&Subject::Recorded(index)) {
                Some(event) => CopyRow::Edited { base: index, event: event.clone(), moved: false },
                None if self.versions.contains_key(&index) => {
                    self.reread(index, false)?;
                    continue;
                }
                None => CopyRow::Recorded(index),
            };
            self.rows.push(row);
        }
        Ok(())
    }

    /// Events at places that edits gave them. A recorded one among them is never copied byte for byte: its row moves.
    fn placed(&mut self, subjects: &[Subject]) -> Result<(), String> {
        for subject in subjects {
            let row = match (*subject, self.branch.contents.get(subject)) {
                (Subject::Recorded(base), Some(event)) => {
                    CopyRow::Edited { base, event: self.marks.marked(*subject, event.clone()), moved: true }
                }
                (Subject::Inserted(_), Some(event)) => CopyRow::Inserted(self.marks.marked(*subject, event.clone())),
                (Subject::Recorded(base), None) => {
                    self.reread(base, true)?;
                    continue;
                }
                (Subject::Inserted(_), None) => continue,
            };
            self.rows.push(row);
        }
        Ok(())
    }

    /// A recorded event as it is, but for its version, in the next row.
    fn reread(&mut self, base: u32, moved: bool) -> Result<(), String> {
        self.unread.push(Unread { row: self.rows.len(), base, moved });
        self.rows.push(CopyRow::Recorded(base));
        if self.unread.len() >= READ_AT_ONCE { self.read() } else { Ok(()) }
    }

    /// Reads what has not been read yet.
    fn read(&mut self) -> Result<(), String> {
        let unread = std::mem::take(&mut self.unread);
        let indices: Vec<u32> = unread.iter().map(|unread| unread.base).collect();
        let events = self.recorded.events(&indices)?;
        for (Unread { row, base, moved }, mut event) in unread.into_iter().zip(events) {
            let version = self.versions.get(&base).copied().unwrap_or_else(|| self.log.version(base as usize));
            if event.version != version {
                Arc::make_mut(&mut event).version = version;
            }
            if moved {
                event = self.marks.marked(Subject::Recorded(base), event);
            }
            self.rows[row] = CopyRow::Edited { base, event, moved };
        }
        Ok(())
    }
}
