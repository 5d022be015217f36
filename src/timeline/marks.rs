//! Which colour and shape an event type has: the commonest of each category stand out, the rest share one colour.
//! A type looks the same in every category.

use std::collections::HashMap;
use std::ops::Range;

use crate::model::{CategoryIndex, EventLog, TypeIndex};

/// How many types of a category have a colour of their own.
pub const COLOURED: usize = 5;

/// So many types of a category a legend explains one by one: its own commonest, and others that stand out elsewhere.
const TOLD: usize = 2 * COLOURED;

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

/// Of a type that no event has.
const OTHER: Mark = Mark { colour: None, shape: Shape::Circle };

/// The marks of every type.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    /// By type.
    marks: Vec<Mark>,
    legends: HashMap<CategoryIndex, Legend>,
    events: Occurrences,
}

/// Events of each type in each category.
type Occurrences = HashMap<(Option<CategoryIndex>, TypeIndex), usize>;

fn count(occurrences: &mut Occurrences, log: &EventLog, events: Range<usize>) {
    for event in events {
        let category = log.stream_of(event).map(|stream| log.stream(stream).category);
        *occurrences.entry((category, log.type_of(event))).or_default() += 1;
    }
}

/// The types of a category.
#[derive(Debug, Clone, Default)]
struct Legend {
    /// Commonest first, with their counts.
    types: Vec<(TypeIndex, usize)>,
    /// Those with a colour, commonest first; no more than are told one by one.
    coloured: Vec<TypeIndex>,
}

/// Where a type occurs.
struct Place {
    category: Option<CategoryIndex>,
    /// How many types are commoner there.
    rank: usize,
    events: usize,
}

impl Marks {
    /// Counts types by category: one look at each event.
    pub fn new(log: &EventLog) -> Self {
        let mut events = Occurrences::default();
        count(&mut events, log, 0..log.len());
        Self::of(log, events, |places| assigned(places, Vec::new(), |_| true))
    }

    /// The same with the events from `first` on: one look at each of these. Types keep the marks that they have, or an
    /// eye that follows them would lose them. One that was not there gets a colour while its categories have room.
    pub(super) fn grown(&self, log: &EventLog, first: usize) -> Self {
        let mut events = self.events.clone();
        count(&mut events, log, first..log.len());
        let known = &self.marks;
        Self::of(log, events, |places| assigned(places, known.clone(), |at| at >= known.len()))
    }

    /// The same for an index that has grown: one look at each event. Colours stay, and types that have become common get
    /// one as well: for this, all that is made of marks has to be made anew.
    pub(super) fn anew(&self, log: &EventLog) -> Self {
        let mut events = Occurrences::default();
        count(&mut events, log, 0..log.len());
        let known = &self.marks;
        Self::of(log, events, |places| assigned(places, known.clone(), |_| true))
    }

    fn of(log: &EventLog, events: Occurrences, assigned: impl Fn(&[Vec<Place>]) -> Vec<Mark>) -> Self {
        let mut by_category: HashMap<Option<CategoryIndex>, Vec<(TypeIndex, usize)>> = HashMap::new();
        for ((category, event_type), count) in &events {
            by_category.entry(*category).or_default().push((*event_type, *count));
        }
        let mut places: Vec<Vec<Place>> = log.types().iter().map(|_| Vec::new()).collect();
        let mut legends = HashMap::new();
        for (category, mut types) in by_category {
            types.sort_by_key(|(event_type, count)| (std::cmp::Reverse(*count), *event_type));
            for (rank, (event_type, events)) in types.iter().enumerate() {
                places[event_type.0 as usize].push(Place { category, rank, events: *events });
            }
            if let Some(category) = category {
                legends.insert(category, Legend { types, coloured: Vec::new() });
            }
        }
        for places in &mut places {
            places.sort_unstable_by_key(|place| (std::cmp::Reverse(place.events), place.category));
        }
        let marks = assigned(&places);
        for legend in legends.values_mut() {
            let of = legend.types.iter().map(|(event_type, _)| *event_type);
            legend.coloured = of.filter(|at| marks[at.0 as usize].colour.is_some()).take(TOLD).collect();
        }
        Self { marks, legends, events }
    }

    /// The mark of an event.
    pub fn mark(&self, log: &EventLog, event: usize) -> Mark {
        self.mark_of(log.type_of(event))
    }

    /// The mark of a type.
    pub fn mark_of(&self, event_type: TypeIndex) -> Mark {
        self.marks.get(event_type.0 as usize).copied().unwrap_or(OTHER)
    }

