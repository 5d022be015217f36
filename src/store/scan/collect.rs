//! One event table's rows on their way into the index.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::model::{EventKind, Timestamp};
use crate::store::key_forms::{KeyForms, usual_first};
use crate::store::layout::{EventTable, KindBy, KindSpec, Place, TIME, TimeEncoding};
use crate::store::look::{Contents, Look};
use crate::store::plan::{Getter, Getters, Select, Tables};
use crate::store::recognise::{EventSource, Key, glob};
use crate::store::row_keys;
use crate::store::rows::{integer, is_set, text};
use crate::store::times::{self, StoredTime};

use super::names::{Names, Unnamed};
use super::order_key::OrderKey;
use super::stream_rule::StreamRule;
use super::tags::tags;

/// An event as it was found; its stream and type are places in its [`Names`].
#[derive(Debug)]
pub(super) struct Found {
    pub row_key: i64,
    pub part: u32,
    pub position: Option<i64>,
    pub stream: Option<u32>,
    pub version: Option<i64>,
    pub event_type: u32,
    pub time: Option<Timestamp>,
    pub kind: EventKind,
    pub archived: bool,
    /// Where rows are not in order by their row numbers.
    pub order: Box<[OrderKey]>,
}

struct TimeGetter {
    getter: Getter,
    encoding: TimeEncoding,
    plus: Option<(usize, TimeEncoding)>,
    /// For the notes.
    described: String,
}

/// By what rows are ordered.
enum OrderBy {
    Column(usize),
    Time,
}

/// What the rows of one event table are asked for, and how they are read.
pub(super) struct Collector<'a> {
    pub source: &'a EventSource,
    pub select: Select,
    pub from: String,
    /// How many of the first columns order the rows; the row number is the last of them.
    pub order_columns: usize,
    position: Option<usize>,
    row_key: Option<usize>,
    order: Vec<OrderBy>,
    contents: Contents,
    streams: StreamRule<'a>,
    tags: Option<(usize, StreamRule<'a>)>,
    version: Getters,
    event_type: Getters,
    times: Vec<TimeGetter>,
    archived: Getters,
    superseded: Option<usize>,
    kind: Option<usize>,
    /// Types of streams that a table beside has.
    pub stream_types: Arc<HashMap<String, String>>,
    pub names: Names,
    pub found: Vec<Found>,
    /// Further streams of events: place in `found`, stream.
    pub tagged: Vec<(u32, u32)>,
    name: String,
    /// Streams of events that are still to be looked up.
    unnamed: Unnamed,
    pub tally: Tally,
    last_row: Option<i64>,
    /// Row numbers did not ascend: the table's tree is damaged, and may go round for ever.
    pub out_of_order: bool,
    /// What takes the place of a row number was none.
    pub unnumbered: bool,
}

/// What there is to say of a scan.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub no_type: usize,
    pub lossy: usize,
    pub times_unreadable: usize,
    /// By place of the time.
    pub times_used: Vec<usize>,
    pub lists_unreadable: usize,
    pub lists_empty: usize,
}

impl Tally {
    /// With what another has.
    pub(super) fn add(&mut self, other: &Self) {
        self.no_type += other.no_type;
        self.lossy += other.lossy;
        self.times_unreadable += other.times_unreadable;
        self.lists_unreadable += other.lists_unreadable;
        self.lists_empty += other.lists_empty;
        for (used, more) in self.times_used.iter_mut().zip(&other.times_used) {
            *used += more;
        }
    }
}

