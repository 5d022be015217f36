//! Ids of events and of their causes, as hashes: ids used twice, causes that are not here, loops.
//!
//! 16 bytes an event are kept (8 where no event has a cause; 4 more where events have tenants), 8 more while they are
//! compared. Two ids with one hash are told apart by reading their events again.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::clock_words::name;
use super::findings::{Finding, Findings, Severity, Tallies, Tally};
use super::kind::Kind;
use crate::model::{Event, EventLog};

/// No id.
const NONE: u64 = 0;
/// Set in the hash of every id; not in that of a cause which is also what the event is correlated with: such a cause
/// is what began it all, a command as a rule.
const PLAIN: u64 = 1;
/// Fewer are no rule.
const FEW: usize = 20;
/// Events that are read at once.
const BATCH: usize = 256;
/// Repeats that are read again at most, in batches.
const BATCHES: usize = 200;
/// So many events of one loop are named.
const LISTED: usize = 12;

/// Reads events again, in the order asked for.
pub type ReadAgain<'a, E> = dyn FnMut(&[u32]) -> Result<Vec<Event>, E> + 'a;

/// Ids as they come.
#[derive(Debug, Default)]
pub(super) struct Ids {
    ids: Vec<u64>,
    causes: Vec<u64>,
    /// Hashes of tenants, where events have them.
    tenants: Vec<u32>,
}

/// Events by the hash of their id.
struct Index {
    shift: u32,
    /// Where in `order` a bucket begins: buckets are the highest bits of the hash.
    starts: Vec<u32>,
    order: Vec<u32>,
}

impl Ids {
    /// Takes the next event in, in the store's order. An id is one event's alone in its `tenant`.
    pub fn take(&mut self, log: &EventLog, index: usize, event: &Event, tenant: Option<&str>) {
        let source = log.source(index);
        if let Some(id) = &event.id {
            self.ids.resize(index, NONE);
            self.ids.push(hash(id, source));
            if let Some(tenant) = tenant {
                self.tenants.resize(index, 0);
                self.tenants.push(hash(tenant, 0) as u32 | 1);
            }
        }
        if let Some(cause) = event.causation_id.as_deref().filter(|cause| !cause.is_empty()) {
            self.causes.resize(index, NONE);
            let began_it = event.correlation_id.as_deref() == Some(cause);
            let hash = hash(cause, source);
            self.causes.push(if began_it { hash & !PLAIN } else { hash });
        }
    }

    fn tenant(&self, event: u32) -> u32 {
        self.tenants.get(event as usize).copied().unwrap_or(0)
    }

    /// How many events have an id, and how many name a cause.
    pub fn counts(&self) -> (usize, usize) {
        let count = |list: &[u64]| list.iter().filter(|id| **id != NONE).count();
        (count(&self.ids), count(&self.causes))
    }

    /// Says what is wrong with them, once all events were taken in. `first` is the version that streams begin with;
    /// `read` reads events again.
    pub fn finish<E>(
        self,
        log: &EventLog,
        first: i64,
        findings: &Findings,
        read: &mut ReadAgain<'_, E>,
    ) -> Result<(), E> {
        if self.ids.is_empty() {
            return Ok(());
        }
        let index = Index::new(&self.ids);
        self.repeats(&index, log, findings, read)?;
        if !self.causes.is_empty() {
            self.causes(&index, log, first, findings, read)?;
        }
        Ok(())
    }

    fn repeats<E>(
        &self,
        index: &Index,
        log: &EventLog,
        findings: &Findings,
        read: &mut ReadAgain<'_, E>,
    ) -> Result<(), E> {
        let mut pairs = Vec::new();
        let mut count = 0;
        index.each_repeat(self, &mut |first, event| {
            // What stands in one row has one id.
            let row = |event: u32| (log.source(event as usize), log.row_key(event as usize));
            if row(first) != row(event) {
                count += 1;
                if pairs.len() < BATCHES * BATCH {
                    pairs.push((first, event));
                }
            }
        });
        let with_id = self.ids.iter().filter(|id| **id != NONE).count();
        if with_id >= FEW && count * 2 > with_id {
            let words = format!("{count} of {with_id} ids are repeated: they name something else than events here");
            findings.push(Finding::new(Kind::IdDuplicate, Severity::Info, words));
            return Ok(());
        }
        pairs.sort_unstable_by_key(|(_, event)| *event);
        let mut found = Tally::default();
        for pairs in pairs.chunks(BATCH / 2) {
            let both: Vec<u32> = pairs.iter().flat_map(|(first, event)| [*first, *event]).collect();
            let events = read(&both)?;
            for ((first, at), events) in pairs.iter().zip(events.chunks(2)) {
                let [one, other] = events else { continue };
                let same_id = one.id.as_deref().zip(other.id.as_deref()).is_some_and(|(a, b)| normal(a) == normal(b));
                if same_id {
                    found.push(|| twice(log, *first, *at, one, other));
                }
            }
            if found.rest() > 0 {
                break;
            }
        }
        findings.extend(found);
        Ok(())
    }

