//! Why a layout was recognised, and why others would do as well.

use std::sync::Arc;

use super::layout::{LayoutSpec, TableSpec};
use super::recognise::{self, Bound, Table};
use crate::model::recognised::{AlsoPossible, Recognised};

/// Columns of a table that are named.
const NAMED: usize = 8;
/// Tables that are named.
const TABLES: usize = 6;

/// Why a layout was taken, and what else was possible.
pub(super) fn explain(bound: &Bound, others: &[Arc<LayoutSpec>], tables: &[Table]) -> Recognised {
    let own = speaking(bound);
    let mapped = bound.spec.id == crate::model::mapping::LAYOUT_ID;
    let also = others.iter().filter_map(|other| {
        let (_, found) = recognise::bind(other, tables)?;
        let columns = speaking(&found);
        let fewer = if mapped || columns > own { "" } else { "fewer columns speak for it: " };
        let why = format!("{fewer}{}", because(&found));
        Some(AlsoPossible { id: other.id.as_str().into(), title: other.title.as_str().into(), why })
    });
    let because = if mapped {
        let names: Vec<&str> = bound.sources.iter().map(|source| source.table.name.as_str()).collect();
        format!("it is read by a mapping: events are in {}", listed(&names, TABLES))
    } else {
        because(bound)
    };
    Recognised { because, also: also.collect() }
}

/// The tables and columns that speak for a layout.
fn because(bound: &Bound) -> String {
    let mut parts: Vec<String> = bound
        .sources
        .iter()
        .take(TABLES)
        .map(|source| format!("table {} has {}", source.table.name, columns(&source.spec.table, &source.table)))
        .collect();
    if let Some(more) = bound.sources.len().checked_sub(TABLES).filter(|more| *more > 0) {
        parts.push(format!("and {more} more tables are of its form"));
    }
    let snapshots = bound.snapshots.iter().map(|snapshots| &snapshots.table);
    let beside: Vec<&str> = bound.beside.iter().chain(snapshots).map(|table| table.name.as_str()).collect();
    if !beside.is_empty() {
        parts.push(format!("{} beside", listed(&beside, TABLES)));
    }
    parts.join("; ")
}

/// The columns of a table that the layout asks for or knows.
fn columns(spec: &TableSpec, table: &Table) -> String {
    let found: Vec<&str> = known(spec, table).collect();
    if found.is_empty() { "its name".to_owned() } else { listed(&found, NAMED) }
}

fn known<'t>(spec: &'t TableSpec, table: &'t Table) -> impl Iterator<Item = &'t str> {
    let wanted = spec.columns.iter().chain(&spec.optional);
    wanted.filter_map(|column| table.column(column)).map(|column| column.name.as_str())
}

fn speaking(bound: &Bound) -> usize {
    bound.sources.iter().map(|source| known(&source.spec.table, &source.table).count()).sum()
}

fn listed(names: &[&str], most: usize) -> String {
    let mut text = names.iter().take(most).copied().collect::<Vec<_>>().join(", ");
    if names.len() > most {
        text.push_str(&format!(" and {} more", names.len() - most));
    }
    text
}
