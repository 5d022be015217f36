//! Which layout a database has: by table and column names, never by the file's name. The layout with the most
//! matched columns wins, because it is the most specific one.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;

use super::connect::quoted;
use super::error::StoreError;
use super::layout::{EventTable, JoinSpec, LayoutSpec, Place, SnapshotTable, TableSpec, layouts, with_earlier};

mod keys;

pub(super) use keys::{Key, keyed};

/// A table of the database.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    pub without_rowid: bool,
    /// Its primary key is in an index of its own, so that no column of it is the row number.
    pub key_is_indexed: bool,
    /// Underscores in names of columns don't count.
    pub any_case: bool,
    /// Of a table without row numbers: columns of whole numbers that are unique and never missing.
    pub unique_numbers: Vec<String>,
    /// That of them which takes the place of the row number.
    pub number: Option<String>,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub name: String,
    pub declared: String,
    /// Place in the primary key from 1; 0 for none.
    pub key_place: i64,
    /// Never NULL.
    pub not_null: bool,
    /// Computed from others: can be read, not written.
    pub generated: bool,
}

/// A layout bound to the tables of one database.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    pub spec: Arc<LayoutSpec>,
    /// The (first) event table, for those who write.
    pub events: Table,
    /// How its rows are read again.
    pub key: Key,
    /// All event tables, the first one first.
    pub sources: Vec<EventSource>,
    /// The snapshot table; where several event tables are one history, each may have its own.
    pub snapshots: Vec<SnapshotSource>,
    /// Further tables of the layout.
    pub beside: Vec<Table>,
    /// Event tables of the same form that were not taken.
    pub other_tables: Vec<String>,
}

/// A snapshot table.
#[derive(Debug, Clone)]
pub(super) struct SnapshotSource {
    pub table: Table,
    /// The tables in which more about a snapshot is looked up, by place in its layout.
    pub joins: Vec<Option<Table>>,
    /// The event table whose streams it has snapshots of, by place.
    pub of: usize,
}

/// An event table with the tables that say more about its rows.
#[derive(Debug, Clone)]
pub(super) struct EventSource {
    pub spec: Arc<EventTable>,
    pub table: Table,
    pub key: Key,
    /// By place in the layout's list; a lookup need not be there.
    pub joins: Vec<Option<Table>>,
    /// The table of links, with its own lookups.
    pub links: Option<(Table, Vec<Option<Table>>)>,
    /// The tables of lists in the metadata, by place in the layout's list.
    pub lists: Vec<Option<Table>>,
}

impl Bound {
    /// Whether rows hold several events.
    pub(super) fn events_are_several(&self) -> bool {
        self.sources.iter().any(|source| source.spec.several.is_some())
    }

    /// The snapshot table of this name.
    pub(super) fn snapshots_in(&self, table: &str) -> Option<&SnapshotSource> {
        self.snapshots.iter().find(|snapshots| snapshots.table.name == table)
    }

    /// Whether streams of several event tables may have one name and be different streams.
    pub(super) fn may_meet(&self) -> bool {
        let named_by_table = |place: &Place| matches!(place, Place::Table(_));
        // What links and tags name is the same thing wherever it is named.
        let by_rows = |spec: &EventTable| spec.every && spec.tags.is_none() && spec.links.is_none();
        let alike = self
            .sources
            .iter()
            .filter(|source| by_rows(&source.spec) && !source.spec.stream.parts.iter().any(named_by_table));
        alike.count() > 1
    }

    /// What a stream of the n-th event table is called where another table has one of the same name.
    pub(super) fn name_apart(&self, source: usize, name: &str) -> Option<String> {
        Some(format!("{}/{name}", self.sources.get(source).filter(|_| self.may_meet())?.table.name))
    }

    /// What the n-th event table itself calls a stream.
    pub(super) fn name_in_table<'n>(&self, source: usize, name: &'n str) -> &'n str {
        let apart = self.name_apart(source, "");
        apart.and_then(|before| name.strip_prefix(before.as_str())).unwrap_or(name)
    }
}

