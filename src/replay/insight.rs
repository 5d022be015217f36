//! What the rules of a projection do, as plain data: for those who reason about rules instead of running them.

use std::sync::Arc;

use crate::model::{Key, Path, Value};

use super::rules::{Effect, Handler, Operand, Operation, Source};

/// What happens to a state at events of one type.
#[derive(Debug, Clone, PartialEq)]
pub struct HandlerView {
    /// The type, in full or by its short name; `*` for all types without a handler of their own.
    pub key: Arc<str>,
    /// What is done, in order.
    pub operations: Vec<OperationView>,
}

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationView {
    /// What it does.
    pub effect: Effect,
    /// Where in the state; empty for the whole of it.
    pub target: Vec<TargetPart>,
    /// With what; `None` for [`Effect::Unset`] only.
    pub operand: Option<Term>,
    /// Whether it runs only under a condition.
    pub conditional: bool,
}

impl OperationView {
    /// Calls `visit` with every place from which a value is taken, for the target or the operand.
    pub fn each_taken<'a>(&'a self, visit: &mut dyn FnMut(&'a Taken)) {
        for part in &self.target {
            if let TargetPart::From(taken) = part {
                visit(taken);
            }
        }
        if let Some(operand) = &self.operand {
            operand.each_taken(visit);
        }
    }
}

impl Term {
    fn each_taken<'a>(&'a self, visit: &mut dyn FnMut(&'a Taken)) {
        match self {
            Self::Literal(_) => {}
            Self::From(taken) => visit(taken),
            Self::List(terms) => terms.iter().for_each(|term| term.each_taken(visit)),
            Self::Object(entries) => entries.iter().for_each(|(_, term)| term.each_taken(visit)),
        }
    }
}

/// A part of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetPart {
    /// This field, always.
    Key(Key),
    /// The field that the event names.
    From(Taken),
}

/// An operand: a value in which parts may come from the event or the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// This value, always.
    Literal(Value),
    /// What is found at a place.
    From(Taken),
    /// A list of terms.
    List(Vec<Self>),
    /// An object of terms.
    Object(Vec<(Key, Self)>),
}

/// Where a value is taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// The payload.
    Data(Path),
    /// The metadata.
    Metadata(Path),
    /// The state before the operation.
    State(Path),
    /// When and where the event stands: `time`, `version`, `stream.id` …
    Occasion(String),
}

pub(super) fn view(key: &Arc<str>, handler: &Handler) -> HandlerView {
    HandlerView { key: key.clone(), operations: handler.operations().iter().map(operation).collect() }
}

fn operation(operation: &Operation) -> OperationView {
    let target =
        operation.target.parts_with(|key| TargetPart::Key(key.clone()), |source| TargetPart::From(taken(source)));
    let operand = operation.operand.as_ref().map(term);
    OperationView { effect: operation.kind.clone(), target, operand, conditional: operation.condition.is_some() }
}

fn term(operand: &Operand) -> Term {
    match operand {
        Operand::Literal(value) => Term::Literal(value.clone()),
        Operand::From(source) => Term::From(taken(source)),
        Operand::List(items) => Term::List(items.iter().map(term).collect()),
        Operand::Object(entries) => {
            Term::Object(entries.iter().map(|(key, entry)| (key.clone(), term(entry))).collect())
        }
    }
}

fn taken(source: &Source) -> Taken {
    match source {
        Source::Data(path, _) => Taken::Data(path.clone()),
        Source::Metadata(path) => Taken::Metadata(path.clone()),
        Source::State(path) => Taken::State(path.clone()),
        occasion => Taken::Occasion(occasion.to_string()),
    }
}
