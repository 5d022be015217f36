//! States by projections: where they stop, where invariants break, and what snapshots say instead.

use std::collections::HashMap;
use std::sync::Arc;

use super::findings::{Finding, Findings, Severity, Tally};
use super::kind::Kind;
use super::snapshots::SnapshotFact;
use crate::model::{CategoryIndex, Event, EventLog, StreamIndex, Value, json};
use crate::replay::{Fold, OnUnreadable, ProjectionKind, State, diff, step};

/// Fewer snapshots are no rule.
const FEW: usize = 4;

/// All streams that have a projection, as far as they are folded. A stream's state is forgotten at its end.
pub(super) struct States<'a> {
    /// By category; `None` where states are automatic, of which nothing can be expected.
    folds: Vec<Option<Arc<dyn Fold>>>,
    begun: &'a dyn Fn(StreamIndex) -> Arc<dyn Fold>,
    on_unreadable: OnUnreadable,
    /// The version that streams begin with.
    first_version: i64,
    streams: HashMap<StreamIndex, Folding>,
    /// By stream, sorted by version.
    snapshots: HashMap<StreamIndex, Vec<(i64, Value)>>,
    drift: HashMap<CategoryIndex, Drift>,
}

struct Folding {
    fold: Arc<dyn Fold>,
    state: State,
    place: usize,
    /// Which invariants did not hold after the last event.
    broken: Vec<usize>,
    stopped: bool,
}

/// How snapshots of a category compare.
#[derive(Default)]
struct Drift {
    compared: usize,
    found: Tally,
}

impl<'a> States<'a> {
    /// Before the first event. `folds` are those of the categories, in their order.
    pub fn new(
        folds: Vec<Arc<dyn Fold>>,
        begun: &'a dyn Fn(StreamIndex) -> Arc<dyn Fold>,
        on_unreadable: OnUnreadable,
        first_version: i64,
    ) -> Self {
        let has_rules = |fold: &Arc<dyn Fold>| fold.info().kind != ProjectionKind::Automatic;
        let folds = folds.into_iter().map(|fold| has_rules(&fold).then_some(fold)).collect();
        let (streams, snapshots, drift) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { folds, begun, on_unreadable, first_version, streams, snapshots, drift }
    }

    /// Whether any category has a projection.
    pub fn are_any(&self) -> bool {
        self.folds.iter().any(Option::is_some)
    }

    /// Whether any projection says what must always hold.
    pub fn have_invariants(&self) -> bool {
        self.folds.iter().flatten().any(|fold| !fold.info().invariants.is_empty())
    }

    /// How many snapshots were compared with the replay.
    pub fn compared(&self) -> usize {
        self.drift.values().map(|drift| drift.compared).sum()
    }

    /// Whether a stream's first events are not here: what it comes to can't be told from the others.
    fn is_cut(&self, log: &EventLog, stream: StreamIndex) -> bool {
        let first = log.lane(stream).first().and_then(|event| log.version(*event as usize));
        first.is_some_and(|first| first > self.first_version)
    }

    /// Whether a stream has a projection.
    pub fn has(&self, log: &EventLog, stream: StreamIndex) -> bool {
        self.folds.get(log.stream(stream).category.0 as usize).is_some_and(Option::is_some)
    }

    /// What the states are compared with on the way.
    pub fn expect(&mut self, log: &EventLog, snapshots: Vec<SnapshotFact>) {
        for snapshot in snapshots {
            let (Some(stream), Some(version), Some(state)) =
                (log.find_stream(&snapshot.stream), snapshot.version, snapshot.state)
            else {
                continue;
            };
            if self.has(log, stream) && !self.is_cut(log, stream) {
                self.snapshots.entry(stream).or_default().push((version, state));
            }
        }
    }

