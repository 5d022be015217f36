//! Which snapshots a store has: of which stream, up to which version, taken when. Their states stay on disk.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::{EventLog, StreamIndex, Timestamp};

/// What is known of a snapshot without reading its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotHead {
    /// The version up to which the state has come.
    pub version: Option<i64>,
    /// When it was taken, if a column says so.
    pub taken: Option<Timestamp>,
    /// Size of its state as it is stored, in bytes.
    pub bytes: u64,
}

/// The snapshots of a store, by stream and version.
#[derive(Debug, Default)]
pub struct SnapshotIndex {
    names: Vec<Arc<str>>,
    /// For each name, where its snapshots begin; one more at the end.
    starts: Vec<usize>,
    heads: Vec<SnapshotHead>,
    by_stream: HashMap<StreamIndex, usize>,
    left_out: u64,
}

impl SnapshotIndex {
    /// From snapshots in the order of streams and versions: `names` with how many snapshots each has. `left_out` is how
    /// many more the store has.
    pub fn new(names: Vec<(Arc<str>, usize)>, heads: Vec<SnapshotHead>, left_out: u64, log: &EventLog) -> Self {
        let mut index = Self { heads, left_out, starts: vec![0], ..Self::default() };
        for (name, count) in names {
            if let Some(stream) = log.find_stream(&name) {
                index.by_stream.insert(stream, index.names.len());
            }
            let end = index.starts.last().copied().unwrap_or(0) + count;
            index.starts.push(end);
            index.names.push(name);
        }
        index
    }

    /// How many are known.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// How many more the store has than are kept here.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// One of them, by its place in the order of streams and versions.
    pub fn head(&self, at: usize) -> Option<SnapshotHead> {
        self.heads.get(at).copied()
    }

    /// The places of a stream's snapshots, by version; none without any.
    pub fn of(&self, stream: StreamIndex) -> Range<usize> {
        match self.by_stream.get(&stream) {
            Some(name) => self.starts[*name]..self.starts[*name + 1],
            None => 0..0,
        }
    }

    /// Streams in the order of their names, with the places of their snapshots. Some may have no events.
    pub fn streams(&self) -> impl Iterator<Item = (&Arc<str>, Range<usize>)> {
        self.names.iter().zip(self.starts.windows(2)).map(|(name, ends)| (name, ends[0]..ends[1]))
    }

    /// The first of a stream's snapshots whose version is at least this.
    pub fn from_version(&self, stream: StreamIndex, version: i64) -> Option<usize> {
        let range = self.of(stream);
        let heads = self.heads.get(range.clone())?;
        let at = heads.partition_point(|head| head.version.is_none_or(|known| known < version));
        (at < heads.len()).then_some(range.start + at)
    }
}
