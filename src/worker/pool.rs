//! The pool that the window's jobs run in. The only place that starts threads.
//!
//! The newest request of a slot replaces the older ones, except for [`Slot::Close`]: every store is forgotten that is
//! to be. What is to be written is written, one after the other of a slot, also when the pool comes to its end. One
//! worker is always free for [`Slot::State`], so that the state follows the cursor whatever else is at work, and one
//! of the others for what is soon done. The system's dialogs block for as long as the user likes, so each has a thread
//! of its own, for which nobody waits at the end.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use super::{Executor, Workshop};
use crate::job::{Failure, Finished, Glance, Job, Outcome, Pick, Request, Slot};
use crate::model::{Cancel, Progress};

/// Runs requests on named threads; the newest request of a slot cancels the older ones.
pub struct Pool {
    shared: Arc<Shared>,
    finished: Receiver<Finished>,
    threads: Vec<JoinHandle<()>>,
    /// Whether a dialog is open.
    picking: Arc<AtomicBool>,
    ask: Ask,
}

type Ran = Result<Outcome, Failure>;
type Run = Box<dyn Fn(Job, &Progress, &Cancel) -> Ran + Send + Sync>;
type Ask = Arc<dyn Fn(Pick) -> Option<PathBuf> + Send + Sync>;

struct Shared {
    queue: Mutex<Queue>,
    ready: Condvar,
    run: Run,
    answers: Answers,
    /// How many jobs besides [`Slot::State`] may run at once.
    others: usize,
    /// How many of them may take long.
    long: usize,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Request>,
    running: Vec<(Slot, u64, Cancel)>,
    closed: bool,
}

/// Where answers go.
#[derive(Clone)]
struct Answers {
    sender: Sender<Finished>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Answers {
    /// When nobody takes answers any more, there is nobody to tell.
    fn give(&self, finished: Finished) {
        if self.sender.send(finished).is_ok() {
            (self.wake)();
        }
    }
}

/// A dialog that is over so soon was never shown: the system has none, and does not say so.
const AT_ONCE: Duration = Duration::from_millis(400);
const NO_DIALOG: &str = "The system has no file dialog here (on Linux it is a desktop portal or zenity). Type the path \
                         after Ctrl+K, or drop the file on the window";

impl Pool {
    /// Starts `threads` workers. `wake` is called after each answer, so that a sleeping window looks at it.
    pub fn new(threads: usize, wake: &Arc<dyn Fn() + Send + Sync>) -> std::io::Result<Self> {
        let workshop = Workshop::with_index_cache();
        let run = move |job, progress: &Progress, cancel: &Cancel| workshop.run(job, progress, cancel);
        Self::with(threads, wake, Box::new(run), Arc::new(super::pick::pick))
    }

    fn with(threads: usize, wake: &Arc<dyn Fn() + Send + Sync>, run: Run, ask: Ask) -> std::io::Result<Self> {
        let threads = threads.max(1);
        let (sender, finished) = channel();
        let answers = Answers { sender, wake: wake.clone() };
        let others = (threads - 1).max(1);
        let long = (others - 1).max(1);
        let shared = Arc::new(Shared { queue: Mutex::default(), ready: Condvar::new(), run, answers, others, long });
        let threads = (0..threads)
            .map(|number| {
                let shared = shared.clone();
                Builder::new().name(format!("worker-{number}")).spawn(move || work(&shared))
            })
            .collect::<std::io::Result<_>>()?;
        Ok(Self { shared, finished, threads, picking: Arc::default(), ask })
    }

