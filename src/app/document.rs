//! An open store: where the user is in it, and what is shown of it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::branch_tracks::TrackBranch;
use super::cataloguing::Cataloguing;
use super::checking::Checking;
use super::choosing::Chosen;
use super::command::Step;
use super::comparing::Comparison;
use super::compensating::Compensating;
use super::edit_form::EditForm;
use super::following::FollowsView;
use super::live::Live;
use super::moving_edits::Asking;
use super::proving::Proved;
use super::remote::Remote;
use super::scenario_files::Keeping;
use super::scenarios::{Against, ScenarioView, Scenarios};
use super::search::Search;
use super::settings::StreamSort;
use super::snapshots::SnapshotsView;
use super::stream_list::StreamList;
use super::sweeping::Sweeping;
use super::trail::Trail;
use crate::job::{EventRow, Life, OpenedStore, RowChange, StateView, Track, TrackWhat};
use crate::model::{FileHash, Moment, StreamIndex, Timestamp, ValuePath, names};
use crate::query::Vocabulary;
use crate::timeline::{Axis, AxisKind, View};
use crate::whatif::{BranchSpot, Edit, Scenario, Selector, Target};

/// Where in history everything stands. One for the whole window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// Before the first event.
    Start,
    /// Exactly on an event.
    Event(u32),
    /// Anywhere in time.
    Instant(Timestamp),
}

/// An open store and the user's place in it.
#[derive(Debug)]
pub struct Document {
    /// What the worker said when it was opened.
    pub opened: OpenedStore,
    /// The moment that every panel shows.
    pub cursor: Cursor,
    /// The stream that is looked at.
    pub stream: Option<Arc<str>>,
    /// The event that is selected.
    pub event: Option<u32>,
    /// The state at the cursor.
    pub state: Remote<StateView>,
    /// Events in full, as far as they were in sight.
    pub rows: HashMap<u32, EventRow>,
    /// About how many bytes they take.
    pub(super) rows_bytes: usize,
    /// What the rows in sight wait for.
    pub rows_asked: Remote<()>,
    /// The scenarios.
    pub scenarios: Scenarios,
    /// What the active scenario is compared with.
    pub against: Against,
    /// What follows from the active scenario.
    pub follows: FollowsView,
    /// How the scenarios are kept by themselves.
    pub(super) keeping: Keeping,
    /// The form in which an edit is written.
    pub form: Option<EditForm>,
    /// What is asked about events that are to be edited.
    pub asking: Option<Asking>,
    /// Events that are chosen together.
    pub chosen: Chosen,
    /// What the comparison of the selected stream comes to.
    pub comparison: Comparison,
    /// What comes of a range of values in one edit.
    pub sweeping: Sweeping,
    /// Events that would bring the recorded states to those of the active scenario.
    pub compensating: Compensating,
    /// The event types of the store.
    pub cataloguing: Cataloguing,
    /// Whether the user said that these edits may be lost.
    pub(super) given_up: bool,
    /// The timeline's axis.
    pub axis: Axis,
    /// What it shows of it.
    pub view: View,
    /// The streams as they are listed.
    pub list: StreamList,
    /// Streams pinned to the top of the timeline, in the order in which they were pinned.
    pub pinned: Vec<Arc<str>>,
    /// Pinned values of the state.
    pub pins: Vec<ValuePath>,
    /// What is drawn over the whole history of the selected stream.
    pub tracks: Vec<TrackView>,
    /// Why what was typed did not become a track.
    pub track_problem: Option<String>,
    /// The value whose life is shown.
    pub life: Option<LifeView>,
    /// What rows in sight changed in the state of the selected stream.
    pub changes: HashMap<u32, Arc<RowChange>>,
    /// What those rows wait for.
    pub changes_asked: Remote<()>,
    /// What is looked for, and what was found.
    pub search: Search,
    /// Whether its history is sound.
    pub checking: Checking,
    /// What can be named in a search.
    pub vocabulary: Remote<Arc<Vocabulary>>,
    /// Where the cursor was when the beginning of a large store was shown, while the rest is read.
    pub(super) at_first_sight: Option<(Option<Arc<str>>, Cursor)>,
    /// All of it was read while another store was shown: what waited for that has still to be done.
    pub(super) waits_for_whole: bool,
    /// How the store is followed.
    pub live: Live,
    /// What the file was like when it was last looked at, after it was opened.
    pub hash_now: Remote<FileHash>,
    /// When the file was hashed, for the first time and for the last.
    pub proved: Proved,
    /// Snapshots that the store's library took.
    pub snapshots: SnapshotsView,
    /// Why the projection that was asked for is not in use.
    pub projection_problem: Option<String>,
    /// The projection file that was last asked for, until it is in use.
    pub(super) wanted_rules: Option<PathBuf>,
    /// The projection file that is followed, and what it was like when it was last looked at; `None` in it where it was
    /// gone. A store that is shown again finds what was changed meanwhile.
    pub(super) rules_seen: Option<(PathBuf, Option<u64>)>,
    /// Where the cursor was before each jump.
    pub(super) trail: Trail,
    /// How many events of the selected stream the cursor takes in.
    lane_count: usize,
}

