//! How rows of an event table are asked for: the select list with the lookups that it needs, and where in it is what.

use super::connect::quoted;
use super::layout::{JoinSpec, Place, Role};
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
}

impl<'a> Tables<'a> {
    /// The event table with its lookups.
    pub(super) fn of_events(source: &'a EventSource) -> Self {
        Self::new(EVENTS, &source.table, &source.spec.joins, &source.joins)
    }

    /// Any table with its lookups; those that are not there are left out.
    pub(super) fn new(
        alias: &'static str,
        table: &'a Table,
        specs: &'a [JoinSpec],
        bound: &'a [Option<Table>],
    ) -> Self {
        let joins = specs.iter().zip(bound).filter_map(|(spec, table)| Some((spec, table.as_ref()?))).collect();
        Self { alias, table, joins }
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

    /// `"table" AS e LEFT JOIN …`. Lookups whose columns are not there are left out.
    pub(super) fn from(&self) -> String {
        let mut sql = format!("{} AS {}", quoted(&self.table.name), self.alias);
        for (spec, table) in &self.joins {
            if let Some(on) = self.condition(spec, table) {
                sql.push_str(&format!(" LEFT JOIN {} AS {} ON {on}", quoted(&table.name), quoted(&spec.alias)));
            }
        }
        sql
    }

    fn condition(&self, spec: &JoinSpec, table: &Table) -> Option<String> {
        let pairs = spec.on.iter().map(|(theirs, ours)| {
            let theirs = table.column(theirs)?;
            Some(format!("{}.{} = {}", quoted(&spec.alias), quoted(&theirs.name), self.column(ours)?))
        });
        let pairs = pairs.collect::<Option<Vec<_>>>()?;
        (!pairs.is_empty()).then(|| pairs.join(" AND "))
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
            Place::Named(of, names) => Self::Named(Box::new(Self::new(of, tables, select)?), names.clone()),
        })
    }

    fn looks_inside(&self) -> bool {
        match self {
            Self::Column { .. } | Self::Text(_) => false,
            Self::Payload(_) | Self::Metadata(_) | Self::Tag => true,
            Self::Named(of, _) => of.looks_inside(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_a_part() {
        assert_eq!(starred(Some("watermill_*"), "watermill_orders"), "orders");
        assert_eq!(starred(Some("*_events"), "Bank_Events"), "Bank");
        assert_eq!(starred(Some("event_*"), "orders"), "orders");
        assert_eq!(starred(None, "orders"), "orders");
    }
}
