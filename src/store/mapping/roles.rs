//! Which column of one table is what: names, declared types and sampled values speak for each role, and so does how
//! columns go together (versions that count within a stream, a category that each stream has once).

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::look::{Cell, Sample};
use super::names::{Role, ends_as_id, has_happened, names_a_type, says, tokens, without_unit};
use super::profile::{Profile, Source, decoded, key, number};
use crate::model::Path;
use crate::model::mapping::{PathSeen, TimeAs};
use crate::model::value::Value;

/// Payloads that are decoded to see what is in them.
const DECODED: usize = 120;
/// Paths that are looked at in them.
const PATHS: usize = 64;
/// How much less a place inside a payload counts than a column.
const INSIDE: f32 = 0.6;

/// Values in rows, and what they are.
#[derive(Debug)]
pub(super) struct Roles {
    /// The columns, then the paths in the payload, then those in the metadata.
    pub profiles: Vec<Profile>,
    /// How many of them are columns, and how many columns or of the payload.
    pub columns: usize,
    pub in_payload: usize,
    /// What was found, by its place in the profiles, with how much speaks for it.
    pub found: BTreeMap<Role, (usize, f32)>,
    /// A day and a time of day in two columns.
    pub split: Option<(usize, usize)>,
    /// Payloads are objects of one key, which is the type.
    pub tag: bool,
    /// The key of the payload under which the payload proper is.
    pub inside: Option<String>,
    /// Of pairs of events that follow each other in a stream, those whose versions do.
    pub counts: f32,
    pub paths: Vec<PathSeen>,
}

