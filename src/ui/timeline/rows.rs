//! Which rows there are: pinned ones with their branches and tracks, then every category's.

use std::sync::Arc;

use super::tracks::Shapes;
use crate::app::{Document, ListRow};
use crate::job::StoreKey;
use crate::model::{CategoryIndex, StreamIndex};
use crate::ui::theme;

/// Height of a heading.
const HEADING: f32 = 26.0;

/// A row of the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Row {
    /// The heading above pinned streams.
    Pinned,
    /// A category's heading, with how many of its streams are listed.
    Category(CategoryIndex, usize),
    /// A stream.
    Stream(StreamIndex),
    /// What a stream would be with the edits.
    Branch(StreamIndex),
    /// A track of the selected stream, by its number.
    Track(u32),
}

/// The listed rows, kept until what they are made of changes.
#[derive(Default)]
pub struct Rows {
    of: Option<Of>,
    /// Pinned streams and the selected one: they have their branch above.
    above: Vec<StreamIndex>,
    /// Only where there are branches; else the rows are the list's own.
    with_branches: Option<Vec<Row>>,
}

#[derive(PartialEq)]
struct Of {
    store: StoreKey,
    list: u64,
    branch: u64,
    pinned: Vec<Arc<str>>,
    selected: Option<Arc<str>>,
}

impl Rows {
    /// Looks again, if anything changed.
    pub fn refresh(&mut self, document: &Document) {
        let branch = document.branch.value().map(|(branch, _)| branch);
        let same = self.of.as_ref().is_some_and(|of| {
            of.store == document.opened.key
                && of.list == document.list.edition()
                && of.branch == document.branch.edition()
                && of.pinned == document.pinned
                && of.selected == document.stream
        });
        if same {
            return;
        }
        self.of = Some(Of {
            store: document.opened.key,
            list: document.list.edition(),
            branch: document.branch.edition(),
            pinned: document.pinned.clone(),
            selected: document.stream.clone(),
        });
        let log = &document.opened.log;
        self.above = document.pinned.iter().filter_map(|name| log.find_stream(name)).collect();
        self.above.extend(document.stream_index().filter(|selected| !self.above.contains(selected)));
        self.with_branches = branch.filter(|branch| !branch.lanes().is_empty()).map(|branch| {
            let mut rows = Vec::with_capacity(document.list.rows().len());
            for row in document.list.rows() {
                rows.push(plain(row));
                if let ListRow::Stream(stream) = row
                    && !self.above.contains(stream)
                    && branch.lane(&log.stream(*stream).name).is_some()
                {
                    rows.push(Row::Branch(*stream));
                }
            }
            rows
        });
    }

    /// Whether a stream is among the rows that stay.
    pub fn is_above(&self, stream: StreamIndex) -> bool {
        self.above.contains(&stream)
    }

    /// The rows that stay, with their heights.
    pub fn pinned(&self, document: &Document, tracks: &Shapes) -> Vec<(Row, f32)> {
        if self.above.is_empty() {
            return Vec::new();
        }
        let mut rows = vec![(Row::Pinned, HEADING)];
        let branch = document.branch.value().map(|(branch, _)| branch);
        for stream in &self.above {
            rows.push((Row::Stream(*stream), theme::LANE));
            if branch.is_some_and(|branch| branch.lane(&document.opened.log.stream(*stream).name).is_some()) {
                rows.push((Row::Branch(*stream), theme::LANE));
            }
            if Some(*stream) == document.stream_index() {
                rows.extend(document.tracks.iter().map(|track| (Row::Track(track.id), tracks.height(track.id))));
            }
        }
        rows
    }

    /// How many rows there are below the pinned ones.
    pub fn listed_len(&self, document: &Document) -> usize {
        self.with_branches.as_ref().map_or(document.list.rows().len(), Vec::len)
    }

    /// One of the rows below the pinned ones.
    pub fn listed(&self, document: &Document, at: usize) -> Option<Row> {
        match &self.with_branches {
            Some(rows) => rows.get(at).copied(),
            None => document.list.rows().get(at).map(plain),
        }
    }
}

fn plain(row: &ListRow) -> Row {
    match row {
        ListRow::Category(category, count) => Row::Category(*category, *count),
        ListRow::Stream(stream) => Row::Stream(*stream),
    }
}