    /// Takes a stream's next event in, in its replay order.
    pub fn take(&mut self, log: &EventLog, stream: StreamIndex, index: usize, event: &Event, findings: &Findings) {
        let category = log.stream(stream).category;
        let is_cut = self.is_cut(log, stream);
        let Some(Some(fold)) = self.folds.get(category.0 as usize) else { return };
        // Without its first events a stream may come to anything.
        let (severity, cut) = if is_cut {
            (Severity::Warning, " (the first events of this stream are not here)")
        } else {
            (Severity::Error, "")
        };
        let folding = self.streams.entry(stream).or_insert_with(|| {
            let fold = if is_cut { (self.begun)(stream) } else { Arc::clone(fold) };
            Folding { state: fold.initial(), fold, place: 0, broken: Vec::new(), stopped: false }
        });
        let fold = &folding.fold;
        let place = folding.place;
        folding.place += 1;
        if !folding.stopped {
            match step(&**fold, self.on_unreadable, &mut folding.state, event, place) {
                Err(error) => {
                    folding.stopped = true;
                    let words = format!("{} stops here: {}: {}{cut}", fold.info().title, error.handler, error.message);
                    findings.push(Finding::at(log, Kind::ProjectionError, severity, index, words).within(log, stream));
                }
                Ok(_) => {
                    let broken = fold.broken_invariants(&folding.state, Some(event));
                    for invariant in broken.iter().filter(|invariant| !folding.broken.contains(invariant)) {
                        let Some(rule) = fold.info().invariants.get(*invariant) else { continue };
                        let words = format!("after this event it no longer holds: {rule}{cut}");
                        let found = Finding::at(log, Kind::InvariantBroken, severity, index, words);
                        findings.push(found.within(log, stream));
                    }
                    folding.broken = broken;
                    if let (Some(kept), Some(version)) = (self.snapshots.get(&stream), log.version(index)) {
                        for (_, state) in kept.iter().filter(|(of, _)| *of == version) {
                            let drift = self.drift.entry(category).or_default();
                            drift.compare(log, stream, index, state, &folding.state.value);
                        }
                    }
                }
            }
        }
        if folding.place == log.lane(stream).len() {
            self.streams.remove(&stream);
            self.snapshots.remove(&stream);
        }
    }

    /// Says how snapshots compare, once all were seen.
    pub fn finish(self, log: &EventLog, findings: &Findings) {
        let mut drift: Vec<(CategoryIndex, Drift)> = self.drift.into_iter().collect();
        drift.sort_by_key(|(category, _)| *category);
        for (category, drift) in drift {
            if drift.compared >= FEW && drift.found.count() == drift.compared {
                let words = format!(
                    "all {} snapshots of {} differ from the replay: the program's state is not this projection's",
                    drift.compared,
                    log.category(category)
                );
                let first = drift.found.into_first();
                findings.extend_one(first.map(|first| Finding { severity: Severity::Info, message: words, ..first }));
            } else {
                findings.extend(drift.found);
            }
        }
    }
}

impl Drift {
    /// Compares what both states say; what only one of them has tells nothing.
    fn compare(&mut self, log: &EventLog, stream: StreamIndex, index: usize, kept: &Value, replayed: &Value) {
        let (Value::Object(kept), Value::Object(replayed)) = (kept, replayed) else { return };
        let (mut shared, mut differing) = (0, Vec::new());
        for (key, slot) in kept.iter() {
            let Some(own) = replayed.get(key) else { continue };
            if !is_alike(&slot.value, own) {
                continue;
            }
            shared += 1;
            for change in diff(&slot.value, own) {
                if let (Some(from), Some(to)) = (&change.from, &change.to)
                    && is_alike(from, to)
                {
                    let inner = change.path.to_string();
                    let path = if inner.is_empty() { key.to_string() } else { format!("{key}.{inner}") };
                    differing.push(format!("{path} is {} in it and {} by its events", short(from), short(to)));
                }
            }
        }
        // States that have little in common are not of one shape.
        if shared == 0 || shared * 2 < kept.len().min(replayed.len()) {
            return;
        }
        self.compared += 1;
        if differing.is_empty() {
            return;
        }
        self.found.push(|| {
            let more = differing.len().saturating_sub(3);
            differing.truncate(3);
            let mut words = format!("the snapshot of this version differs: {}", differing.join("; "));
            if more > 0 {
                words += &format!("; and {more} more");
            }
            Finding::at(log, Kind::SnapshotDrift, Severity::Warning, index, words).within(log, stream)
        });
    }
}

/// Whether two values can be compared: numbers with numbers, texts with texts.
fn is_alike(one: &Value, other: &Value) -> bool {
    one.type_name() == other.type_name()
}

fn short(value: &Value) -> String {
    let text = json::to_text(value);
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