impl Table {
    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.column_as(name, self.any_case)
    }

    fn column_as(&self, name: &str, any_case: bool) -> Option<&Column> {
        let same = |column: &&Column| column.name.eq_ignore_ascii_case(name);
        let letters = |name: &str| name.replace('_', "").to_ascii_lowercase();
        let alike = || self.columns.iter().find(|column| letters(&column.name) == letters(name));
        self.columns.iter().find(same).or_else(|| if any_case { alike() } else { None })
    }

    /// The columns by which it can be read on from any of its rows; none where there are no such.
    pub(super) fn order(&self) -> Vec<String> {
        if let Some(rowid) = self.rowid() {
            return vec![rowid];
        }
        // Elsewhere a key may be NULL, and again.
        if self.without_rowid { self.primary_key() } else { Vec::new() }
    }

    fn has(&self, name: &str) -> bool {
        self.column(name).is_some()
    }

    /// The table as a layout sees it.
    fn seen_as(&self, spec: &TableSpec) -> Self {
        Self { any_case: spec.any_case, ..self.clone() }
    }

    /// The columns of the primary key, in its order.
    pub(super) fn primary_key(&self) -> Vec<String> {
        let mut key: Vec<&Column> = self.columns.iter().filter(|column| column.key_place > 0).collect();
        key.sort_by_key(|column| column.key_place);
        key.into_iter().map(|column| column.name.clone()).collect()
    }

    /// The name of the row number: its INTEGER PRIMARY KEY column, or an alias that no column hides; in a table without
    /// row numbers what takes their place.
    pub(super) fn rowid(&self) -> Option<String> {
        if self.without_rowid {
            return self.number.clone();
        }
        let mut keys = self.columns.iter().filter(|column| column.key_place > 0);
        if let (Some(key), None) = (keys.next(), keys.next())
            && key.declared.eq_ignore_ascii_case("integer")
            // `INTEGER PRIMARY KEY DESC` is no name of the row number: https://sqlite.org/lang_createtable.html#rowid
            && !self.key_is_indexed
        {
            return Some(key.name.clone());
        }
        ["rowid", "_rowid_", "oid"].into_iter().find(|alias| !self.has(alias)).map(str::to_owned)
    }
}

/// All real tables of the database, without those of SQLite itself.
pub(super) fn tables(conn: &Connection) -> rusqlite::Result<Vec<Table>> {
    let mut list = conn.prepare(
        "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' \
         AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )?;
    let mut indexes = conn.prepare("SELECT count(*) FROM pragma_index_list(?1) WHERE origin = 'pk'")?;
    let mut columns = conn.prepare("SELECT name, type, pk, hidden, \"notnull\" FROM pragma_table_xinfo(?1)")?;
    let names = list.query_map([], |row| Ok((text(row, 0)?, row.get::<_, i64>(1)? != 0)))?;
    let mut tables = Vec::new();
    for entry in names {
        let (name, without_rowid) = entry?;
        let column = |row: &rusqlite::Row<'_>| {
            let generated = row.get::<_, i64>(3)? >= 2;
            let (name, declared) = (text(row, 0)?, text(row, 1)?);
            Ok(Column { name, declared, key_place: row.get(2)?, generated, not_null: row.get::<_, i64>(4)? != 0 })
        };
        let columns = columns.query_map([&name], column)?.collect::<rusqlite::Result<_>>()?;
        let key_is_indexed = indexes.query_row([&name], |row| row.get::<_, i64>(0))? > 0;
        let mut table = Table {
            name,
            columns,
            without_rowid,
            key_is_indexed,
            any_case: false,
            unique_numbers: Vec::new(),
            number: None,
        };
        if without_rowid {
            table.unique_numbers = keys::unique_numbers(conn, &table)?;
        }
        tables.push(table);
    }
    Ok(tables)
}

