//! How rows of an event table are asked for: the select list with the lookups that it needs, and where in it is what.

use super::connect::quoted;
use super::layout::{JoinSpec, ListSpec, Place, Role, Superseded};
use super::recognise::{Column, EventSource, Table};

/// The event table's name in a statement.
pub(super) const EVENTS: &str = "e";
/// The link table's name in a statement.
pub(super) const LINKS: &str = "l";

/// Columns to select, each once.
#[derive(Debug, Clone, Default)]
pub(super) struct Select {
    columns: Vec<String>,
}

impl Select {
    /// The place of this expression in the list.
    pub(super) fn place(&mut self, expression: String) -> usize {
        self.columns.iter().position(|known| *known == expression).unwrap_or_else(|| {
            self.columns.push(expression);
            self.columns.len() - 1
        })
    }

    /// The list as SQL.
    pub(super) fn sql(&self) -> String {
        self.columns.join(", ")
    }
}

/// A table with its lookups under the names that they have in a statement.
pub(super) struct Tables<'a> {
    alias: &'static str,
    table: &'a Table,
    joins: Vec<(&'a JoinSpec, &'a Table)>,
    lists: Vec<(&'a ListSpec, &'a Table)>,
}

impl<'a> Tables<'a> {
    /// The event table with its lookups.
    pub(super) fn of_events(source: &'a EventSource) -> Self {
        let lists = source.spec.metadata_lists.iter().zip(&source.lists);
        Self {
            lists: lists.filter_map(|(spec, table)| Some((spec, table.as_ref()?))).collect(),
            ..Self::new(EVENTS, &source.table, &source.spec.joins, &source.joins)
        }
    }

    /// Any table with its lookups; those that are not there are left out.
    pub(super) fn new(
        alias: &'static str,
        table: &'a Table,
        specs: &'a [JoinSpec],
        bound: &'a [Option<Table>],
    ) -> Self {
        let joins = specs.iter().zip(bound).filter_map(|(spec, table)| Some((spec, table.as_ref()?))).collect();
        Self { alias, table, joins, lists: Vec::new() }
    }

    /// A column as SQL: of the table, or `alias.column` of a lookup. `None` if it is not there.
    pub(super) fn column(&self, name: &str) -> Option<String> {
        if let Some(column) = self.table.column(name) {
            return Some(format!("{}.{}", self.alias, quoted(&column.name)));
        }
        let (alias, column) = name.split_once('.')?;
        let (spec, table) = self.joins.iter().find(|(spec, _)| spec.alias == alias)?;
        Some(format!("{}.{}", quoted(&spec.alias), quoted(&table.column(column)?.name)))
    }

