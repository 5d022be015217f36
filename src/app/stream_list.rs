//! The streams as they are listed: by category, filtered, sorted. Kept until one of these changes.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::settings::StreamSort;
use crate::job::OpenedStore;
use crate::model::{CategoryIndex, EventLog, StreamIndex};
use crate::query::Glob;

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListRow {
    /// A category with how many of its streams fit the filter.
    Category(CategoryIndex, usize),
    /// A stream.
    Stream(StreamIndex),
}

/// The list of a store's streams.
#[derive(Debug, Clone, Default)]
pub struct StreamList {
    filter: String,
    sort: StreamSort,
    folded: HashSet<CategoryIndex>,
    only: Option<CategoryIndex>,
    rows: Vec<ListRow>,
    streams: usize,
    edition: u64,
    /// All streams of each category, sorted: neither filtering nor folding sorts again.
    sorted: Vec<Vec<StreamIndex>>,
    /// Whether each stream fits the filter, by its index, as far as it was looked at.
    fitting: Vec<bool>,
    /// The row of each stream, by its index; [`UNLISTED`] without one.
    row_of: Vec<u32>,
}

const UNLISTED: u32 = u32::MAX;

impl StreamList {
    /// All streams of a store.
    pub fn new(opened: &OpenedStore, sort: StreamSort) -> Self {
        let mut list = Self { sort, ..Self::default() };
        list.arrange(opened);
        list
    }

    /// What names must fit.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// In which order streams are listed.
    pub fn sort(&self) -> StreamSort {
        self.sort
    }

    /// The rows, top to bottom.
    pub fn rows(&self) -> &[ListRow] {
        &self.rows
    }

    /// How many streams fit the filter, those in folded categories too.
    pub fn streams(&self) -> usize {
        self.streams
    }

    /// Differs whenever the rows do.
    pub fn edition(&self) -> u64 {
        self.edition
    }

    /// Whether a category shows no streams.
    pub fn is_folded(&self, category: CategoryIndex) -> bool {
        self.folded.contains(&category)
    }

    /// The one category that is listed, if the others are left out.
    pub fn only(&self) -> Option<CategoryIndex> {
        self.only
    }

    /// The row of a stream; `None` if it is not listed.
    pub fn row_of(&self, stream: StreamIndex) -> Option<usize> {
        self.row_of.get(stream.0 as usize).filter(|row| **row != UNLISTED).map(|row| *row as usize)
    }

    /// Lists only what fits a fragment, or a glob where it has `*` or `?`.
    pub fn set_filter(&mut self, filter: String, opened: &OpenedStore) {
        if filter != self.filter {
            self.filter = filter;
            self.fitting.clear();
            self.refresh(opened);
        }
    }

    /// Lists in another order.
    pub fn set_sort(&mut self, sort: StreamSort, opened: &OpenedStore) {
        if sort != self.sort {
            self.sort = sort;
            self.arrange(opened);
        }
    }

    /// Folds or unfolds a category.
    pub fn toggle(&mut self, category: CategoryIndex, opened: &OpenedStore) {
        if !self.folded.remove(&category) {
            self.folded.insert(category);
        }
        self.refresh(opened);
    }

    /// Lists only one category, unfolded; all of them for `None`.
    pub fn set_only(&mut self, only: Option<CategoryIndex>, opened: &OpenedStore) {
        if only != self.only {
            self.only = only;
            if let Some(only) = only {
                self.folded.remove(&only);
            }
            self.refresh(opened);
        }
    }

    /// The stream that is listed after or before another; the first or last one if that is not listed.
    pub fn neighbour(&self, stream: Option<StreamIndex>, forward: bool) -> Option<StreamIndex> {
        match stream.and_then(|stream| self.row_of(stream)) {
            Some(row) => self.nearest(row, 1, forward),
            None if forward => self.rows.iter().find_map(ListRow::stream),
            None => self.rows.iter().rev().find_map(ListRow::stream),
        }
    }

