//! Which rows there are: pinned ones with their branches and tracks, then every category's.

use std::sync::Arc;

use super::track_shapes::Shapes;
use crate::app::{Document, ListRow, ScenarioView};
use crate::job::{ScenarioId, StoreKey};
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
    Branch(StreamIndex, ScenarioId),
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
    branches: Vec<(ScenarioId, u64)>,
    pinned: Vec<Arc<str>>,
    selected: Option<Arc<str>>,
}

impl Rows {
    /// Looks again, if anything changed.
    pub fn refresh(&mut self, document: &Document) {
        let branches = || document.scenarios.all().iter().map(|view| (view.id, view.branch.edition()));
        let same = self.of.as_ref().is_some_and(|of| {
            of.store == document.opened.key
                && of.list == document.list.edition()
                && of.branches.iter().copied().eq(branches())
                && of.pinned == document.pinned
                && of.selected == document.stream
        });
        if same {
            return;
        }
        self.of = Some(Of {
            store: document.opened.key,
            list: document.list.edition(),
            branches: branches().collect(),
            pinned: document.pinned.clone(),
            selected: document.stream.clone(),
        });
        let log = &document.opened.log;
        self.above = document.pinned.iter().filter_map(|name| log.find_stream(name)).collect();
        self.above.extend(document.stream_index().filter(|selected| !self.above.contains(selected)));
        let any = document.scenarios.all().iter().any(|view| view.branch.value().is_some());
        self.with_branches = any.then(|| {
            let mut rows = Vec::with_capacity(document.list.rows().len());
            for row in document.list.rows() {
                rows.push(plain(row));
                if let ListRow::Stream(stream) = row
                    && !self.above.contains(stream)
                {
                    rows.extend(branches_of(document, *stream));
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
        for stream in &self.above {
            rows.push((Row::Stream(*stream), theme::LANE));
            rows.extend(branches_of(document, *stream).map(|row| (row, theme::LANE)));
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

/// The lanes that scenarios make of a stream.
fn branches_of(document: &Document, stream: StreamIndex) -> impl Iterator<Item = Row> {
    let name = &document.opened.log.stream(stream).name;
    let makes =
        move |view: &&ScenarioView| view.branch.value().is_some_and(|(branch, _)| branch.stream(name).is_some());
    document.scenarios.all().iter().filter(makes).map(move |view| Row::Branch(stream, view.id))
}

fn plain(row: &ListRow) -> Row {
    match row {
        ListRow::Category(category, count) => Row::Category(*category, *count),
        ListRow::Stream(stream) => Row::Stream(*stream),
    }
}