/// The life of a value, in the selected stream.
#[derive(Debug)]
pub struct LifeView {
    /// Which value.
    pub path: ValuePath,
    /// Every event that set it.
    pub life: Remote<Life>,
}

/// A track on the timeline, of the selected stream.
#[derive(Debug)]
pub struct TrackView {
    /// Its number, for taking it off again.
    pub id: u32,
    /// What it shows.
    pub what: TrackWhat,
    /// Of which stream it is, once it is there.
    pub stream: Option<Arc<str>>,
    /// Its values.
    pub track: Remote<Track>,
    /// What the active scenario makes of it.
    pub branch: TrackBranch,
}

impl TrackView {
    /// What it shows, in words.
    pub fn title(&self) -> String {
        match &self.what {
            TrackWhat::Field(path) => path.to_string(),
            TrackWhat::Condition(query) => query.as_str().to_owned(),
        }
    }
}

impl Document {
    /// Looks at a store for the first time: all of it, the cursor at its end, its first stream.
    pub fn new(opened: OpenedStore, sort: StreamSort) -> Self {
        let log = &opened.log;
        let axis = opened.drawing.axis(AxisKind::Time);
        let stream = log.streams().first().map(|info| info.name.clone());
        let mut document = Self {
            cursor: log.len().checked_sub(1).map_or(Cursor::Start, |last| Cursor::Event(last as u32)),
            event: None,
            state: Remote::default(),
            rows: HashMap::new(),
            rows_bytes: 0,
            rows_asked: Remote::default(),
            scenarios: Scenarios::default(),
            against: Against::Recorded,
            at_first_sight: None,
            waits_for_whole: false,
            follows: FollowsView::default(),
            keeping: Keeping::default(),
            form: None,
            asking: None,
            chosen: Chosen::default(),
            comparison: Comparison::default(),
            sweeping: Sweeping::default(),
            compensating: Compensating::default(),
            cataloguing: Cataloguing::default(),
            given_up: false,
            view: View::fit(&axis),
            list: StreamList::new(&opened, sort),
            pinned: Vec::new(),
            pins: Vec::new(),
            tracks: Vec::new(),
            track_problem: None,
            life: None,
            changes: HashMap::new(),
            changes_asked: Remote::default(),
            search: Search::default(),
            checking: Checking::default(),
            vocabulary: Remote::default(),
            live: Live::default(),
            hash_now: Remote::default(),
            proved: Proved::default(),
            snapshots: SnapshotsView::default(),
            projection_problem: None,
            wanted_rules: None,
            rules_seen: None,
            trail: Trail::default(),
            lane_count: 0,
            axis,
            stream: None,
            opened,
        };
        document.select_stream(stream);
        document
    }

    /// The file's name.
    pub fn name(&self) -> String {
        let path = &self.opened.path;
        path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
    }

    /// How it is called: with how many files it has besides the first.
    pub fn title(&self) -> String {
        match self.opened.files.len() {
            0 | 1 => self.name(),
            more => format!("{} + {}", self.name(), more - 1),
        }
    }

