//! Following a store that others write: what comes in, where the cursor goes, and what the user is told.

use std::collections::VecDeque;
use std::path::Path;

use super::{App, Chosen, Cursor, Document, NoticeKind, ScenarioView};
use crate::job::{Glance, Job, LiveNews, OpenedStore, Request, Slot};
use crate::model::{EventLog, FileChange, Timestamp};
use crate::timeline::View;

/// Between two looks at a store that is followed, in microseconds, where none takes long and something came lately.
const OFTEN: i64 = 250_000;
/// Likewise where nothing came for a while, while the window is not in front, and after a look that failed.
const SELDOM: i64 = 1_000_000;
/// How long it is lately that something came, in microseconds.
const LATELY: i64 = 10_000_000;
/// So much of the time a look may take: one part in this many.
const SHARE: i64 = 6;
/// The longest time between two looks.
const AT_LEAST: i64 = 30_000_000;
/// Between two looks at a store that is not followed.
const GLANCES: i64 = 2_000_000;
/// How long a followed store can't be read before that is more than a moment of somebody's writing, in microseconds.
const LASTING: i64 = 3_000_000;
/// Over which time events are counted that came, in microseconds.
const MINUTE: i64 = 60_000_000;

/// How a store is followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Following {
    /// It is not: it is shown as it was when it was read.
    #[default]
    Off,
    /// It is about to be.
    Starting,
    /// What comes in is shown.
    On,
}

/// What is known of a store's life.
#[derive(Debug, Default)]
pub struct Live {
    /// Whether it is followed.
    pub following: Following,
    /// Whether the cursor goes with the newest event.
    pub at_head: bool,
    /// What became of the file, where it is not followed.
    pub glance: Option<Glance>,
    /// Why nothing more can be read.
    pub trouble: Option<String>,
    /// Since when, and whether the user was told.
    troubled: Option<(i64, bool)>,
    /// When it was last looked at.
    pub looked: Option<Timestamp>,
    /// Whether looking has ended: what is there now is another file.
    halted: bool,
    /// When the next look is due.
    due: i64,
    /// When how many events came, in the last minute.
    arrived: VecDeque<(i64, usize)>,
}

impl Live {
    /// Whether it is followed, or about to be.
    pub fn is_on(&self) -> bool {
        self.following != Following::Off
    }

    /// How many events came in the last minute.
    pub fn per_minute(&self) -> usize {
        self.arrived.iter().map(|(_, count)| count).sum()
    }

    /// What there is to know and can be answered by reading the store again, in a few words.
    pub fn hint(&self) -> Option<String> {
        match (&self.trouble, &self.glance) {
            (Some(trouble), _) => Some(trouble.clone()),
            (None, Some(Glance::Gone(why))) => Some(why.clone()),
            (None, Some(Glance::Changed(None | Some(0)))) => Some("the file has changed".to_owned()),
            (None, Some(Glance::Changed(Some(1)))) => Some("1 new event".to_owned()),
            (None, Some(Glance::Changed(Some(count)))) => Some(format!("{count} new events")),
            (None, Some(Glance::Same) | None) => None,
        }
    }

    /// Whether something came lately.
    fn is_lively(&self, now: Timestamp) -> bool {
        self.arrived.back().is_some_and(|(at, _)| now.micros() - at < LATELY)
    }

    /// How long it is until the next look, in microseconds. One that is due and not done has its reasons.
    pub fn until_next_look(&self, now: Timestamp) -> i64 {
        match self.due - now.micros() {
            _ if self.halted => SELDOM,
            left if left <= 0 => OFTEN,
            left => left.min(SELDOM),
        }
    }

    fn count(&mut self, now: Option<Timestamp>, arrived: usize) {
        let Some(now) = now.map(Timestamp::micros) else { return };
        if arrived > 0 {
            self.arrived.push_back((now, arrived));
        }
        while self.arrived.front().is_some_and(|(at, _)| now - at > MINUTE) {
            self.arrived.pop_front();
        }
    }
}

impl App {
    /// Follows the store from now on, or no longer.
    pub(super) fn set_live(&mut self, on: bool, requests: &mut Vec<Request>) {
        let Some(document) = self.document.as_mut().filter(|document| document.live.is_on() != on) else { return };
        document.live.following = if on { Following::Starting } else { Following::Off };
        document.live.at_head |= on && document.is_at_last_event();
        self.read_again(requests);
    }

