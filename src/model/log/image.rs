//! The index as bytes and back, for a cache of it. Pure: where the bytes go is for others.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::columns::Columns;
use super::lanes::Lanes;
use super::{ByName, CategoryIndex, EventLog, NO_STREAM, SharedList, StreamInfo, TypeInfo};
use crate::model::names::short_type;

/// How many parts an image has of events and of lanes.
pub const EVENT_PARTS: usize = 14;
/// How many parts an image has of streams.
pub const STREAM_PARTS: usize = 4;

/// An index as bytes, in the byte order of this machine.
#[derive(Debug)]
pub struct LogImage<'a> {
    /// Names of types and categories, and whatever else is small, as JSON.
    pub names: Vec<u8>,
    /// Columns of events and of lanes.
    pub events: [Cow<'a, [u8]>; EVENT_PARTS],
    /// What is known of streams.
    pub streams: [Vec<u8>; STREAM_PARTS],
}

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

/// The columns of an image, to be filled with its bytes.
#[derive(Debug, Default)]
pub struct EventsOfImage {
    columns: Columns,
    members: Vec<u32>,
    lengths: Vec<u32>,
    orders: Vec<u8>,
}

impl EventsOfImage {
    /// Columns of so many bytes.
    ///
    /// Errors: a length that its column can't have.
    pub fn of_lengths(lengths: &[usize; EVENT_PARTS]) -> Result<Self, ImageError> {
        let [
            positions,
            row_keys,
            streams,
            versions,
            types,
            times,
            sub_micros,
            flags,
            sources,
            parts,
            extra,
            lanes @ ..,
        ] = *lengths;
        let [members, of_lanes, orders] = lanes;
        Ok(Self {
            columns: Columns {
                positions: zeroed(positions)?,
                row_keys: zeroed(row_keys)?,
                streams: zeroed(streams)?,
                versions: zeroed(versions)?,
                types: zeroed(types)?,
                times: zeroed(times)?,
                sub_micros: zeroed(sub_micros)?,
                flags: zeroed(flags)?,
                sources: zeroed(sources)?,
                parts: zeroed(parts)?,
                extra: zeroed(extra)?,
            },
            members: zeroed(members)?,
            lengths: zeroed(of_lanes)?,
            orders: zeroed(orders)?,
        })
    }

    /// The bytes of each column, as [`LogImage::events`] has them.
    pub fn parts_mut(&mut self) -> [&mut [u8]; EVENT_PARTS] {
        use bytemuck::cast_slice_mut as bytes;
        let Self { columns, members, lengths, orders } = self;
        [
            bytes(&mut columns.positions),
            bytes(&mut columns.row_keys),
            bytes(&mut columns.streams),
            bytes(&mut columns.versions),
            bytes(&mut columns.types),
            bytes(&mut columns.times),
            bytes(&mut columns.sub_micros),
            &mut columns.flags,
            bytes(&mut columns.sources),
            bytes(&mut columns.parts),
            bytes(&mut columns.extra),
            bytes(members),
            bytes(lengths),
            orders,
        ]
    }
}

/// The streams of an image.
#[derive(Debug)]
pub struct StreamsOfImage {
    streams: SharedList<StreamInfo>,
    by_name: ByName,
}

impl StreamsOfImage {
    /// Streams from their names, the lengths of those, their categories and marks.
    ///
    /// Errors: the bytes are no streams.
    pub fn read([names, lengths, categories, marks]: [&[u8]; STREAM_PARTS]) -> Result<Self, ImageError> {
        let mut names = std::str::from_utf8(names).map_err(|_| ImageError("its names"))?;
        let (lengths, categories): (Vec<u32>, Vec<u32>) = (column(lengths)?, column(categories)?);
        if lengths.len() != categories.len() || lengths.len() != marks.len() {
            return Err(ImageError("a column's length"));
        }
        let (mut streams, mut by_name) = (SharedList::default(), ByName::with_capacity(lengths.len()));
        for ((length, category), marks) in lengths.into_iter().zip(categories).zip(marks) {
            let (name, rest) = names.split_at_checked(length as usize).ok_or(ImageError("its names"))?;
            names = rest;
            if by_name.find(&streams, name).is_some() {
                return Err(ImageError("a repeated stream"));
            }
            let (link, archived, deleted) = (marks & 1 != 0, marks & 2 != 0, marks & 4 != 0);
            streams.push(StreamInfo { name: name.into(), category: CategoryIndex(category), link, archived, deleted });
            by_name.insert_last(&streams);
        }
        if names.is_empty() { Ok(Self { streams, by_name }) } else { Err(ImageError("its names")) }
    }
}

