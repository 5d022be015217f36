//! The index as bytes and back, for a cache of it. Pure: where the bytes go is for others.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::columns::Columns;
use super::{CategoryIndex, EventLog, NO_STREAM, Names as ByName, SharedList, StreamIndex, StreamInfo, TypeInfo};
use crate::model::names::short_type;

/// An index as columns of bytes, in the byte order of this machine.
#[derive(Debug)]
pub struct LogImage<'a> {
    /// Names and whatever else is small, as JSON.
    pub names: Vec<u8>,
    /// The columns, always as many.
    pub columns: [&'a [u8]; COLUMNS],
}

/// How many columns an image has.
pub const COLUMNS: usize = 11;

/// Bytes that are no image of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no index: {0}")]
pub struct ImageError(&'static str);

#[derive(Serialize, Deserialize)]
struct Names {
    events: usize,
    streams: Vec<(String, u32, u8)>,
    types: Vec<(String, usize)>,
    categories: Vec<String>,
    ordinal_positions: bool,
}

impl EventLog {
    /// The index as bytes; `None` of one that has grown, which is not in one piece.
    pub fn image(&self) -> Option<LogImage<'_>> {
        let columns = if self.more.is_empty() { &self.base } else { return None };
        let marks = |s: &StreamInfo| u8::from(s.link) | u8::from(s.archived) << 1 | u8::from(s.deleted) << 2;
        let names = Names {
            events: self.len(),
            streams: self.streams.iter().map(|s| (s.name.to_string(), s.category.0, marks(s))).collect(),
            types: self.types.iter().map(|t| (t.name.to_string(), t.events)).collect(),
            categories: self.categories.iter().map(ToString::to_string).collect(),
            ordinal_positions: self.ordinal_positions,
        };
        Some(LogImage {
            // Names are text, numbers and truth values: nothing in them can fail to be JSON.
            names: serde_json::to_vec(&names).unwrap_or_default(),
            columns: [
                bytemuck::cast_slice(&columns.positions),
                bytemuck::cast_slice(&columns.row_keys),
                bytemuck::cast_slice(&columns.streams),
                bytemuck::cast_slice(&columns.versions),
                bytemuck::cast_slice(&columns.types),
                bytemuck::cast_slice(&columns.times),
                bytemuck::cast_slice(&columns.sub_micros),
                &columns.flags,
                bytemuck::cast_slice(&columns.sources),
                bytemuck::cast_slice(&columns.parts),
                bytemuck::cast_slice(&columns.extra),
            ],
        })
    }

    /// The index that an [`image`](Self::image) was made of.
    ///
    /// Errors: the bytes are no image; no column is trusted.
    pub fn from_image(generation: u64, names: &[u8], columns: &[&[u8]; COLUMNS]) -> Result<Self, ImageError> {
        let names: Names = serde_json::from_slice(names).map_err(|_| ImageError("its names"))?;
        let events = names.events;
        let categories: Vec<Arc<str>> = names.categories.into_iter().map(Arc::from).collect();
        let mut by_name = HashMap::with_capacity(names.streams.len());
        let mut streams = SharedList::default();
        for (name, category, marks) in names.streams {
            if category as usize >= categories.len() {
                return Err(ImageError("a category"));
            }
            let name: Arc<str> = name.into();
            by_name.insert(name.clone(), StreamIndex(streams.len() as u32));
            let (link, archived, deleted) = (marks & 1 != 0, marks & 2 != 0, marks & 4 != 0);
            streams.push(StreamInfo { name, category: CategoryIndex(category), link, archived, deleted });
        }
        if by_name.len() != streams.len() {
            return Err(ImageError("a repeated stream"));
        }
        let type_info =
            |(name, events): (String, usize)| TypeInfo { short: short_type(&name).into(), name: name.into(), events };
        let columns = Columns {
            positions: column(columns[0])?,
            row_keys: column(columns[1])?,
            streams: column(columns[2])?,
            versions: column(columns[3])?,
            types: column(columns[4])?,
            times: column(columns[5])?,
            sub_micros: column(columns[6])?,
            flags: columns[7].to_vec(),
            sources: column(columns[8])?,
            parts: column(columns[9])?,
            extra: column(columns[10])?,
        };
        check(&columns, events, streams.len() as u32, names.types.len() as u32)?;
        let log = Self {
            generation,
            streams,
            types: names.types.into_iter().map(type_info).collect(),
            categories,
            by_name: ByName { base: Arc::new(by_name), ..ByName::default() },
            ordinal_positions: names.ordinal_positions,
            ..Self::default()
        };
        Ok(log.with_columns(columns))
    }
}

/// Whether every column has its length and names nothing that is not there.
fn check(columns: &Columns, events: usize, streams: u32, types: u32) -> Result<(), ImageError> {
    let Columns { positions, row_keys, versions, times, sub_micros, flags, sources, parts, extra, .. } = columns;
    let whole = [positions.len(), columns.streams.len(), versions.len(), columns.types.len(), times.len()];
    let maybe = [row_keys.len(), sub_micros.len(), flags.len(), sources.len(), parts.len()];
    if whole.iter().any(|len| *len != events) || maybe.iter().any(|len| *len != 0 && *len != events) {
        return Err(ImageError("a column's length"));
    }
    if columns.streams.iter().any(|stream| *stream >= streams && *stream != NO_STREAM)
        || columns.types.iter().any(|event_type| *event_type >= types)
        || extra.iter().any(|member| member.stream >= streams || member.event as usize >= events)
        || !extra.is_sorted()
        || !positions.is_sorted_by(|a, b| a < b)
    {
        return Err(ImageError("a value that is out of range"));
    }
    Ok(())
}

/// A column from its bytes, which need not be aligned.
fn column<T: bytemuck::AnyBitPattern>(bytes: &[u8]) -> Result<Vec<T>, ImageError> {
    let size = size_of::<T>();
    if !bytes.len().is_multiple_of(size) {
        return Err(ImageError("a column's length"));
    }
    Ok(bytes.chunks_exact(size).map(bytemuck::pod_read_unaligned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::log::tests::log;

    fn back(log: &EventLog) -> Result<EventLog, ImageError> {
        let image = log.image().unwrap();
        EventLog::from_image(7, &image.names, &image.columns)
    }

    #[test]
    fn an_image_is_the_index_again() {
        let log = log(&[("a", Some(2), 1, None), ("b", None, 5, Some(3)), ("a", Some(1), 9, Some(4))]);
        let read = back(&log).unwrap();
        assert_eq!(read.generation(), 7);
        let (again, image) = (read.image().unwrap(), log.image().unwrap());
        assert!(again.names == image.names && again.columns == image.columns);
        let grown = log.extended(&read, 2, 8);
        assert!(grown.is_none_or(|grown| grown.image().is_none()));
        assert_eq!(read.lane(StreamIndex(0)), [2, 0]);
    }

    #[test]
    fn bytes_that_are_no_image_are_refused() {
        let log = log(&[("a", Some(1), 1, None), ("a", Some(2), 2, None)]);
        let image = log.image().unwrap();
        assert!(EventLog::from_image(1, b"{}", &image.columns).is_err());
        for spoilt in [0, 2, 4] {
            let column = image.columns[spoilt];
            let mut columns = image.columns;
            columns[spoilt] = &column[1..];
            assert!(EventLog::from_image(1, &image.names, &columns).is_err(), "{spoilt}");
            let wild = vec![0x7f; column.len()];
            columns[spoilt] = &wild;
            assert!(EventLog::from_image(1, &image.names, &columns).is_err(), "{spoilt}");
        }
    }
}