    /// Asks the user on a thread of its own, which holds nothing but the way back. A second dialog is not opened.
    fn pick(&self, pick: Pick, slot: Slot, generation: u64) {
        let answers = self.shared.answers.clone();
        if self.picking.swap(true, Ordering::AcqRel) {
            return answers.give(Finished { slot, generation, result: Err(Failure::Cancelled) });
        }
        let (ask, picking, back) = (self.ask.clone(), self.picking.clone(), answers.clone());
        let asking = move || {
            let asked = Instant::now();
            let result = match caught(|| Ok(Outcome::Picked(pick, ask(pick)))) {
                // Nobody is so quick to cancel: there was no dialog.
                Ok(Outcome::Picked(_, None)) if asked.elapsed() < AT_ONCE => Err(Failure::Failed(NO_DIALOG.to_owned())),
                result => result,
            };
            picking.store(false, Ordering::Release);
            back.give(Finished { slot, generation, result });
        };
        if let Err(error) = Builder::new().name("dialog".to_owned()).spawn(asking) {
            self.picking.store(false, Ordering::Release);
            let why = format!("the system's file dialog can't be shown ({error}); type the path instead");
            answers.give(Finished { slot, generation, result: Err(Failure::Failed(why)) });
        }
    }
}

impl Executor for Pool {
    /// Puts a request in line. Waiting requests of its slot are dropped, running ones are told to stop.
    fn submit(&self, request: Request) {
        if let Job::Pick(pick) = request.job {
            return self.pick(pick, request.slot, request.generation);
        }
        let mut queue = lock(&self.shared.queue);
        if request.slot != Slot::Close {
            queue.waiting.retain(|waiting| waiting.slot != request.slot);
            for (slot, _, cancel) in &queue.running {
                if *slot == request.slot && !is_file(&request) {
                    cancel.cancel();
                }
            }
        }
        queue.waiting.push_back(request);
        drop(queue);
        self.shared.ready.notify_one();
    }

    fn drain(&self) -> Vec<Finished> {
        self.finished.try_iter().collect()
    }

