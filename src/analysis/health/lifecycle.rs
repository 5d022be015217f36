//! How streams of a category begin and end, learned from all of them; and types as such.

use std::collections::HashMap;

use super::clock_words::{name, named, of_type};
use super::findings::{Finding, Findings, Severity, Tally};
use super::kind::Kind;
use super::versions::own_streams;
use crate::model::names::humanised;
use crate::model::{CategoryIndex, EventKind, EventLog, StreamIndex, TypeIndex};

/// Fewer events are no rule.
const FEW: usize = 20;

/// What a store shows of how its streams live.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shows {
    /// A category has enough streams to tell how they begin.
    pub beginnings: bool,
    /// A type's name says that it ends a stream.
    pub ends: bool,
}

/// Looks at types, beginnings and ends. `first` is the version that streams begin with; of `doubles` enough is told.
pub(super) fn check(log: &EventLog, first: i64, doubles: &[u32], findings: &Findings) -> Shows {
    types(log, findings);
    no_stream(log, findings);
    let categories = Categories::of(log);
    let told = categories.starts(log, first, findings);
    let ends = categories.ends(log, doubles, findings);
    Shows { beginnings: told || categories.streams.values().any(|streams| *streams >= 3), ends }
}

fn is_nameless(name: &str) -> bool {
    name.trim().is_empty()
}

/// Types seen once.
fn types(log: &EventLog, findings: &Findings) {
    let once: Vec<bool> = log.types().iter().map(|info| info.events == 1 && !is_nameless(&info.name)).collect();
    if !once.contains(&true) {
        return;
    }
    let mut rare = Tally::default();
    for event in 0..log.len() {
        let of = log.type_of(event);
        // A library's own rows are few as a rule.
        if once[of.0 as usize] && log.kind(event) != EventKind::System {
            rare.push(|| {
                let words = format!("no other event has the type {}", log.event_type(of).name);
                Finding::at(log, Kind::TypeOnce, Severity::Info, event, words)
            });
        }
    }
    findings.extend(rare);
}

/// Events without a type, but for those whose payload would say it and can't be read. `unread` are those, in order.
pub(super) fn nameless(log: &EventLog, unread: &[u32], findings: &Findings) {
    let empty: Vec<bool> = log.types().iter().map(|info| is_nameless(&info.name)).collect();
    if !empty.contains(&true) {
        return;
    }
    let mut found = Tally::default();
    for event in 0..log.len() {
        if empty[log.type_of(event).0 as usize] && unread.binary_search(&(event as u32)).is_err() {
            found.push(|| Finding::at(log, Kind::TypeEmpty, Severity::Warning, event, "has no type"));
        }
    }
    if found.count() >= FEW && found.count() * 10 > log.len() {
        let words =
            format!("{} of {} events have no type; their payloads may say what they are", found.count(), log.len());
        let first = found.into_first();
        findings.extend_one(first.map(|first| Finding { severity: Severity::Info, message: words, ..first }));
    } else {
        findings.extend(found);
    }
}

fn no_stream(log: &EventLog, findings: &Findings) {
    let without = || (0..log.len()).filter(|event| log.stream_of(*event).is_none());
    let Some(first) = without().next() else { return };
    let count = without().count();
    if count == log.len() {
        return;
    }
    let what = if count == 1 { "1 event is".to_owned() } else { format!("{count} events are") };
    let words = format!("{what} in no stream; the first one is here");
    findings.push(Finding::at(log, Kind::StreamMissing, Severity::Info, first, words));
}

type OfCategory = (CategoryIndex, TypeIndex);

/// What categories have in common.
struct Categories {
    /// How many streams of each category begin with each type.
    starts: HashMap<OfCategory, usize>,
    /// How many streams begin at all.
    streams: HashMap<CategoryIndex, usize>,
    /// How many events of each type a category has.
    events: HashMap<OfCategory, usize>,
    /// Words of a category: its own, and the noun of the type that most of its streams begin with.
    nouns: HashMap<CategoryIndex, Vec<String>>,
}