    /// The stream that is so many rows after or before a row, or the last one on the way there.
    pub fn nearest(&self, row: usize, by: usize, forward: bool) -> Option<StreamIndex> {
        let last = self.rows.len().checked_sub(1)?;
        let there = if forward { row.saturating_add(by).min(last) } else { row.saturating_sub(by) };
        let (low, high) = if forward { (row + 1, there) } else { (there, row.saturating_sub(1)) };
        // Categories stand between: first on from there, then back towards where it began.
        let onward = |from: usize| {
            let mut rows: Box<dyn Iterator<Item = &ListRow>> = if forward {
                Box::new(self.rows[from.min(last + 1)..].iter())
            } else {
                Box::new(self.rows[..=from].iter().rev())
            };
            rows.find_map(ListRow::stream)
        };
        let backward = || {
            let passed = self.rows.get(low..=high)?;
            if forward {
                passed.iter().rev().find_map(ListRow::stream)
            } else {
                passed.iter().find_map(ListRow::stream)
            }
        };
        if there == row { None } else { onward(there).or_else(backward) }
    }

    /// Lists the streams of another index of the same store. Where that has `grown` out of the one before, only the
    /// streams of what came find their places anew.
    pub(super) fn renew(&mut self, before: &OpenedStore, opened: &OpenedStore, grown: bool) {
        let (known, log) = (before.log.streams().len(), &opened.log);
        if !grown || self.sorted.is_empty() || !log.has_places_of(&before.log) {
            return self.arrange(opened);
        }
        let mut moved: Vec<StreamIndex> = (known..log.streams().len()).map(|at| StreamIndex(at as u32)).collect();
        if matches!(self.sort, StreamSort::Events | StreamSort::LastEvent) {
            let new = before.log.len()..log.len();
            moved.extend(new.flat_map(|event| log.stream_of(event).into_iter().chain(log.other_streams_of(event))));
            moved.sort_unstable();
            moved.dedup();
        }
        if moved.is_empty() {
            return;
        }
        self.sorted.resize(log.categories().len(), Vec::new());
        for (at, streams) in self.sorted.iter_mut().enumerate() {
            let is_here = |stream: &StreamIndex| log.stream(*stream).category.0 as usize == at;
            let mut moved: Vec<StreamIndex> = moved.iter().copied().filter(is_here).collect();
            if moved.iter().any(|stream| (stream.0 as usize) < known) {
                streams.retain(|stream| moved.binary_search(stream).is_err());
            }
            sort(&mut moved, self.sort, log);
            *streams = merged(streams, &moved, self.sort, log);
        }
        self.refresh(opened);
    }

    /// Sorts, then lists what fits.
    fn arrange(&mut self, opened: &OpenedStore) {
        self.sorted.clone_from(&opened.drawing.by_category);
        self.fitting.clear();
        for streams in &mut self.sorted {
            sort(streams, self.sort, &opened.log);
        }
        self.refresh(opened);
    }

    fn refresh(&mut self, opened: &OpenedStore) {
        let log = &opened.log;
        let fits = Fits::new(&self.filter);
        let unknown = self.fitting.len()..log.streams().len();
        self.fitting.extend(unknown.map(|at| fits.holds(&log.streams()[at].name)));
        self.rows.clear();
        self.streams = 0;
        self.edition += 1;
        self.row_of.clear();
        self.row_of.resize(log.streams().len(), UNLISTED);
        for (at, streams) in self.sorted.iter().enumerate() {
            let category = CategoryIndex(at as u32);
            if self.only.is_some_and(|only| only != category) {
                continue;
            }
            let heading = self.rows.len();
            self.rows.push(ListRow::Category(category, 0));
            let folded = self.folded.contains(&category);
            let mut found = 0;
            for stream in streams.iter().filter(|stream| self.fitting[stream.0 as usize]) {
                found += 1;
                if !folded {
                    self.row_of[stream.0 as usize] = self.rows.len() as u32;
                    self.rows.push(ListRow::Stream(*stream));
                }
            }
            if found == 0 {
                self.rows.pop();
            } else {
                self.rows[heading] = ListRow::Category(category, found);
                self.streams += found;
            }
        }
    }
}

