//! The lines that a run prints, and taking times.

use std::time::{Duration, Instant};

/// Prints one line a figure, as soon as it is known.
pub struct Table;

impl Table {
    pub fn new() -> Self {
        println!("{:<46} {:>12} {:>12} {:>7}  target", "what", "figure", "baseline", "ratio");
        Self
    }

    /// A duration against that of a baseline.
    pub fn ratio(&mut self, what: &str, figure: Duration, baseline: Duration, target: &str) {
        let ratio = figure.as_secs_f64() / baseline.as_secs_f64();
        self.line(what, &shown(figure), &shown(baseline), &format!("{ratio:.4}"), target);
    }

    /// A throughput against that of a baseline, from the times that both took for the same work.
    pub fn throughput(&mut self, what: &str, events: usize, took: Duration, baseline: Duration, target: &str) {
        let rate = |took: Duration| format!("{:.0} k/s", events as f64 / took.as_secs_f64() / 1e3);
        let ratio = baseline.as_secs_f64() / took.as_secs_f64();
        self.line(what, &rate(took), &rate(baseline), &format!("{ratio:.2}"), target);
    }

    /// A figure without a baseline.
    pub fn figure(&mut self, what: &str, figure: &str, target: &str) {
        self.line(what, figure, "", "", target);
    }

    fn line(&mut self, what: &str, figure: &str, baseline: &str, ratio: &str, target: &str) {
        println!("{what:<46} {figure:>12} {baseline:>12} {ratio:>7}  {target}");
    }
}

/// How long some work takes, and what it gives.
pub fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let began = Instant::now();
    let result = work();
    (began.elapsed(), result)
}

/// The best of several runs of two kinds of work in turn: neighbours disturb both alike.
pub fn best_of_both<A, B>(runs: usize, mut a: impl FnMut() -> A, mut b: impl FnMut() -> B) -> (Duration, Duration) {
    let pairs: Vec<(Duration, Duration)> = (0..runs).map(|_| (timed(&mut a).0, timed(&mut b).0)).collect();
    let least = |of: fn(&(Duration, Duration)) -> Duration| pairs.iter().map(of).min().unwrap_or_default();
    (least(|pair| pair.0), least(|pair| pair.1))
}

/// The time that so many of a hundred stay below.
pub fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

/// A duration for people.
pub fn shown(duration: Duration) -> String {
    match duration.as_secs_f64() {
        seconds if seconds >= 1.0 => format!("{seconds:.2} s"),
        seconds if seconds >= 1e-3 => format!("{:.2} ms", seconds * 1e3),
        seconds => format!("{:.1} µs", seconds * 1e6),
    }
}