/// Text that need not be valid UTF-8.
fn text(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<String> {
    Ok(match row.get_ref(at)? {
        rusqlite::types::ValueRef::Text(bytes) | rusqlite::types::ValueRef::Blob(bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        _ => String::new(),
    })
}

/// Finds the layout. `forced` names the only one to try. The others that would fit come second, best first.
pub(super) fn recognise(
    path: &Path,
    tables: &[Table],
    forced: Option<&str>,
) -> Result<(Bound, Vec<Arc<LayoutSpec>>), StoreError> {
    if tables.is_empty() {
        return Err(StoreError::NoTables(path.to_owned()));
    }
    if let Some(name) = forced {
        let spec = layouts().iter().find(|layout| layout.id == name).ok_or_else(|| StoreError::UnknownLayout {
            name: name.to_owned(),
            known: layouts().iter().map(|layout| layout.id.clone()).collect(),
        })?;
        let mut forms = with_earlier().iter().filter(|form| form.id == spec.id);
        return match forms.find_map(|form| bind(form, tables)) {
            Some((_, bound)) => Ok((bound, Vec::new())),
            None => Err(StoreError::LayoutDoesNotFit {
                path: path.to_owned(),
                layout: name.to_owned(),
                why: why_not(spec, tables),
            }),
        };
    }
    let mut fitting: Vec<(usize, Bound)> = with_earlier().iter().filter_map(|layout| bind(layout, tables)).collect();
    // Stable: of equals the earlier one in the list of layouts wins.
    fitting.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let mut fitting = fitting.into_iter().map(|(_, bound)| bound);
    match fitting.next() {
        Some(best) => Ok((best, fitting.map(|bound| bound.spec).collect())),
        None => Err(StoreError::NotRecognised {
            path: path.to_owned(),
            tables: tables.iter().map(|table| table.name.clone()).collect(),
        }),
    }
}

/// The layout on these tables, with the number of columns that speak for it.
pub(super) fn bind(spec: &Arc<LayoutSpec>, tables: &[Table]) -> Option<(usize, Bound)> {
    let (mut score, mut sources, other_tables) = event_sources(&spec.events, tables)?;
    for more in &spec.more_events {
        if let Some((more_score, more_sources, _)) = event_sources(more, tables) {
            score += more_score;
            sources.extend(more_sources);
        }
    }
    let mut beside = Vec::new();
    for further in &spec.beside {
        let found: Vec<&Table> = tables.iter().filter(|table| matched(further, table).is_some()).collect();
        if found.is_empty() && further.required {
            return None;
        }
        score += found.iter().filter_map(|table| matched(further, table)).sum::<usize>();
        beside.extend(found.into_iter().map(|table| table.seen_as(further)));
    }
    let snapshots = spec.snapshots.as_ref().map_or_else(Vec::new, |s| snapshot_sources(s, &sources, tables));
    if let (Some(first), Some(spec)) = (snapshots.first(), &spec.snapshots) {
        score += matched(&spec.table, &first.table).unwrap_or(0);
    }
    let first = sources.first()?;
    let bound = Bound {
        spec: spec.clone(),
        events: first.table.clone(),
        key: first.key.clone(),
        sources,
        snapshots,
        beside,
        other_tables,
    };
    Some((score, bound))
}

/// The snapshot table that fits best; of several event tables that are one history, each with the snapshot table whose
/// name begins most like its own.
fn snapshot_sources(spec: &SnapshotTable, sources: &[EventSource], tables: &[Table]) -> Vec<SnapshotSource> {
    let is_event_table = |table: &Table| sources.iter().any(|source| source.table.name == table.name);
    let mut fitting: Vec<&Table> =
        tables.iter().filter(|table| !is_event_table(table) && matched(&spec.table, table).is_some()).collect();
    fitting.sort_by_key(|table| spec.table.names.iter().position(|name| glob(name, &table.name)));
    let several = sources.iter().filter(|source| source.spec.every).count() > 1;
    if several && fitting.iter().any(|table| !is_put_aside(&table.name)) {
        fitting.retain(|table| !is_put_aside(&table.name));
    } else {
        fitting.truncate(1);
    }
    let source = |table: &Table| {
        let of = (0..sources.len()).min_by_key(|at| std::cmp::Reverse(alike(&sources[*at].table.name, &table.name)));
        SnapshotSource {
            table: table.seen_as(&spec.table),
            joins: spec.joins.iter().map(|join| lookup(&join.table, tables, &table.name)).collect(),
            of: of.unwrap_or(0),
        }
    };
    fitting.into_iter().map(source).collect()
}

/// Whether a table is by its name what somebody has put aside.
fn is_put_aside(name: &str) -> bool {
    ["*backup*", "*_bak", "*_old", "*_copy"].iter().any(|form| glob(form, name))
}

/// How many characters two names have in common at their beginnings.
fn alike(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
}

/// The tables that are event tables of this form, with the columns that speak for them, and those not taken.
fn event_sources(spec: &Arc<EventTable>, tables: &[Table]) -> Option<(usize, Vec<EventSource>, Vec<String>)> {
    let mut candidates: Vec<(usize, &Table)> =
        tables.iter().filter_map(|table| Some((matched(&spec.table, table)?, table))).collect();
    let preferred = |table: &Table| {
        let names = &spec.table.preferred_names;
        names.iter().position(|name| glob(name, &table.name)).unwrap_or(names.len())
    };
    candidates.sort_by_key(|(_, table)| preferred(table));
    let (mut score, _) = candidates.first().copied()?;
    let near = candidates.first().map(|(_, table)| table.name.clone()).unwrap_or_default();
    let joins = bound_joins(&spec.joins, tables, &near, &mut score)?;
    let links = match &spec.links {
        None => None,
        Some(links) => {
            let table = lookup(&links.table, tables, &near)?;
            score += matched(&links.table, &table).unwrap_or(0);
            Some((table, bound_joins(&links.joins, tables, &near, &mut score)?))
        }
    };
    let lists: Vec<Option<Table>> = spec.metadata_lists.iter().map(|list| lookup(&list.table, tables, &near)).collect();
    for (list, table) in spec.metadata_lists.iter().zip(&lists) {
        score += table.as_ref().and_then(|table| matched(&list.table, table)).unwrap_or(0);
    }
    // Stable: what somebody has put aside comes last, and is no part of the history.
    candidates.sort_by_key(|(_, table)| spec.every && is_put_aside(&table.name));
    let put_aside = candidates.iter().filter(|(_, table)| is_put_aside(&table.name)).count();
    let taken = if spec.every { (candidates.len() - put_aside).max(1) } else { 1 };
    let mut sources = Vec::new();
    for (_, table) in &candidates[..taken] {
        let (table, key) = keyed(spec, table.seen_as(&spec.table), &joins, taken == 1)?;
        sources.push(EventSource {
            key,
            spec: spec.clone(),
            table,
            joins: joins.clone(),
            links: links.clone(),
            lists: lists.clone(),
        });
    }
    Some((score, sources, candidates[taken..].iter().map(|(_, table)| table.name.clone()).collect()))
}

/// The table that fits; of several the one whose name begins most like that of the table that it belongs to.
fn lookup(spec: &TableSpec, tables: &[Table], near: &str) -> Option<Table> {
    let fitting = tables.iter().filter(|table| matched(spec, table).is_some());
    // One that can't be read on from a row would be read in one go, however long that takes.
    let fitting = fitting.filter(|table| !table.order().is_empty());
    // Of equals the first: `max_by_key` would take the last.
    fitting.min_by_key(|table| std::cmp::Reverse(alike(&table.name, near))).map(|table| table.seen_as(spec))
}

/// The tables of lookups; `None` if one that is required is not there.
fn bound_joins(joins: &[JoinSpec], tables: &[Table], near: &str, score: &mut usize) -> Option<Vec<Option<Table>>> {
    let mut bound = Vec::new();
    for join in joins {
        let found = lookup(&join.table, tables, near);
        if found.is_none() && join.required {
            return None;
        }
        *score += found.as_ref().and_then(|table| matched(&join.table, table)).unwrap_or(0);
        bound.push(found);
    }
    Some(bound)
}

/// How many columns of the table speak for it, if it is such a table at all.
fn matched(spec: &TableSpec, table: &Table) -> Option<usize> {
    let named = spec.names.is_empty() || spec.names.iter().any(|name| glob(name, &table.name));
    let excluded = spec.not_names.iter().any(|name| glob(name, &table.name));
    let has = |column: &String| table.column_as(column, spec.any_case).is_some();
    let complete = spec.columns.iter().all(has);
    let count = |columns: &[String]| columns.iter().filter(|column| has(column)).count();
    let one = spec.one_of.is_empty() || count(&spec.one_of) > 0;
    (named && !excluded && complete && one && strange(spec, table).is_none())
        .then(|| spec.columns.len() + count(&spec.one_of) + count(&spec.optional))
}

/// A column that such a table does not have.
fn strange<'t>(spec: &TableSpec, table: &'t Table) -> Option<&'t str> {
    let known = || [&spec.columns, &spec.one_of, &spec.optional].into_iter().flatten();
    let is_strange = |column: &&Column| !known().any(|name| name.eq_ignore_ascii_case(&column.name));
    let foreign = spec.without.iter().find_map(|name| table.column_as(name, spec.any_case));
    let alone = spec.only.then(|| table.columns.iter().find(is_strange)).flatten();
    foreign.or(alone).map(|column| column.name.as_str())
}