impl<'a> Collector<'a> {
    pub(super) fn new(source: &'a EventSource) -> Self {
        let spec: &EventTable = &source.spec;
        let tables = Tables::of_events(source);
        let mut select = Select::default();
        let mut column = |name: &str| tables.column(name).map(|sql| select.place(sql));
        let (mut position, mut order) = (None, Vec::new());
        match &source.key {
            Key::Rowid(_) => {}
            Key::Position { column: name, .. } => {
                position = column(name);
                order.extend(position.map(OrderBy::Column));
            }
            Key::Ordered { by, position: name, .. } => {
                position = name.as_ref().and_then(|name| column(name));
                order = ordered_by(by, &tables, &mut select);
            }
            Key::Columns(columns) => {
                for name in columns {
                    column(name);
                }
            }
            Key::Keyed { by, position: name, columns } => {
                for name in columns {
                    column(name);
                }
                position = name.as_ref().and_then(|name| column(name));
                order = ordered_by(by, &tables, &mut select);
            }
        }
        let row_key = tables.rowid().map(|sql| select.place(sql));
        if let Key::Rowid(_) = source.key {
            position = row_key;
        }
        let mut contents = Contents::default();
        let streams = StreamRule::new(&spec.stream, &tables, &mut select, &source.table.name);
        let version = Getters::new(&spec.version, &tables, &mut select);
        let event_type = Getters::new(&spec.event_type, &tables, &mut select);
        let archived = Getters::new(&spec.archived, &tables, &mut select);
        let superseded = spec.superseded.as_ref().and_then(|rows| Some(select.place(tables.superseded(rows)?)));
        let mut times = Vec::new();
        for time in &spec.time {
            let Some(getter) = Getters::each(std::slice::from_ref(&time.place), &tables, &mut select).0.pop() else {
                continue;
            };
            let plus = time.plus.as_ref().and_then(|(name, unit)| Some((select.place(tables.column(name)?), *unit)));
            let described = match &time.place {
                Place::Payload(path) => format!("times are taken from {path} in the payload"),
                Place::Metadata(path) => format!("times are taken from {path} in the metadata"),
                _ => String::new(),
            };
            times.push(TimeGetter { getter, encoding: time.encoding, plus, described });
        }
        let getters = [&version, &event_type, &archived, &streams.tenant, &streams.parts];
        let category = streams.category.iter();
        let inside = times.iter().map(|time| &time.getter).chain(category).cloned().collect::<Vec<_>>();
        if getters.into_iter().any(Getters::looks_inside) || Getters(inside).looks_inside() || spec.several.is_some() {
            contents.with_payload(spec, &tables, &mut select);
            contents.with_metadata(spec, &tables, &mut select);
        }
        let tags = spec.tags.as_ref().and_then(|tags| {
            let at = select.place(tables.column(&tags.column)?);
            Some((at, StreamRule::of_tags(&tags.category, &source.table.name)))
        });
        let kind = spec.kind.as_ref().and_then(|kind| Some(select.place(tables.column(kind.column.as_ref()?)?)));
        // Where nothing else of a row depends on which stream it is in.
        let by_bytes = streams.is_told_by_name()
            && row_key.is_some()
            && spec.tags.is_none()
            && spec.kind.as_ref().is_none_or(|kind| kind.by != KindBy::Stream);
        Self {
            source,
            from: tables.from(&select),
            order_columns: match &source.key {
                Key::Columns(columns) | Key::Keyed { columns, .. } => columns.len(),
                _ => 1,
            },
            select,
            position,
            row_key,
            order,
            contents,
            streams,
            tags,
            version,
            event_type,
            tally: Tally { times_used: vec![0; times.len()], ..Tally::default() },
            times,
            archived,
            superseded,
            kind,
            stream_types: Arc::default(),
            names: Names::default(),
            found: Vec::new(),
            tagged: Vec::new(),
            name: String::new(),
            unnamed: Unnamed { by_bytes, ..Unnamed::default() },
            last_row: None,
            out_of_order: false,
            unnumbered: false,
        }
    }

    /// Whether rows that are equal in what orders them are in the order in which they were read.
    pub(super) fn ties_as_read(&self) -> bool {
        matches!(self.source.key, Key::Keyed { .. })
    }

    /// Where in the select list the row number is.
    pub(super) fn row_key_at(&self) -> Option<usize> {
        self.row_key
    }

    /// Goes on with rows that need not come after those before.
    pub(super) fn forget_row(&mut self) {
        self.last_row = None;
    }

    /// Whether rows in the order of their row numbers are in the store's order.
    pub(super) fn is_in_order(&self) -> bool {
        self.order.is_empty()
    }

    /// What there is to say of where times were found.
    pub(super) fn notes_of_times(&self) -> impl Iterator<Item = &str> {
        let used = self.times.iter().zip(&self.tally.times_used).filter(|(_, used)| **used > 0);
        used.map(|(time, _)| time.described.as_str()).filter(|note| !note.is_empty())
    }

    /// Takes one row: an event, or several.
    pub(super) fn take(&mut self, row: &Row<'_>, ordinal: i64) -> rusqlite::Result<()> {
        let source = self.source;
        let row_key = match self.row_key.map(|at| row.get_ref(at)).transpose()? {
            Some(ValueRef::Integer(key)) => Some(key),
            other => {
                self.unnumbered |= other.is_some();
                None
            }
        };
        if let Some(key) = row_key {
            self.out_of_order |= self.last_row.is_some_and(|last| key <= last);
            self.last_row = Some(key);
        }
        // Taken out for the time: what is looked up in it is written elsewhere.
        let contents = std::mem::take(&mut self.contents);
        let look = Look::new(&source.spec, &contents, row);
        let result = match &source.spec.several {
            None => self.take_event(&look, row, ordinal, row_key, 0, 1),
            Some(_) => {
                match look.entries() {
                    // A row that can't be taken apart is still something that happened.
                    None => {
                        self.tally.lists_unreadable += 1;
                        self.take_event(&look, row, ordinal, row_key, 0, 1)
                    }
                    Some(entries) => {
                        self.tally.lists_empty += usize::from(entries.is_empty());
                        let count = entries.len();
                        (entries.iter().enumerate()).try_for_each(|(part, entry)| {
                            self.take_event(&look.entry(entry), row, ordinal, row_key, part, count)
                        })
                    }
                }
            }
        };
        self.contents = contents;
        result
    }