    /// Reads the store again as it is now.
    pub(super) fn read_again(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let follow = document.live.is_on();
        (document.live.trouble, document.live.glance, document.live.halted) = (None, None, false);
        document.live.troubled = None;
        let title = match follow {
            true => format!("Following {}", document.name()),
            false => format!("Reading {} again", document.name()),
        };
        let job = Job::Reopen { store: document.opened.key, follow };
        requests.push(self.request(Slot::Reopen, title, job));
    }

    /// Has the cursor go with the newest event, or stay where it is.
    pub(super) fn follow_head(&mut self, on: bool, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        document.live.at_head = on;
        if on && document.go_to_head() {
            self.playing = None;
            self.follow_cursor(requests);
        }
    }

    /// Looks at the store, when it is time to.
    pub(super) fn look_at_store(&mut self, now: Timestamp, requests: &mut Vec<Request>) {
        let busy = |slot: Slot| self.running.iter().any(|running| running.slot == slot);
        if busy(Slot::Poll) || busy(Slot::Reopen) || busy(Slot::Glance) {
            return;
        }
        let in_front = self.in_front;
        let Some(document) = &mut self.document else { return };
        let live = &mut document.live;
        // A clock that was set back is no reason to wait.
        let is_due = now.micros() >= live.due || live.due - now.micros() > AT_LEAST;
        if !is_due || live.halted {
            return;
        }
        let (store, known) = (document.opened.key, document.opened.log.generation());
        match live.following {
            Following::On => {
                live.due = now.micros() + if in_front && live.is_lively(now) { OFTEN } else { SELDOM };
                requests.push(self.request(Slot::Poll, "Looking for new events", Job::Poll { store, known }));
            }
            Following::Off => {
                live.due = now.micros() + GLANCES;
                requests.push(self.request(Slot::Glance, "Looking at the file", Job::Glance { store }));
            }
            Following::Starting => {}
        }
    }

    /// A look at a store came to this.
    pub(super) fn take_news(&mut self, slot: Slot, mut news: LiveNews, requests: &mut Vec<Request>) {
        let now = self.now;
        let Some(document) = &mut self.document else { return };
        let was_partial = document.opened.expected.is_some();
        let mut told: Vec<String> = Vec::new();
        if let Some((_, true)) = document.live.troubled.take() {
            told.push(format!("{} can be read again, and is followed on.", document.name()));
        }
        let file = std::mem::take(&mut news.file);
        let name_of = |path: &Path| match document.opened.files.is_empty() {
            true => document.name(),
            false => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        };
        told.extend(file.into_iter().map(|(path, change)| file_words(change, &name_of(&path))));
        let change = document.take_news(slot, news, now);
        if let Some(change) = &change {
            told.extend(change.note.clone());
        }
        if !told.is_empty() {
            let cursor = match document.live.at_head && !document.opened.log.is_empty() {
                true => "The cursor is on the newest event.".to_owned(),
                false => {
                    let went = change.as_ref().and_then(|change| change.cursor.clone());
                    went.unwrap_or_else(|| "The cursor stayed where it was.".to_owned())
                }
            };
            told.push(cursor);
            self.notify(NoticeKind::Note, told.join(" "));
        }
        let Some(change) = change else { return };
        let Some(document) = &self.document else { return };
        if was_partial {
            self.show_change(&change, requests);
            return self.read_whole(requests);
        }
        if slot == Slot::Reopen && !document.live.is_on() {
            self.hash_at_opening(requests);
        }
        self.show_change(&change, requests);
    }

    fn show_change(&mut self, change: &Change, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let grown = document.stream.is_some() && change.lane_before != document.lane().len();
        let moved = document.live.at_head && document.go_to_head();
        if change.same && !grown && !moved && !change.stream_changed {
            // What failed may have been in the middle of a write.
            let failed = document.state.failure().is_some();
            let edits = document.scenarios.all().iter().any(ScenarioView::has_edits);
            if edits && change.arrived {
                self.apply_all_edits(requests);
            }
            if failed {
                self.follow_cursor(requests);
            }
            return;
        }
        if !change.same {
            let text = document.search.query.as_ref().map(|query| query.as_str().to_owned());
            self.apply_all_edits(requests);
            if let Some(text) = text {
                self.search(text, requests);
            }
        } else if document.scenarios.all().iter().any(ScenarioView::has_edits) {
            self.apply_all_edits(requests);
        }
        self.follow_cursor(requests);
        // Whole histories: one at a time, as often as they can be had.
        let waits = |document: &Document| {
            document.tracks.iter().any(|track| track.track.is_pending())
                || document.life.as_ref().is_some_and(|view| view.life.is_pending())
        };
        if (grown || !change.same) && !self.document.as_ref().is_some_and(waits) {
            self.refresh_tracks(requests);
            self.refresh_life(requests);
        }
    }

