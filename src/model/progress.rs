//! How long work tells how far it is, and is told to stop. Shared between the one who works and the one who waits.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How far a piece of work is. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    done: AtomicU64,
    total: AtomicU64,
    copying: AtomicBool,
}

impl Progress {
    /// Sets how much there is to do; 0 while unknown.
    pub fn set_total(&self, total: u64) {
        self.0.total.store(total, Ordering::Relaxed);
    }

    /// Sets how much is done.
    pub fn set_done(&self, done: u64) {
        self.0.done.store(done, Ordering::Relaxed);
    }

    /// Adds to what is done.
    pub fn add(&self, more: u64) {
        self.0.done.fetch_add(more, Ordering::Relaxed);
    }

    /// Says whether what is done now is copying a file, in bytes, before the work itself.
    pub fn set_copying(&self, copying: bool) {
        self.0.copying.store(copying, Ordering::Relaxed);
    }

    /// Whether a file is being copied, and what is counted are its bytes.
    pub fn is_copying(&self) -> bool {
        self.0.copying.load(Ordering::Relaxed)
    }

    /// What is done, and what there is to do (0: unknown).
    pub fn counts(&self) -> (u64, u64) {
        (self.0.done.load(Ordering::Relaxed), self.0.total.load(Ordering::Relaxed))
    }
}

/// Tells a piece of work to stop. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks the work to stop at its next look.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the work was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Events as they are found, while the work goes on. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct Found(Arc<Mutex<Vec<u32>>>);

impl Found {
    /// Adds events, in the order in which they are found.
    pub fn extend(&self, events: &[u32]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(events);
    }

    /// How many there are so far.
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether there are none so far.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Those from a number on: what came since the last look.
    pub fn since(&self, seen: usize) -> Vec<u32> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(seen..).unwrap_or_default().to_vec()
    }
}
