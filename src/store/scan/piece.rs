//! Some of the rows, as an index of their own: what came since, or what is looked at again.

use std::time::Duration;

use rusqlite::Connection;

use crate::model::{Cancel, EventLog, EventLogBuilder, Progress};
use crate::store::error::StoreError;
use crate::store::open::Source;
use crate::store::recognise::Bound;

use super::apart::keep_apart;
use super::assemble::{Table, assemble};
use super::collect::Collector;
use super::{Pass, Resume, Scan};

/// Which rows of an event table are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum From {
    /// None.
    Nowhere,
    /// All.
    Start,
    /// Those after this row number.
    After(i64),
}

/// Rows that were read.
pub(in crate::store) struct Piece {
    /// As an index of their own.
    pub log: EventLog,
    /// Whether there were no more.
    pub at_end: bool,
    /// What a user should know of them.
    pub notes: Vec<String>,
}

/// Reads rows of each event table: all that there are in reads of at most `read_at_most`, or those of one read if
/// `once`.
pub(in crate::store) fn piece(
    conn: &Connection,
    source: &Source,
    bound: &Bound,
    from: &[From],
    read_at_most: Duration,
    once: bool,
    cancel: &Cancel,
) -> Result<Piece, StoreError> {
    let progress = &Progress::default();
    let scan = Scan { source, bound, conn, read_at_most, progress, cancel };
    let stamp = source.stamp_when_opened();
    let (mut tables, mut read, mut at_end) = (Vec::new(), 0, true);
    for (event_source, from) in bound.sources.iter().zip(from) {
        let mut collector = Collector::new(event_source);
        let mut next = match from {
            From::Nowhere => None,
            From::Start => Some(Resume::Start),
            From::After(row) => Some(Resume::AfterRow((*row).into())),
        };
        if next.is_some() {
            collector.stream_types = scan.stream_types(event_source)?.into();
        }
        while let Some(at) = next {
            let before = collector.found.len();
            next = scan.read(&mut collector, &at, read)?;
            read += collector.found.len() - before;
            if once {
                at_end &= next.is_none();
                break;
            }
        }
        let links = scan.links_if(&mut collector, *from != From::Nowhere)?;
        tables.push(Table::new(collector, links));
    }
    let notes = keep_apart(&mut tables, bound);
    let mut builder = EventLogBuilder::new(0);
    assemble(&mut builder, &tables, bound.spec.shared_positions);
    let (log, scanned) = Pass { builder, tables, stamp, notes }.finish(bound);
    Ok(Piece { log, at_end, notes: scanned.notes })
}

impl Scan<'_> {
    fn links_if(&self, collector: &mut Collector<'_>, wanted: bool) -> Result<super::links::Links, StoreError> {
        if wanted { self.links(collector) } else { Ok(super::links::Links::default()) }
    }
}
