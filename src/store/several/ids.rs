//! The ids of all events of a file, hashed: by them events are known again in another file.

use rusqlite::Connection;

use crate::model::{Cancel, EventLog};
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::look::{Contents, Look};
use crate::store::plan::{Getters, Select, Tables};
use crate::store::recognise::EventSource;
use crate::store::scan::{Lasting, READ_AT_MOST};

use super::unite::{Id, NO_ID};

/// Rows between two looks at the clock and at [`Cancel`].
const ROWS: usize = 256;

/// An id for each event of the index from `from` on; empty where the layout has none.
pub(super) fn ids(store: &Store, log: &EventLog, from: usize, cancel: &Cancel) -> Result<Vec<Id>, StoreError> {
    let has_ids = |source: &EventSource| !source.spec.event_id.is_empty();
    if from == log.len() || !store.bound.sources.iter().any(has_ids) {
        return Ok(Vec::new());
    }
    let mut ids = Ids { from, ids: vec![NO_ID; log.len() - from] };
    let key = |event: &u32| {
        let event = *event as usize;
        (log.source(event), log.row_key(event), log.part(event))
    };
    let mut order: Vec<u32> = (from as u32..log.len() as u32).collect();
    order.sort_unstable_by_key(key);
    for (table, source) in store.bound.sources.iter().enumerate().filter(|(_, source)| has_ids(source)) {
        let from = order.partition_point(|event| log.source(*event as usize) < table);
        let to = order.partition_point(|event| log.source(*event as usize) <= table);
        if source.table.rowid().is_none() {
            one_by_one(store, log, &order[from..to], &mut ids, cancel)?;
            continue;
        }
        let conn = store.source.connect(Some(cancel))?;
        of_table(store, &conn, log, source, &order[from..to], &mut ids, cancel)?;
        // Without locks, what was read while somebody wrote is torn.
        store.source.check_read(&conn)?;
    }
    Ok(ids.ids)
}

/// Ids of the events from one on.
struct Ids {
    from: usize,
    ids: Vec<Id>,
}

/// Of a table without row numbers, whose rows can't be read side by side with the index.
fn one_by_one(store: &Store, log: &EventLog, events: &[u32], ids: &mut Ids, cancel: &Cancel) -> Result<(), StoreError> {
    let mut reader = store.reader()?;
    for some in events.chunks(ROWS) {
        if cancel.is_cancelled() {
            return Err(StoreError::Cancelled);
        }
        for (event, read) in some.iter().zip(reader.events(log, some)?) {
            ids.ids[*event as usize - ids.from] = read.id.map_or(NO_ID, |id| id_of(&id, log, *event as usize));
        }
    }
    Ok(())
}

/// `events`: those of the table, by row number.
fn of_table(
    store: &Store,
    conn: &Connection,
    log: &EventLog,
    source: &EventSource,
    mut events: &[u32],
    ids: &mut Ids,
    cancel: &Cancel,
) -> Result<(), StoreError> {
    let (spec, tables) = (&source.spec, Tables::of_events(source));
    let failed = |e| StoreError::sqlite(&store.source.shown, "read the ids of its events", e);
    let Some(rowid) = tables.rowid() else { return Ok(()) };
    let (mut select, mut contents) = (Select::default(), Contents::default());
    select.place(rowid.clone());
    let event_id = Getters::new(&spec.event_id, &tables, &mut select);
    if event_id.looks_inside() || spec.several.is_some() {
        contents.with_payload(spec, &tables, &mut select);
        contents.with_metadata(spec, &tables, &mut select);
    }
    let sql = format!("SELECT {} FROM {} WHERE {rowid} >= ?1 ORDER BY {rowid}", select.sql(), tables.from(&select));
    while let Some(first) = events.first() {
        let mut statement = conn.prepare_cached(&sql).map_err(failed)?;
        let mut rows = statement.query([log.row_key(*first as usize)]).map_err(failed)?;
        let (mut began, mut read) = (None, 0_usize);
        loop {
            let Some(row) = rows.next().map_err(failed)? else { return Ok(()) };
            // From the first row on: before it, others may have been waited for.
            let began = began.get_or_insert_with(|| Lasting::of(&store.source));
            let key: i64 = row.get(0).map_err(failed)?;
            let row_key = |event: &u32| log.row_key(*event as usize);
            // Rows that are gone by now have no id; reading them later tells what happened.
            events = &events[events.partition_point(|event| row_key(event) < key)..];
            let of_row = &events[..events.partition_point(|event| row_key(event) <= key)];
            let look = Look::new(spec, &contents, row);
            let entries = look.entries().unwrap_or_default();
            for event in of_row {
                let entry = entries.get(log.part(*event as usize)).map(|entry| look.entry(entry));
                let found = entry.as_ref().unwrap_or(&look).text(&event_id);
                ids.ids[*event as usize - ids.from] = match found {
                    Some((id, _)) if !id.is_empty() => id_of(&id, log, *event as usize),
                    _ => NO_ID,
                };
            }
            events = &events[of_row.len()..];
            read += 1;
            if read.is_multiple_of(ROWS) {
                if cancel.is_cancelled() {
                    return Err(StoreError::Cancelled);
                }
                if store.source.is_shared() && began.elapsed() > READ_AT_MOST {
                    break;
                }
            }
            if events.is_empty() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn id_of(id: &str, log: &EventLog, event: usize) -> Id {
    if is_row_number(id) { hashed(&with_facts(id, log, event)) } else { hashed(id) }
}

/// Whether an id is one that each file counts for itself: another file has it for something else.
fn is_row_number(id: &str) -> bool {
    // Numbers that are made to be unique everywhere, as snowflakes are, begin above.
    id.parse::<i64>().is_ok_and(|number| (0..1 << 40).contains(&number))
}

/// The id with what the index knows of the event: a row with the same number elsewhere has another time, or stream.
fn with_facts(id: &str, log: &EventLog, event: usize) -> String {
    let stream = log.stream_of(event).map(|stream| &*log.stream(stream).name).unwrap_or_default();
    let event_type = &log.event_type(log.type_of(event)).name;
    format!("{id} {:?} {event_type} {stream}", log.time_micros(event))
}

/// UUIDs are the same in whatever form they are written.
fn hashed(id: &str) -> Id {
    let uuid = uuid::Uuid::try_parse(id).map(|uuid| uuid.hyphenated().to_string());
    let hash = blake3::hash(uuid.as_deref().unwrap_or(id).as_bytes());
    let word = |at: usize| u32::from_le_bytes(std::array::from_fn(|byte| hash.as_bytes()[at * 4 + byte]));
    std::array::from_fn(word)
}