impl Roles {
    /// Finds what the columns of a table are.
    pub(super) fn of(sample: &Sample) -> Self {
        let beginning = common_beginning(sample);
        let profiles: Vec<Profile> = sample
            .table
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let cells = sample.column(at).cloned().collect();
                let mut profile = Profile::new(&column.name, Source::Column(at), &column.declared, cells);
                if let Some(beginning) = &beginning {
                    let mut words = tokens(&column.name);
                    if words.len() > 1 && words[0] == *beginning {
                        words.remove(0);
                        profile.plain = words.join("_");
                    }
                }
                profile
            })
            .collect();
        let columns = profiles.len();
        let mut roles = Self {
            profiles,
            columns,
            in_payload: columns,
            found: BTreeMap::new(),
            split: None,
            tag: false,
            inside: None,
            counts: 0.0,
            paths: Vec::new(),
        };
        roles.find_payload(sample);
        roles.find_time(sample);
        roles.find_type(sample);
        roles.find_stream(sample);
        roles.find_order(sample);
        roles.find_category(sample);
        roles.find_others(sample);
        roles
    }

    pub(super) fn profile(&self, role: Role) -> Option<&Profile> {
        self.found.get(&role).map(|(at, _)| &self.profiles[*at])
    }

    pub(super) fn score(&self, role: Role) -> f32 {
        self.found.get(&role).map_or(0.0, |(_, score)| *score)
    }

    pub(super) fn is_used(&self, at: usize) -> bool {
        self.found.values().any(|(used, _)| *used == at) || self.split.is_some_and(|(a, b)| a == at || b == at)
    }

    fn is_in_row(&self, at: usize) -> bool {
        at < self.columns
    }

    /// Takes the best candidate for a role, if it has at least so many points.
    fn take(&mut self, role: Role, least: f32, points: impl Fn(&Self, usize, &Profile) -> f32) -> Option<usize> {
        let candidates = (0..self.profiles.len()).filter(|at| !self.is_used(*at));
        let mut best: Option<(usize, f32)> = None;
        for at in candidates {
            let score = points(self, at, &self.profiles[at]);
            if score >= least && best.is_none_or(|(_, known)| score > known) {
                best = Some((at, score));
            }
        }
        best.map(|(at, score)| {
            self.found.insert(role, (at, score));
            at
        })
    }

    fn find_payload(&mut self, sample: &Sample) {
        let table = sample.table.name.clone();
        let points = |_: &Self, _: usize, profile: &Profile| {
            let name = says(Role::Payload, &profile.plain, &table);
            let meta = says(Role::Metadata, &profile.plain, &table);
            if profile.cells.is_empty() {
                return if name >= 0.7 { 1.0 + name } else { 0.0 };
            }
            let packed: usize = profile.packed.values().sum();
            let json = profile.share_of_filled((profile.json + profile.broken_json).max(packed));
            let bytes = profile.share_of_filled(profile.opaque);
            if json < 0.4 && !(bytes > 0.5 && name >= 0.4) && !(name >= 1.0 && profile.texts + profile.blobs > 0) {
                return 0.0;
            }
            let timely = if profile.timely() > 0.5 || profile.uuids * 2 > profile.filled() { 2.0 } else { 0.0 };
            let full = profile.share(profile.filled()).min(1.0);
            // Between two that look alike the longer one is the payload.
            let length = (profile.length as f32 / 1000.0).min(0.3);
            json * 2.0 + bytes + name * 1.5 - (meta - name).max(0.0) * 3.0 + full * 0.4 + length - timely
        };
        if let Some(at) = self.take(Role::Payload, 0.9, points) {
            self.look_inside(at, Source::Path);
            self.in_payload = self.profiles.len();
            let top = |name: &str| self.profiles[self.columns..].iter().find(|profile| profile.name == name);
            // An envelope: the type beside the payload proper.
            let has_type = self.profiles[self.columns..self.in_payload]
                .iter()
                .any(|profile| says(Role::Type, &profile.name, "") >= 0.7 && profile.nulls * 10 < profile.rows);
            let inner = ["data", "payload", "body", "eventData", "event_data", "Data", "Payload", "daten"];
            let inner = inner.into_iter().find(|name| {
                top(name)
                    .is_some_and(|profile| profile.objects * 10 >= self.profiles[at].objects * 8 && profile.objects > 0)
            });
            self.inside = inner.filter(|_| has_type).map(str::to_owned);
            let values = self.profiles[at].cells.iter().take(DECODED / 2).filter_map(decoded);
            let tags = values.map(|value| match value.as_object() {
                Some(object) if object.len() == 1 => object.iter().next().is_some_and(|(key, _)| has_happened(key)),
                _ => false,
            });
            let tags: Vec<bool> = tags.collect();
            self.tag = !tags.is_empty() && tags.iter().filter(|tag| **tag).count() * 20 >= tags.len() * 19;
        }
        let points = |_: &Self, _: usize, profile: &Profile| {
            let name = says(Role::Metadata, &profile.plain, &table);
            let is_column = matches!(profile.source, Source::Column(_));
            let json = profile.share_of_filled(profile.json + profile.broken_json);
            let fits = profile.filled() == 0 || json > 0.3 || !profile.packed.is_empty();
            if is_column && fits && name >= 0.7 { name + json } else { 0.0 }
        };
        if let Some(at) = self.take(Role::Metadata, 0.7, points) {
            self.look_inside(at, Source::Path);
        }
    }

    /// Adds the paths that are in a column's JSON as further candidates.
    fn look_inside(&mut self, at: usize, source: fn(String) -> Source) {
        let cells = &self.profiles[at].cells;
        let step = cells.len().div_ceil(DECODED).max(1);
        // Neighbours are wanted too, so the first ones are taken whole.
        let wanted = |row: usize| row < DECODED / 2 || row.is_multiple_of(step);
        let values: Vec<Option<Value>> =
            cells.iter().enumerate().map(|(row, cell)| if wanted(row) { decoded(cell) } else { None }).collect();
        let looked = values.iter().flatten().count();
        if looked == 0 {
            return;
        }
        let mut counts: FxHashMap<String, usize> = FxHashMap::default();
        for value in values.iter().flatten() {
            paths_of(value, "", 0, &mut |path| *counts.entry(path.to_owned()).or_default() += 1);
        }
        let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        counts.truncate(PATHS);
        for (text, count) in counts {
            let Ok(path) = Path::parse(&text) else { continue };
            let at_path = |value: &Option<Value>| match value.as_ref().and_then(|value| value.at(&path)) {
                None | Some(Value::Null) => Cell::Null,
                Some(Value::String(text)) => Cell::Text(text.to_string()),
                Some(Value::Number(number)) => {
                    number.as_i64().map_or_else(|| Cell::Real(number.to_f64_lossy()), Cell::Int)
                }
                Some(value) => Cell::Json(value.clone()),
            };
            // Only rows that were decoded say something.
            let rows: Vec<Cell> = values.iter().map(at_path).collect();
            let filled = rows.iter().filter(|cell| !matches!(cell, Cell::Null)).count();
            let mut profile = Profile::new(&text, source(text.clone()), "", rows);
            (profile.rows, profile.nulls) = (looked, looked - filled);
            let share = (count * 100 / looked) as u8;
            self.paths.push(PathSeen { path: text, share, example: profile.example() });
            self.profiles.push(profile);
        }
    }

    /// Takes away from what is inside payloads, and refuses what only some of them have.
    fn inside(&self, at: usize, profile: &Profile, points: f32) -> f32 {
        if self.is_in_row(at) {
            points
        } else if profile.nulls * 10 > profile.rows {
            0.0
        } else {
            points - INSIDE
        }
    }

    fn find_time(&mut self, sample: &Sample) {
        let table = sample.table.name.clone();
        let points = |roles: &Self, at: usize, profile: &Profile| {
            let whole = last_word_of(profile);
            let name = says(Role::Time, whole, &table).max(says(Role::Time, &without_unit(whole), &table));
            let other = says(Role::ValidTime, &profile.plain, &table);
            if profile.cells.is_empty() {
                return if name >= 0.7 && other < name { 1.0 + name } else { 0.0 };
            }
            let timely = profile.timely() + profile.share_of_filled(profile.days) * 0.6;
            let vague = profile.times.keys().all(|unit| {
                matches!(unit, TimeAs::UnixDays | TimeAs::OleDays | TimeAs::JulianDays | TimeAs::UnixNanos)
            });
            if timely < 0.5 || (vague && profile.days == 0 && name < 0.4) || (name < 0.1 && !roles.is_in_row(at)) {
                return 0.0;
            }
            let full = profile.share(profile.filled()).min(1.0) * 0.5;
            roles.inside(at, profile, timely * 1.5 + name * 1.5 - other * 2.0 + full + preference(&profile.plain))
        };
        let single = self.take(Role::Time, 1.3, points);
        // A day alone is a time where there is no time of day to go with it.
        let only_days = single.is_none_or(|at| self.profiles[at].days * 2 > self.profiles[at].filled());
        let clock = (0..self.columns).find(|at| {
            let profile = &self.profiles[*at];
            profile.share_of_filled(profile.clocks) > 0.8
        });
        let day = (0..self.columns).find(|at| {
            let profile = &self.profiles[*at];
            profile.share_of_filled(profile.days) > 0.8 && says(Role::ValidTime, &profile.plain, &table) < 0.7
        });
        if let (true, Some(day), Some(clock)) = (only_days, day, clock) {
            self.found.remove(&Role::Time);
            self.split = Some((day, clock));
        }
        let points = |_: &Self, _: usize, profile: &Profile| {
            let name = says(Role::ValidTime, &profile.plain, &table);
            let timely = profile.timely() + profile.share_of_filled(profile.days);
            let is_column = matches!(profile.source, Source::Column(_));
            if is_column && name >= 0.7 && (profile.filled() == 0 || timely > 0.5) { name } else { 0.0 }
        };
        self.take(Role::ValidTime, 0.7, points);
    }

    fn find_type(&mut self, sample: &Sample) {
        let table = sample.table.name.clone();
        let points = |roles: &Self, at: usize, profile: &Profile| {
            let name = says(Role::Type, last_word_of(profile), &table);
            let category = says(Role::Category, &profile.plain, &table);
            if profile.cells.is_empty() {
                return if category > name { 0.0 } else { name * 2.0 };
            }
            if profile.json * 2 > profile.filled() || profile.timely() > 0.5 && profile.ints + profile.reals > 0 {
                return 0.0;
            }
            let words = profile.share_of_filled(profile.words);
            let coded = name >= 0.9 && profile.share_of_filled(profile.ints) > 0.9 && profile.distinct <= 64;
            if words < 0.5 && !coded || !roles.is_in_row(at) && !names_a_type(last_word_of(profile)) {
                return 0.0;
            }
            let happened = profile.happened as f32 / profile.distinct.max(1) as f32;
            let filled = profile.filled().max(1);
            let varied = if profile.distinct * 2 > filled && filled >= 4 { 1.5 } else { 0.0 };
            let constant = if profile.distinct == 1 && filled > 4 && happened < 0.5 { 0.5 } else { 0.0 };
            let points =
                name * 2.0 + happened * 2.0 + words * 0.5 - varied - constant - (category - name).max(0.0) * 2.0;
            roles.inside(at, profile, points)
        };
        self.take(Role::Type, 1.4, points);
    }

    fn find_stream(&mut self, sample: &Sample) {
        let table = sample.table.name.clone();
        let versions: Vec<usize> = (0..self.columns)
            .filter(|at| !self.is_used(*at) && says(Role::Version, &self.profiles[*at].plain, &table) >= 0.4)
            .collect();
        let points = |roles: &Self, at: usize, profile: &Profile| {
            let name = says(Role::Stream, last_word_of(profile), &table);
            let against = [Role::User, Role::Tenant, Role::Correlation, Role::Causation, Role::Archived, Role::Version]
                .into_iter()
                .map(|role| says(role, &profile.plain, &table))
                // A last word alone (`Ticket Number`) says too little against it.
                .filter(|against| *against > 0.5)
                .fold(0.0, f32::max);
            let category = says(Role::Category, &profile.plain, &table);
            let is_id = ends_as_id(&profile.plain);
            if profile.cells.is_empty() {
                return name * 2.2 - against;
            }
            let nameable = profile.json + profile.reals + profile.broken_json == 0 && profile.timely() < 0.5;
            let filled = profile.filled();
            if !nameable || filled * 4 < profile.rows && name < 1.0 || filled == 0 {
                return 0.0;
            }
            let mut points = name * 2.2 - (against - name).max(0.0) * 2.0 - (category - name).max(0.0) * 1.5;
            points += if is_id { 0.6 } else { 0.0 };
            points += profile.share_of_filled(profile.uuids) * 0.3;
            points += if sample.foreign.contains(&profile.name) { 0.5 } else { 0.0 };
            let in_key = |key: &&Vec<String>| key.len() > 1 && key.contains(&profile.name);
            points += if sample.unique.iter().any(|key| in_key(&key)) { 0.7 } else { 0.0 };
            if profile.distinct == filled && filled > 1 {
                points -= if name >= 1.0 { 0.6 } else { 2.5 };
            } else if profile.distinct > 1 {
                points += 0.5;
            }
            let counts = versions.iter().filter(|version| **version != at);
            let counts = counts.map(|version| roles.runs(sample, at, *version)).fold(0.0, f32::max);
            points += counts * 1.5;
            // What names a thing is more than a word of a few.
            if profile.words == filled && profile.distinct <= 8 && filled > 40 && !is_id && name < 1.0 {
                points -= 0.8;
            }
            if name < 0.1 && !is_id && counts < 0.5 {
                return 0.0;
            }
            roles.inside(at, profile, points)
        };
        if self.take(Role::Stream, 1.0, points).is_some() {
            return;
        }
        // No column: an id that all payloads have, and many of them the same.
        let inside = |roles: &Self, at: usize, profile: &Profile| {
            let repeats = profile.distinct > 1 && profile.distinct * 5 < profile.filled() * 4;
            let there = profile.nulls * 20 <= profile.rows && profile.json + profile.reals == 0;
            if roles.is_in_row(at) || at >= roles.in_payload || !repeats || !there || !ends_as_id(last_word_of(profile))
            {
                return 0.0;
            }
            1.0 + says(Role::Stream, last_word_of(profile), "") + says(Role::Category, last_word_of(profile), "") * 0.2
        };
        self.take(Role::Stream, 1.0, inside);
    }

    /// Whether times rise where rows are sorted by a number.
    pub(super) fn times_follow(&self, number_at: usize) -> bool {
        let Some((time, _)) = self.found.get(&Role::Time) else { return false };
        let pairs = self.profiles[number_at].cells.iter().zip(&self.profiles[*time].cells);
        let mut pairs: Vec<(f64, crate::model::Timestamp)> =
            pairs.filter_map(|(cell, time)| Some((number(cell)?, super::preview::time_of(time)?))).collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let back = pairs.windows(2).filter(|pair| pair[1].1 < pair[0].1).count();
        pairs.len() > 4 && back * 20 < pairs.len()
    }

    /// Of pairs of rows that follow each other in a stream, the share whose versions do.
    fn runs(&self, sample: &Sample, stream: usize, version: usize) -> f32 {
        let (streams, versions) = (&self.profiles[stream].cells, &self.profiles[version].cells);
        let mut last: FxHashMap<Vec<u8>, f64> = FxHashMap::default();
        let (mut pairs, mut steps) = (0usize, 0usize);
        for (row, (stream, version)) in streams.iter().zip(versions).enumerate() {
            if sample.is_start_of_window(row) {
                last.clear();
            }
            let Some(version) = number(version) else { continue };
            if let Some(before) = last.insert(key(stream), version) {
                pairs += 1;
                steps += usize::from((version - before - 1.0).abs() < 1e-9);
            }
        }
        if pairs < 2 { 0.0 } else { steps as f32 / pairs as f32 }
    }

    fn find_order(&mut self, sample: &Sample) {
        let table = sample.table.name.clone();
        let rowid = sample.table.rowid();
        let stream = self.found.get(&Role::Stream).map(|(at, _)| *at);
        let whole = |profile: &Profile| {
            let numeric = profile.cells.iter().filter(|cell| number(cell).is_some()).count();
            matches!(profile.source, Source::Column(_))
                && (profile.share_of_filled(numeric) > 0.8 || profile.filled() == 0)
        };
        let points = |roles: &Self, at: usize, profile: &Profile| {
            if !whole(profile) || profile.timely() > 0.5 && profile.small == 0 {
                return 0.0;
            }
            let name = says(Role::Version, &profile.plain, &table);
            let schema = says(Role::SchemaVersion, &profile.plain, &table);
            let runs = stream.map_or(0.0, |stream| roles.runs(sample, stream, at));
            let global = profile.is_unique() && profile.rising && runs < 0.5 && profile.cells.len() > 2;
            let is_rowid = rowid.as_deref() == Some(&*profile.name);
            if name < 0.4 && runs < 0.9 || stream.is_none() && name < 1.0 {
                return 0.0;
            }
            name * 1.2 + runs * 2.0
                - (schema - runs).max(0.0) * 1.5
                - if global { 2.0 } else { 0.0 }
                - if is_rowid { 1.5 } else { 0.0 }
        };
        if let Some(at) = self.take(Role::Version, 0.9, points) {
            self.counts = stream.map_or(0.0, |stream| self.runs(sample, stream, at));
        }
        let points = |roles: &Self, at: usize, profile: &Profile| {
            let name = says(Role::Position, &profile.plain, &table);
            let is_rowid = rowid.as_deref() == Some(&*profile.name);
            let ints = profile.share(profile.ints) > 0.99 || profile.cells.is_empty();
            let is_key = sample.unique.iter().any(|key| key.len() == 1 && key[0] == profile.name);
            if !whole(profile) || !ints || (profile.timely() > 0.5 && profile.small == 0 && !is_rowid) {
                return 0.0;
            }
            // Rows without numbers lie in the order of their key, whatever says in which order they came.
            let is_named = name >= 0.7 && (sample.table.without_rowid || !is_rowid && roles.times_follow(at));
            let orders = profile.is_unique() && (profile.rising || is_named) || profile.cells.len() < 2 && is_key;
            if !orders {
                return 0.0;
            }
            name + if is_rowid { 0.6 } else { 0.0 } + if is_key { 0.3 } else { 0.0 }
        };
        self.take(Role::Position, 0.6, points);
    }

    fn find_category(&mut self, sample: &Sample) {
        let Some((stream, _)) = self.found.get(&Role::Stream).copied() else { return };
        let table = sample.table.name.clone();
        let points = |roles: &Self, at: usize, profile: &Profile| {
            let name = says(Role::Category, &profile.plain, &table);
            let texts = profile.filled() == 0 || profile.share_of_filled(profile.words) > 0.5;
            // `type`, where another column is the event's.
            let type_of = says(Role::Type, &profile.plain, &table) >= 0.7 && profile.distinct * 3 < profile.filled();
            let name = if type_of { name.max(0.7) } else { name };
            // Ids that are counted apart in each category are no streams by themselves.
            let stream_name = &roles.profiles[stream].name;
            let in_key = |key: &&Vec<String>| key.contains(stream_name) && key.contains(&profile.name);
            let together = sample.unique.iter().any(|key| in_key(&key)) || roles.follows(stream, at);
            if name < 0.7 || !texts || !roles.is_in_row(at) || !together { 0.0 } else { name }
        };
        self.take(Role::Category, 0.7, points);
        let points = |roles: &Self, at: usize, profile: &Profile| {
            let name = says(Role::Tenant, &profile.plain, &table);
            if name < 1.0 || !roles.is_in_row(at) || profile.share(profile.filled()) < 0.9 { 0.0 } else { name }
        };
        self.take(Role::Tenant, 1.0, points);
    }

    /// Whether each stream has only one value of another column.
    fn follows(&self, stream: usize, other: usize) -> bool {
        let mut first: FxHashMap<Vec<u8>, Vec<u8>> = FxHashMap::default();
        let (mut same, mut all) = (0usize, 0usize);
        for (stream, other) in self.profiles[stream].cells.iter().zip(&self.profiles[other].cells) {
            let other = key(other);
            let known = first.entry(key(stream)).or_insert_with(|| other.clone());
            all += 1;
            same += usize::from(*known == other);
        }
        same * 20 >= all * 19
    }

    fn find_others(&mut self, sample: &Sample) {
        let table = sample.table.name.clone();
        let points = |_: &Self, _: usize, profile: &Profile| {
            let name = says(Role::Id, &profile.plain, &table);
            let is_column = matches!(profile.source, Source::Column(_));
            let nameable = profile.texts + profile.blobs > 0 && profile.json == 0 || profile.cells.is_empty();
            let unique = profile.distinct == profile.filled();
            let uuids = profile.share_of_filled(profile.uuids);
            if !is_column || !nameable || !unique || (name < 0.7 && uuids < 0.9) { 0.0 } else { name + uuids }
        };
        self.take(Role::Id, 0.7, points);
        for role in [Role::User, Role::Correlation, Role::Causation, Role::SchemaVersion, Role::Archived] {
            let points = |_: &Self, _: usize, profile: &Profile| {
                let plain = profile.json == 0 && profile.timely() < 0.5 && profile.reals == 0;
                let is_flag = profile.distinct <= 3 && profile.small + profile.nulls == profile.cells.len();
                let fits = match role {
                    Role::Archived => is_flag,
                    Role::User => !profile.is_unique() || profile.cells.len() < 2,
                    _ => true,
                };
                let is_column = matches!(profile.source, Source::Column(_));
                if plain && fits && is_column { says(role, &profile.plain, &table) } else { 0.0 }
            };
            self.take(role, 0.7, points);
        }
    }
}