    /// The table's own columns.
    pub(super) fn columns(&self) -> &'a [Column] {
        &self.table.columns
    }

    /// The row number as SQL.
    pub(super) fn rowid(&self) -> Option<String> {
        Some(format!("{}.{}", self.alias, quoted(&self.table.rowid()?)))
    }

    /// A column by which rows are ordered; `alias.rowid` is the row number of a lookup.
    pub(super) fn order_column(&self, name: &str) -> Option<String> {
        self.column(name).or_else(|| {
            let (_, table) = self.joins.iter().find(|(spec, _)| name.strip_suffix(".rowid") == Some(&*spec.alias))?;
            Some(format!("{}.{}", quoted(name.strip_suffix(".rowid")?), quoted(&table.rowid()?)))
        })
    }

    /// `"table" AS e`, without lookups.
    pub(super) fn alone(&self) -> String {
        format!("{} AS {}", quoted(&self.table.name), self.alias)
    }

    /// `"table" AS e LEFT JOIN …` for what is selected. Lookups whose columns are not there are left out, and those
    /// that nobody asks for.
    pub(super) fn from(&self, select: &Select) -> String {
        self.alone() + &self.joined(select)
    }

    /// ` LEFT JOIN …` for what is selected.
    pub(super) fn joined(&self, select: &Select) -> String {
        let mut wanted = vec![false; self.joins.len()];
        let mut on: Vec<Option<String>> = self.joins.iter().map(|(spec, table)| self.condition(spec, table)).collect();
        // From the last one on: a lookup may need an earlier one.
        for at in (0..self.joins.len()).rev() {
            let name = format!("{}.", quoted(&self.joins[at].0.alias));
            let later = (at + 1..on.len()).filter(|later| wanted[*later]).filter_map(|later| on[later].as_ref());
            wanted[at] = select.columns.iter().chain(later).any(|sql| sql.contains(&name));
        }
        let mut sql = String::new();
        for (at, (spec, table)) in self.joins.iter().enumerate() {
            if let (true, Some(on)) = (wanted[at], on[at].take()) {
                sql.push_str(&format!(" LEFT JOIN {} AS {} ON {on}", quoted(&table.name), quoted(&spec.alias)));
            }
        }
        sql
    }

    fn condition(&self, spec: &JoinSpec, table: &Table) -> Option<String> {
        let of = |alias: &str| {
            let pairs = spec.on.iter().map(|(theirs, ours)| {
                let theirs = table.column(theirs)?;
                Some(format!("{alias}.{} = {}", quoted(&theirs.name), self.operand(ours)?))
            });
            pairs.collect::<Option<Vec<_>>>().filter(|pairs| !pairs.is_empty()).map(|pairs| pairs.join(" AND "))
        };
        let alias = quoted(&spec.alias);
        if !spec.any_row {
            return of(&alias);
        }
        let (row, inner) = (quoted(&table.rowid()?), quoted(&format!("{} row", spec.alias)));
        let (name, on) = (quoted(&table.name), of(&inner)?);
        Some(format!("{alias}.{row} = (SELECT {inner}.{row} FROM {name} AS {inner} WHERE {on} LIMIT 1)"))
    }

    /// What a lookup's column is compared with.
    fn operand(&self, place: &Place) -> Option<String> {
        let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
        match place {
            Place::Column(column) => self.column(column),
            Place::Value(value) => Some(literal(value)),
            Place::Table(form) => Some(literal(starred(form.as_deref(), &self.table.name))),
            _ => None,
        }
    }

    /// Whether another row has taken the place of this one, as SQL.
    pub(super) fn superseded(&self, spec: &Superseded) -> Option<String> {
        const OTHER: &str = "other_row";
        let other = |name: &String| Some(format!("{OTHER}.{}", quoted(&self.table.column(name)?.name)));
        let same = spec.same.iter().map(|name| Some(format!("{} = {}", other(name)?, self.column(name)?)));
        let same = same.collect::<Option<Vec<_>>>()?.join(" AND ");
        let lower = format!("{} < {}", other(&spec.by_lower)?, self.column(&spec.by_lower)?);
        let table = quoted(&self.table.name);
        Some(format!("EXISTS (SELECT 1 FROM {table} AS {OTHER} WHERE {same} AND {lower})"))
    }

    /// Lists in the metadata: their names, and JSON texts as SQL.
    pub(super) fn lists(&self) -> impl Iterator<Item = (&'a str, String)> + '_ {
        const ROW: &str = "list_row";
        self.lists.iter().filter_map(|(spec, table)| {
            // JSON holds no bytes.
            let column = |name: &str| {
                let column = format!("{ROW}.{}", quoted(&table.column(name)?.name));
                Some(format!("CASE typeof({column}) WHEN 'blob' THEN lower(hex({column})) ELSE {column} END"))
            };
            let entry = match spec.fields.get("") {
                Some(only) => column(only)?,
                None => {
                    let field = |(name, of): (&String, &String)| {
                        Some(format!("'{}', {}", name.replace('\'', "''"), column(of)?))
                    };
                    format!("json_object({})", spec.fields.iter().filter_map(field).collect::<Vec<_>>().join(", "))
                }
            };
            let on = spec.on.iter().map(|(theirs, ours)| {
                Some(format!("{ROW}.{} = {}", quoted(&table.column(theirs)?.name), self.column(ours)?))
            });
            let on = on.collect::<Option<Vec<_>>>()?.join(" AND ");
            let sql = format!("(SELECT json_group_array({entry}) FROM {} AS {ROW} WHERE {on})", quoted(&table.name));
            Some((spec.name.as_str(), sql))
        })
    }
}

/// A place as a select list has it.
#[derive(Debug, Clone)]
pub(super) enum Getter {
    Column { at: usize, guid: bool },
    Payload(crate::model::Path),
    Metadata(crate::model::Path),
    Tag,
    Text(String),
    Named(Box<Getter>, std::collections::BTreeMap<String, String>),
    First(Vec<Getter>),
    Before(Box<Getter>, String),
    Lower(Box<Getter>),
}