    /// Stops all jobs but those that write small files: these run to their end, on this thread if no worker began.
    fn finish(&self) {
        let mut queue = lock(&self.shared.queue);
        queue.closed = true;
        queue.waiting.retain(is_file);
        queue.running.iter().for_each(|(_, _, cancel)| cancel.cancel());
        self.shared.ready.notify_all();
        while !queue.waiting.is_empty() {
            let first = queue.waiting.iter().position(|request| !queue.is_busy(request.slot));
            let Some(request) = first.and_then(|at| queue.waiting.remove(at)) else {
                // The end of any job wakes whoever waits.
                queue = self.shared.ready.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            drop(queue);
            let Request { slot, generation, job, progress, .. } = request;
            let result = caught(|| (self.shared.run)(job, &progress, &Cancel::default()));
            self.shared.answers.give(Finished { slot, generation, result });
            queue = lock(&self.shared.queue);
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.finish();
        for thread in self.threads.drain(..) {
            // A worker that panicked outside a job has nothing more to say.
            thread.join().ok();
        }
    }
}

fn work(shared: &Shared) {
    while let Some(request) = next(shared) {
        let Request { slot, generation, job, progress, cancel } = request;
        let result = caught(|| (shared.run)(job, &progress, &cancel));
        let mut queue = lock(&shared.queue);
        queue.running.retain(|running| (running.0, running.1) != (slot, generation));
        // A store that was opened for nobody is forgotten again. While the queue is held no newer request comes.
        let (result, unwanted) = match result {
            Ok(Outcome::Opened(opened)) if cancel.is_cancelled() => (Err(Failure::Cancelled), Some(opened.key)),
            result => (result, None),
        };
        let is_news = is_news(&result);
        let told = shared.answers.sender.send(Finished { slot, generation, result });
        if queue.closed {
            shared.ready.notify_all();
        }
        drop(queue);
        if told.is_ok() && is_news {
            (shared.answers.wake)();
        }
        if let Some(store) = unwanted {
            // Whatever it answers, nobody asked.
            caught(|| (shared.run)(Job::Close { store }, &progress, &Cancel::default())).ok();
        }
    }
}

/// Whether an answer changes what is shown. One that says that nothing is new is taken with the next frame.
fn is_news(result: &Ran) -> bool {
    match result {
        Ok(Outcome::News(news)) => news.opened.is_some() || !news.file.is_empty(),
        Ok(Outcome::Glanced(glance)) => *glance != Glance::Same,
        _ => true,
    }
}

/// Whether a job may look at the whole store: rows in sight don't wait for such.
fn is_long(slot: Slot) -> bool {
    !matches!(
        slot,
        Slot::State
            | Slot::Rows
            | Slot::MappingPreview
            | Slot::Changes
            | Slot::Cause
            | Slot::Close
            | Slot::Pick
            | Slot::Recents
            | Slot::Settings
            | Slot::Keep(_)
            | Slot::Watch
            | Slot::Poll
            | Slot::Glance
    )
}

/// Whether all that a request does is to write a small file.
fn is_file(request: &Request) -> bool {
    matches!(request.job, Job::Save { .. } | Job::Keep { .. })
}

impl Queue {
    fn is_busy(&self, slot: Slot) -> bool {
        self.running.iter().any(|(running, ..)| *running == slot)
    }
}

/// The next request, waiting for one; `None` when the pool closes.
fn next(shared: &Shared) -> Option<Request> {
    let mut queue = lock(&shared.queue);
    loop {
        if queue.closed {
            return None;
        }
        let running = |kind: fn(Slot) -> bool| queue.running.iter().filter(|(slot, ..)| kind(*slot)).count();
        let others = running(|slot| slot != Slot::State);
        let long = running(is_long);
        let may_run = |request: &Request| match request.slot {
            Slot::State => true,
            // Two at once could leave the older on the disk.
            slot if is_file(request) && queue.is_busy(slot) => false,
            slot if is_long(slot) => others < shared.others && long < shared.long,
            _ => others < shared.others,
        };
        let first = queue.waiting.iter().position(may_run);
        if let Some(request) = first.and_then(|at| queue.waiting.remove(at)) {
            queue.running.push((request.slot, request.generation, request.cancel.clone()));
            return Some(request);
        }
        queue = shared.ready.wait(queue).unwrap_or_else(PoisonError::into_inner);
    }
}

/// A panic is an answer like any other: the window goes on.
fn caught(run: impl FnOnce() -> Ran) -> Ran {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| Err(Failure::Failed(panic_text(&*panic))))
}

/// A poisoned queue is still a queue: jobs panic inside `catch_unwind`, never while it is held.
fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no details");
    format!("this is a fault in Foldline, not in your file (which is unchanged): {message}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::mpsc::SyncSender;

    use super::*;
    use crate::job::StoreKey;
    use crate::model::FileHash;

    /// Numbers of jobs, and what becomes of them: a job waits until its number is let go or it is told to stop.
    #[derive(Default)]
    struct Stage {
        let_go: Mutex<BTreeSet<u32>>,
        changed: Condvar,
    }

    impl Stage {
        fn let_go(&self, number: u32) {
            self.let_go.lock().unwrap().insert(number);
            self.changed.notify_all();
        }

        fn run(&self, number: u32, cancel: &Cancel) -> Ran {
            let mut let_go = self.let_go.lock().unwrap();
            while !let_go.contains(&number) {
                if cancel.is_cancelled() {
                    return Err(Failure::Cancelled);
                }
                // Nothing tells of a cancellation.
                let short = std::time::Duration::from_millis(1);
                let_go = self.changed.wait_timeout(let_go, short).unwrap().0;
            }
            Ok(Outcome::Hashed(Box::new(FileHash { hash: number.to_string(), ..FileHash::default() })))
        }
    }

    struct World {
        pool: Pool,
        stage: Arc<Stage>,
        started: Receiver<u32>,
        woken: Receiver<()>,
        answers: Vec<(u64, String)>,
    }

    const PANICS: u32 = 666;

    /// Jobs are those that hash: their store's number is their own.
    fn world(threads: usize) -> World {
        let stage = Arc::new(Stage::default());
        let (start, started) = channel();
        let (tell, woken) = channel();
        let acting = stage.clone();
        let run = move |job, _: &Progress, cancel: &Cancel| {
            let number = match job {
                Job::Hash { store } | Job::Close { store } => store.0,
                Job::Save { contents, .. } => contents.parse().unwrap(),
                other => panic!("not in this play: {other:?}"),
            };
            start.send(number).unwrap();
            if number == PANICS {
                panic!("number {number}");
            }
            acting.run(number, cancel)
        };
        let dialog = stage.clone();
        let ask = move |pick| {
            dialog.run(pick as u32, &Cancel::default()).ok();
            Some(PathBuf::from("chosen"))
        };
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(move || tell.send(()).unwrap_or(()));
        let pool = Pool::with(threads, &wake, Box::new(run), Arc::new(ask)).unwrap();
        World { pool, stage, started, woken, answers: Vec::new() }
    }

    impl World {
        /// The number is the generation too.
        fn submit(&self, slot: Slot, number: u32) {
            let store = StoreKey(number);
            let job = match slot {
                Slot::Close => Job::Close { store },
                Slot::Keep(_) => Job::Save { path: PathBuf::new(), contents: number.to_string() },
                _ => Job::Hash { store },
            };
            self.submit_job(slot, number, job);
        }

        fn submit_job(&self, slot: Slot, number: u32, job: Job) {
            let (progress, cancel) = (Progress::default(), Cancel::default());
            self.pool.submit(Request { slot, generation: u64::from(number), job, progress, cancel });
        }

        fn starts(&self, number: u32) {
            assert_eq!(self.started.recv().unwrap(), number);
        }

        /// Waits for so many more answers, and gives all so far in the order of generations.
        fn answered(&mut self, more: usize) -> Vec<(u64, &str)> {
            for _ in 0..more {
                self.woken.recv().unwrap();
            }
            self.answers.extend(self.pool.drain().into_iter().map(|finished| {
                let text = match finished.result {
                    Ok(Outcome::Hashed(found)) => found.hash,
                    Ok(Outcome::Picked(_, path)) => format!("picked {path:?}"),
                    Ok(other) => format!("{other:?}"),
                    Err(Failure::Cancelled) => "cancelled".to_owned(),
                    Err(Failure::Failed(why) | Failure::NoCopy(why)) => why,
                };
                (finished.generation, text)
            }));
            self.answers.sort();
            self.answers.iter().map(|(generation, text)| (*generation, &**text)).collect()
        }
    }

    #[test]
    fn the_newest_of_a_slot_replaces_the_others() {
        let mut world = world(2);
        world.submit(Slot::Copy, 1);
        world.starts(1);
        // There is one worker for all but the state: these wait.
        world.submit(Slot::Rows, 2);
        world.submit(Slot::Rows, 3);
        world.stage.let_go(1);
        world.starts(3);
        world.submit(Slot::Rows, 4);
        world.starts(4);
        world.stage.let_go(4);
        assert_eq!(world.answered(3), [(1, "1"), (3, "cancelled"), (4, "4")]);
    }

    #[test]
    fn answers_come_in_the_order_in_which_jobs_end() {
        let mut world = world(4);
        for (number, slot) in [(1, Slot::Rows), (2, Slot::Branch(crate::job::ScenarioId(0))), (3, Slot::State)] {
            world.submit(slot, number);
            world.starts(number);
        }
        for number in [3, 1, 2] {
            world.stage.let_go(number);
            let answered = world.answered(1).into_iter().map(|(generation, _)| generation).collect::<Vec<_>>();
            assert!(answered.contains(&u64::from(number)), "{answered:?}");
        }
    }

    #[test]
    fn the_state_waits_for_no_other_slot_and_rows_for_no_long_one() {
        let mut world = world(4);
        let long = [(1, Slot::Copy), (2, Slot::Hash), (3, Slot::Open)];
        long.iter().for_each(|(number, slot)| world.submit(*slot, *number));
        let started: BTreeSet<u32> = (0..2).map(|_| world.started.recv().unwrap()).collect();
        assert_eq!(started, BTreeSet::from([1, 2]));
        world.submit(Slot::State, 4);
        world.starts(4);
        world.stage.let_go(4);
        assert_eq!(world.answered(1), [(4, "4")]);
        world.submit(Slot::Rows, 5);
        world.starts(5);
        world.stage.let_go(1);
        world.starts(3);
    }

    #[test]
    fn every_store_is_closed_that_is_to_be() {
        let mut world = world(2);
        world.submit(Slot::Copy, 1);
        world.starts(1);
        for number in [2, 3, 4] {
            world.submit(Slot::Close, number);
            world.stage.let_go(number);
        }
        world.stage.let_go(1);
        assert_eq!(world.answered(4), [(1, "1"), (2, "2"), (3, "3"), (4, "4")]);
    }

    #[test]
    fn a_panic_is_an_answer() {
        let mut world = world(1);
        world.submit(Slot::State, PANICS);
        let answered = world.answered(1);
        assert!(answered[0].1.contains("a fault in Foldline") && answered[0].1.ends_with("number 666"), "{answered:?}");
        // Its worker goes on.
        world.submit(Slot::State, 1);
        world.stage.let_go(1);
        assert_eq!(world.answered(1).len(), 2);
    }

    #[test]
    fn the_end_stops_what_runs_and_forgets_what_waits() {
        let world = world(2);
        world.submit(Slot::State, 1);
        world.submit(Slot::Copy, 2);
        let started: BTreeSet<u32> = (0..2).map(|_| world.started.recv().unwrap()).collect();
        assert_eq!(started, BTreeSet::from([1, 2]));
        world.submit(Slot::Hash, 3);
        drop(world.pool);
        assert!(world.started.recv().is_err(), "the third never starts, and whoever could start it is gone");
    }

    #[test]
    fn scenarios_are_kept_while_long_jobs_run_and_the_newest_comes_last() {
        let mut world = world(4);
        let keep = Slot::Keep(StoreKey(0));
        for (number, slot) in [(1, Slot::Sweep), (2, Slot::Follow)] {
            world.submit(slot, number);
            world.starts(number);
        }
        world.submit(keep, 3);
        world.starts(3);
        world.stage.let_go(4);
        world.submit(keep, 4);
        // There is a worker for it, but not for two of them.
        world.submit(Slot::State, 5);
        world.starts(5);
        assert!(world.started.try_recv().is_err());
        world.stage.let_go(3);
        world.starts(4);
        world.answered(2);
    }

    #[test]
    fn what_is_to_be_kept_is_written_at_the_end() {
        let world = world(4);
        for (number, slot) in [(1, Slot::Sweep), (2, Slot::Follow), (3, Slot::Rows)] {
            world.submit(slot, number);
            world.starts(number);
        }
        world.stage.let_go(5);
        world.submit(Slot::Keep(StoreKey(0)), 4);
        world.submit(Slot::Keep(StoreKey(0)), 5);
        world.submit(Slot::Hash, 6);
        drop(world.pool);
        assert_eq!(world.started.iter().collect::<Vec<_>>(), [5]);
    }

    #[test]
    fn a_dialog_takes_no_worker_and_is_alone() {
        let mut world = world(1);
        world.submit_job(Slot::Pick, 1, Job::Pick(Pick::Open));
        world.submit_job(Slot::Pick, 2, Job::Pick(Pick::SaveCopy));
        assert_eq!(world.answered(1), [(2, "cancelled")]);
        world.submit(Slot::Rows, 3);
        world.stage.let_go(3);
        assert_eq!(world.answered(1), [(2, "cancelled"), (3, "3")]);
        world.stage.let_go(Pick::Open as u32);
        assert_eq!(world.answered(1)[0], (1, r#"picked Some("chosen")"#));
        // The next may be asked.
        world.submit_job(Slot::Pick, 4, Job::Pick(Pick::Open));
        assert_eq!(world.answered(1)[3], (4, r#"picked Some("chosen")"#));
    }

    #[test]
    fn nobody_waits_for_an_open_dialog_at_the_end() {
        let (hold, held): (SyncSender<()>, _) = std::sync::mpsc::sync_channel(0);
        let held = Mutex::new(held);
        let ask = move |_| {
            held.lock().unwrap().recv().ok();
            None
        };
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(|| {});
        let pool = Pool::with(1, &wake, Box::new(|_, _, _| Err(Failure::Cancelled)), Arc::new(ask)).unwrap();
        let (progress, cancel) = (Progress::default(), Cancel::default());
        pool.submit(Request { slot: Slot::Pick, generation: 1, job: Job::Pick(Pick::Open), progress, cancel });
        drop(pool);
        drop(hold);
    }
}