    fn take_event(
        &mut self,
        look: &Look<'_>,
        row: &Row<'_>,
        ordinal: i64,
        row_key: Option<i64>,
        part: usize,
        parts: usize,
    ) -> rusqlite::Result<()> {
        let spec = &self.source.spec;
        let event_type = self.type_of(look)?;
        let stream = self.stream_of(look, row, event_type)?;
        let time = self.time(look).timestamp();
        let version = match self.version.column() {
            Some(at) => integer(row.get_ref(at)?),
            None => look.integer(&self.version),
        };
        let version = match &spec.several {
            None => version,
            Some(several) => version.and_then(|version| {
                let before = if several.version_of_last { parts as i64 - 1 } else { 0 };
                version.checked_sub(before)?.checked_add(part as i64)
            }),
        };
        let position = match self.position {
            at if at == self.row_key => row_key,
            at => at.map(|at| row.get_ref(at)).transpose()?.and_then(integer),
        };
        let row_key = match self.row_key {
            Some(_) => row_key,
            None => Some(self.key_of_row(row, ordinal, stream)?),
        };
        let archived = match self.archived.0.as_slice() {
            [] => false,
            _ => self.archived.0.iter().any(|getter| match getter {
                Getter::Column { at, .. } => is_set(look.value(*at)),
                other => look.text_of(other).is_some_and(|(text, _)| is_set(ValueRef::Text(text.as_bytes()))),
            }),
        };
        let archived = archived || self.superseded.is_some_and(|at| is_set(look.value(at)));
        let order = self.order.iter().map(|by| match by {
            OrderBy::Column(at) => row.get_ref(*at).map(OrderKey::of),
            OrderBy::Time => Ok(time.map_or(OrderKey::Null, OrderKey::time)),
        });
        let order = if self.order.is_empty() { Box::default() } else { order.collect::<rusqlite::Result<_>>()? };
        let kind = self.kind_of(row, stream, event_type)?;
        if let Some((at, rule)) = &self.tags {
            for tag in tags(row.get_ref(*at)?, spec.tags.as_ref().and_then(|tags| tags.separator.as_deref())) {
                let index = self.names.stream(&tag, || rule.made(&tag, Some(look), "", None));
                self.tagged.push((self.found.len() as u32, index));
            }
        }
        self.found.push(Found {
            row_key: row_key.unwrap_or(ordinal),
            part: part as u32,
            position: if parts > 1 { None } else { position },
            stream,
            version,
            event_type,
            time,
            kind,
            archived,
            order,
        });
        Ok(())
    }

    /// The row key where there is no row number: a hash of the primary key; or the ordinal, and how the values are
    /// stored that find the row.
    fn key_of_row(&self, row: &Row<'_>, ordinal: i64, stream: Option<u32>) -> rusqlite::Result<i64> {
        if let Key::Keyed { .. } = self.source.key {
            return row_keys::of_row(row, self.order_columns);
        }
        let category = stream.map_or("", |stream| self.names.category_of(stream));
        let usual = usual_first(&self.source.spec, category);
        Ok(KeyForms::of_row(row, self.order_columns, usual)?.row_key(ordinal))
    }

    fn type_of(&mut self, look: &Look<'_>) -> rusqlite::Result<u32> {
        if let Some(at) = self.event_type.column()
            && let ValueRef::Text(bytes) = look.value(at)
        {
            if let Some(index) = self.names.known_type(bytes) {
                self.tally.no_type += usize::from(bytes.is_empty());
                return Ok(index);
            }
            if let Ok(name) = std::str::from_utf8(bytes) {
                self.tally.no_type += usize::from(name.is_empty());
                return Ok(self.names.event_type(name));
            }
        }
        let found = look.text(&self.event_type);
        self.tally.no_type += usize::from(found.is_none());
        let (name, lossy) = found.unwrap_or_default();
        self.tally.lossy += usize::from(lossy);
        Ok(self.names.event_type(&name))
    }