/// A role as a select list has it: the first place that has something counts.
#[derive(Debug, Clone, Default)]
pub(super) struct Getters(pub Vec<Getter>);

impl Getters {
    /// Puts the columns of a role into the list. Places that the table does not have are left out.
    pub(super) fn new(role: &Role, tables: &Tables<'_>, select: &mut Select) -> Self {
        Self(role.0.iter().filter_map(|place| Getter::new(place, tables, select)).collect())
    }

    /// Of several places that count together.
    pub(super) fn each(places: &[Place], tables: &Tables<'_>, select: &mut Select) -> Self {
        Self(places.iter().filter_map(|place| Getter::new(place, tables, select)).collect())
    }

    /// The column in the list, if there is nothing more to it.
    pub(super) fn column(&self) -> Option<usize> {
        match self.0.as_slice() {
            [Getter::Column { at, guid: false }] => Some(*at),
            _ => None,
        }
    }

    /// Whether it takes a look into the payload, or into the metadata.
    pub(super) fn looks_inside(&self) -> bool {
        self.0.iter().any(Getter::looks_inside)
    }
}

impl Getter {
    fn new(place: &Place, tables: &Tables<'_>, select: &mut Select) -> Option<Self> {
        let path = |path: &str| crate::model::Path::parse(path).ok();
        Some(match place {
            Place::Column(column) => Self::Column { at: select.place(tables.column(column)?), guid: false },
            Place::GuidColumn(column) => Self::Column { at: select.place(tables.column(column)?), guid: true },
            Place::Payload(inside) => Self::Payload(path(inside)?),
            Place::Metadata(inside) => Self::Metadata(path(inside)?),
            Place::Tag => Self::Tag,
            Place::Value(value) => Self::Text(value.clone()),
            Place::Table(form) => Self::Text(starred(form.as_deref(), &tables.table.name).to_owned()),
            Place::First(places) => Self::First(Getters::each(places, tables, select).0),
            Place::Before(of, mark) => Self::Before(Box::new(Self::new(of, tables, select)?), mark.clone()),
            Place::Lower(of) => Self::Lower(Box::new(Self::new(of, tables, select)?)),
            Place::Named(of, names) => Self::Named(Box::new(Self::new(of, tables, select)?), names.clone()),
        })
    }

    fn looks_inside(&self) -> bool {
        match self {
            Self::Column { .. } | Self::Text(_) => false,
            Self::Payload(_) | Self::Metadata(_) | Self::Tag => true,
            Self::Named(of, _) | Self::Before(of, _) | Self::Lower(of) => of.looks_inside(),
            Self::First(all) => all.iter().any(Self::looks_inside),
        }
    }
}

/// What the first `*` of a form stands for in a name; the whole name without one.
fn starred<'n>(form: Option<&str>, name: &'n str) -> &'n str {
    let Some((before, after)) = form.and_then(|form| form.split_once('*')) else { return name };
    let inner = |text: &'n str| {
        let start = text.get(..before.len()).filter(|start| start.eq_ignore_ascii_case(before))?;
        let rest = &text[start.len()..];
        let end = rest.len().checked_sub(after.len())?;
        rest.get(end..).filter(|end| end.eq_ignore_ascii_case(after))?;
        rest.get(..end)
    };
    inner(name).unwrap_or(name)
}

/// The part of a text before a mark, brackets aside; all of it without one.
pub(super) fn before<'t>(text: &'t str, mark: &str) -> &'t str {
    let mut open = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            _ if open == 0 && !mark.is_empty() && text[at..].starts_with(mark) => return &text[..at],
            '[' | '(' | '<' => open += 1,
            ']' | ')' | '>' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_in_brackets_does_not_count() {
        assert_eq!(before("Acme.Opened, Acme", ", "), "Acme.Opened");
        assert_eq!(before("Box`1[[Acme.Opened, Acme]], Core, Version=1", ", "), "Box`1[[Acme.Opened, Acme]]");
        assert_eq!(before("Acme.Opened", ", "), "Acme.Opened");
    }

    #[test]
    fn stars_stand_for_a_part() {
        assert_eq!(starred(Some("watermill_*"), "watermill_orders"), "orders");
        assert_eq!(starred(Some("*_events"), "Bank_Events"), "Bank");
        assert_eq!(starred(Some("event_*"), "orders"), "orders");
        assert_eq!(starred(None, "orders"), "orders");
    }
}
