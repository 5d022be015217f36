//! The proof that nothing was written to the opened file: its hash at opening, and whenever somebody asks.

use super::{App, Document};
use crate::job::{Job, Request, Slot};
use crate::model::{FileHash, Timestamp};

/// Files up to this size, in bytes, are hashed by themselves when they are opened. Reading a larger one takes so long
/// that it would be in the way of what the user wants to see: it is hashed when that is asked for.
pub const HASHED_BY_ITSELF: u64 = 2 << 30;

/// When the file was hashed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Proved {
    /// The first time was not right after opening, but when somebody asked for it.
    pub late: bool,
    /// The first time, as far as somebody told the time.
    pub first: Option<Timestamp>,
    /// The last time.
    pub last: Option<Timestamp>,
}

/// What is known of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof<'a> {
    /// It was never hashed, because it is large or because that was stopped.
    Unknown,
    /// It is being hashed for the first time.
    First,
    /// It was hashed once, and not looked at since.
    NotChecked,
    /// It is being hashed again.
    Checking,
    /// It could not be read again, and why.
    Failed(&'a str),
    /// It is what it was.
    Same,
    /// The file is what it was, and what lies beside it is not: another program writes to its log.
    SameBesidesLog,
    /// Somebody else has written to it.
    Changed,
}

impl App {
    /// Hashes a file that was just opened, unless it is large.
    pub(super) fn hash_at_opening(&mut self, requests: &mut Vec<Request>) {
        if self.document.as_ref().is_some_and(|document| document.opened.bytes <= HASHED_BY_ITSELF) {
            self.hash(false, requests);
        }
    }

    /// Hashes the file to see whether it is still the same. What is under way already is not begun anew.
    pub(super) fn check_unchanged(&mut self, requests: &mut Vec<Request>) {
        if !self.is_hashing() {
            self.hash(true, requests);
        }
    }

    /// Whether the file that is shown is being hashed.
    pub fn is_hashing(&self) -> bool {
        let store = self.document.as_ref().map(|document| document.opened.key);
        self.running.iter().any(|running| running.slot == Slot::Hash && running.store == store)
    }

    fn hash(&mut self, asked: bool, requests: &mut Vec<Request>) {
        let now = self.now;
        let Some(document) = &self.document else { return };
        let (store, first) = (document.opened.key, document.opened.hash.is_none());
        let title = if first { "Hashing the file" } else { "Hashing the file again" };
        let request = self.request(Slot::Hash, title, Job::Hash { store });
        if let Some(document) = &mut self.document {
            if first {
                document.proved = Proved { late: asked, first: now, last: None };
            } else {
                document.proved.last = now;
                document.hash_now.ask(request.generation);
            }
        }
        requests.push(request);
    }

    /// What is known of the file that is shown.
    pub fn proof(&self) -> Proof<'_> {
        let Some(document) = &self.document else { return Proof::Unknown };
        let Some(first) = &document.opened.hash else {
            return if self.is_hashing() { Proof::First } else { Proof::Unknown };
        };
        if document.hash_now.is_pending() {
            return Proof::Checking;
        }
        if let Some(why) = document.hash_now.failure() {
            return Proof::Failed(why);
        }
        match document.hash_now.value() {
            None => Proof::NotChecked,
            Some((now, _)) if now.hash != first.hash => Proof::Changed,
            Some((now, _)) if now.side_files != first.side_files => Proof::SameBesidesLog,
            Some(_) => Proof::Same,
        }
    }
}

impl Document {
    /// Whether the file is still what it was when it was opened, if that was looked at since.
    pub fn is_unchanged(&self) -> Option<bool> {
        let (now, current) = self.hash_now.value()?;
        current.then(|| self.opened.hash.as_ref().is_some_and(|first| first.hash == now.hash))
    }

    /// The file was hashed: for the first time, or to see whether it is still the same.
    pub(super) fn hashed(&mut self, generation: u64, found: FileHash) {
        if self.opened.hash.is_none() {
            self.opened.hash = Some(found);
        } else {
            self.hash_now.answer(generation, Ok(found));
        }
    }
}