    /// A look at a store that is not followed.
    pub(super) fn take_glance(&mut self, glance: Glance) {
        let Some(document) = self.document.as_mut().filter(|document| !document.live.is_on()) else { return };
        document.live.glance = Some(glance);
    }

    /// A look at the store failed.
    pub(super) fn look_failed(&mut self, slot: Slot, message: String) {
        let now = self.now;
        let Some(document) = &mut self.document else { return };
        let live = &mut document.live;
        if slot == Slot::Reopen {
            live.following = Following::Off;
        }
        live.halted = message.contains("another file took its place");
        live.due = now.map_or(0, Timestamp::micros) + SELDOM;
        let first = live.trouble.as_ref() != Some(&message);
        live.trouble = Some(message.clone());
        let at = now.map_or(0, Timestamp::micros);
        let (since, told) = *live.troubled.get_or_insert((at, false));
        let halted = live.halted;
        if slot == Slot::Reopen {
            live.troubled = None;
            if first {
                self.notify(NoticeKind::Bad, message);
            }
            return;
        }
        // What is over in a moment is only said in the status bar.
        if !told && (halted || at - since >= LASTING) {
            live.troubled = Some((since, true));
            let next = match halted {
                true => "Reload shows what is there now.",
                false => "Foldline goes on looking.",
            };
            let name = document.name();
            let text = format!(
                "{name} can't be followed{}: {}. What was read is still shown, and the cursor stays where it is. {next}",
                if halted { "" } else { " just now" },
                message.trim_end_matches('.')
            );
            self.notify(NoticeKind::Bad, text);
        }
    }
}

/// What became of a file, in a sentence or two.
fn file_words(change: FileChange, name: &str) -> String {
    match change {
        FileChange::Replaced => {
            format!("Another file was put in the place of {name}, with the same events: it is followed from now on.")
        }
        FileChange::Smaller => format!(
            "{name} became smaller: a program has cleaned it up, as VACUUM does. The events that are shown are looked \
             through again in the background."
        ),
        FileChange::LogBegun => format!(
            "{name} is written with a write-ahead log from now on (journal mode WAL): the -wal and -shm files beside it \
             belong to the program that writes it. It is followed on."
        ),
        FileChange::LogEnded => {
            format!(
                "{name} is written without a write-ahead log from now on (its journal mode changed). It is followed on."
            )
        }
    }
}

/// What a look changed in what is shown.
pub(super) struct Change {
    same: bool,
    arrived: bool,
    lane_before: usize,
    stream_changed: bool,
    /// What happened to the history, and where the cursor went, for the user.
    note: Option<String>,
    cursor: Option<String>,
}

impl Document {
    /// Takes a store as it is now in the place of what was shown of it; `None` where nothing is new.
    pub(super) fn take_news(&mut self, slot: Slot, news: LiveNews, now: Option<Timestamp>) -> Option<Change> {
        let LiveNews { opened, same, arrived, gone, took, .. } = news;
        let live = &mut self.live;
        live.trouble = None;
        live.looked = now;
        live.count(now, if slot == Slot::Poll { arrived } else { 0 });
        let took = i64::try_from(took.as_micros()).unwrap_or(AT_LEAST);
        live.due = live.due.max(now.map_or(0, Timestamp::micros) + (took * SHARE).clamp(0, AT_LEAST));
        if slot == Slot::Reopen && live.following == Following::Starting {
            live.following = Following::On;
        }
        if slot == Slot::Reopen {
            live.glance = None;
        }
        let opened = *opened?;
        let lane_before = self.lane().len();
        if !same {
            self.forget_index();
        }
        let before = std::mem::replace(&mut self.opened, opened);
        self.opened.rules.clone_from(&before.rules);
        if slot == Slot::Poll || self.live.is_on() || before.expected.is_some() {
            self.opened.hash.clone_from(&before.hash);
        } else {
            self.hash_now.clear();
        }
        self.place_again(&before, same);
        let (stream_changed, cursor) =
            if same { (self.stay(), None) } else { (true, Some(self.find_again(&before.log))) };
        let note = (!same).then(|| {
            let events = |count: usize| if count == 1 { "1 event".to_owned() } else { format!("{count} events") };
            if arrived == 0 && gone == 0 {
                return format!(
                    "The events in {} stand in another order than before, or are marked otherwise: all of it was read \
                     again.",
                    self.name()
                );
            }
            let new = match arrived {
                0 => "no new ones".to_owned(),
                1 => "1 new one".to_owned(),
                count => format!("{count} new ones"),
            };
            format!(
                "The history in {} was changed by another program: {} gone or changed, {new}. All of it was read again.",
                self.name(),
                events(gone)
            )
        });
        Some(Change { same, arrived: arrived > 0, lane_before, stream_changed, note, cursor })
    }