    /// Looks at a stream; its last event at the cursor is selected, and the cursor stays where it is.
    pub fn select_stream(&mut self, stream: Option<Arc<str>>) {
        if self.stream != stream {
            self.stream = stream;
            self.chosen = Chosen::default();
            // What rows changed is told of one stream's state.
            self.changes.clear();
            self.changes_asked.clear();
        }
        self.select_at_cursor();
    }

    /// Puts the cursor somewhere and selects the stream's last event there.
    pub fn move_to(&mut self, cursor: Cursor) {
        self.cursor = self.on_axis(cursor);
        self.select_at_cursor();
    }

    fn select_at_cursor(&mut self) {
        let selection = self.stream_index().and_then(|stream| self.opened.log.select(stream, self.moment()).ok());
        self.lane_count = selection.and_then(|selection| selection.last()).map_or(0, |last| last + 1);
        let lane = self.lane();
        self.event = match self.cursor {
            // Positions may run against versions: the event under the cursor need not be the last one replayed.
            Cursor::Event(event) if self.opened.log.stream_of(event as usize) == self.stream_index() => Some(event),
            _ => self.lane_count.checked_sub(1).and_then(|at| lane.get(at).copied()),
        };
        if self.rows_asked.failure().is_some() {
            // Looking elsewhere is reason to try again.
            self.rows_asked.clear();
        }
        if self.changes_asked.failure().is_some() {
            self.changes_asked.clear();
        }
    }

    /// Where a step leads, in the store's order of the selected stream's events; `None` back from its first event is
    /// before it, and on from its last one is nowhere.
    pub fn stepped(&self, step: Step) -> Option<u32> {
        let lane = self.lane();
        // From the selected event, which is the one under the cursor or the stream's last before it.
        let here = self.event.filter(|_| self.cursor != Cursor::Start);
        // Almost every lane is in the store's order; the few others are looked through.
        let sorted = self.stream_index().is_none_or(|stream| self.opened.log.is_lane_by_position(stream));
        let (after, before) = if sorted {
            let after = lane.partition_point(|event| Some(*event) <= here);
            let before = lane.partition_point(|event| Some(*event) < here);
            (lane.get(after).copied(), before.checked_sub(1).map(|at| lane[at]))
        } else {
            let after = lane.iter().filter(|event| Some(**event) > here).min();
            (after.copied(), lane.iter().filter(|event| Some(**event) < here).max().copied())
        };
        match step {
            Step::Start => None,
            Step::Back => before,
            Step::Forward => after,
            Step::End if sorted => lane.last().copied(),
            Step::End => lane.iter().max().copied(),
        }
    }

    /// Whether there is no event to step on to.
    pub fn is_at_end(&self) -> bool {
        self.stepped(Step::Forward).is_none()
    }

    /// Works out where the events of the branches' lanes stand along the axis.
    pub fn place_branches(&mut self) {
        for view in self.scenarios.all_mut() {
            view.place_branch(&self.opened.log, &self.axis);
        }
    }

    /// The index of the selected stream, if it is one of the recorded ones.
    pub fn stream_index(&self) -> Option<StreamIndex> {
        self.opened.log.find_stream(self.stream.as_deref()?)
    }

    /// The events to step through: the selected stream's, in its replay order.
    pub fn lane(&self) -> &[u32] {
        self.stream_index().map_or(&[], |stream| self.opened.log.lane(stream))
    }

    /// The cursor as a moment of the store.
    pub fn moment(&self) -> Moment {
        match self.cursor {
            Cursor::Start => Moment::Position(self.first_position().saturating_sub(1)),
            Cursor::Event(event) => Moment::Position(self.opened.log.position(event as usize)),
            Cursor::Instant(time) => Moment::Instant(time),
        }
    }

    fn first_position(&self) -> i64 {
        if self.opened.log.is_empty() { 0 } else { self.opened.log.position(0) }
    }

    /// How many events of the selected stream the cursor takes in: the place after its last one.
    pub fn lane_count(&self) -> usize {
        self.lane_count
    }

