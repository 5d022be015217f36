//! The streams as they are listed: by category, filtered, sorted. Kept until one of these changes.

use std::collections::HashSet;
use std::sync::Arc;

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
    rows: Vec<ListRow>,
    streams: usize,
    edition: u64,
}

impl StreamList {
    /// All streams of a store.
    pub fn new(opened: &OpenedStore, sort: StreamSort) -> Self {
        let mut list = Self { sort, ..Self::default() };
        list.refresh(opened);
        list
    }

    /// What names must fit.
    pub fn filter(&self) -> &str {
        &self.filter
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

    /// Lists only what fits a fragment, or a glob where it has `*` or `?`.
    pub fn set_filter(&mut self, filter: String, opened: &OpenedStore) {
        if filter != self.filter {
            self.filter = filter;
            self.refresh(opened);
        }
    }

    /// Lists in another order.
    pub fn set_sort(&mut self, sort: StreamSort, opened: &OpenedStore) {
        if sort != self.sort {
            self.sort = sort;
            self.refresh(opened);
        }
    }

    /// Folds or unfolds a category.
    pub fn toggle(&mut self, category: CategoryIndex, opened: &OpenedStore) {
        if !self.folded.remove(&category) {
            self.folded.insert(category);
        }
        self.refresh(opened);
    }

    /// The stream that is listed after or before another; the first or last one if that is not listed.
    pub fn neighbour(&self, stream: Option<StreamIndex>, forward: bool) -> Option<StreamIndex> {
        let streams = || {
            self.rows.iter().filter_map(|row| match row {
                ListRow::Stream(stream) => Some(*stream),
                ListRow::Category(..) => None,
            })
        };
        let mut streams: Box<dyn Iterator<Item = StreamIndex> + '_> =
            if forward { Box::new(streams()) } else { Box::new(streams().collect::<Vec<_>>().into_iter().rev()) };
        let first = streams.next()?;
        if Some(first) == stream {
            return streams.next();
        }
        match streams.position(|listed| Some(listed) == stream) {
            Some(_) => streams.next(),
            None => Some(first),
        }
    }

    fn refresh(&mut self, opened: &OpenedStore) {
        let log = &opened.log;
        let fits = Fits::new(&self.filter);
        self.rows.clear();
        self.streams = 0;
        self.edition += 1;
        for (at, streams) in opened.drawing.by_category.iter().enumerate() {
            let category = CategoryIndex(at as u32);
            let mut found: Vec<StreamIndex> =
                streams.iter().copied().filter(|stream| fits.holds(&log.stream(*stream).name)).collect();
            if found.is_empty() {
                continue;
            }
            sort(&mut found, self.sort, log);
            self.streams += found.len();
            self.rows.push(ListRow::Category(category, found.len()));
            if !self.folded.contains(&category) {
                self.rows.extend(found.into_iter().map(ListRow::Stream));
            }
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
            Self::Fragment(fragment) => name.to_lowercase().contains(fragment),
            Self::Glob(glob) => glob.matches(name),
        }
    }
}

fn sort(streams: &mut [StreamIndex], by: StreamSort, log: &EventLog) {
    let name = |stream: &StreamIndex| -> Arc<str> { log.stream(*stream).name.clone() };
    match by {
        StreamSort::FirstEvent => {}
        StreamSort::Name => streams.sort_by_cached_key(|stream| natural(&name(stream))),
        StreamSort::Events => streams.sort_by_key(|stream| std::cmp::Reverse(log.lane(*stream).len())),
        StreamSort::LastEvent => {
            streams.sort_by_cached_key(|stream| std::cmp::Reverse(log.lane(*stream).last().copied()));
        }
    }
}

/// Parts of a name, runs of digits as numbers: `account-9` before `account-10`.
fn natural(name: &str) -> Vec<(String, u128)> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let words = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let digits = rest[words..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |at| words + at);
        // A run too long for a number sorts after the others.
        let number = rest[words..digits].parse().unwrap_or(if words == digits { 0 } else { u128::MAX });
        parts.push((rest[..words].to_lowercase(), number));
        rest = &rest[digits..];
    }
    parts
}