    /// Puts the axis, the view and the list of streams in order for another index.
    fn place_again(&mut self, before: &OpenedStore, grown: bool) {
        let (axis, all) = (self.axis, self.view == View::fit(&self.axis));
        self.axis = self.opened.drawing.axis(axis.kind());
        if all || axis.kind() != self.axis.kind() {
            self.view = View::fit(&self.axis);
        } else if let Some(first) = axis.time_at(0.0) {
            // What is in sight stays, also where earlier events came.
            self.view.start += self.axis.coordinate_of_time(first);
        }
        self.list.renew(before, &self.opened, grown);
        self.place_branches();
    }

    /// The events that were known are where they were.
    fn stay(&mut self) -> bool {
        let fresh = self.stream.is_none();
        if fresh {
            let first = self.opened.log.streams().first().map(|info| info.name.clone());
            self.select_stream(first);
        } else {
            self.move_to(self.cursor);
        }
        for asked in [&mut self.rows_asked, &mut self.changes_asked] {
            if asked.failure().is_some() {
                asked.clear();
            }
        }
        fresh && self.stream.is_some()
    }

    /// What speaks of events by their places in an index that is gone. What is shown of it is asked again.
    fn forget_index(&mut self) {
        self.forget_questions();
        self.follows.forget();
        for view in self.scenarios.all_mut() {
            view.branch.clear();
        }
        for track in &mut self.tracks {
            track.track.clear();
            track.branch = super::branch_tracks::TrackBranch::default();
        }
        if let Some(view) = &mut self.life {
            view.life.clear();
        }
        let query = self.search.query.take();
        self.search = super::Search { query, ..super::Search::default() };
        self.state.clear();
    }

    /// Finds in another index what was looked at; says where the cursor went.
    fn find_again(&mut self, before: &EventLog) -> String {
        let log = self.opened.log.clone();
        let mut went = "The cursor stayed where it was.".to_owned();
        let cursor = match self.cursor {
            Cursor::Event(event) => {
                let same = log.find_same(before, event as usize);
                let position = |log: &EventLog, event: usize| format!("#{}", log.position(event));
                let was = position(before, event as usize);
                // Else as many events further back: at the end, where the end was cut off.
                let event =
                    same.unwrap_or_else(|| log.count_up_to_position(before.position(event as usize)).saturating_sub(1));
                let event = log.len().checked_sub(1).map(|last| event.min(last));
                went = match (event, same.is_some()) {
                    (None, _) => "No events are left, and the cursor is at the start.".to_owned(),
                    (Some(_), true) => format!("The cursor stayed on its event, {was}."),
                    (Some(event), false) => {
                        format!(
                            "The event under the cursor, {was}, is gone: the cursor went to {}.",
                            position(&log, event)
                        )
                    }
                };
                event.map_or(Cursor::Start, |event| Cursor::Event(event as u32))
            }
            cursor => cursor,
        };
        self.rows.clear();
        self.rows_asked.clear();
        self.changes.clear();
        self.changes_asked.clear();
        self.chosen = Chosen::default();
        self.asking = None;
        self.form = None;
        self.vocabulary.clear();
        self.trail = super::trail::Trail::default();
        let known = self.stream.as_deref().is_some_and(|name| log.find_stream(name).is_some());
        let first = log.streams().first().map(|info| info.name.clone());
        let stream = if known { self.stream.clone() } else { first };
        if let (Some(gone), Some(shown)) = (self.stream.as_deref().filter(|_| !known), &stream) {
            went += &format!(" The stream {gone} is gone; {shown} is shown.");
        }
        self.stream = None;
        self.event = None;
        self.cursor = cursor;
        self.select_stream(stream);
        self.move_to(cursor);
        went
    }

    fn last_event(&self) -> Option<u32> {
        self.opened.log.len().checked_sub(1).map(|last| last as u32)
    }

    /// Whether the cursor is on the newest event.
    pub fn is_at_last_event(&self) -> bool {
        self.last_event().is_some_and(|last| self.cursor == Cursor::Event(last))
    }

    /// Puts the cursor on the newest event and shows it; false if it was there.
    fn go_to_head(&mut self) -> bool {
        let Some(last) = self.last_event().filter(|last| self.cursor != Cursor::Event(*last)) else { return false };
        self.move_to(Cursor::Event(last));
        // Where all is in sight, the newest is.
        if self.view != View::fit(&self.axis) {
            self.show_cursor();
        }
        true
    }
}
