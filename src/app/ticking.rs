//! What happens by itself as time goes on: playing, following a projection file, searching, keeping settings.

use std::path::{Path, PathBuf};

use super::{App, Command, Document, NoticeKind, Step};
use crate::job::{Job, ProjectionChoice, Request, Slot};
use crate::model::Timestamp;

/// How often a followed file is looked at, and settings are kept, in microseconds.
const OFTEN: i64 = 1_000_000;
/// How long good news is shown, in microseconds.
const NEWS: i64 = 10_000_000;

impl App {
    pub(super) fn play(&mut self, on: bool, requests: &mut Vec<Request>) {
        if on && self.document.as_ref().is_some_and(Document::is_at_end) {
            // There is nothing left to play: from the start again.
            self.move_about(&Command::Step(Step::Start), requests);
        }
        let start = self.now.filter(|_| on && self.document.is_some());
        self.playing = start.and_then(|now| self.next_play(now));
    }

    fn next_play(&self, now: Timestamp) -> Option<Timestamp> {
        let micros = (1_000_000.0 / self.settings.speed.max(0.01)) as i64;
        Timestamp::from_micros(now.micros() + micros)
    }

    pub(super) fn tick(&mut self, now: Timestamp, requests: &mut Vec<Request>) {
        let first = self.now.is_none();
        self.now = Some(now);
        // Good news that leads nowhere has been read by then; all else is kept until somebody puts it away.
        self.notices.retain(|notice| {
            let lasts = notice.kind != NoticeKind::Good || notice.open.is_some() || notice.edit.is_some();
            lasts || notice.since.is_none_or(|since| now.micros() - since.micros() < NEWS)
        });
        if let Some(document) = &mut self.document
            && document.search.is_running()
        {
            document.search.poll(&document.opened.log);
        }
        if let Some(document) = &mut self.document
            && document.checking.is_running()
        {
            document.checking.poll();
        }
        if self.playing.is_some_and(|next| now >= next) {
            let at_end = self.document.as_ref().is_none_or(Document::is_at_end);
            if at_end {
                self.playing = None;
            } else {
                self.move_about(&Command::Step(Step::Forward), requests);
                // From now, not from when it was due: a window that was asleep does not race to catch up.
                self.playing = self.next_play(now);
            }
        }
        if first {
            self.look_for_recents(requests);
        }
        self.keep_scenarios(requests);
        self.look_at_store(now, requests);
        self.follow_rules(now, requests);
    }

    fn look_for_recents(&mut self, requests: &mut Vec<Request>) {
        let paths: Vec<PathBuf> = self.settings.recents.iter().map(|recent| recent.path.clone()).collect();
        if !paths.is_empty() {
            requests.push(self.request(Slot::Recents, "Looking for recent files", Job::Recents { paths }));
        }
    }

    /// Looks at the projection file in use, and keeps the settings: both now and then.
    fn follow_rules(&mut self, now: Timestamp, requests: &mut Vec<Request>) {
        let recently = self.looked.is_some_and(|last| (0..OFTEN).contains(&(now.micros() - last.micros())));
        if recently {
            return;
        }
        self.looked = Some(now);
        self.keep_settings(requests);
        let path = self.document.as_ref().and_then(Document::followed_rules);
        let looking = self.running.iter().any(|running| running.slot == Slot::Watch);
        if let Some(path) = path.filter(|_| !looking) {
            requests.push(self.request(Slot::Watch, "Looking at the projection file", Job::Watch { path }));
        }
    }

    /// A followed file was looked at.
    pub(super) fn watched(&mut self, path: &Path, stamp: Option<u64>, requests: &mut Vec<Request>) {
        let Some(document) =
            self.document.as_mut().filter(|document| document.followed_rules().as_deref() == Some(path))
        else {
            return;
        };
        let before = document.rules_seen.replace((path.to_owned(), stamp));
        let changed = before.is_some_and(|(of, before)| of == path && before != stamp);
        // A file that is gone for a moment is being written by an editor: the next look tells.
        if changed && stamp.is_some() {
            self.use_projection(ProjectionChoice::File(path.to_owned()), requests);
        }
    }

    /// Writes the settings if they changed.
    pub(super) fn keep_settings(&mut self, requests: &mut Vec<Request>) {
        let Some((path, contents)) = self.unsaved_settings() else { return };
        requests.push(self.request(Slot::Settings, "Keeping the settings", Job::Save { path, contents }));
    }

    /// The settings if they are not kept yet, with the file that they belong in. Whoever asks is to write them.
    pub fn unsaved_settings(&mut self) -> Option<(PathBuf, String)> {
        let path = self.surroundings.settings_file.clone()?;
        self.remember();
        if self.kept.as_ref() == Some(&self.settings) {
            return None;
        }
        self.kept = Some(self.settings.clone());
        Some((path, self.settings.to_json()))
    }
}
