//! Payloads: those that can't be read, repeated keys, and the version that a writer expected.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::clock_words::{many_of_type, name, named, none_of_type};
use super::findings::{Finding, Findings, Severity, Tally};
use super::kind::Kind;
use crate::model::event::first_scalar;
use crate::model::{Event, EventLog, Path, Payload, StreamIndex, Timestamp, TypeIndex, Unreadable, Value, json};

/// Fewer events of a type are no rule.
const FEW: usize = 10;

/// Metadata paths in which writers keep the version that they expected.
const EXPECTED: [&str; 5] =
    ["expected_version", "expectedVersion", "$expectedVersion", "ExpectedVersion", "expected-version"];

/// Payloads as they come.
#[derive(Debug)]
pub(super) struct Payloads {
    /// Those that can't be read, by type and reason: whether that is the rule is known when all were seen.
    unreadable: HashMap<(TypeIndex, String), Tally>,
    /// Events without a time, by type: where no event of a type has one, that is how it is written.
    untimed: HashMap<TypeIndex, Tally>,
    /// Events that can't be read and have no type: it may be in the payload.
    unread_nameless: Vec<u32>,
    /// How many of them may well be encrypted, by type and reason.
    encrypted: HashMap<(TypeIndex, String), usize>,
    expected_at: Vec<Path>,
    /// By stream, where there is any: the version that the writer of the last event expected, and when it was.
    expected: Vec<Option<(i64, Option<Timestamp>, u32)>>,
}

impl Default for Payloads {
    fn default() -> Self {
        let expected_at = EXPECTED.iter().filter_map(|path| Path::parse(path).ok()).collect();
        Self {
            unreadable: HashMap::new(),
            untimed: HashMap::new(),
            unread_nameless: Vec::new(),
            encrypted: HashMap::new(),
            expected_at,
            expected: Vec::new(),
        }
    }
}

impl Payloads {
    /// Takes an event in and decodes its payload, which then need not be decoded again.
    pub fn take(&mut self, log: &EventLog, index: usize, event: &mut Event, findings: &Findings) {
        let mut repeated = event.repeated_key.take();
        if let Payload::Text(text) = &event.data {
            let read = json::parse_noting_repeats(text, &mut |key| {
                repeated.get_or_insert_with(|| key.into());
            });
            event.data = match read {
                Ok(value) => Payload::Value(value),
                Err(error) => Payload::Unreadable(Arc::new(Unreadable::json(text, &error))),
            };
        }
        match (&event.data, repeated) {
            (Payload::Unreadable(why), _) => {
                if named(log, log.type_of(index)).is_none() {
                    self.unread_nameless.push(index as u32);
                    if may_be_encrypted(why) {
                        *self.encrypted.entry((log.type_of(index), why.reason.clone())).or_default() += 1;
                    }
                }
                let found = self.unreadable.entry((log.type_of(index), why.reason.clone())).or_default();
                found.push(|| {
                    let note = if why.note.is_empty() {
                        why.reason.clone()
                    } else if why.note.starts_with(&*why.reason) {
                        why.note.to_string()
                    } else {
                        format!("{}: {}", why.reason, why.note)
                    };
                    let bytes = if why.len == 1 { "1 byte".to_owned() } else { format!("{} bytes", why.len) };
                    let words = if note.contains(&bytes) { note } else { format!("{note}, {bytes}") };
                    Finding::at(log, Kind::PayloadUnreadable, Severity::Error, index, words)
                });
            }
            (_, Some(key)) => {
                let words = format!("the key {key:?} stands in one object more than once; the last value is taken");
                findings.push(Finding::at(log, Kind::PayloadRepeatedKey, Severity::Warning, index, words));
            }
            _ => {}
        }
        // Where the payload can't be read, a time in it can't either, and that is told.
        if event.time.is_none() && !(event.time_raw.is_none() && matches!(event.data, Payload::Unreadable(_))) {
            self.untimed(log, index, event, findings);
        }
        self.expected_version(log, index, event, findings);
    }

    fn untimed(&mut self, log: &EventLog, index: usize, event: &Event, findings: &Findings) {
        match &event.time_raw {
            Some(raw) => {
                let words = format!("its time can't be read: {:?}", raw.chars().take(40).collect::<String>());
                findings.push(Finding::at(log, Kind::TimeMissing, Severity::Warning, index, words));
            }
            None => self.untimed.entry(log.type_of(index)).or_default().push(|| {
                let words = format!("has no time, as other {} have", many_of_type(log, log.type_of(index)));
                Finding::at(log, Kind::TimeMissing, Severity::Warning, index, words)
            }),
        }
    }

    /// Two events in a row that were written for one version, and not together.
    fn expected_version(&mut self, log: &EventLog, index: usize, event: &Event, findings: &Findings) {
        let Value::Object(_) = &event.metadata else { return };
        let Some(expected) = first_scalar(&event.metadata, &self.expected_at) else { return };
        let (Ok(expected), Some(StreamIndex(stream))) = (expected.parse::<i64>(), log.stream_of(index)) else { return };
        // Negative numbers say any version, or none.
        if expected < 0 {
            return;
        }
        let stream = stream as usize;
        if self.expected.len() <= stream {
            self.expected.resize(log.streams().len(), None);
        }
        let time = log.time(index);
        let before = self.expected[stream].replace((expected, time, index as u32));
        let Some((same, at, other)) = before.filter(|(same, ..)| *same == expected) else { return };
        // What is written together has one time; where two have one version, that is told already.
        if (at.is_some() && at == time) || log.version(other as usize) == log.version(index) {
            return;
        }
        let words = format!(
            "written for version {same}, as {} was before it: two writers expected the same version",
            name(log, other)
        );
        findings.push(Finding::at(log, Kind::VersionDuplicate, Severity::Warning, index, words));
    }

