//! Streams of several event tables that have one name: one stream where its versions go on from table to table, as in
//! tables for a year each; else streams of different applications, which are kept apart.

use std::collections::HashMap;

use crate::store::recognise::Bound;

use super::assemble::Table;

/// The versions that a stream has in one table.
struct Versions {
    table: usize,
    stream: u32,
    /// The first and the last.
    range: Option<(i64, i64)>,
    /// Whether each of its events has one.
    whole: bool,
}

/// Puts the table's name before those of streams that are not the same as others of their name. Gives what a user should
/// know of it.
pub(super) fn keep_apart(tables: &mut [Table<'_>], bound: &Bound) -> Vec<String> {
    if !bound.may_meet() {
        return Vec::new();
    }
    let mut by_name: HashMap<&str, Vec<(usize, u32)>> = HashMap::new();
    for (at, table) in tables.iter().enumerate().filter(|(_, table)| table.collector.source.spec.every) {
        let names = &table.collector.names;
        for stream in 0..names.stream_count() as u32 {
            by_name.entry(names.stream_name(stream)).or_default().push((at, stream));
        }
    }
    by_name.retain(|_, streams| streams.len() > 1);
    let mut seen: HashMap<(usize, u32), Versions> = HashMap::new();
    for (table, stream) in by_name.values().flatten().copied() {
        seen.insert((table, stream), Versions { table, stream, range: None, whole: true });
    }
    let looked_at = if seen.is_empty() { 0 } else { tables.len() };
    for (at, table) in tables.iter().enumerate().take(looked_at) {
        for found in &table.collector.found {
            let Some(seen) = found.stream.and_then(|stream| seen.get_mut(&(at, stream))) else { continue };
            match (found.version, seen.range) {
                (None, _) => seen.whole = false,
                (Some(version), None) => seen.range = Some((version, version)),
                (Some(version), Some((first, last))) => seen.range = Some((first.min(version), last.max(version))),
            }
        }
    }
    let (mut going_on, mut apart, mut renamed) = (0, 0, Vec::new());
    for streams in by_name.into_values() {
        let mut versions: Vec<Versions> = streams.iter().filter_map(|stream| seen.remove(stream)).collect();
        versions.sort_by_key(|versions| versions.range);
        let known = versions.iter().all(|versions| versions.whole && versions.range.is_some());
        let follow = |pair: &[Versions]| pair[0].range.map(|(_, last)| last) < pair[1].range.map(|(first, _)| first);
        if known && versions.windows(2).all(follow) {
            going_on += 1;
        } else {
            apart += 1;
            renamed.extend(versions.into_iter().map(|versions| (versions.table, versions.stream)));
        }
    }
    for (table, stream) in renamed {
        let apart = bound.name_apart(table, tables[table].collector.names.stream_name(stream));
        let Some(mut name) = apart else { continue };
        // Another stream may really be called that.
        while tables.iter().any(|table| table.collector.names.known_stream(name.as_bytes()).is_some()) {
            name.push('\'');
        }
        tables[table].collector.names.rename(stream, name);
    }
    let mut notes = Vec::new();
    if apart > 0 {
        let are = if apart == 1 { "1 name is that of streams" } else { &format!("{apart} names are those of streams") };
        notes.push(format!("{are} in several tables: each is shown by itself, as TABLE/NAME"));
    }
    if going_on > 0 {
        let go = if going_on == 1 { "1 stream goes" } else { &format!("{going_on} streams go") };
        notes.push(format!("{go} on from one table into another, by the versions"));
    }
    notes
}
