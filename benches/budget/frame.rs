//! One frame of the whole window on the processor: drawing and tessellating, at several zooms of the timeline.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::App as _;
use egui::{Context, RawInput, Rect, pos2, vec2};
use foldline::app::{Command, StreamSort};
use foldline::job::{Failure, Finished, Job, OpenedStore, Outcome, Request, StoreKey};
use foldline::model::{EventKind, EventLog, EventLogBuilder, LogRow, Timestamp};
use foldline::timeline::{Drawing, View};
use foldline::ui::{Setup, Window};
use foldline::worker::Executor;

use super::table::{Table, shown, timed};

/// Streams of the store with many; the other one has a single giant.
const STREAMS: u64 = 1_000;
/// Of each zoom.
const FRAMES: usize = 40;
/// All frames are drawn so many times, and each counts as its quickest: what else the machine does now and then is not
/// the window's.
const PASSES: usize = 5;
/// What a store with many streams has.
const MANY: (usize, u64) = (1_000_000, 155_000);

/// Frames at 10 thousand, a million and ten million events, no more than `most`.
pub fn run(most: usize, table: &mut Table) {
    for (name, streams) in [("1,000 streams", STREAMS), ("1 stream", 1)] {
        let mut least = None;
        for events in [10_000, 1_000_000, 10_000_000].into_iter().filter(|events| *events <= most.max(10_000)) {
            let mut times = frames(log(events, streams));
            times.sort_unstable();
            let (p50, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
            let what = format!("frame, {events} events in {name}, p50");
            table.figure(&what, &shown(p50), "");
            let baseline = *least.get_or_insert(p99);
            let what = format!("frame, {events} events in {name}, p99");
            table.ratio(&what, p99, baseline, "<= 8 ms, <= 1.5 x that of 10,000");
        }
    }
    let (events, streams) = MANY;
    if events <= most {
        many_streams(events, streams, table);
    }
}

/// What the window does by itself, not in a job, with the list of many streams.
fn many_streams(events: usize, streams: u64, table: &mut Table) {
    let (context, mut window) = window(log(events, streams));
    let mut frame = eframe::Frame::_new_kittest();
    let mut took = |window: &mut Window| timed(|| window.logic(&context, &mut frame)).0;
    table.figure(&format!("take over a store of {streams} streams"), &shown(took(&mut window)), "<= 50 ms");
    for sort in [StreamSort::Name, StreamSort::Events, StreamSort::LastEvent, StreamSort::FirstEvent] {
        window.send(Command::SetSort(sort));
        table.figure(&format!("its streams by {sort:?}"), &shown(took(&mut window)), "<= 50 ms");
    }
    for filter in ["9", "account-123", "*77*", ""] {
        window.send(Command::FilterStreams(filter.to_owned()));
        table.figure(&format!("its streams like {filter:?}"), &shown(took(&mut window)), "<= 50 ms");
    }
}

/// Events of many streams one after the other, as a busy store has them; numbers from a fixed seed.
fn log(events: usize, streams: u64) -> EventLog {
    let mut builder = EventLogBuilder::new(1);
    let types: Vec<_> = (0..9).map(|at| builder.event_type(&format!("SomethingOfKind{at}Happened"))).collect();
    let indices: Vec<_> =
        (0..streams).map(|at| builder.stream(&format!("account-{at}"), |_| "account".to_owned())).collect();
    let mut versions = vec![0i64; streams as usize];
    let (mut seed, mut micros) = (0x9e37_79b9_7f4a_7c15u64, 1_700_000_000_000_000i64);
    for at in 0..events as i64 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let stream = ((seed >> 33) % streams) as usize;
        versions[stream] += 1;
        micros += (seed >> 40) as i64 % 2_000_000 * (10_000_000 / events as i64);
        builder.push(LogRow {
            source: 0,
            part: 0,
            row_key: at + 1,
            position: Some(at + 1),
            stream: Some(indices[stream]),
            version: Some(versions[stream]),
            event_type: types[((seed >> 50) % 9) as usize],
            time: Timestamp::from_micros(micros),
            kind: EventKind::Event,
            archived: false,
        });
    }
    builder.finish()
}

/// Answers that a store is open, and nothing else.
struct OnlyOpens {
    log: Arc<EventLog>,
    drawing: Arc<Drawing>,
    answers: std::sync::Mutex<Vec<Finished>>,
}

impl Executor for OnlyOpens {
    fn submit(&self, request: Request) {
        let Request { slot, generation, job, .. } = request;
        let result = match job {
            Job::Open { key, path, .. } => Ok(Outcome::Opened(Box::new(self.opened(key, path)))),
            _ => Err(Failure::Cancelled),
        };
        self.answers.lock().unwrap().push(Finished { slot, generation, result });
    }

    fn drain(&self) -> Vec<Finished> {
        std::mem::take(&mut self.answers.lock().unwrap())
    }
}

impl OnlyOpens {
    fn opened(&self, key: StoreKey, path: PathBuf) -> OpenedStore {
        OpenedStore {
            files: Vec::new(),
            key,
            path,
            layout: "foldline".to_owned(),
            layout_title: "Foldline store".to_owned(),
            access: "read-only".to_owned(),
            notes: Vec::new(),
            log: self.log.clone(),
            drawing: self.drawing.clone(),
            no_edits: None,
            leaving_out: true,
            writable: true,
            projections: Vec::new(),
            rules: None,
            snapshots: 0,
            expected: None,
            reading: String::new(),
            bytes: 0,
            recognised: Default::default(),
            mapping: None,
            hash: None,
            followed: false,
        }
    }
}

/// A window that is about to open a store.
fn window(log: EventLog) -> (Context, Window) {
    let drawing = Arc::new(Drawing::new(&log));
    let workers = OnlyOpens { log: Arc::new(log), drawing, answers: std::sync::Mutex::default() };
    let context = Context::default();
    let setup = Setup { files: vec![Path::new("bench.db").to_owned()], ..Setup::default() };
    let window = Window::with(&context, Box::new(workers), setup);
    (context, window)
}

fn frames(log: EventLog) -> Vec<Duration> {
    let (context, mut window) = window(log);
    let mut frame = eframe::Frame::_new_kittest();
    let mut one = |window: &mut Window| {
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(1920.0, 1080.0))),
            ..RawInput::default()
        };
        window.logic(&context, &mut frame);
        let began = Instant::now();
        let mut output = context.run_ui(input, |ui| window.ui(ui, &mut frame));
        let shapes = std::mem::take(&mut output.shapes);
        std::hint::black_box(context.tessellate(shapes, output.pixels_per_point));
        let took = began.elapsed();
        output.drop_without_applying_deltas();
        took
    };
    for _ in 0..20 {
        one(&mut window);
    }
    let axis = window.app().document.as_ref().unwrap().axis;
    let mut pass = || {
        let mut times = Vec::new();
        for zoom in [1.0, 3.0, 10.0, 100.0, 1_000.0, 100_000.0] {
            let mut view = View::fit(&axis).zoomed(zoom, 500.0, 1000.0, &axis);
            for _ in 0..FRAMES {
                // Every frame shows something new: nothing that was kept helps.
                view = view.panned(37.0, 1000.0, &axis).zoomed(1.01, 300.0, 1000.0, &axis);
                window.send(Command::SetView(view));
                times.push(one(&mut window));
            }
        }
        times
    };
    let mut least = pass();
    for _ in 1..PASSES {
        for (least, time) in least.iter_mut().zip(pass()) {
            *least = time.min(*least);
        }
    }
    least
}