    fn stream_of(&mut self, look: &Look<'_>, row: &Row<'_>, event_type: u32) -> rusqlite::Result<Option<u32>> {
        // The common case without a copy of the name.
        let single = match self.streams.column() {
            Some(at) => match row.get_ref(at)? {
                ValueRef::Text(bytes) => Some(bytes),
                _ => None,
            },
            None => None,
        };
        if let Some(bytes) = single.filter(|bytes| self.unnamed.takes(bytes)) {
            if self.unnamed.is_full() {
                self.name_streams();
            }
            self.unnamed.push(self.found.len() as u32, bytes);
            return Ok(None);
        }
        // Names have their places in the order of their rows.
        self.name_streams();
        if let Some(index) = single.and_then(|bytes| self.names.known_stream(bytes)) {
            return Ok(Some(index));
        }
        let mut name = std::mem::take(&mut self.name);
        let mut lossy = false;
        let named = self.streams.name(look, &mut name, &mut lossy);
        self.tally.lossy += usize::from(lossy);
        let index = named.then(|| {
            if let Some(index) = self.names.known_stream(name.as_bytes()) {
                return index;
            }
            let event_type = self.names.type_name(event_type);
            let new = self.streams.made(&name, Some(look), event_type, self.stream_types.get(&name));
            self.names.new_stream(&name, &new)
        });
        self.name = name;
        Ok(index)
    }

    /// Looks up the streams of those events whose names were only taken down. To be called before anybody looks at what
    /// was found.
    pub(super) fn name_streams(&mut self) {
        let mut unnamed = std::mem::take(&mut self.unnamed);
        let mut start = 0;
        for (place, end) in unnamed.ends.drain(..) {
            let bytes = &unnamed.names[start..end];
            start = end;
            let Some(found) = self.found.get_mut(place as usize) else { continue };
            found.stream = self.names.known_stream(bytes);
            if found.stream.is_some() {
                continue;
            }
            let Some((name, lossy)) = text(ValueRef::Text(bytes)) else { continue };
            self.tally.lossy += usize::from(lossy);
            found.stream = self.names.known_stream(name.as_bytes()).or_else(|| {
                let event_type = self.names.type_name(found.event_type);
                let new = self.streams.made(&name, None, event_type, self.stream_types.get(&*name));
                Some(self.names.new_stream(&name, &new))
            });
        }
        unnamed.names.clear();
        self.unnamed = unnamed;
    }

    fn time(&mut self, look: &Look<'_>) -> StoredTime {
        let mut result = StoredTime::Absent;
        for (at, time) in self.times.iter().enumerate() {
            let stored = times::at(look, &time.getter, time.encoding);
            match stored {
                StoredTime::Absent => {}
                StoredTime::Unreadable => result = StoredTime::Unreadable,
                StoredTime::Read(read) => {
                    self.tally.times_used[at] += 1;
                    let more = time.plus.and_then(|(at, unit)| times::span_nanos(look.value(at), unit));
                    let sum = more.and_then(|nanos| Timestamp::from_nanos(read.nanos().checked_add(nanos)?));
                    return StoredTime::Read(sum.unwrap_or(read));
                }
            }
        }
        self.tally.times_unreadable += usize::from(result == StoredTime::Unreadable);
        result
    }

    fn kind_of(&self, row: &Row<'_>, stream: Option<u32>, event_type: u32) -> rusqlite::Result<EventKind> {
        let Some(spec) = &self.source.spec.kind else { return Ok(EventKind::Event) };
        if let Some(at) = self.kind {
            return Ok(text(row.get_ref(at)?).map_or(EventKind::Event, |(value, _)| kind(spec, &value)));
        }
        Ok(match (spec.column.is_some(), spec.by) {
            (true, _) => EventKind::Event,
            (false, KindBy::Table) => kind(spec, &self.source.table.name),
            (false, KindBy::Type) => kind(spec, self.names.type_name(event_type)),
            (false, KindBy::Stream) => {
                stream.map_or(EventKind::Event, |stream| kind(spec, self.names.stream_name(stream)))
            }
        })
    }
}

fn ordered_by(by: &[String], tables: &Tables<'_>, select: &mut Select) -> Vec<OrderBy> {
    let one = |name: &String| match name.as_str() {
        TIME => Some(OrderBy::Time),
        name => tables.order_column(name).map(|sql| OrderBy::Column(select.place(sql))),
    };
    by.iter().filter_map(one).collect()
}

fn kind(spec: &KindSpec, value: &str) -> EventKind {
    let is_one_of =
        |list: &[String]| list.iter().any(|form| form == value || (form.contains('*') && glob(form, value)));
    if is_one_of(&spec.commands) {
        EventKind::Command
    } else if is_one_of(&spec.system) {
        EventKind::System
    } else {
        EventKind::Event
    }
}