    /// A category's types that have a colour, commonest first: the ones that a legend explains.
    pub fn coloured(&self, category: CategoryIndex) -> &[TypeIndex] {
        self.legends.get(&category).map_or(&[], |legend| &legend.coloured)
    }

    /// A category's types, commonest first, with their counts.
    pub fn legend(&self, category: CategoryIndex) -> &[(TypeIndex, usize)] {
        self.legends.get(&category).map_or(&[], |legend| &legend.types)
    }
}

/// The marks that the categories of a type hold already.
#[derive(Default, Clone)]
struct Taken {
    /// Of types that are among the commonest here, by colour and by shape, and by both.
    common: Counts,
    /// Of all types here that have a colour.
    all: Counts,
}

#[derive(Default, Clone)]
struct Counts {
    colours: [u32; COLOURED],
    shapes: [u32; SHAPES.len()],
    marks: [[u32; SHAPES.len()]; COLOURED],
}

impl Counts {
    fn add(&mut self, colour: usize, shape: usize) {
        self.colours[colour] += 1;
        self.shapes[shape] += 1;
        self.marks[colour][shape] += 1;
    }
}

fn take(taken: &mut HashMap<Option<CategoryIndex>, Taken>, places: &[Place], colour: usize, shape: usize) {
    for place in places {
        let taken = taken.entry(place.category).or_default();
        taken.all.add(colour, shape);
        if place.rank < COLOURED {
            taken.common.add(colour, shape);
        }
    }
}

/// The mark of a type without a colour.
fn grey(places: &[Place]) -> Mark {
    places.first().map_or(OTHER, |place| Mark { colour: None, shape: SHAPES[place.rank % SHAPES.len()] })
}

