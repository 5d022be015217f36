//! Looking closer: rows in full, lives of values, tracks, searches, causes, summaries.

use std::sync::Arc;

use super::branch_tracks::TrackBranch;
use super::{App, Direction, Document, LifeView, NoticeKind, Remote, Search, TrackSource, TrackView, ZoneChoice};
use crate::job::{Job, ReplyFormat, Request, Slot, TrackWhat};
use crate::model::{Found, ValuePath};
use crate::query::{self, Context, Scope};

/// Rows kept in full; beyond it those out of sight are forgotten.
const KEPT: usize = 5_000;
/// The same, by the bytes that they take.
const KEPT_BYTES: usize = 512 << 20;
/// Why something was not copied.
pub(super) const TOO_LARGE_TO_COPY: &str = "More than 8 MB is too much for the clipboard; nothing was copied. \
     `foldline events` and `foldline state` on the command line write all of it";
/// Tracks that a timeline has room for.
pub const TRACKS: usize = 12;

impl App {
    /// What written times in a query mean.
    pub fn query_context(&self) -> Context {
        let zone = self.zone();
        let today = self.now.map(|now| now.to_datetime().with_timezone(&zone).date_naive());
        Context { zone, today }
    }

    /// Written times in searches and conditions are of the window's zone: in another one they mean others.
    pub(super) fn set_zone(&mut self, zone: ZoneChoice, requests: &mut Vec<Request>) {
        let before = self.zone();
        self.settings.zone = zone;
        if self.zone() == before {
            return;
        }
        let context = self.query_context();
        let Some(document) = &mut self.document else { return };
        let mut others = Vec::new();
        for track in &mut document.tracks {
            if let TrackWhat::Condition(query) = &mut track.what
                && let Ok(now) = query::parse(query.as_str(), Scope::EventAndState, &context)
                && !now.means(query)
            {
                *query = now;
                others.push(track.id);
            }
        }
        let search =
            document.search.query.as_ref().filter(|query| {
                query::parse(query.as_str(), Scope::Event, &context).is_ok_and(|now| !now.means(query))
            });
        let search = search.map(|query| query.as_str().to_owned());
        for id in others {
            self.ask_track(id, requests);
        }
        if let Some(text) = search {
            self.search(text, requests);
        }
    }

    pub(super) fn want_rows(&mut self, mut indices: Vec<u32>, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        if document.rows.len() > KEPT || !indices.is_empty() && document.rows_bytes > KEPT_BYTES {
            document.rows.retain(|event, _| indices.contains(event));
            document.rows_bytes = document.rows.values().map(|row| row.bytes).sum();
        }
        indices.retain(|event| !document.rows.contains_key(event));
        if indices.is_empty() || document.rows_asked.is_pending() {
            return;
        }
        let store = document.opened.key;
        let request = self.request(Slot::Rows, "Reading events", Job::Events { store, indices });
        if let Some(document) = &mut self.document {
            document.rows_asked.ask(request.generation);
        }
        requests.push(request);
    }

    pub(super) fn want_changes(&mut self, mut events: Vec<u32>, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let Some(stream) = document.stream.clone() else { return };
        if document.changes.len() > KEPT {
            document.changes.retain(|event, _| events.contains(event));
        }
        events.retain(|event| !document.changes.contains_key(event));
        if events.is_empty() || document.changes_asked.is_pending() {
            return;
        }
        let store = document.opened.key;
        let job = Job::Changes { store, stream, events };
        let request = self.request(Slot::Changes, "Working out what events changed", job);
        if let Some(document) = &mut self.document {
            document.changes_asked.ask(request.generation);
        }
        requests.push(request);
    }

    pub(super) fn want_vocabulary(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &self.document else { return };
        if document.vocabulary.value().is_some() || document.vocabulary.is_pending() {
            return;
        }
        let store = document.opened.key;
        let request = self.request(Slot::Vocabulary, "Looking at samples", Job::Vocabulary { store });
        if let Some(document) = &mut self.document {
            document.vocabulary.ask(request.generation);
        }
        requests.push(request);
    }

    pub(super) fn show_life(&mut self, path: ValuePath, requests: &mut Vec<Request>) {
        if let Some(document) = &mut self.document {
            document.life = Some(LifeView { path, life: Remote::default() });
            self.refresh_life(requests);
        }
    }

    /// Asks for the life that is shown, of the selected stream.
    pub(super) fn refresh_life(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &self.document else { return };
        let (Some(view), Some(stream)) = (&document.life, document.stream.clone()) else { return };
        let (store, path) = (document.opened.key, view.path.clone());
        let title = format!("Tracing {path}");
        let request = self.request(Slot::Life, title, Job::Life { store, stream, path });
        if let Some(view) = self.document.as_mut().and_then(|document| document.life.as_mut()) {
            view.life.ask(request.generation);
        }
        requests.push(request);
    }

    pub(super) fn add_track(&mut self, source: TrackSource, requests: &mut Vec<Request>) {
        let what = match source {
            TrackSource::Field(path) => Ok(TrackWhat::Field(path)),
            TrackSource::Condition(text) => query::parse(&text, Scope::EventAndState, &self.query_context())
                .map(TrackWhat::Condition)
                .map_err(|error| error.to_string()),
        };
        let Some(document) = &mut self.document else { return };
        document.track_problem = None;
        match what {
            Ok(what) => self.push_track(what, requests),
            Err(problem) => document.track_problem = Some(problem),
        }
    }