    /// Whether any event says which version its writer expected.
    pub fn tell_expected(&self) -> bool {
        !self.expected.is_empty()
    }

    /// Events that can't be read and have no type, in order.
    pub fn unread_nameless(&self) -> &[u32] {
        &self.unread_nameless
    }

    /// How many could not be read so far.
    pub fn unread(&self) -> usize {
        self.unreadable.values().map(Tally::count).sum()
    }

    /// Says what can't be read, once all were seen.
    pub fn finish(self, log: &EventLog, findings: &Findings) {
        let mut untimed: Vec<(TypeIndex, Tally)> = self.untimed.into_iter().collect();
        untimed.sort_by_key(|(of, _)| *of);
        let without: usize = untimed.iter().map(|(_, found)| found.count()).sum();
        // Where most events have none, it is the store that keeps no times.
        let is_usual = without * 2 > log.len();
        for (of, found) in untimed.into_iter().filter(|_| !is_usual) {
            let all = log.event_type(of).events;
            let words = match found.count() {
                1 if all == 1 => format!("the only {} has no time", none_of_type(log, of)),
                count if count == all => format!("no {} has a time", none_of_type(log, of)),
                count if count * 2 > all => format!("{count} of {all} {} have no time", many_of_type(log, of)),
                _ => {
                    findings.extend(found);
                    continue;
                }
            };
            let first = found.into_first();
            findings.extend_one(first.map(|first| Finding { severity: Severity::Info, message: words, ..first }));
        }
        Self::unreadable(self.unreadable, &self.encrypted, log, findings);
    }

    fn unreadable(
        unreadable: HashMap<(TypeIndex, String), Tally>,
        encrypted: &HashMap<(TypeIndex, String), usize>,
        log: &EventLog,
        findings: &Findings,
    ) {
        let mut found: Vec<((TypeIndex, String), Tally)> = unreadable.into_iter().collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let mut by_reason: BTreeMap<String, usize> = BTreeMap::new();
        for ((_, reason), tally) in &found {
            *by_reason.entry(reason.clone()).or_default() += tally.count();
        }
        // In an encoding that is not read here nothing at all may be what an event without fields comes to.
        let is_opaque = by_reason.iter().any(|(reason, count)| count * 2 > log.len() && !is_damage(reason));
        let is_damage = |reason: &str| is_damage(reason) && !(is_opaque && reason.contains("empty"));
        // An encoding that is not read here is no damage: it is told once.
        for (reason, count) in by_reason {
            if count * 2 <= log.len() || (count < FEW && is_damage(&reason)) {
                continue;
            }
            let words = match count == log.len() {
                true if count == 1 => format!("the only payload can't be read: {reason}"),
                true => format!("none of the {count} payloads can be read: {reason}"),
                false => format!("{count} of {} payloads can't be read: {reason}", log.len()),
            };
            let (of_it, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|((_, of), _)| *of == reason);
            found = others;
            let firsts = of_it.into_iter().filter_map(|(_, tally)| tally.into_first());
            let first = firsts.min_by_key(|first| first.event);
            findings.extend_one(first.map(|first| Finding { severity: Severity::Info, message: words, ..first }));
        }
        for ((of, reason), tally) in found {
            // What is encrypted may have its type in it: nothing is broken.
            let all_encrypted = encrypted.get(&(of, reason.clone())) == Some(&tally.count());
            if named(log, of).is_none() && all_encrypted {
                let words = match tally.count() {
                    1 => format!("1 event without a type can't be read: {reason}"),
                    count => format!("{count} events without a type can't be read: {reason}"),
                };
                let first =
                    tally.into_first().map(|first| Finding { severity: Severity::Info, message: words, ..first });
                findings.extend_one(first);
                continue;
            }
            let all = log.event_type(of).events;
            // Those without a type have nothing in common that could be a rule.
            let is_rule = named(log, of).is_some() && tally.count() * 2 > all && (all >= FEW || !is_damage(&reason));
            if is_rule {
                let words = match tally.count() {
                    count if count == all => format!("no {} can be read: {reason}", none_of_type(log, of)),
                    count => format!("{count} of {all} {} can't be read: {reason}", many_of_type(log, of)),
                };
                let first =
                    tally.into_first().map(|first| Finding { severity: Severity::Info, message: words, ..first });
                findings.extend_one(first);
            } else {
                findings.extend(tally);
            }
        }
    }
}

/// Whether contents have the length of what a cipher makes of whole blocks, where the library has one.
fn may_be_encrypted(why: &Unreadable) -> bool {
    why.reason.contains("encrypted") && why.len >= 16 && why.len.is_multiple_of(16)
}

/// Whether a reason speaks of something broken rather than of something unknown.
fn is_damage(reason: &str) -> bool {
    ["invalid", "not UTF-8", "not JSON", "damaged", "empty", "nested", "too large", "truncated", "cut off", "broken"]
        .iter()
        .any(|word| reason.contains(word))
}
