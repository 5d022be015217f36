//! The index as bytes and back, for a cache of it. Pure: where the bytes go is for others.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{CategoryIndex, EventLog, LaneOrder, NO_STREAM, StreamIndex, StreamInfo, TypeInfo};
use crate::model::names::short_type;

/// An index as columns of bytes, in the byte order of this machine.
#[derive(Debug)]
pub struct LogImage<'a> {
    /// Names of types and categories, and whatever else is small, as JSON.
    pub names: Vec<u8>,
    /// The columns, always as many: of events, of streams, of lanes.
    pub columns: [Cow<'a, [u8]>; COLUMNS],
}

/// How many columns an image has.
pub const COLUMNS: usize = 18;

/// Bytes that are no image of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no index: {0}")]
pub struct ImageError(&'static str);

#[derive(Serialize, Deserialize)]
struct Names {
    events: usize,
    types: Vec<(String, usize)>,
    categories: Vec<String>,
    ordinal_positions: bool,
}

impl EventLog {
    /// The index as bytes.
    pub fn image(&self) -> LogImage<'_> {
        let names = Names {
            events: self.len(),
            types: self.types.iter().map(|t| (t.name.to_string(), t.events)).collect(),
            categories: self.categories.iter().map(ToString::to_string).collect(),
            ordinal_positions: self.ordinal_positions,
        };
        let streams = || self.streams.iter();
        let lanes = || self.starts.windows(2).map(|ends| (ends[1] - ends[0]) as u32);
        LogImage {
            // Names are text, numbers and truth values: nothing in them can fail to be JSON.
            names: serde_json::to_vec(&names).unwrap_or_default(),
            columns: [
                bytemuck::cast_slice(&self.positions).into(),
                bytemuck::cast_slice(&self.row_keys).into(),
                bytemuck::cast_slice(&self.event_streams).into(),
                bytemuck::cast_slice(&self.versions).into(),
                bytemuck::cast_slice(&self.event_types).into(),
                bytemuck::cast_slice(&self.times).into(),
                bytemuck::cast_slice(&self.sub_micros).into(),
                self.flags.as_slice().into(),
                bytemuck::cast_slice(&self.sources).into(),
                bytemuck::cast_slice(&self.parts).into(),
                bytemuck::cast_slice(&self.extra).into(),
                streams().flat_map(|s| s.name.bytes()).collect(),
                streams().flat_map(|s| (s.name.len() as u32).to_ne_bytes()).collect(),
                streams().flat_map(|s| s.category.0.to_ne_bytes()).collect(),
                streams().map(marks_of).collect(),
                bytemuck::cast_slice(&self.members).into(),
                lanes().flat_map(u32::to_ne_bytes).collect(),
                self.orders.iter().map(|order| order.bits()).collect(),
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
        let (streams, by_name) = streams([columns[11], columns[12], columns[13], columns[14]], categories.len())?;
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
            starts: starts(columns[16])?,
            members: column(columns[15])?,
            orders: columns[17].iter().map(|bits| LaneOrder::from_bits(*bits)).collect(),
            ordinal_positions: names.ordinal_positions,
        };
        log.check(events)?;
        Ok(log)
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
        let lanes = self.streams.len();
        if self.starts.len() != lanes + 1
            || self.orders.len() != lanes
            || self.starts.last() != Some(&self.members.len())
            || self.members.iter().any(|event| *event as usize >= events)
        {
            return Err(ImageError("its lanes"));
        }
        Ok(())
    }
}

fn marks_of(stream: &StreamInfo) -> u8 {
    u8::from(stream.link) | u8::from(stream.archived) << 1 | u8::from(stream.deleted) << 2
}

type Streams = (Vec<StreamInfo>, HashMap<Arc<str>, StreamIndex, ahash::RandomState>);

/// Streams from their names, the lengths of those, their categories and marks.
fn streams([names, lengths, categories, marks]: [&[u8]; 4], count: usize) -> Result<Streams, ImageError> {
    let mut names = std::str::from_utf8(names).map_err(|_| ImageError("its names"))?;
    let (lengths, categories): (Vec<u32>, Vec<u32>) = (column(lengths)?, column(categories)?);
    if lengths.len() != categories.len() || lengths.len() != marks.len() {
        return Err(ImageError("a column's length"));
    }
    let mut streams = Vec::with_capacity(lengths.len());
    let mut by_name = HashMap::with_capacity_and_hasher(lengths.len(), ahash::RandomState::new());
    for ((length, category), marks) in lengths.into_iter().zip(categories).zip(marks) {
        let (name, rest) = names.split_at_checked(length as usize).ok_or(ImageError("its names"))?;
        names = rest;
        if category as usize >= count {
            return Err(ImageError("a category"));
        }
        let name: Arc<str> = name.into();
        by_name.insert(name.clone(), StreamIndex(streams.len() as u32));
        let (link, archived, deleted) = (marks & 1 != 0, marks & 2 != 0, marks & 4 != 0);
        streams.push(StreamInfo { name, category: CategoryIndex(category), link, archived, deleted });
    }
    if !names.is_empty() || by_name.len() != streams.len() {
        return Err(ImageError("a repeated stream"));
    }
    Ok((streams, by_name))
}

/// Where lanes of these lengths begin, and where the last one ends.
fn starts(lengths: &[u8]) -> Result<Vec<usize>, ImageError> {
    let lengths: Vec<u32> = column(lengths)?;
    let mut end = 0;
    Ok(std::iter::once(0)
        .chain(lengths.into_iter().map(|length| {
            end += length as usize;
            end
        }))
        .collect())
}

impl LaneOrder {
    fn bits(self) -> u8 {
        u8::from(self.by_position)
            | u8::from(self.by_time) << 1
            | u8::from(self.by_version) << 2
            | u8::from(self.own) << 3
    }

    fn from_bits(bits: u8) -> Self {
        let is = |bit: u8| bits & (1 << bit) != 0;
        Self { by_position: is(0), by_time: is(1), by_version: is(2), own: is(3) }
    }
}

/// A column from its bytes, which need not be aligned.
fn column<T: bytemuck::Pod>(bytes: &[u8]) -> Result<Vec<T>, ImageError> {
    let size = size_of::<T>();
    if !bytes.len().is_multiple_of(size) {
        return Err(ImageError("a column's length"));
    }
    let mut column = vec![T::zeroed(); bytes.len() / size];
    bytemuck::cast_slice_mut(&mut column).copy_from_slice(bytes);
    Ok(column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::log::tests::log;

    fn of(image: &LogImage<'_>) -> Result<EventLog, ImageError> {
        EventLog::from_image(7, &image.names, &std::array::from_fn(|at| &*image.columns[at]))
    }

    #[test]
    fn an_image_is_the_index_again() {
        let log = log(&[("a", Some(2), 1, None), ("b", None, 5, Some(3)), ("a", Some(1), 9, Some(4))]);
        let read = of(&log.image()).unwrap();
        assert_eq!(read.generation(), 7);
        assert!(read.image().names == log.image().names && read.image().columns == log.image().columns);
        assert_eq!(read.lane(StreamIndex(0)), [2, 0]);
        assert_eq!(read.streams(), log.streams());
        for stream in [StreamIndex(0), StreamIndex(1)] {
            assert_eq!(read.is_lane_by_position(stream), log.is_lane_by_position(stream));
            assert_eq!(read.is_lane_by_time(stream), log.is_lane_by_time(stream));
            assert_eq!(read.is_lane_by_version(stream), log.is_lane_by_version(stream));
            assert_eq!(read.is_lane_its_own(stream), log.is_lane_its_own(stream));
        }
        assert_eq!(read.find_stream("b"), Some(StreamIndex(1)));
    }

    #[test]
    fn bytes_that_are_no_image_are_refused() {
        let log = log(&[("a", Some(1), 1, None), ("a", Some(2), 2, None)]);
        let mut image = log.image();
        image.names = b"{}".to_vec();
        assert!(of(&image).is_err());
        for spoilt in [0, 2, 4, 11, 12, 13, 15, 16, 17] {
            let mut image = log.image();
            image.columns[spoilt].to_mut().remove(0);
            assert!(of(&image).is_err(), "{spoilt}");
            // Any eight bits are some order of a lane.
            if spoilt != 17 {
                let mut image = log.image();
                image.columns[spoilt].to_mut().fill(0x7f);
                assert!(of(&image).is_err() || spoilt == 11, "{spoilt}");
            }
        }
    }
}
