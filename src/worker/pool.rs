//! The pool that the window's jobs run in. The only place that starts threads.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use super::{Executor, Workshop};
use crate::job::{Failure, Finished, Request, Slot};
use crate::model::Cancel;

/// Runs requests on named threads; the newest request of a slot cancels the older ones.
pub struct Pool {
    shared: Arc<Shared>,
    finished: Receiver<Finished>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    queue: Mutex<Queue>,
    ready: Condvar,
    workshop: Workshop,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Request>,
    running: Vec<(Slot, u64, Cancel)>,
    closed: bool,
}

impl Pool {
    /// Starts `threads` workers. `wake` is called after each answer, so that a sleeping window looks at it.
    pub fn new(threads: usize, wake: &Arc<dyn Fn() + Send + Sync>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { queue: Mutex::default(), ready: Condvar::new(), workshop: Workshop::default() });
        let (sender, finished) = channel();
        let threads = (0..threads.max(1))
            .map(|number| {
                let (shared, sender, wake) = (shared.clone(), sender.clone(), wake.clone());
                Builder::new().name(format!("worker-{number}")).spawn(move || work(&shared, &sender, &*wake))
            })
            .collect::<std::io::Result<_>>()?;
        Ok(Self { shared, finished, threads })
    }
}

impl Executor for Pool {
    /// Puts a request in line. Waiting requests of its slot are dropped, running ones are told to stop.
    fn submit(&self, request: Request) {
        let mut queue = lock(&self.shared.queue);
        queue.waiting.retain(|waiting| waiting.slot != request.slot);
        for (slot, _, cancel) in &queue.running {
            if *slot == request.slot {
                cancel.cancel();
            }
        }
        queue.waiting.push_back(request);
        drop(queue);
        self.shared.ready.notify_one();
    }

    fn drain(&self) -> Vec<Finished> {
        self.finished.try_iter().collect()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        {
            let mut queue = lock(&self.shared.queue);
            queue.closed = true;
            queue.waiting.clear();
            queue.running.iter().for_each(|(_, _, cancel)| cancel.cancel());
        }
        self.shared.ready.notify_all();
        for thread in self.threads.drain(..) {
            // A worker that panicked outside a job has nothing more to say.
            thread.join().ok();
        }
    }
}

fn work(shared: &Shared, sender: &Sender<Finished>, wake: &(dyn Fn() + Send + Sync)) {
    while let Some(request) = next(shared) {
        let Request { slot, generation, job, progress, cancel } = request;
        let result = catch_unwind(AssertUnwindSafe(|| shared.workshop.run(job, &progress, &cancel)))
            .unwrap_or_else(|panic| Err(Failure::Failed(panic_text(&*panic))));
        lock(&shared.queue).running.retain(|(_, running, _)| *running != generation);
        if sender.send(Finished { slot, generation, result }).is_err() {
            return;
        }
        wake();
    }
}

/// The next request, waiting for one; `None` when the pool closes.
fn next(shared: &Shared) -> Option<Request> {
    let mut queue = lock(&shared.queue);
    loop {
        if queue.closed {
            return None;
        }
        if let Some(request) = queue.waiting.pop_front() {
            queue.running.push((request.slot, request.generation, request.cancel.clone()));
            return Some(request);
        }
        queue = shared.ready.wait(queue).unwrap_or_else(PoisonError::into_inner);
    }
}

/// A poisoned queue is still a queue: jobs panic inside `catch_unwind`, never while it is held.
fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no details");
    format!("this is a fault in Foldline, not in your file (which is unchanged): {message}")
}
