//! Totals of key fields over all entities of a category, as recorded and with a scenario's edits. Exact.

use std::sync::Arc;

use crate::model::{Number, Path, Value};

/// Totals of a category, before and after.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CategoryTotals {
    /// The category.
    pub category: Arc<str>,
    /// How many entities it has as recorded.
    pub entities_before: usize,
    /// How many with the edits.
    pub entities_after: usize,
    /// How many of its entities the projection stopped at, as recorded: what they add is their last good state's.
    pub stopped: usize,
    /// Key fields that are numbers somewhere, in the projection's order.
    pub fields: Vec<FieldTotal>,
}

/// The total of a field, before and after.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldTotal {
    /// The field.
    pub field: String,
    /// As recorded; `None` where it is beyond exact arithmetic.
    pub before: Option<Number>,
    /// With the edits; `None` where it is beyond exact arithmetic.
    pub after: Option<Number>,
}

/// Sums of fields over states.
#[derive(Debug, Clone)]
pub struct Sums {
    fields: Vec<Path>,
    /// Each field's sum, and how many states have a number there; `None` from where exact arithmetic ends.
    sums: Vec<(Option<Number>, usize)>,
    /// How many states were added.
    pub entities: usize,
    /// How many of them are not the last: the projection stopped.
    pub stopped: usize,
}

impl Sums {
    /// Nothing added yet.
    pub fn new(fields: &[Path]) -> Self {
        let zero = (Some(Number::from(0)), 0);
        Self { fields: fields.to_vec(), sums: vec![zero; fields.len()], entities: 0, stopped: 0 }
    }

    /// Adds an entity's state.
    pub fn add(&mut self, state: &Value) {
        self.entities += 1;
        for (field, (sum, count)) in self.fields.iter().zip(&mut self.sums) {
            if let Some(Value::Number(number)) = state.at(field) {
                *sum = sum.as_ref().and_then(|sum| sum.checked_add(number).ok());
                *count += 1;
            }
        }
    }

    /// Takes an entity's state away that was added before.
    pub fn remove(&mut self, state: &Value) {
        self.entities = self.entities.saturating_sub(1);
        for (field, (sum, count)) in self.fields.iter().zip(&mut self.sums) {
            if let Some(Value::Number(number)) = state.at(field) {
                *sum = sum.as_ref().and_then(|sum| sum.checked_sub(number).ok());
                *count = count.saturating_sub(1);
            }
        }
    }

    /// A category's totals, these before and the others, of the same fields, after.
    pub fn against(&self, after: &Self, category: Arc<str>) -> CategoryTotals {
        let fields = self.fields.iter().zip(self.sums.iter().zip(&after.sums));
        let numbers = fields.filter(|(_, (before, after))| before.1 + after.1 > 0);
        let fields = numbers.map(|(field, (before, after))| FieldTotal {
            field: field.to_string(),
            before: before.0.clone(),
            after: after.0.clone(),
        });
        CategoryTotals {
            category,
            entities_before: self.entities,
            entities_after: after.entities,
            stopped: self.stopped,
            fields: fields.collect(),
        }
    }
}
