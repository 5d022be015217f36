//! Which colour and shape an event type has: the commonest of a category stand out, the rest share one colour.

use std::collections::HashMap;
use std::ops::Range;

use crate::model::{CategoryIndex, EventLog, TypeIndex};

/// How many types of a category have a colour of their own.
pub const COLOURED: usize = 5;

/// Shapes, so that colour never tells alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// ▲
    TriangleUp,
    /// ▼
    TriangleDown,
    /// ◆
    Diamond,
    /// ■
    Square,
    /// ●
    Circle,
    /// ⬢
    Hexagon,
}

const SHAPES: [Shape; 6] =
    [Shape::TriangleUp, Shape::TriangleDown, Shape::Diamond, Shape::Circle, Shape::Square, Shape::Hexagon];

/// How events of one type are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mark {
    /// Which of the [`COLOURED`] colours; `None` is the common grey.
    pub colour: Option<usize>,
    /// The shape.
    pub shape: Shape,
}

/// The marks of every type in every category.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    /// By type: its categories, sorted. Almost every type is in one or two.
    marks: Vec<Vec<(Option<CategoryIndex>, Mark)>>,
    legends: HashMap<CategoryIndex, Vec<(TypeIndex, usize)>>,
    counts: Counts,
    /// The types of a category in the order of their marks.
    ranks: HashMap<Option<CategoryIndex>, Vec<TypeIndex>>,
}

/// Events of each type in each category.
type Counts = HashMap<(Option<CategoryIndex>, TypeIndex), usize>;

fn count(counts: &mut Counts, log: &EventLog, events: Range<usize>) {
    for event in events {
        let category = log.stream_of(event).map(|stream| log.stream(stream).category);
        *counts.entry((category, log.type_of(event))).or_default() += 1;
    }
}

impl Marks {
    /// Counts types by category: one look at each event.
    pub fn new(log: &EventLog) -> Self {
        let mut counts = Counts::default();
        count(&mut counts, log, 0..log.len());
        Self::of(log, counts, &Self::default())
    }

    /// The same with the events from `first` on: one look at each of these. Types keep the marks that they have, or an
    /// eye that follows them would lose them.
    pub(super) fn grown(&self, log: &EventLog, first: usize) -> Self {
        let mut counts = self.counts.clone();
        count(&mut counts, log, first..log.len());
        Self::of(log, counts, self)
    }

    fn of(log: &EventLog, counts: Counts, before: &Self) -> Self {
        let mut by_category: HashMap<Option<CategoryIndex>, Vec<(TypeIndex, usize)>> = HashMap::new();
        for ((category, event_type), count) in &counts {
            by_category.entry(*category).or_default().push((*event_type, *count));
        }
        let mut out = Self { marks: vec![Vec::new(); log.types().len()], ..Self::default() };
        for (category, mut types) in by_category {
            let known = before.ranks.get(&category).map_or(&[][..], Vec::as_slice);
            let known: HashMap<TypeIndex, usize> = known.iter().enumerate().map(|(at, of)| (*of, at)).collect();
            let rank = |event_type: &TypeIndex| known.get(event_type).copied().unwrap_or(known.len());
            types.sort_by_cached_key(|(event_type, count)| (rank(event_type), std::cmp::Reverse(*count), *event_type));
            for (rank, (event_type, _)) in types.iter().enumerate() {
                let mark = Mark { colour: (rank < COLOURED).then_some(rank), shape: SHAPES[rank % SHAPES.len()] };
                out.marks[event_type.0 as usize].push((category, mark));
            }
            out.ranks.insert(category, types.iter().map(|(event_type, _)| *event_type).collect());
            if let Some(category) = category {
                out.legends.insert(category, types);
            }
        }
        for categories in &mut out.marks {
            categories.sort_unstable_by_key(|(category, _)| *category);
        }
        out.counts = counts;
        out
    }

    /// The mark of an event.
    pub fn mark(&self, log: &EventLog, event: usize) -> Mark {
        let category = log.stream_of(event).map(|stream| log.stream(stream).category);
        self.mark_of(category, log.type_of(event))
    }

    /// The mark of a type in a category.
    pub fn mark_of(&self, category: Option<CategoryIndex>, event_type: TypeIndex) -> Mark {
        let other = Mark { colour: None, shape: Shape::Circle };
        let Some(categories) = self.marks.get(event_type.0 as usize) else { return other };
        let found = match categories.as_slice() {
            [only] if only.0 == category => Some(only),
            categories => {
                categories.binary_search_by_key(&category, |(known, _)| *known).ok().and_then(|at| categories.get(at))
            }
        };
        found.map_or(other, |(_, mark)| *mark)
    }

    /// A category's types with their counts, commonest first; while a store grows, those that were first stay so.
    pub fn legend(&self, category: CategoryIndex) -> &[(TypeIndex, usize)] {
        self.legends.get(&category).map_or(&[], Vec::as_slice)
    }
}