    fn causes<E>(
        &self,
        index: &Index,
        log: &EventLog,
        first: i64,
        findings: &Findings,
        read: &mut ReadAgain<'_, E>,
    ) -> Result<(), E> {
        let cause_of = |event: u32| {
            let cause = self.causes.get(event as usize).copied().filter(|cause| *cause != NONE)?;
            index.find(self, cause | PLAIN, self.tenant(event))
        };
        let (mut resolved, mut total, mut missing) = (0usize, 0usize, 0usize);
        let (mut unknown, mut backwards, mut own) = (Vec::new(), Vec::new(), Vec::new());
        for (event, cause) in self.causes.iter().enumerate().filter(|(_, cause)| **cause != NONE) {
            let event = event as u32;
            total += 1;
            match cause_of(event) {
                // What belongs to itself and caused itself is what began it all, as some libraries write it.
                Some(of) if of == event && *cause & PLAIN == 0 => total -= 1,
                Some(cause) if cause == event => own.push(event),
                Some(cause) => {
                    resolved += 1;
                    if cause > event {
                        backwards.push(event);
                    }
                }
                None if *cause & PLAIN == 0 => total -= 1,
                None => {
                    missing += 1;
                    if unknown.len() < BATCHES * BATCH {
                        unknown.push(event);
                    }
                }
            }
        }
        // Some libraries say of what nothing caused that it caused itself.
        if own.len() <= 5 || own.len() * 10 < total {
            for event in own {
                let words = "names itself as its cause";
                findings.push(Finding::at(log, Kind::CausationLoop, Severity::Error, event as usize, words));
            }
        }
        loops(log, &backwards, &cause_of, findings);
        if missing == 0 {
            return Ok(());
        }
        if resolved == 0 {
            // Then they name commands as a rule, and nothing is missing.
            let what = if missing == 1 {
                "the only cause that is named is no event".to_owned()
            } else {
                format!("none of {missing} causes is an event")
            };
            let words = format!("{what} of this store: commands may be meant, or events of other stores");
            let first = unknown
                .first()
                .map(|event| Finding::at(log, Kind::CauseMissing, Severity::Info, *event as usize, words));
            findings.extend_one(first);
            return Ok(());
        }
        let share = format!("{resolved} of {total} causes are events of this store");
        if total >= FEW && missing * 2 > total {
            let words = format!("{share}; the others may be commands, or events of other stores");
            findings.push(Finding::new(Kind::CauseMissing, Severity::Info, words));
            return Ok(());
        }
        let is_rare = missing * 10 <= total || total < FEW;
        let removed = Removed::of(log, first);
        let mut found = Tallies::default();
        for batch in unknown.chunks(BATCH) {
            for (at, event) in batch.iter().zip(read(batch)?) {
                let is_gone = removed.may_be_before(log, *at);
                let severity = if is_rare && !is_gone { Severity::Warning } else { Severity::Info };
                found.push(Kind::CauseMissing, severity, || {
                    let cause = short(event.causation_id.as_deref().unwrap_or_default());
                    let words = if is_gone {
                        format!("caused by {cause}, which no event here is: older ones were removed ({share})")
                    } else {
                        format!("caused by {cause}, which no event here is ({share})")
                    };
                    Finding::at(log, Kind::CauseMissing, severity, *at as usize, words)
                });
            }
        }
        findings.extend_all(found);
        Ok(())
    }
}

/// What shows that events were removed from a store: then it is no wonder that a cause is not there.
struct Removed {
    /// Positions count events, but for those that are left out.
    counts: bool,
    first_version: i64,
}

impl Removed {
    fn of(log: &EventLog, first_version: i64) -> Self {
        let span = match log.len().checked_sub(1) {
            Some(last) => log.position(last).saturating_sub(log.position(0)),
            None => 0,
        };
        let counts = !log.has_ordinal_positions() && span < (log.len() as i64).saturating_mul(2);
        Self { counts, first_version }
    }

    /// Whether events may have been removed that stood before this one.
    fn may_be_before(&self, log: &EventLog, event: u32) -> bool {
        let stream = log.stream_of(event as usize);
        let first = stream.and_then(|stream| log.version_in(*log.lane(stream).first()? as usize, stream));
        first.is_some_and(|first| first > self.first_version)
            || (self.counts && log.position(event as usize) > i64::from(event) + 1)
    }
}