/// Streams that live: those whose events say something of one entity.
fn streams(log: &EventLog) -> impl Iterator<Item = (StreamIndex, CategoryIndex)> {
    own_streams(log).map(|stream| (stream, log.stream(stream).category))
}

/// A stream's first fact: no command, no bookkeeping.
fn first_of(log: &EventLog, stream: StreamIndex) -> Option<u32> {
    log.lane(stream).iter().copied().find(|event| log.kind(*event as usize) == EventKind::Event)
}

impl Categories {
    fn of(log: &EventLog) -> Self {
        let (mut starts, mut all, mut events) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (stream, category) in streams(log) {
            let Some(first) = first_of(log, stream) else { continue };
            *starts.entry((category, log.type_of(first as usize))).or_default() += 1;
            *all.entry(category).or_default() += 1;
            for event in log.lane(stream) {
                *events.entry((category, log.type_of(*event as usize))).or_default() += 1;
            }
        }
        let mut nouns = HashMap::new();
        for category in all.keys() {
            let mut words = vec![bare(log.category(*category))];
            words.extend(usual_start(&starts, *category).and_then(|(of, _)| noun(&log.event_type(of).short)));
            nouns.insert(*category, words);
        }
        Self { starts, streams: all, events, nouns }
    }

    /// Of two streams that begin in two ways: what the other one begins with, if only that is a beginning by its name.
    fn other_start(&self, log: &EventLog, category: CategoryIndex, of: TypeIndex) -> Option<TypeIndex> {
        let begins = |of: TypeIndex| {
            let words = humanised(&log.event_type(of).short).to_lowercase();
            split_last(&words).is_some_and(|(last, _)| BEGINS.contains(&last))
        };
        let other = self.starts.keys().find(|(at, start)| *at == category && *start != of)?.1;
        (begins(other) && !begins(of)).then_some(other)
    }

    /// Streams that begin otherwise than almost all of their category. Whether any do.
    fn starts(&self, log: &EventLog, first_version: i64, findings: &Findings) -> bool {
        let mut found = Tally::default();
        for (stream, category) in streams(log) {
            let Some(first) = first_of(log, stream) else { continue };
            let of = log.type_of(first as usize);
            if named(log, of).is_none() {
                continue;
            }
            let others = self.streams[&category] - 1;
            let alike = self.starts[&(category, of)] - 1;
            // A type that a third of the streams begin with, or that hardly ever follows another, is one to begin with.
            let mostly_begins = alike > 0 && self.events[&(category, of)] <= 2 * (alike + 1);
            if others < 1 || alike * 3 >= others || mostly_begins {
                continue;
            }
            let usual = match others {
                1 => self.other_start(log, category, of).map(|other| (other, 1)),
                _ => usual_start(&self.starts, category).filter(|(usual, _)| *usual != of),
            };
            let Some((usual, begun)) = usual else { continue };
            let severity = match (others, begun) {
                (1, _) => Severity::Info,
                (others, begun) if begun == others || (others >= 10 && begun * 10 >= others * 8) => Severity::Warning,
                (others, begun) if begun * 3 >= others * 2 => Severity::Info,
                _ => continue,
            };
            // Where the beginning was deleted there is nothing to wonder at.
            let is_cut = log.version(first as usize).is_some_and(|version| version > first_version);
            let severity = if is_cut { Severity::Info } else { severity };
            found.push(|| {
                let (own, usual, category) = (of_type(log, of), of_type(log, usual), log.category(category));
                let words = match others {
                    1 => format!("begins with {own}; the other stream of {category} begins with {usual}"),
                    _ => {
                        format!("begins with {own}; {begun} of {others} other streams of {category} begin with {usual}")
                    }
                };
                Finding::at(log, Kind::NoStart, severity, first as usize, words).within(log, stream)
            });
        }
        let any = found.count() > 0;
        findings.extend(found);
        any
    }