/// What keeps a layout from fitting: what the table that comes nearest lacks.
fn why_not(spec: &LayoutSpec, tables: &[Table]) -> String {
    let wanted = &spec.events.table;
    let missing = |table: &Table| wanted.columns.iter().filter(|column| !table.has(column)).cloned().collect();
    let named = |table: &&Table| wanted.names.is_empty() || wanted.names.iter().any(|name| glob(name, &table.name));
    let nearest = tables.iter().filter(named).map(|table| (missing(table), table));
    let nearest: Option<(Vec<String>, &Table)> = nearest.min_by_key(|(missing, _): &(Vec<String>, _)| missing.len());
    match nearest {
        None => format!("it has no table named {}", wanted.names.join(" or ")),
        Some((missing, table)) if !missing.is_empty() => {
            format!("no table has its columns; {} comes nearest and lacks {}", quoted(&table.name), missing.join(", "))
        }
        Some((_, table)) => match strange(wanted, table) {
            Some(column) => format!("{} has a column {column}, so it is another layout's", quoted(&table.name)),
            None => "a further table that belongs to it is missing, or its name is another layout's".to_owned(),
        },
    }
}

/// Whether a name has this form: `*` stands for any part; ASCII case does not count.
pub(super) fn glob(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_ascii_lowercase(), name.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_all_layouts_that_fit_one_fits_best() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/layout_fixtures");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "sql") {
                continue;
            }
            let conn = Connection::open_in_memory().unwrap();
            conn.execute_batch(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let tables = tables(&conn).unwrap();
            let fitting = layouts().iter().filter_map(|layout| Some((bind(layout, &tables)?.0, layout.id.as_str())));
            let mut fitting: Vec<(usize, &str)> = fitting.collect();
            fitting.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
            let ties = matches!(fitting.as_slice(), [(first, _), (second, _), ..] if first == second);
            assert!(!ties, "{}: {fitting:?}", path.display());
        }
    }

    #[test]
    fn the_name_of_the_row_number_is_what_sqlite_says() {
        for (columns, other) in [
            ("x INTEGER PRIMARY KEY", ""),
            ("x integer primary key ASC", ""),
            ("x INTEGER PRIMARY KEY AUTOINCREMENT", ""),
            ("x INTEGER PRIMARY KEY DESC", ""),
            ("x INTEGER PRIMARY KEY DESC UNIQUE", ""),
            ("x INTEGER", ", PRIMARY KEY (x)"),
            ("x INTEGER", ", PRIMARY KEY (x ASC)"),
            ("x INTEGER", ", PRIMARY KEY (x DESC)"),
            ("x INTEGER", ", PRIMARY KEY (x, other)"),
            ("x INT PRIMARY KEY", ""),
            ("x BIGINT PRIMARY KEY", ""),
            ("x INTEGER UNIQUE", ""),
        ] {
            let conn = Connection::open_in_memory().unwrap();
            let insert = "INSERT INTO t (x) VALUES (42)";
            conn.execute_batch(&format!("CREATE TABLE t ({columns}, other TEXT{other}); {insert};")).unwrap();
            let number: i64 = conn.query_row("SELECT rowid FROM t", [], |row| row.get(0)).unwrap();
            let expected = if number == 42 { "x" } else { "rowid" };
            assert_eq!(tables(&conn).unwrap()[0].rowid().as_deref(), Some(expected), "{columns}{other}");
        }
    }

    #[test]
    fn globs() {
        for (pattern, name, matches) in [
            ("events", "Events", true),
            ("events", "events2", false),
            ("*_snapshots", "bank_snapshots", true),
            ("*_snapshots", "snapshots", false),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1c2b", false),
            ("*", "", true),
        ] {
            assert_eq!(glob(pattern, name), matches, "{pattern} {name}");
        }
    }
}