/// The first word of most columns' names.
fn common_beginning(sample: &Sample) -> Option<String> {
    let columns = &sample.table.columns;
    let first = |name: &str| tokens(name).into_iter().next();
    let words: Vec<String> = columns.iter().filter_map(|column| first(&column.name)).collect();
    let count = |word: &String| words.iter().filter(|other| *other == word).count();
    let most = words.iter().max_by_key(|word| count(word))?;
    (columns.len() > 2 && count(most) * 3 >= columns.len() * 2).then(|| most.clone())
}

/// The name that counts: of a path, its last part.
fn last_word_of(profile: &Profile) -> &str {
    match &profile.source {
        Source::Column(_) => &profile.plain,
        // `timestamp._data_`, `createdAt.$date`
        Source::Path(path) => {
            let says_something = |part: &&str| !matches!(*part, "_data_" | "$date" | "value" | "_value" | "$value");
            path.rsplit('.').find(says_something).unwrap_or(path)
        }
    }
}

/// Of several times, the one that is most likely the event's.
fn preference(name: &str) -> f32 {
    let tokens = tokens(name);
    let first = tokens.iter().find_map(|token| {
        Some(match token.as_str() {
            "recorded" | "recording" | "commit" => 0.3,
            "occurred" | "occured" | "happened" | "timestamp" | "zeitpunkt" | "event" | "ts" => 0.2,
            "created" | "erstellt" | "stored" => 0.1,
            "inserted" | "updated" | "modified" | "processed" | "sent" | "published" => -0.3,
            _ => return None,
        })
    });
    first.unwrap_or(0.0)
}

/// The paths of scalars and objects in a value, two levels deep.
fn paths_of(value: &Value, prefix: &str, depth: usize, found: &mut dyn FnMut(&str)) {
    let Some(object) = value.as_object() else { return };
    for (name, slot) in object.iter().take(PATHS) {
        let plain = !name.is_empty() && !name.contains(|c: char| c == '.' || c == '"' || c.is_whitespace());
        let name = if plain { name.to_string() } else { serde_json::to_string(&**name).unwrap_or_default() };
        let path = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
        found(&path);
        if depth == 0 {
            paths_of(&slot.value, &path, depth + 1, found);
        }
    }
}
