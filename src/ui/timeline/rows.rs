//! Which rows there are: pinned ones with their branches and tracks, then every category's. Streams that only a
//! scenario has stand first in their category, or at the end if no such category was recorded.

use std::sync::Arc;

use super::track_shapes::Shapes;
use crate::app::{Document, ListRow, ScenarioView};
use crate::job::{ScenarioId, StoreKey};
use crate::model::{CategoryIndex, StreamIndex, names};
use crate::ui::theme;

/// Height of a heading.
const HEADING: f32 = 26.0;
/// Height of a pinned lane with a second line under its name.
pub const TALL: f32 = 42.0;

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
    /// The heading above new streams of new categories.
    NewStreams,
    /// A stream that only the scenario has, by its number among all such streams.
    New(u32, ScenarioId),
    /// A track of the selected stream, by its number.
    Track(u32),
}

impl Row {
    /// The scenario whose lane it is.
    pub fn scenario(self) -> Option<ScenarioId> {
        match self {
            Self::Branch(_, scenario) | Self::New(_, scenario) => Some(scenario),
            _ => None,
        }
    }
}

/// A pinned stream, or the selected one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Above {
    Recorded(StreamIndex),
    New(u32),
}

/// The listed rows, kept until what they are made of changes.
#[derive(Default)]
pub struct Rows {
    of: Option<Of>,
    /// Pinned streams and the selected one: they have their branch above.
    above: Vec<Above>,
    /// Streams that only scenarios have.
    new_streams: Vec<Arc<str>>,
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
        self.new_streams.clear();
        for name in document.scenarios.all().iter().flat_map(|view| view.marks.new_streams()) {
            if !self.new_streams.contains(name) {
                self.new_streams.push(name.clone());
            }
        }
        let pinned = document.pinned.iter().filter_map(|name| log.find_stream(name)).map(Above::Recorded);
        self.above = pinned.collect();
        let selected = document.stream.as_ref().and_then(|name| {
            let new = || self.new_streams.iter().position(|new| new == name).map(|at| Above::New(at as u32));
            document.stream_index().map(Above::Recorded).or_else(new)
        });
        self.above.extend(selected.filter(|selected| !self.above.contains(selected)));
        let any = document.scenarios.all().iter().any(|view| view.branch.value().is_some());
        self.with_branches = any.then(|| self.list_with_branches(document));
    }

    fn list_with_branches(&self, document: &Document) -> Vec<Row> {
        let log = &document.opened.log;
        // By category, as far as the category was recorded.
        let place = |name: &Arc<str>| {
            let category = names::category_of(name, "");
            log.categories().iter().position(|known| **known == *category).map(|at| CategoryIndex(at as u32))
        };
        let new: Vec<(u32, Option<CategoryIndex>)> =
            (0..).zip(&self.new_streams).map(|(at, name)| (at, place(name))).collect();
        let of = |wanted: Option<CategoryIndex>| {
            let above = |at: u32| self.above.contains(&Above::New(at));
            let there = new.iter().filter(move |(at, category)| *category == wanted && !above(*at));
            there.flat_map(|(at, _)| self.lanes_of_new(document, *at)).collect::<Vec<Row>>()
        };
        let mut rows = Vec::with_capacity(document.list.rows().len());
        for row in document.list.rows() {
            rows.push(plain(row));
            match row {
                ListRow::Category(category, _) if !document.list.is_folded(*category) => {
                    rows.extend(of(Some(*category)));
                }
                ListRow::Stream(stream) if !self.is_above(*stream) => rows.extend(branches_of(document, *stream)),
                _ => {}
            }
        }
        let others = of(None);
        if !others.is_empty() {
            rows.push(Row::NewStreams);
            rows.extend(others);
        }
        rows
    }

    /// The lanes of a stream that only scenarios have.
    fn lanes_of_new(&self, document: &Document, at: u32) -> impl Iterator<Item = Row> {
        let name = self.new_streams.get(at as usize).cloned().unwrap_or_default();
        let has = document.scenarios.all().iter().filter(move |view| view.marks.new_streams().contains(&name));
        has.map(move |view| Row::New(at, view.id))
    }

    /// The stream that a lane is of.
    pub fn name<'a>(&'a self, document: &'a Document, row: Row) -> Option<&'a Arc<str>> {
        match row {
            Row::Stream(stream) | Row::Branch(stream, _) => Some(&document.opened.log.stream(stream).name),
            Row::New(at, _) => self.new_streams.get(at as usize),
            Row::Pinned | Row::Category(..) | Row::NewStreams | Row::Track(_) => None,
        }
    }

    /// Whether a stream is among the rows that stay.
    pub fn is_above(&self, stream: StreamIndex) -> bool {
        self.above.contains(&Above::Recorded(stream))
    }

    /// The rows that stay, with their heights.
    pub fn pinned(&self, document: &Document, tracks: &Shapes) -> Vec<(Row, f32)> {
        if self.above.is_empty() {
            return Vec::new();
        }
        let mut rows = vec![(Row::Pinned, HEADING)];
        for above in &self.above {
            match above {
                Above::New(at) => rows.extend(self.lanes_of_new(document, *at).map(|row| (row, TALL))),
                Above::Recorded(stream) => {
                    let at = rows.len();
                    rows.push((Row::Stream(*stream), theme::LANE));
                    rows.extend(branches_of(document, *stream).map(|row| (row, TALL)));
                    if rows.len() > at + 1 {
                        // The lane says that it is the recorded one.
                        rows[at].1 = TALL;
                    }
                    if Some(*stream) == document.stream_index() {
                        rows.extend(
                            document.tracks.iter().map(|track| (Row::Track(track.id), tracks.height(track.id))),
                        );
                    }
                }
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