    /// Where the cursor stands along the axis.
    pub fn cursor_coordinate(&self) -> f64 {
        let log = &self.opened.log;
        match (self.cursor, self.axis.kind()) {
            // Among events of equal width an instant is an event: see `move_to`.
            (Cursor::Start, _) | (Cursor::Instant(_), AxisKind::Sequence) => f64::NEG_INFINITY,
            (Cursor::Event(event), _) => {
                self.axis.coordinate(log, event as usize).unwrap_or_else(|| self.untimed_coordinate(event))
            }
            (Cursor::Instant(time), AxisKind::Time) => self.axis.coordinate_of_time(time),
        }
    }

    /// An event without a time stands with the one before it that has one.
    fn untimed_coordinate(&self, event: u32) -> f64 {
        let log = &self.opened.log;
        (0..event as usize).rev().find_map(|before| self.axis.coordinate(log, before)).unwrap_or(0.0)
    }

    /// Whether an event lies beyond the cursor.
    pub fn is_future(&self, event: u32) -> bool {
        match self.cursor {
            Cursor::Start => true,
            Cursor::Event(cursor) => event > cursor,
            Cursor::Instant(time) => self.opened.log.time(event as usize).is_some_and(|t| t > time),
        }
    }

    /// Whether an event of a branch lies beyond the cursor.
    pub fn is_beyond(&self, spot: &BranchSpot) -> bool {
        match self.cursor {
            Cursor::Start => true,
            Cursor::Event(cursor) => spot.event.is_some_and(|event| event > cursor),
            Cursor::Instant(time) => spot.time(&self.opened.log).is_some_and(|at| at > time),
        }
    }

    /// The cursor's time, as far as it has one.
    pub fn cursor_time(&self) -> Option<Timestamp> {
        match self.cursor {
            Cursor::Start => None,
            Cursor::Event(event) => self.opened.log.time(event as usize),
            Cursor::Instant(time) => Some(time),
        }
    }

    /// Changes the axis.
    pub fn set_axis(&mut self, kind: AxisKind) {
        self.axis = self.opened.drawing.axis(kind);
        self.view = View::fit(&self.axis);
        self.place_branches();
        self.move_to(self.cursor);
    }

    /// Among events of equal width there is no room between two: an instant becomes the store's last event that is
    /// not later.
    fn on_axis(&self, cursor: Cursor) -> Cursor {
        let (Cursor::Instant(time), AxisKind::Sequence) = (cursor, self.axis.kind()) else { return cursor };
        let log = &self.opened.log;
        let last = (0..log.len()).rev().find(|event| log.time(*event).is_some_and(|t| t <= time));
        last.map_or(Cursor::Start, |event| Cursor::Event(event as u32))
    }

    /// Whether the active scenario leaves this event out.
    pub fn is_left_out(&self, event: u32) -> bool {
        self.left_out_at(event).is_some()
    }

    /// Where in the active scenario the edit is that leaves this event out.
    pub fn left_out_at(&self, event: u32) -> Option<usize> {
        self.active_scenario().left_out_at(&self.opened.log, event)
    }

    /// The scenario that edits go to and that is compared.
    pub fn active_scenario(&self) -> &ScenarioView {
        self.scenarios.active()
    }

    /// An event in words: `v4 of account-A`.
    pub fn words_for(&self, event: u32) -> String {
        let log = &self.opened.log;
        let stream = log.stream_of(event as usize).map_or("no stream", |stream| names::shown(&log.stream(stream).name));
        match log.version(event as usize) {
            Some(version) => format!("v{version} of {stream}"),
            None => format!("#{} of {stream}", log.position(event as usize)),
        }
    }

    /// The edit that leaves an event out.
    pub fn leave_out(&self, event: u32) -> Edit {
        Edit::Delete(Target::One(Selector::Position(self.opened.log.position(event as usize))))
    }

    /// Whether the active scenario has edits.
    pub fn has_edits(&self) -> bool {
        self.active_scenario().has_edits()
    }

    /// Whether there are edits that are in no file and in no copy.
    pub fn has_unsaved_edits(&self) -> bool {
        self.scenarios.all().iter().any(ScenarioView::is_unsaved)
    }

    /// The active scenario's edits; none without any that is switched on.
    pub fn scenario(&self) -> Option<Arc<Scenario>> {
        self.active_scenario().scenario()
    }
}