/// A mark for each type. One that is among the commonest of some category gets a colour, and everywhere the same mark:
/// the one by which its categories tell it from most others. The commonest choose first; where no type is in two
/// categories, the first of each has the first colour, and so on.
///
/// The first types may have `known` marks: colours of these stay. Of the others those get one that `may`; rare ones too
/// where there are known ones, as what is new is looked for.
fn assigned(places: &[Vec<Place>], known: Vec<Mark>, may: impl Fn(usize) -> bool) -> Vec<Mark> {
    let first = known.len();
    let mut taken: HashMap<Option<CategoryIndex>, Taken> = HashMap::new();
    let mut marks = known;
    marks.extend(places.iter().skip(first).map(|places| grey(places)));
    for (mark, places) in marks.iter().zip(places) {
        let shape = SHAPES.iter().position(|shape| *shape == mark.shape);
        if let (Some(colour), Some(shape)) = (mark.colour, shape) {
            take(&mut taken, places, colour, shape);
        }
    }
    let is_common = |at: usize| places[at].iter().any(|place| place.rank < COLOURED);
    let is_new = |at: usize| first > 0 && at >= first && !places[at].is_empty();
    let mut common: Vec<usize> = (0..places.len())
        .filter(|at| marks[*at].colour.is_none() && may(*at) && (is_common(*at) || is_new(*at)))
        .collect();
    common.sort_by_key(|at| (std::cmp::Reverse(places[*at].iter().map(|place| place.events).sum::<usize>()), *at));
    for at in common {
        let has_room = |place: &Place| {
            taken.get(&place.category).is_none_or(|taken| taken.all.colours.iter().sum::<u32>() < TOLD as u32)
        };
        if first > 0 && !places[at].iter().all(has_room) {
            continue;
        }
        let main = places[at].iter().map(|place| place.rank).find(|rank| *rank < COLOURED).unwrap_or(0);
        let cost = |colour: usize, shape: usize| {
            // What confuses two of a category's commonest types counts before all else.
            let (mut same, mut like, mut same_rare, mut like_rare) = (0, 0, 0, 0);
            for place in &places[at] {
                let Some(taken) = taken.get(&place.category) else { continue };
                if place.rank < COLOURED {
                    same += taken.common.marks[colour][shape];
                    like += taken.common.colours[colour] + taken.common.shapes[shape];
                }
                same_rare += taken.all.marks[colour][shape];
                like_rare += taken.all.colours[colour] + taken.all.shapes[shape];
            }
            // Each colour has its own shape, where nothing speaks against it.
            let distance = (colour + COLOURED - main) % COLOURED;
            (same, like, same_rare, colour != shape, like_rare, distance, shape)
        };
        let all = (0..COLOURED).flat_map(|colour| (0..SHAPES.len()).map(move |shape| (colour, shape)));
        let Some((colour, shape)) = all.min_by_key(|(colour, shape)| cost(*colour, *shape)) else { continue };
        take(&mut taken, &places[at], colour, shape);
        marks[at] = Mark { colour: Some(colour), shape: SHAPES[shape] };
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks of types by the categories that they are in; commonest first in each.
    fn marks(categories: &[&[usize]]) -> Vec<Mark> {
        assigned(&places(categories), Vec::new(), |_| true)
    }

    fn places(categories: &[&[usize]]) -> Vec<Vec<Place>> {
        let count = categories.iter().flat_map(|types| types.iter()).max().map_or(0, |most| most + 1);
        let mut places: Vec<Vec<Place>> = (0..count).map(|_| Vec::new()).collect();
        for (at, types) in categories.iter().enumerate() {
            for (rank, event_type) in types.iter().enumerate() {
                let category = Some(CategoryIndex(at as u32));
                places[*event_type].push(Place { category, rank, events: 1000 - 10 * rank });
            }
        }
        for places in &mut places {
            places.sort_unstable_by_key(|place| (std::cmp::Reverse(place.events), place.category));
        }
        places
    }

    #[test]
    fn the_commonest_of_each_category_have_its_colours_in_order() {
        let found = marks(&[&[0, 1, 2, 3, 4, 5, 6], &[7, 8]]);
        for (at, rank) in [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (7, 0), (8, 1)] {
            assert_eq!(found[at], Mark { colour: Some(rank), shape: SHAPES[rank] }, "{at}");
        }
        assert_eq!((found[5].colour, found[5].shape), (None, Shape::Hexagon));
        assert_eq!((found[6].colour, found[6].shape), (None, Shape::TriangleUp));
    }

    #[test]
    fn types_that_share_a_category_are_told_apart_by_both() {
        // Each category begins with a type of the one before it, in another rank.
        let categories: [&[usize]; 4] = [&[0, 1, 2, 3, 4], &[4, 5, 6, 0], &[6, 7, 8, 5, 1], &[9, 8, 3, 10, 11, 0]];
        let found = marks(&categories);
        for types in categories {
            let common = &types[..types.len().min(COLOURED)];
            for (at, a) in common.iter().enumerate() {
                for b in &common[at + 1..] {
                    assert_ne!(found[*a].colour, found[*b].colour, "{a} and {b}: {found:?}");
                    assert_ne!(found[*a].shape, found[*b].shape, "{a} and {b}: {found:?}");
                }
            }
        }
        // Common elsewhere, the sixth here: it looks as it does there.
        assert!(found[0].colour.is_some());
    }

    #[test]
    fn more_types_than_there_are_colours_differ_in_their_shapes() {
        // Twelve types, each the commonest of a category, and all of them in one.
        let all: Vec<usize> = (0..12).collect();
        let alone: Vec<Vec<usize>> = (0..12).map(|at| vec![at]).collect();
        let mut categories: Vec<&[usize]> = vec![&all];
        categories.extend(alone.iter().map(Vec::as_slice));
        let found = marks(&categories);
        let distinct: std::collections::HashSet<Mark> = found.iter().copied().collect();
        assert_eq!(distinct.len(), 12, "{found:?}");
        assert!(found.iter().all(|mark| mark.colour.is_some()));
    }

    #[test]
    fn types_that_come_later_get_colours_and_take_none_from_others() {
        let known = marks(&[&[0, 1]]);
        // The second of two grows, and two more come.
        let found = assigned(&places(&[&[1, 2, 0, 3]]), known.clone(), |at| at >= 2);
        assert_eq!(found[..2], known);
        let colours: std::collections::HashSet<Option<usize>> = found.iter().map(|mark| mark.colour).collect();
        assert!(colours.len() == 4 && !colours.contains(&None), "{found:?}");
    }

    #[test]
    fn a_category_tells_no_more_types_apart_than_its_legend_explains() {
        let known = marks(&[&[0, 1, 2, 3, 4, 5, 6]]);
        assert_eq!((known[4].colour.is_some(), known[5].colour), (true, None));
        let all: Vec<usize> = (0..30).collect();
        let found = assigned(&places(&[&all]), known.clone(), |at| at >= known.len());
        assert_eq!(found.iter().filter(|mark| mark.colour.is_some()).count(), TOLD);
        assert_eq!(found[..7], known);
        // Grey ones that have become common are coloured when all is made anew.
        let found = assigned(&places(&[&[6, 0, 1, 2, 3, 4, 5]]), known.clone(), |_| true);
        assert!(found[6].colour.is_some() && found[5].colour.is_none(), "{found:?}");
        assert_eq!(found[..6], known[..6]);
    }
}