    pub(super) fn push_track(&mut self, what: TrackWhat, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let same = |known: &TrackView| match (&known.what, &what) {
            (TrackWhat::Field(a), TrackWhat::Field(b)) => a == b,
            (TrackWhat::Condition(a), TrackWhat::Condition(b)) => a.as_str() == b.as_str(),
            _ => false,
        };
        if document.tracks.iter().any(same) {
            return;
        }
        if document.tracks.len() >= TRACKS {
            document.track_problem = Some(format!("There is room for {TRACKS} tracks: take one off first"));
            return;
        }
        self.next_track += 1;
        let id = self.next_track;
        let (track, branch) = (Remote::default(), TrackBranch::default());
        document.tracks.push(TrackView { id, what, stream: None, track, branch });
        self.ask_track(id, requests);
    }

    pub(super) fn remove_track(&mut self, id: u32) {
        for running in
            self.running.iter().filter(|running| [Slot::Track(id), Slot::BranchTrack(id)].contains(&running.slot))
        {
            running.cancel.cancel();
        }
        if let Some(document) = &mut self.document {
            document.tracks.retain(|track| track.id != id);
            document.track_problem = None;
        }
    }

    /// Asks for all tracks of the selected stream.
    pub(super) fn refresh_tracks(&mut self, requests: &mut Vec<Request>) {
        let ids: Vec<u32> = self.document.iter().flat_map(|document| &document.tracks).map(|track| track.id).collect();
        for id in ids {
            self.ask_track(id, requests);
        }
    }

    fn ask_track(&mut self, id: u32, requests: &mut Vec<Request>) {
        let Some(document) = &self.document else { return };
        let Some(stream) = document.stream.clone() else { return };
        let Some(track) = document.tracks.iter().find(|track| track.id == id) else { return };
        let (store, what) = (document.opened.key, track.what.clone());
        let title = format!("Following {}", track.title());
        let request = self.request(Slot::Track(id), title, Job::Track { store, stream, what });
        let tracks = self.document.as_mut().map(|document| &mut document.tracks);
        if let Some(track) = tracks.and_then(|tracks| tracks.iter_mut().find(|track| track.id == id)) {
            track.track.ask(request.generation);
            track.branch.forget_question();
        }
        requests.push(request);
        self.want_branch_tracks(requests);
    }

    /// Looks for events; an empty text looks for nothing.
    pub(super) fn search(&mut self, text: String, requests: &mut Vec<Request>) {
        for running in self.running.iter().filter(|running| running.slot == Slot::Search) {
            running.cancel.cancel();
        }
        let context = self.query_context();
        let Some(document) = &mut self.document else { return };
        let edition = document.search.edition + 1;
        let run = document.search.run + 1;
        document.search = Search { text, edition, run, ..Search::default() };
        if !document.search.is_active() {
            return;
        }
        let query = match query::parse(&document.search.text, Scope::Event, &context) {
            Ok(query) => query,
            Err(problem) => {
                document.search.problem = Some(problem);
                return;
            }
        };
        document.search.query = Some(query.clone());
        let found = Found::default();
        document.search.found = found.clone();
        let store = document.opened.key;
        let request = self.request(Slot::Search, "Searching", Job::Search { store, query, found });
        if let Some(document) = &mut self.document {
            document.search.generation = Some(request.generation);
            document.search.progress = request.progress.clone();
        }
        requests.push(request);
    }

    /// Goes to the hit after or before the cursor, and from the last one to the first.
    pub(super) fn next_hit(&mut self, direction: Direction, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let Some(at) = document.hit_from_cursor(direction) else { return };
        document.search.current = Some(at);
        let event = document.search.hits[at];
        self.move_about(&super::Command::JumpTo(event), requests);
    }

    pub(super) fn follow_cause(&mut self, id: Arc<str>, requests: &mut Vec<Request>) {
        let Some(document) = &self.document else { return };
        let store = document.opened.key;
        requests.push(self.request(Slot::Cause, "Looking for the cause", Job::FindId { store, id }));
    }

    pub(super) fn found_cause(&mut self, id: &str, event: Option<u32>, requests: &mut Vec<Request>) {
        match event {
            Some(event) => self.move_about(&super::Command::JumpTo(event), requests),
            None => {
                let text = format!("No event of this store has the id {id}: the cause may be a command, or elsewhere");
                self.notify(NoticeKind::Note, text);
            }
        }
    }

    pub(super) fn copy_reply(&mut self, format: ReplyFormat, requests: &mut Vec<Request>) {
        let zone = self.zone();
        let Some(document) = &self.document else { return };
        let Some(stream) = document.stream.clone() else { return };
        let job = Job::Reply {
            store: document.opened.key,
            stream,
            moment: document.moment(),
            zone,
            format,
            hash: document.opened.hash.as_ref().map(|found| found.hash.clone()),
        };
        requests.push(self.request(Slot::Reply, "Summing up", job));
    }
}

impl Document {
    /// The hit to go to next from where the cursor is.
    fn hit_from_cursor(&self, direction: Direction) -> Option<usize> {
        let hits = &self.search.hits;
        let last = hits.len().checked_sub(1)?;
        let taken_in = hits.partition_point(|hit| !self.is_future(*hit));
        let on_hit = self.event.is_some_and(|event| taken_in > 0 && hits[taken_in - 1] == event);
        Some(match direction {
            Direction::Forward if taken_in > last => 0,
            Direction::Forward => taken_in,
            Direction::Back => taken_in.checked_sub(1 + usize::from(on_hit)).unwrap_or(last),
        })
    }
}