    /// Events that follow the end of their stream. Whether any type ends one.
    fn ends(&self, log: &EventLog, doubles: &[u32], findings: &Findings) -> bool {
        let mut roles: HashMap<OfCategory, Role> = HashMap::new();
        for of in self.events.keys().filter(|(category, _)| self.are_entities(*category)) {
            roles.insert(*of, self.role(log, *of));
        }
        if !roles.values().any(|role| matches!(role, Role::Ends { .. })) {
            return false;
        }
        // How often each ending type is in a stream, and how often something follows.
        let mut known: HashMap<OfCategory, (usize, usize)> = HashMap::new();
        let mut ended = Vec::new();
        for (stream, category) in streams(log) {
            each_end(log, stream, category, &roles, &mut |end, after, goes_on| {
                let counts = known.entry((category, log.type_of(end as usize))).or_default();
                counts.0 += 1;
                counts.1 += usize::from(after.is_some() || goes_on);
                if let Some((after, more)) = after {
                    ended.push((stream, end, after, more));
                }
            });
        }
        let mut found = Tally::default();
        for (stream, end, after, more) in ended {
            let of = (log.stream(stream).category, log.type_of(end as usize));
            let (all, followed) = known[&of];
            let is_end = match roles.get(&of) {
                Some(Role::Ends { certain: true }) => all < 3 || followed * 2 <= all,
                _ => all >= 5 && followed * 10 <= all,
            };
            if !is_end || doubles.binary_search(&after).is_ok() {
                continue;
            }
            found.push(|| {
                let short = |event: u32| of_type(log, log.type_of(event as usize));
                let rest = match more {
                    0 => String::new(),
                    1 => ", and 1 more event follows".to_owned(),
                    more => format!(", and {more} more events follow"),
                };
                let words = format!(
                    "{} comes after {} at {}, which ends the stream{rest}",
                    short(after),
                    short(end),
                    name(log, end)
                );
                Finding::at(log, Kind::AfterEnd, Severity::Warning, after as usize, words).within(log, stream)
            });
        }
        findings.extend(found);
        true
    }

    /// Whether the streams of a category are of one entity each: they begin once.
    fn are_entities(&self, category: CategoryIndex) -> bool {
        let Some((usual, _)) = usual_start(&self.starts, category) else { return false };
        self.events[&(category, usual)] <= 2 * self.streams[&category]
    }

    fn role(&self, log: &EventLog, (category, of): OfCategory) -> Role {
        let short = &log.event_type(of).short;
        let words = humanised(short).to_lowercase();
        let Some((last, before)) = split_last(&words) else { return Role::Other };
        if usual_start(&self.starts, category).is_some_and(|(usual, _)| usual == of) || AGAIN.contains(&last) {
            return Role::Begins;
        }
        if MAY_END.contains(&last) {
            return Role::Ends { certain: false };
        }
        if !ENDS.contains(&last) {
            return Role::Other;
        }
        let subject = bare(before);
        let nouns = self.nouns.get(&category).map_or(&[][..], Vec::as_slice);
        let is_own = |noun: &String| !noun.is_empty() && (noun.ends_with(&subject) || subject.ends_with(noun.as_str()));
        Role::Ends { certain: subject.is_empty() || subject == "stream" || nouns.iter().any(is_own) }
    }
}

/// What a type is for a stream.
#[derive(Clone, Copy)]
enum Role {
    Begins,
    /// By its name; certain where the name is about the entity itself.
    Ends {
        certain: bool,
    },
    Other,
}

