//! What the active scenario makes of tracks: asked again when its edits change, not when the cursor moves.

use std::sync::Arc;

use super::{App, Remote, TrackView};
use crate::job::{BranchTrack, Job, Request, Slot};
use crate::whatif::Scenario;

/// What a scenario makes of a track.
#[derive(Debug, Default)]
pub struct TrackBranch {
    /// Of which stream and which edits it was last asked for.
    asked: Option<(Arc<str>, Arc<Scenario>)>,
    /// The stream that the found one is of.
    stream: Option<Arc<str>>,
    /// Its values; `None` in it where the edits leave the stream as recorded.
    found: Remote<Option<BranchTrack>>,
}

impl TrackBranch {
    /// The newest values, where the edits change the stream, and whether they are of the edits as they are now.
    pub fn value(&self) -> Option<(&BranchTrack, bool)> {
        let (found, current) = self.found.value()?;
        let same_stream = self.asked.as_ref().is_some_and(|(stream, _)| Some(stream) == self.stream.as_ref());
        found.as_ref().filter(|_| same_stream).map(|found| (found, current))
    }

    /// Which value is shown: changes with each one that comes.
    pub fn edition(&self) -> u64 {
        self.found.edition()
    }

    /// Makes it be asked for again.
    pub(super) fn forget_question(&mut self) {
        self.asked = None;
    }

    pub(super) fn awaits(&self, generation: u64) -> bool {
        self.found.awaits(generation)
    }

    pub(super) fn take(&mut self, generation: u64, track: Option<BranchTrack>) {
        if self.found.answer(generation, Ok(track)) {
            self.stream = self.asked.as_ref().map(|(stream, _)| stream.clone());
        }
    }

    pub(super) fn could_not(&mut self, generation: u64, why: &str) {
        self.found.answer(generation, Err(why.to_owned()));
    }

    /// A question that was stopped is asked again when the cursor moves.
    pub(super) fn stopped(&mut self, generation: u64) {
        if self.found.awaits(generation) {
            self.asked = None;
        }
    }
}

impl App {
    /// Asks what the active scenario makes of the tracks that it was not asked for.
    pub(super) fn want_branch_tracks(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let wanted = document.stream.clone().zip(document.scenario());
        let mut asked = Vec::new();
        for track in &mut document.tracks {
            match (&wanted, &track.branch.asked) {
                (Some(wanted), Some(known)) if known.0 == wanted.0 && Arc::ptr_eq(&known.1, &wanted.1) => {}
                (None, None) => {}
                (None, Some(_)) => {
                    track.branch.asked = None;
                    track.branch.found.clear();
                }
                (Some(wanted), _) => {
                    track.branch.asked = Some(wanted.clone());
                    asked.push((track.id, track.what.clone(), track.title()));
                }
            }
        }
        let (store, Some((stream, scenario))) = (document.opened.key, wanted) else { return };
        for (id, what, title) in asked {
            let (stream, scenario) = (stream.clone(), scenario.clone());
            let job = Job::BranchTrack { store, stream, what, scenario };
            let request = self.request(Slot::BranchTrack(id), format!("Following {title} in the what-if"), job);
            let tracks = self.document.iter_mut().flat_map(|document| &mut document.tracks);
            let view: Option<&mut TrackView> = tracks.into_iter().find(|track| track.id == id);
            if let Some(view) = view {
                view.branch.found.ask(request.generation);
            }
            requests.push(request);
        }
    }
}