/// Events that come before their causes, and those that lead back to themselves.
fn loops(log: &EventLog, backwards: &[u32], cause_of: &dyn Fn(u32) -> Option<u32>, findings: &Findings) {
    if backwards.is_empty() {
        return;
    }
    // Every loop has an event that comes before its cause. Each event is walked over once.
    let mut walked = vec![0u32; log.len()];
    let mut in_loop = std::collections::BTreeSet::new();
    for (walk, start) in (1..).zip(backwards) {
        let mut at = Some(*start);
        while let Some(event) = at.filter(|event| walked[*event as usize] == 0) {
            walked[event as usize] = walk;
            at = cause_of(event).filter(|cause| *cause != event);
        }
        let Some(entry) = at.filter(|event| walked[*event as usize] == walk) else { continue };
        let mut members = vec![entry];
        let mut next = cause_of(entry);
        while let Some(event) = next.filter(|event| *event != entry) {
            members.push(event);
            next = cause_of(event);
        }
        let words = {
            let mut names: Vec<String> = members.iter().take(LISTED).map(|event| name(log, *event)).collect();
            if members.len() > LISTED {
                names.push("…".to_owned());
            }
            names.push(name(log, entry));
            let count = members.len();
            format!("{count} events in a loop, each caused by the next: {}", names.join(" → "))
        };
        // One loop is one defect.
        let first = members.iter().min().copied().unwrap_or(entry);
        findings.push(Finding::at(log, Kind::CausationLoop, Severity::Error, first as usize, words));
        in_loop.extend(members);
    }
    for event in backwards.iter().filter(|event| !in_loop.contains(event)) {
        let Some(cause) = cause_of(*event) else { continue };
        let words = format!("caused by {}, which comes after it", name(log, cause));
        findings.push(Finding::at(log, Kind::CauseLater, Severity::Warning, *event as usize, words));
    }
}

fn twice(log: &EventLog, first: u32, at: u32, one: &Event, other: &Event) -> Finding {
    let same = one.event_type == other.event_type
        && one.stream == other.stream
        && match (one.data.decoded(), other.data.decoded()) {
            (Ok(a), Ok(b)) => a == b,
            (Err(a), Err(b)) => a.raw == b.raw,
            _ => false,
        };
    let id = short(one.id.as_deref().unwrap_or_default());
    let place = name(log, first);
    let words = if same {
        format!("has the id {id} of {place} and says the same: one event, stored twice")
    } else {
        let mut differs = Vec::new();
        if one.stream != other.stream {
            differs.push("stream");
        }
        if one.event_type != other.event_type {
            differs.push("type");
        }
        if differs.is_empty() {
            differs.push("payload");
        }
        format!("has the id {id} of {place} and another {}: two events with one id", differs.join(" and "))
    };
    Finding::at(log, Kind::IdDuplicate, Severity::Error, at as usize, words)
}

impl Index {
    fn new(ids: &[u64]) -> Self {
        let bits = ids.len().max(2).ilog2();
        let shift = 64 - bits;
        let mut starts = vec![0u32; (1 << bits) + 1];
        let with_id = || ids.iter().enumerate().filter(|(_, id)| **id != NONE);
        with_id().for_each(|(_, id)| starts[(id >> shift) as usize + 1] += 1);
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut order = vec![0u32; starts.last().map_or(0, |last| *last as usize)];
        for (event, id) in with_id() {
            let place = &mut next[(id >> shift) as usize];
            order[*place as usize] = event as u32;
            *place += 1;
        }
        Self { shift, starts, order }
    }

    fn bucket(&self, bucket: usize) -> &[u32] {
        &self.order[self.starts[bucket] as usize..self.starts[bucket + 1] as usize]
    }

    /// The first event with the hash of this id, of this tenant if there is one.
    fn find(&self, of: &Ids, id: u64, tenant: u32) -> Option<u32> {
        let bucket = self.bucket((id >> self.shift) as usize);
        let mut found = bucket.iter().copied().filter(|event| of.ids[*event as usize] == id);
        let first = found.next()?;
        if of.tenants.is_empty() || of.tenant(first) == tenant {
            return Some(first);
        }
        found.find(|event| of.tenant(*event) == tenant).or(Some(first))
    }

    /// Visits every event whose hash an earlier one of its tenant has, with the first that has it.
    fn each_repeat(&self, of: &Ids, visit: &mut dyn FnMut(u32, u32)) {
        let mut same: Vec<((u64, u32), u32)> = Vec::new();
        for bucket in 0..self.starts.len() - 1 {
            same.clear();
            same.extend(self.bucket(bucket).iter().map(|event| ((of.ids[*event as usize], of.tenant(*event)), *event)));
            same.sort_unstable();
            let mut first = None;
            for (id, event) in &same {
                match first {
                    Some((of, first)) if of == *id => visit(first, *event),
                    _ => first = Some((*id, *event)),
                }
            }
        }
    }
}

/// One id may be written in several ways: a UUID with and without hyphens, in either case.
fn normal(id: &str) -> String {
    match uuid::Uuid::try_parse(id) {
        Ok(uuid) => uuid.simple().to_string(),
        Err(_) => id.to_owned(),
    }
}

/// Of an id. Plain numbers count the rows of the table or file that they are in, which is the `source`.
fn hash(id: &str, source: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    if id.len() < 20 && id.bytes().all(|byte| byte.is_ascii_digit()) {
        source.hash(&mut hasher);
    }
    match uuid::Uuid::try_parse(id) {
        Ok(uuid) => uuid.as_u128().hash(&mut hasher),
        Err(_) => id.hash(&mut hasher),
    }
    hasher.finish() | PLAIN
}

/// An id that fits a line.
fn short(id: &str) -> String {
    match id.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &id[..at]),
        None => id.to_owned(),
    }
}