impl ListRow {
    /// The stream of the row, if it is one's.
    pub fn stream(&self) -> Option<StreamIndex> {
        match self {
            Self::Stream(stream) => Some(*stream),
            Self::Category(..) => None,
        }
    }
}

enum Fits {
    All,
    Fragment(String),
    Glob(Glob),
}

impl Fits {
    fn new(filter: &str) -> Self {
        let filter = filter.trim();
        if filter.is_empty() {
            return Self::All;
        }
        let glob = if filter.contains(['*', '?']) { Glob::new(filter).ok() } else { None };
        glob.map_or_else(|| Self::Fragment(filter.to_lowercase()), Self::Glob)
    }

    fn holds(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Fragment(fragment) if name.is_ascii() && fragment.is_ascii() => {
                let (name, fragment) = (name.as_bytes(), fragment.as_bytes());
                name.windows(fragment.len()).any(|part| part.eq_ignore_ascii_case(fragment))
            }
            Self::Fragment(fragment) => name.to_lowercase().contains(fragment),
            Self::Glob(glob) => glob.matches(name),
        }
    }
}

fn sort(streams: &mut [StreamIndex], by: StreamSort, log: &EventLog) {
    let name = |stream: StreamIndex| &*log.stream(stream).name;
    match by {
        StreamSort::FirstEvent => {}
        StreamSort::Name => streams.sort_by_cached_key(|stream| natural(name(*stream))),
        StreamSort::Events => streams.sort_by_key(|stream| Reverse(log.lane(*stream).len())),
        // Last events lie all over the index: each is looked up once, not at each comparison.
        StreamSort::LastEvent => streams.sort_by_cached_key(|stream| Reverse(last_event(log, *stream))),
    }
}

/// Two sorted lists as one.
fn merged(sorted: &[StreamIndex], more: &[StreamIndex], by: StreamSort, log: &EventLog) -> Vec<StreamIndex> {
    let mut all = Vec::with_capacity(sorted.len() + more.len());
    let mut rest = sorted;
    for stream in more {
        let before = match by {
            StreamSort::FirstEvent => rest.partition_point(|other| other < stream),
            StreamSort::Name => {
                let key = |stream: &StreamIndex| natural(&log.stream(*stream).name);
                let own = key(stream);
                rest.partition_point(|other| key(other) < own)
            }
            StreamSort::Events => {
                let key = |stream: &StreamIndex| (Reverse(log.lane(*stream).len()), *stream);
                rest.partition_point(|other| key(other) < key(stream))
            }
            StreamSort::LastEvent => {
                let key = |stream: &StreamIndex| (Reverse(last_event(log, *stream)), *stream);
                let own = key(stream);
                rest.partition_point(|other| key(other) < own)
            }
        };
        let (earlier, later) = rest.split_at(before);
        all.extend_from_slice(earlier);
        all.push(*stream);
        rest = later;
    }
    all.extend_from_slice(rest);
    all
}

/// The event of a stream that is the last one in the store: not the last one of a lane that runs against positions.
fn last_event(log: &EventLog, stream: StreamIndex) -> Option<u32> {
    let lane = log.lane(stream);
    if log.is_lane_by_position(stream) { lane.last().copied() } else { lane.iter().max().copied() }
}

/// A key by which names stand as people order them: case does not count at first, and runs of digits are numbers, so
/// that `account-9` comes before `account-10`. Bytes, because keys are compared much more often than made.
fn natural(name: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(2 * name.len() + 8);
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let digits = rest[..end].trim_start_matches('0');
            // More digits, a larger number; the place among other letters is a digit's.
            key.push(b'0');
            key.extend((digits.len() as u32).to_be_bytes());
            key.extend(digits.as_bytes());
            rest = &rest[end..];
        } else {
            let mut letter = [0; 4];
            for lower in first.to_lowercase() {
                key.extend(lower.encode_utf8(&mut letter).as_bytes());
            }
            rest = &rest[first.len_utf8()..];
        }
    }
    // Names that differ in nothing else, in the order of their letters.
    key.push(0);
    key.extend(name.as_bytes());
    key
}

#[cfg(test)]
mod tests;
