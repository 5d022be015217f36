//! Runs each request at once on the calling thread: for tests.

use std::cell::RefCell;

use super::{Executor, Workshop};
use crate::job::{Finished, Request};

/// An executor without threads.
#[derive(Default)]
pub struct Inline {
    workshop: Workshop,
    finished: RefCell<Vec<Finished>>,
}

impl Executor for Inline {
    fn submit(&self, request: Request) {
        let Request { slot, generation, job, progress, cancel } = request;
        let result = self.workshop.run(job, &progress, &cancel);
        self.finished.borrow_mut().push(Finished { slot, generation, result });
    }

    fn drain(&self) -> Vec<Finished> {
        self.finished.take()
    }
}
