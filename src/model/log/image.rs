//! The index as bytes and back, for a cache of it. Pure: where the bytes go is for others.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{CategoryIndex, EventLog, NO_STREAM, StreamIndex, StreamInfo, TypeInfo};
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
    /// The index as bytes.
    pub fn image(&self) -> LogImage<'_> {
        let marks = |s: &StreamInfo| u8::from(s.link) | u8::from(s.archived) << 1 | u8::from(s.deleted) << 2;
        let names = Names {
            events: self.len(),
            streams: self.streams.iter().map(|s| (s.name.to_string(), s.category.0, marks(s))).collect(),
            types: self.types.iter().map(|t| (t.name.to_string(), t.events)).collect(),
            categories: self.categories.iter().map(ToString::to_string).collect(),
            ordinal_positions: self.ordinal_positions,
        };
        LogImage {
            // Names are text, numbers and truth values: nothing in them can fail to be JSON.
            names: serde_json::to_vec(&names).unwrap_or_default(),
            columns: [
                bytemuck::cast_slice(&self.positions),
                bytemuck::cast_slice(&self.row_keys),
                bytemuck::cast_slice(&self.event_streams),
                bytemuck::cast_slice(&self.versions),
                bytemuck::cast_slice(&self.event_types),
                bytemuck::cast_slice(&self.times),
                bytemuck::cast_slice(&self.sub_micros),
                &self.flags,
                bytemuck::cast_slice(&self.sources),
                bytemuck::cast_slice(&self.parts),
                bytemuck::cast_slice(&self.extra),
            ],
        }
    }

    /// The index that an [`image`](Self::image) was made of.
    ///
    /// Errors: the bytes are no image; no column is trusted.
    pub fn from_image(generation: u64, names: &[u8], columns: &[&[u8]; COLUMNS]) -> Result<Self, ImageError> {
        let names: Names = serde_json::from_slice(names).map_err(|_| ImageError("its names"))?;
        let events = names.events;
        let categories: Vec<Arc<str>> = names.categories.into_iter().map(Arc::from).collect();
        let mut by_name = HashMap::with_capacity(names.streams.len());
        let mut streams = Vec::with_capacity(names.streams.len());
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
        let log = Self {
            generation,
            positions: column(columns[0])?,
            row_keys: column(columns[1])?,
            event_streams: column(columns[2])?,
            versions: column(columns[3])?,
            event_types: column(columns[4])?,
            times: column(columns[5])?,
            sub_micros: column(columns[6])?,
            flags: columns[7].to_vec(),
            sources: column(columns[8])?,
            parts: column(columns[9])?,
            extra: column(columns[10])?,
            streams,
            types: names.types.into_iter().map(type_info).collect(),
            categories,
            by_name,
            starts: Vec::new(),
            members: Vec::new(),
            orders: Vec::new(),
            ordinal_positions: names.ordinal_positions,
        };
        log.check(events)?;
        Ok(log.with_lanes())
    }

    /// Whether every column has its length and names nothing that is not there.
    fn check(&self, events: usize) -> Result<(), ImageError> {
        let whole = [
            self.positions.len(),
            self.event_streams.len(),
            self.versions.len(),
            self.event_types.len(),
            self.times.len(),
        ];
        let maybe =
            [self.row_keys.len(), self.sub_micros.len(), self.flags.len(), self.sources.len(), self.parts.len()];
        if whole.iter().any(|len| *len != events) || maybe.iter().any(|len| *len != 0 && *len != events) {
            return Err(ImageError("a column's length"));
        }
        let (streams, types) = (self.streams.len() as u32, self.types.len() as u32);
        if self.event_streams.iter().any(|stream| *stream >= streams && *stream != NO_STREAM)
            || self.event_types.iter().any(|event_type| *event_type >= types)
            || self.extra.iter().any(|member| member.stream >= streams || member.event as usize >= events)
            || !self.extra.is_sorted()
            || !self.positions.is_sorted_by(|a, b| a < b)
        {
            return Err(ImageError("a value that is out of range"));
        }
        Ok(())
    }
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
        let image = log.image();
        EventLog::from_image(7, &image.names, &image.columns)
    }

    #[test]
    fn an_image_is_the_index_again() {
        let log = log(&[("a", Some(2), 1, None), ("b", None, 5, Some(3)), ("a", Some(1), 9, Some(4))]);
        let read = back(&log).unwrap();
        assert_eq!(read.generation(), 7);
        assert!(read.image().names == log.image().names && read.image().columns == log.image().columns);
        assert_eq!(read.lane(StreamIndex(0)), [2, 0]);
    }

    #[test]
    fn bytes_that_are_no_image_are_refused() {
        let log = log(&[("a", Some(1), 1, None), ("a", Some(2), 2, None)]);
        let image = log.image();
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