impl EventLog {
    /// The index as bytes; `None` of one that has grown, which is not in one piece.
    pub fn image(&self) -> Option<LogImage<'_>> {
        let columns = if self.more.is_empty() { &self.base } else { return None };
        // What is kept of lanes is of those that were there when the index was made.
        if self.lanes.in_base() != self.streams.len() {
            return None;
        }
        let names = Names {
            events: self.len(),
            types: self.types.iter().map(|t| (t.name.to_string(), t.events)).collect(),
            categories: self.categories.iter().map(ToString::to_string).collect(),
            ordinal_positions: self.ordinal_positions,
        };
        let streams = || self.streams.iter();
        let [members, lengths, orders] = self.lanes.image();
        Some(LogImage {
            // Names are text, numbers and truth values: nothing in them can fail to be JSON.
            names: serde_json::to_vec(&names).unwrap_or_default(),
            events: [
                bytemuck::cast_slice(&columns.positions).into(),
                bytemuck::cast_slice(&columns.row_keys).into(),
                bytemuck::cast_slice(&columns.streams).into(),
                bytemuck::cast_slice(&columns.versions).into(),
                bytemuck::cast_slice(&columns.types).into(),
                bytemuck::cast_slice(&columns.times).into(),
                bytemuck::cast_slice(&columns.sub_micros).into(),
                columns.flags.as_slice().into(),
                bytemuck::cast_slice(&columns.sources).into(),
                bytemuck::cast_slice(&columns.parts).into(),
                bytemuck::cast_slice(&columns.extra).into(),
                members.into(),
                lengths.into(),
                orders.into(),
            ],
            streams: [
                streams().flat_map(|s| s.name.bytes()).collect(),
                streams().flat_map(|s| (s.name.len() as u32).to_ne_bytes()).collect(),
                streams().flat_map(|s| s.category.0.to_ne_bytes()).collect(),
                streams().map(marks_of).collect(),
            ],
        })
    }

    /// The index that an [`image`](Self::image) was made of.
    ///
    /// Errors: the bytes are no image; no column is trusted.
    pub fn from_image(
        generation: u64,
        names: &[u8],
        StreamsOfImage { streams, by_name }: StreamsOfImage,
        EventsOfImage { columns, members, lengths, orders }: EventsOfImage,
    ) -> Result<Self, ImageError> {
        let names: Names = serde_json::from_slice(names).map_err(|_| ImageError("its names"))?;
        let events = names.events;
        let categories: Vec<Arc<str>> = names.categories.into_iter().map(Arc::from).collect();
        if streams.iter().any(|stream| stream.category.0 as usize >= categories.len()) {
            return Err(ImageError("a category"));
        }
        let lanes = Lanes::of_image(members, &lengths, &orders, events)
            .filter(|lanes| lanes.in_base() == streams.len())
            .ok_or(ImageError("its lanes"))?;
        let type_info =
            |(name, events): (String, usize)| TypeInfo { short: short_type(&name).into(), name: name.into(), events };
        check(&columns, events, streams.len() as u32, names.types.len() as u32)?;
        let log = Self {
            generation,
            streams,
            types: names.types.into_iter().map(type_info).collect(),
            categories,
            by_name: super::Names { base: Arc::new(by_name), ..super::Names::default() },
            ordinal_positions: names.ordinal_positions,
            times: columns.time_range(),
            in_base: events,
            base: Arc::new(columns),
            lanes,
            ..Self::default()
        };
        Ok(log)
    }
}

fn marks_of(stream: &StreamInfo) -> u8 {
    u8::from(stream.link) | u8::from(stream.archived) << 1 | u8::from(stream.deleted) << 2
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

/// A column of so many bytes.
fn zeroed<T: bytemuck::Pod>(bytes: usize) -> Result<Vec<T>, ImageError> {
    let size = size_of::<T>();
    if bytes.is_multiple_of(size) { Ok(vec![T::zeroed(); bytes / size]) } else { Err(ImageError("a column's length")) }
}

/// A column from its bytes, which need not be aligned.
fn column<T: bytemuck::Pod>(bytes: &[u8]) -> Result<Vec<T>, ImageError> {
    let mut column = zeroed(bytes.len())?;
    bytemuck::cast_slice_mut(&mut column).copy_from_slice(bytes);
    Ok(column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::log::StreamIndex;
    use crate::model::log::tests::log;

    fn of(image: &LogImage<'_>) -> Result<EventLog, ImageError> {
        let mut events = EventsOfImage::of_lengths(&std::array::from_fn(|at| image.events[at].len()))?;
        events.parts_mut().into_iter().zip(&image.events).for_each(|(part, bytes)| part.copy_from_slice(bytes));
        let streams = StreamsOfImage::read(std::array::from_fn(|at| &*image.streams[at]))?;
        EventLog::from_image(7, &image.names, streams, events)
    }

    #[test]
    fn an_image_is_the_index_again() {
        let log = log(&[("a", Some(2), 1, None), ("b", None, 5, Some(3)), ("a", Some(1), 9, Some(4))]);
        let read = of(&log.image().unwrap()).unwrap();
        assert_eq!(read.generation(), 7);
        let (again, image) = (read.image().unwrap(), log.image().unwrap());
        assert!(again.names == image.names && again.events == image.events && again.streams == image.streams);
        let grown = log.extended(&read, 2, 8);
        assert!(grown.is_none_or(|grown| grown.image().is_none()));
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
        let mut image = log.image().unwrap();
        image.names = b"{}".to_vec();
        assert!(of(&image).is_err());
        for spoilt in [0, 2, 4, 11, 12, 13] {
            let mut image = log.image().unwrap();
            image.events[spoilt].to_mut().remove(0);
            assert!(of(&image).is_err(), "{spoilt}");
            // Any eight bits are some order of a lane.
            if spoilt != 13 {
                let mut image = log.image().unwrap();
                image.events[spoilt].to_mut().fill(0x7f);
                assert!(of(&image).is_err(), "{spoilt}");
            }
        }
        for spoilt in [0, 1, 2, 3] {
            let mut image = log.image().unwrap();
            image.streams[spoilt].remove(0);
            assert!(of(&image).is_err(), "{spoilt}");
        }
        for (spoilt, by) in [(0, 0xff), (1, 0x7f), (2, 0x7f)] {
            let mut image = log.image().unwrap();
            image.streams[spoilt].fill(by);
            assert!(of(&image).is_err(), "{spoilt}");
        }
        // A second stream of the same name.
        let log = self::log(&[("a", Some(1), 1, None), ("b", Some(1), 2, None)]);
        let mut image = log.image().unwrap();
        image.streams[0].fill(b'a');
        assert_eq!(of(&image).err(), Some(ImageError("a repeated stream")));
    }
}
