//! The everyday history around the stories: processes arrive through the calendar, and their steps run when they are
//! due. Holds only what is still going on, so that a million events stream through a few megabytes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::SampleEvent;
use super::calendar::{Calendar, Millis};
use super::record::Recorder;
use super::rng::Rng;

/// A business in which processes arrive and go on step by step.
pub(super) trait World {
    /// What is still to be done of a process.
    type Step;

    /// The sample's name: each draws its own chances and ids from the same seed.
    const NAME: &str;

    /// The most processes that arrive in one crowd; fewer where a process has many events.
    const BURST: u64;

    /// How many events a process that is under way still has before it, about.
    const TAIL: u64;

    /// Begins one process now, or lets a chance pass.
    fn arrive(&mut self, scene: &mut Scene<Self::Step>);

    /// Does what is due now.
    fn run(&mut self, step: Self::Step, scene: &mut Scene<Self::Step>);
}

/// What a world acts with.
#[derive(Debug)]
pub(super) struct Scene<S> {
    pub(super) rng: Rng,
    pub(super) recorder: Recorder,
    /// Events that are recorded, and those that processes under way will record, about.
    pub(super) expected: u64,
    agenda: BinaryHeap<Reverse<Due<S>>>,
    planned: u64,
}

impl<S> Scene<S> {
    /// The time.
    pub(super) fn now(&self) -> Millis {
        self.recorder.now
    }

    /// Plans a step for a time.
    pub(super) fn at(&mut self, time: Millis, step: S) {
        self.planned += 1;
        self.agenda.push(Reverse(Due { time: time.max(self.now()), order: self.planned, step }));
    }

    /// Plans a step after a while, which chance draws between two durations.
    pub(super) fn after(&mut self, shortest: Millis, longest: Millis, step: S) {
        let time = self.now() + self.rng.between(shortest, longest);
        self.at(time, step);
    }
}

/// A step and when it is due; ordered by time, then by the order in which steps were planned.
#[derive(Debug)]
struct Due<S> {
    time: Millis,
    order: u64,
    step: S,
}

impl<S> Due<S> {
    fn key(&self) -> (Millis, u64) {
        (self.time, self.order)
    }
}

impl<S> PartialEq for Due<S> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<S> Eq for Due<S> {}

impl<S> PartialOrd for Due<S> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<S> Ord for Due<S> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// A world's events, without end; the first `events` of them fill the calendar's span.
#[derive(Debug)]
pub(super) struct Everyday<W: World> {
    world: W,
    scene: Scene<W::Step>,
    calendar: Calendar,
    events: u64,
    next_arrival: Millis,
    /// Arrivals that are left of a burst, and the longest pause between two of them.
    burst: (u64, Millis),
}

impl<W: World> Everyday<W> {
    pub(super) fn new(world: W, calendar: Calendar, events: u64, seed: u64) -> Self {
        let scene = Scene {
            rng: Rng::new(seed, &format!("{} everyday", W::NAME)),
            recorder: Recorder::new(Rng::new(seed, &format!("{} everyday ids", W::NAME))),
            expected: 0,
            agenda: BinaryHeap::new(),
            planned: 0,
        };
        let next_arrival = calendar.time_at(0, events);
        Self { world, scene, calendar, events, next_arrival, burst: (0, 0) }
    }

    fn arrive(&mut self) {
        self.scene.recorder.at(self.next_arrival);
        self.world.arrive(&mut self.scene);
        let Scene { rng, expected, recorder, agenda, .. } = &mut self.scene;
        *expected = recorder.count + agenda.len() as u64 * W::TAIL;
        if self.burst.0 == 0 && rng.chance(4) {
            self.burst = (rng.below(W::BURST), 60_000 * rng.between(1, 6));
        }
        // In a burst the next one comes soon, and the calendar catches up in the quiet after it.
        let soon = self.next_arrival + rng.between(500, self.burst.1.max(500));
        let due = self.calendar.time_at(*expected + rng.below(6), self.events) + rng.between(0, 90_000);
        if self.burst.0 > 0 {
            self.burst.0 -= 1;
            self.next_arrival = soon.min(due.max(self.next_arrival));
        } else {
            self.next_arrival = due.max(self.next_arrival);
        }
    }
}

impl<W: World> Iterator for Everyday<W> {
    type Item = SampleEvent;

    fn next(&mut self) -> Option<SampleEvent> {
        loop {
            if let Some(event) = self.scene.recorder.recorded.pop_front() {
                return Some(event);
            }
            let next_arrival = self.next_arrival;
            let first = self.scene.agenda.peek_mut().filter(|due| due.0.time <= next_arrival).map(PeekMut::pop);
            if let Some(Reverse(due)) = first {
                self.scene.recorder.at(due.time);
                self.world.run(due.step, &mut self.scene);
            } else {
                self.arrive();
            }
        }
    }
}