/// Last words of types that end what the type is about.
const ENDS: [&str; 16] = [
    "closed",
    "deleted",
    "terminated",
    "cancelled",
    "canceled",
    "archived",
    "removed",
    "tombstoned",
    "tombstone",
    "destroyed",
    "erased",
    "purged",
    "dissolved",
    "decommissioned",
    "discontinued",
    "retired",
];
/// Last words of types that may be the last, as the other streams show.
const MAY_END: [&str; 8] =
    ["completed", "finished", "ended", "expired", "settled", "finalized", "finalised", "resolved"];
/// Last words of types that begin what the type is about.
const BEGINS: [&str; 13] = [
    "opened",
    "created",
    "registered",
    "started",
    "begun",
    "placed",
    "requested",
    "initiated",
    "founded",
    "launched",
    "drafted",
    "booked",
    "issued",
];
/// Last words of types that take it up again.
const AGAIN: [&str; 14] = [
    "reopened",
    "restored",
    "undeleted",
    "unarchived",
    "reactivated",
    "resumed",
    "reinstated",
    "recreated",
    "opened",
    "created",
    "restarted",
    "renewed",
    "revived",
    "recovered",
];

/// Visits every end of a stream: what ends it, the first event after it with how many more follow, and whether the
/// stream goes on to another beginning or to an end that is certain: then it was none.
fn each_end(
    log: &EventLog,
    stream: StreamIndex,
    category: CategoryIndex,
    roles: &HashMap<OfCategory, Role>,
    visit: &mut dyn FnMut(u32, Option<(u32, usize)>, bool),
) {
    let mut end: Option<u32> = None;
    let mut after: Option<(u32, usize)> = None;
    let is_certain =
        |event: u32| matches!(roles.get(&(category, log.type_of(event as usize))), Some(Role::Ends { certain: true }));
    for event in log.lane(stream) {
        if log.kind(*event as usize) == EventKind::Command {
            continue;
        }
        match (roles.get(&(category, log.type_of(*event as usize))).copied().unwrap_or(Role::Other), end) {
            (Role::Begins, Some(ended)) => {
                visit(ended, after, !is_certain(ended));
                (end, after) = (None, None);
            }
            (Role::Ends { certain: true }, Some(ended)) if !is_certain(ended) => {
                visit(ended, after, true);
                (end, after) = (Some(*event), None);
            }
            (Role::Ends { .. }, Some(ended)) => {
                // A second one of the same type is the very thing: what is closed can't be closed.
                if log.type_of(ended as usize) == log.type_of(*event as usize) {
                    after = Some(after.map_or((*event, 0), |(first, more)| (first, more + 1)));
                }
            }
            (Role::Ends { .. }, None) => end = Some(*event),
            (Role::Other, Some(_)) => after = Some(after.map_or((*event, 0), |(first, more)| (first, more + 1))),
            (_, None) => {}
        }
    }
    if let Some(end) = end {
        visit(end, after, false);
    }
}

/// The type that most streams of a category begin with, and how many do.
fn usual_start(starts: &HashMap<OfCategory, usize>, category: CategoryIndex) -> Option<(TypeIndex, usize)> {
    let of = starts.iter().filter(|((of, _), _)| *of == category);
    of.map(|((_, of), count)| (*of, *count)).max_by_key(|(of, count)| (*count, std::cmp::Reverse(*of)))
}

/// The last word of a name in words, and what is before it.
fn split_last(words: &str) -> Option<(&str, &str)> {
    match words.rsplit_once(' ') {
        Some((before, last)) => Some((last, before)),
        None => (!words.is_empty()).then_some((words, "")),
    }
}

/// What a type is about: `ticket` in `TicketOpened`.
fn noun(short: &str) -> Option<String> {
    let words = humanised(short).to_lowercase();
    split_last(&words).map(|(_, before)| bare(before)).filter(|noun| !noun.is_empty())
}

/// Letters and digits in lower case, without a plural's s.
fn bare(name: &str) -> String {
    let letters: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    letters.strip_suffix('s').map_or_else(|| letters.clone(), str::to_owned)
}
