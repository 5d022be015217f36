//! Which streams events are in, where a table of links says so.

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;

use crate::model::EventLog;
use crate::store::connect::quoted;
use crate::store::error::StoreError;
use crate::store::layout::OwnRow;
use crate::store::look::{Contents, Look};
use crate::store::plan::{EVENTS, Getters, LINKS, Select, Tables};
use crate::store::recognise::{EventSource, Key};
use crate::store::row_keys;
use crate::store::rows::{integer, text};

use super::Scan;
use super::collect::Collector;
use super::piece::all_by_index;
use super::stream_rule::StreamRule;
use super::walk::{Walk, ordered_by};

/// A stream that an event is in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    /// A place in the names of the event table's collector.
    pub stream: u32,
    pub version: Option<i64>,
}

/// The links of one event table, by the row numbers of its events.
pub(super) type Links = HashMap<i64, Vec<Link>, rustc_hash::FxBuildHasher>;

/// How the rows of a table of links are asked for together with those of their events.
struct Plan<'a> {
    source: &'a EventSource,
    events: Tables<'a>,
    tables: Tables<'a>,
    /// What a link and its event have in common, as SQL.
    on: String,
    select: Select,
    /// What finds the event's row; the first columns of the list.
    event_row: Vec<String>,
    /// By what the links are ordered.
    leading: Vec<String>,
    rule: StreamRule<'a>,
    version: Option<usize>,
    /// What says which stream is the event's own.
    named: Option<usize>,
    event_type: Getters,
}

impl<'a> Plan<'a> {
    /// `None` where there are no links, or nothing that goes with the events.
    fn new(source: &'a EventSource) -> Option<Self> {
        let ((table, joins), spec) = (source.links.as_ref()?, source.spec.links.as_ref()?);
        let (events, tables) = (Tables::of_events(source), Tables::new(LINKS, table, &spec.joins, joins));
        let event_row: Vec<String> = match &source.key {
            Key::Keyed { columns, .. } => columns.iter().filter_map(|column| events.column(column)).collect(),
            _ => events.rowid().into_iter().collect(),
        };
        let on =
            spec.on.iter().map(|(theirs, ours)| Some(format!("{} = {}", events.column(ours)?, tables.column(theirs)?)));
        let on = on.collect::<Option<Vec<_>>>()?.join(" AND ");
        if event_row.is_empty() || on.is_empty() {
            return None;
        }
        let mut select = Select::default();
        for column in &event_row {
            select.place(column.clone());
        }
        let leading = ordered_by(table, &format!("{LINKS}."), &mut select);
        let rule = StreamRule::new(&spec.stream, &tables, &mut select, &source.table.name);
        let version = spec.version.as_ref().and_then(|column| Some(select.place(tables.column(column)?)));
        let named = match &spec.own {
            Some(OwnRow::Named(column)) => tables.column(column).map(|sql| select.place(sql)),
            _ => None,
        };
        let event_type = Getters::new(&source.spec.event_type, &events, &mut select);
        Some(Self { source, events, tables, on, select, event_row, leading, rule, version, named, event_type })
    }

    /// All links with their events, or events with their links: whichever is named first leads.
    fn from(&self, events_lead: bool) -> String {
        let Self { source, events, tables, on, select, .. } = self;
        let further = events.joined(select);
        match events_lead {
            false => {
                format!(
                    "{} CROSS JOIN {} AS {EVENTS} ON {on}{further}",
                    tables.from(select),
                    quoted(&source.table.name)
                )
            }
            true => {
                format!("{} CROSS JOIN {} ON {on}{}{further}", events.alone(), tables.alone(), tables.joined(select))
            }
        }
    }

    /// The condition for events with row numbers from one to another.
    fn within(&self, (first, last): (i64, i64)) -> Option<String> {
        self.events.rowid().map(|row| format!("{row} >= {first} AND {row} <= {last}"))
    }
}

/// Whether the links of some events are found without reading those of others. A source without links has none to find.
pub(in crate::store) fn links_are_at_hand(conn: &Connection, source: &EventSource) -> bool {
    if source.links.is_none() || source.spec.links.is_none() {
        return true;
    }
    let Some(plan) = Plan::new(source).filter(|plan| !plan.leading.is_empty()) else { return false };
    let Some(range) = plan.within((1, 2)) else { return false };
    let sql = format!("SELECT {} FROM {} WHERE {range}", plan.select.sql(), plan.from(true));
    matches!(all_by_index(conn, &sql), Ok(true))
}

impl Scan<'_> {
    /// Reads the table of links, if there is one, in reads of about the usual length: all links, or those of events with
    /// row numbers from one to another, beside what an index knows of streams.
    pub(super) fn links(
        &self,
        collector: &mut Collector<'_>,
        rows: Option<((i64, i64), &EventLog)>,
    ) -> Result<Links, StoreError> {
        let mut links = Links::default();
        let source = collector.source;
        let Some(plan) = Plan::new(source) else { return Ok(links) };
        collector.name_streams();
        // By stream: whether it is some event's own.
        let mut own: BTreeMap<u32, bool> = BTreeMap::new();
        let own_row = source.spec.links.as_ref().and_then(|spec| spec.own.as_ref());
        let Plan { select, event_row, leading, rule, event_type, .. } = &plan;
        let from = plan.from(rows.is_some());
        let (contents, mut name) = (Contents::default(), String::new());
        let range = rows.map(|(rows, _)| plan.within(rows));
        let walk = match &range {
            // The links lead: so they come in the order of their own rows.
            None => Walk { select, from: &from, leading, second: event_row, only: None },
            Some(range) => Walk { select, from: &from, leading: event_row, second: leading, only: range.as_deref() },
        };
        self.walk(&walk, &mut |row| {
            let look = Look::new(&source.spec, &contents, row);
            let event = match &source.key {
                Key::Keyed { columns, .. } => self.sql(row_keys::of_row(row, columns.len()))?,
                _ => match integer(look.value(0)) {
                    Some(event) => event,
                    None => return Ok(()),
                },
            };
            let mut lossy = false;
            if !rule.name(&look, &mut name, &mut lossy) {
                return Ok(());
            }
            collector.tally.lossy += usize::from(lossy);
            let event_type = look.text(event_type).map(|(name, _)| name.into_owned()).unwrap_or_default();
            let stream = collector.names.stream(&name, || rule.made(&name, Some(&look), &event_type, None));
            let version = plan.version.and_then(|at| integer(look.value(at)));
            let of_event = links.entry(event).or_default();
            *own.entry(stream).or_default() |= match (own_row, plan.named) {
                (Some(OwnRow::First), _) => of_event.is_empty(),
                (Some(OwnRow::Named(_)), Some(at)) => text(look.value(at)).is_none_or(|(own, _)| own == name),
                (Some(OwnRow::Named(_)), None) | (None, _) => true,
            };
            of_event.push(Link { stream, version });
            Ok(())
        })?;
        for (stream, _) in own.into_iter().filter(|(_, own)| !own) {
            let name = collector.names.stream_name(stream);
            let has_own = |known: &EventLog| known.find_stream(name).is_some_and(|at| !known.stream(at).link);
            if !rows.is_some_and(|(_, known)| has_own(known)) {
                collector.names.set_link(stream);
            }
        }
        Ok(links)
    }
}
