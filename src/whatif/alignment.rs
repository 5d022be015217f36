//! How the events of two histories of one stream stand opposite each other: as recorded and in a branch, or in the
//! branches of two scenarios.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::model::{Event, EventLog};
use crate::replay::{CommonTail, Fork};

use super::branch::{Branch, BranchLane};
use super::gist::gist;
use super::lane::{BranchEvent, LaneEvents, LaneRun};

/// Which events of a left and a right history are the same one, and which stand opposite nothing.
///
/// The same event is the same recorded one, also with other contents, or the same inserted one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alignment {
    left: usize,
    right: usize,
    lifted: Vec<u32>,
    fresh: Vec<u32>,
    moved: Vec<(u32, u32)>,
    /// Where both sides have an event next that the other lacks, and one comes before the other: the places, and
    /// whether the left one comes first. Sorted.
    alone: Vec<(u32, u32, bool)>,
    fork: Fork,
}

/// What stands next on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opposite {
    /// Whether the left side has an event here.
    pub left: bool,
    /// Whether the right side has one.
    pub right: bool,
    /// Whether both have one, and it is the same.
    pub paired: bool,
}

impl Alignment {
    /// As recorded on the left, a lane of a branch on the right.
    pub fn recorded(lane: &BranchLane) -> Self {
        let mut moved = lane.moved().to_vec();
        moved.sort_unstable();
        Self {
            left: lane.recorded_len(),
            right: lane.events().len(),
            lifted: lane.lifted().to_vec(),
            fresh: lane.fresh().to_vec(),
            moved,
            alone: Vec::new(),
            fork: *lane.fork(),
        }
    }

    /// Lanes of the same stream in two branches. As many common events as possible stand opposite themselves, and the
    /// others count as moved.
    pub fn between(left: &BranchLane, right: &BranchLane) -> Self {
        let (lefts, rights) = (left.events(), right.events());
        // Most of both is alike from the start and to the end: only what lies between is looked at event by event.
        let fork = rights.fork_from(lefts);
        let start = fork.first_invalid;
        let (left_end, right_end) = fork.tail.map_or((lefts.len(), rights.len()), |tail| (tail.baseline, tail.branch));
        let between = |events: &LaneEvents, end: usize| -> Vec<BranchEvent> {
            (start..end).filter_map(|place| events.get(place)).collect()
        };
        let (a, b) = (between(lefts, left_end), between(rights, right_end));
        let middle = Middle::new(&a, &b);
        // What only an id tells apart is alike all the same.
        let (before, after) = middle.alike_at_its_ends(&a, &b);
        let tail = fork.tail.filter(|_| after == 0).or_else(|| {
            let (baseline, branch) = (left_end - after, right_end - after);
            let renumbered = fork.tail.is_some_and(|tail| tail.renumbered)
                || (0..after).any(|into| lefts.version(baseline + into) != rights.version(branch + into));
            (after > 0).then_some(CommonTail { baseline, branch, renumbered })
        });
        let place = |at: &u32| at + start as u32;
        Self {
            left: lefts.len(),
            right: rights.len(),
            lifted: middle.lifted.iter().map(place).collect(),
            fresh: middle.fresh.iter().map(place).collect(),
            moved: middle.moved.iter().map(|(left, right)| (place(left), place(right))).collect(),
            alone: Vec::new(),
            fork: Fork { first_invalid: start + before, tail },
        }
    }

    /// The same, with what only one side has in the order in which a cursor takes it in: of two events that stand
    /// opposite nothing the earlier one comes first, and only those that it takes in together stand opposite each other.
    pub fn in_order(mut self, left: SideLane<'_>, right: SideLane<'_>) -> Self {
        if self.lifted.is_empty() || self.fresh.is_empty() {
            return self;
        }
        // Also an event that was put where it stood is passed by a cursor at another time.
        let first = |places: &[u32]| places.first().map_or(usize::MAX, |place| *place as usize);
        let last = |places: &[u32]| places.last().map_or(0, |place| *place as usize + 1);
        self.fork.first_invalid = self.fork.first_invalid.min(first(&self.lifted)).min(first(&self.fresh));
        self.fork.tail = self.fork.tail.and_then(|tail| {
            let later = last(&self.lifted).saturating_sub(tail.baseline);
            let later = later.max(last(&self.fresh).saturating_sub(tail.branch));
            let (baseline, branch) = (tail.baseline + later, tail.branch + later);
            (baseline < self.left && branch < self.right).then_some(CommonTail { baseline, branch, ..tail })
        });
        let (lefts, rights) = (left.positions(), right.positions());
        let position = |positions: &[i64], place: u32| positions.get(place as usize).copied();
        let mut next = self.lifted.first().zip(self.fresh.first()).map(|(left, right)| (*left, *right));
        while let Some((at, to)) = next {
            // Both have one next that is not common only where as many common ones lie before them.
            let (lifts, freshes) =
                (self.lifted.partition_point(|place| *place < at), self.fresh.partition_point(|place| *place < to));
            let (Some(lift), Some(fresh)) = (self.lifted.get(lifts), self.fresh.get(freshes)) else { return self };
            let (common_left, common_right) = (*lift as usize - lifts, *fresh as usize - freshes);
            let (mut at, mut to) = (*lift + 1, *fresh + 1);
            match common_left.cmp(&common_right) {
                Ordering::Less => to -= 1,
                Ordering::Greater => at -= 1,
                Ordering::Equal => match position(&lefts, *lift).cmp(&position(&rights, *fresh)) {
                    Ordering::Less => {
                        self.alone.push((*lift, *fresh, true));
                        to -= 1;
                    }
                    Ordering::Greater => {
                        self.alone.push((*lift, *fresh, false));
                        at -= 1;
                    }
                    Ordering::Equal => {}
                },
            }
            next = Some((at, to));
        }
        self
    }

    /// Lanes of the same stream, where `None` is as recorded; `None` if both are.
    pub fn of(left: Option<&BranchLane>, right: Option<&BranchLane>) -> Option<Self> {
        match (left, right) {
            (None, None) => None,
            (None, Some(right)) => Some(Self::recorded(right)),
            (Some(left), None) => Some(Self::recorded(left).swapped()),
            (Some(left), Some(right)) => Some(Self::between(left, right)),
        }
    }

    /// The same with its sides exchanged.
    pub fn swapped(self) -> Self {
        let mut moved: Vec<(u32, u32)> = self.moved.iter().map(|(left, right)| (*right, *left)).collect();
        moved.sort_unstable();
        let tail = self.fork.tail.map(|tail| CommonTail { baseline: tail.branch, branch: tail.baseline, ..tail });
        Self {
            left: self.right,
            right: self.left,
            lifted: self.fresh,
            fresh: self.lifted,
            moved,
            alone: self.alone.iter().map(|(left, right, first)| (*right, *left, !first)).collect(),
            fork: Fork { tail, ..self.fork },
        }
    }

    /// Both sides with the same events, so many of them.
    pub fn unchanged(len: usize) -> Self {
        let fork = Fork { first_invalid: len, tail: None };
        Self {
            left: len,
            right: len,
            lifted: Vec::new(),
            fresh: Vec::new(),
            moved: Vec::new(),
            alone: Vec::new(),
            fork,
        }
    }

    /// How many events there are on the left and on the right.
    pub fn len(&self) -> (usize, usize) {
        (self.left, self.right)
    }

    /// Whether there are none at all.
    pub fn is_empty(&self) -> bool {
        self.len() == (0, 0)
    }

    /// Places on the left whose event does not stand opposite itself. Sorted.
    pub fn lifted(&self) -> &[u32] {
        &self.lifted
    }

    /// Places on the right whose event does not stand opposite itself. Sorted.
    pub fn fresh(&self) -> &[u32] {
        &self.fresh
    }

    /// Events that both sides have at different places: that on the left, and that on the right. Also among
    /// [`lifted`](Self::lifted) and [`fresh`](Self::fresh).
    pub fn moved(&self) -> &[(u32, u32)] {
        &self.moved
    }

    /// Where the two part, and from where on they have the same events again.
    pub fn fork(&self) -> &Fork {
        &self.fork
    }

    /// Whether both sides have the same events, versions included.
    pub fn is_same(&self) -> bool {
        self.left == self.right && self.fork.first_invalid == self.left
    }

    /// What stands next, when so many events have been passed on each side. At least one side has an event unless
    /// both are at their ends.
    pub fn opposite(&self, left: usize, right: usize) -> Opposite {
        let lifted = self.lifted.binary_search(&(left as u32)).is_ok();
        let fresh = self.fresh.binary_search(&(right as u32)).is_ok();
        let (left_done, right_done) = (left >= self.left, right >= self.right);
        let here = (left as u32, right as u32);
        let first = self.alone.binary_search_by_key(&here, |(left, right, _)| (*left, *right)).ok();
        let first = first.map(|at| self.alone[at].2);
        // Only one side has an event where the other has nothing opposite.
        Opposite {
            left: !left_done && first != Some(false) && (lifted || !fresh || right_done),
            right: !right_done && first != Some(true) && (fresh || !lifted || left_done),
            paired: !left_done && !right_done && !lifted && !fresh,
        }
    }
}

/// What tells one event of a stream from another.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Identity<'a> {
    Recorded(u32),
    Inserted(Option<&'a str>),
}

fn identity(event: &BranchEvent) -> Identity<'_> {
    match event {
        BranchEvent::Recorded { index, .. } | BranchEvent::Edited { base: index, .. } => Identity::Recorded(*index),
        BranchEvent::Inserted { event } => Identity::Inserted(event.id.as_deref()),
    }
}

/// Whether two events of a stream's lanes are the same and say the same, whatever their versions.
pub(super) fn is_same(left: &BranchEvent, right: &BranchEvent) -> bool {
    match (left, right) {
        (BranchEvent::Recorded { index: a, .. }, BranchEvent::Recorded { index: b, .. }) => a == b,
        (BranchEvent::Edited { base: a, event: left }, BranchEvent::Edited { base: b, event: right }) => {
            a == b && says_the_same(left, right)
        }
        // The id of an inserted event may be made of the scenario's name: no rule sees it.
        (BranchEvent::Inserted { event: left }, BranchEvent::Inserted { event: right }) => says_the_same(left, right),
        _ => false,
    }
}

fn says_the_same(left: &Arc<Event>, right: &Arc<Event>) -> bool {
    if Arc::ptr_eq(left, right) {
        return true;
    }
    let (a, b) = (&**left, &**right);
    a.event_type == b.event_type
        && a.time == b.time
        && a.data == b.data
        && a.metadata == b.metadata
        && a.valid_time == b.valid_time
        && a.position == b.position
        && a.stream == b.stream
}

/// What lies between the common start and the common end. Places count from the common start's end.
#[derive(Default)]
struct Middle {
    lifted: Vec<u32>,
    fresh: Vec<u32>,
    moved: Vec<(u32, u32)>,
}

impl Middle {
    fn new(left: &[BranchEvent], right: &[BranchEvent]) -> Self {
        let places: HashMap<Identity<'_>, u32> = left.iter().map(identity).zip(0..).collect();
        let common: Vec<(u32, u32)> =
            right.iter().zip(0..).filter_map(|(event, at)| Some((*places.get(&identity(event))?, at))).collect();
        let mut pairs = longest_run(&common);
        pairs.extend(alike_inserts(left, right, &common, &pairs));
        pairs.sort_unstable();
        let mut middle = Self::default();
        let mut next = (0, 0);
        for (to_left, to_right) in pairs.into_iter().chain([(left.len() as u32, right.len() as u32)]) {
            middle.lifted.extend(next.0..to_left);
            middle.fresh.extend(next.1..to_right);
            next = (to_left + 1, to_right + 1);
        }
        middle.moved =
            common.into_iter().filter(|(_, right)| middle.fresh.binary_search(right).is_ok()).collect::<Vec<_>>();
        middle.moved.sort_unstable();
        middle
    }
}

impl Middle {
    /// How many events are the same, version included, from the start, and how many of the others to the end, whatever
    /// their versions.
    fn alike_at_its_ends(&self, a: &[BranchEvent], b: &[BranchEvent]) -> (usize, usize) {
        let most = a.len().min(b.len());
        let first = |places: &[u32]| places.first().map_or(most, |first| *first as usize);
        let paired = first(&self.lifted).min(first(&self.fresh));
        let alike = |at: &usize| is_same(&a[*at], &b[*at]) && a[*at].version() == b[*at].version();
        let before = (0..paired).take_while(alike).count();
        let last = |places: &[u32], len: usize| len - places.last().map_or(0, |last| *last as usize + 1);
        let paired = last(&self.lifted, a.len()).min(last(&self.fresh, b.len())).min(most - before);
        let after = (1..=paired).take_while(|back| is_same(&a[a.len() - back], &b[b.len() - back])).count();
        (before, after)
    }
}

/// The longest choice of pairs that rises on both sides; they rise on the right already.
fn longest_run(pairs: &[(u32, u32)]) -> Vec<(u32, u32)> {
    // For each length the pair that ends such a run the lowest, and for each pair the one before it.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, (left, _)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].0 < *left);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut run = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied();
    while let Some(here) = at {
        run.push(pairs[here]);
        at = before[here];
    }
    run.reverse();
    run
}

/// Events inserted at the same place that say the same, though each scenario gave them an id of its own.
fn alike_inserts(
    left: &[BranchEvent],
    right: &[BranchEvent],
    common: &[(u32, u32)],
    run: &[(u32, u32)],
) -> Vec<(u32, u32)> {
    let (of_left, of_right): (HashSet<u32>, HashSet<u32>) = common.iter().copied().unzip();
    let alone = |events: &[BranchEvent], at: u32, common: &HashSet<u32>| match &events[at as usize] {
        BranchEvent::Inserted { event } if !common.contains(&at) => Some(gist(event)),
        _ => None,
    };
    let mut found = Vec::new();
    let mut next = (0, 0);
    for (to_left, to_right) in run.iter().copied().chain([(left.len() as u32, right.len() as u32)]) {
        let mut by_gist: HashMap<u64, Vec<u32>> = HashMap::new();
        let theirs: Vec<(u32, u64)> =
            (next.1..to_right).filter_map(|at| Some((at, alone(right, at, &of_right)?))).collect();
        if !theirs.is_empty() {
            for at in next.0..to_left {
                if let Some(gist) = alone(left, at, &of_left) {
                    by_gist.entry(gist).or_default().push(at);
                }
            }
        }
        let mut from = next.0;
        for (here, gist) in theirs {
            let ours = by_gist.get(&gist).map_or(&[][..], Vec::as_slice);
            let mut ours = ours[ours.partition_point(|at| *at < from)..].iter().copied();
            if let Some(at) = ours.find(|at| is_same(&left[*at as usize], &right[here as usize])) {
                found.push((at, here));
                from = at + 1;
            }
        }
        next = (to_left + 1, to_right + 1);
    }
    found
}

/// One stream's events on one side of a comparison.
#[derive(Debug, Clone, Copy)]
pub struct SideLane<'a> {
    log: &'a EventLog,
    recorded: &'a [u32],
    branch: Option<&'a BranchLane>,
}

impl<'a> SideLane<'a> {
    /// A stream in a branch, or as recorded: without a branch, and where the branch leaves it as it is.
    pub fn new(log: &'a EventLog, stream: &str, branch: Option<&'a Branch>) -> Self {
        let recorded = log.find_stream(stream).map_or(&[][..], |stream| log.lane(stream));
        Self { log, recorded, branch: branch.and_then(|branch| branch.stream(stream)) }
    }

    /// The branch's lane, where the stream is not as recorded.
    pub fn branch(&self) -> Option<&'a BranchLane> {
        self.branch
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.branch.map_or(self.recorded.len(), |lane| lane.events().len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The recorded event at a place; `None` for an inserted one.
    pub fn index(&self, place: usize) -> Option<u32> {
        match self.branch {
            Some(lane) => lane.events().get(place)?.index(),
            None => self.recorded.get(place).copied(),
        }
    }

    /// The version at a place.
    pub fn version(&self, place: usize) -> Option<i64> {
        match self.branch {
            Some(lane) => lane.events().version(place),
            None => self.log.version(*self.recorded.get(place)? as usize),
        }
    }

    /// An event that is not as recorded, in full.
    pub fn own(&self, place: usize) -> Option<Arc<Event>> {
        match self.branch?.events().get(place)? {
            BranchEvent::Recorded { .. } => None,
            BranchEvent::Edited { event, .. } | BranchEvent::Inserted { event } => Some(event),
        }
    }

    /// All events that are not as recorded, with their places.
    pub fn own_events(&self) -> impl Iterator<Item = (usize, Arc<Event>)> {
        let events = self.branch.map(BranchLane::events);
        events.into_iter().flat_map(|events| events.runs(0..events.len())).filter_map(|run| match run {
            LaneRun::Own {
                place, event: BranchEvent::Edited { event, .. } | BranchEvent::Inserted { event }, ..
            } => Some((place, event)),
            _ => None,
        })
    }

    /// Whether an event of this side says the same as one of another, whatever their versions. Known without reading
    /// what is as recorded.
    pub fn says_the_same(&self, place: usize, other: SideLane<'_>, there: usize) -> bool {
        match (self.own(place), other.own(there)) {
            (None, None) => self.index(place) == other.index(there),
            (Some(one), Some(two)) => says_the_same(&one, &two),
            _ => false,
        }
    }

    /// The recorded event at a position, or the last one before it.
    pub fn event_at(&self, position: i64) -> Option<u32> {
        self.log.count_up_to_position(position).checked_sub(1).map(|last| last as u32)
    }

    /// Where a cursor stands for events that an edit put somewhere: their places, and the recorded event at which it
    /// takes them in. Sorted.
    pub fn stands(&self) -> Vec<(u32, u32)> {
        let fresh = self.branch.map_or(&[][..], BranchLane::fresh);
        if fresh.is_empty() {
            return Vec::new();
        }
        let positions = self.positions();
        let at = |place: &u32| Some((*place, self.event_at(*positions.get(*place as usize)?)?));
        fresh.iter().filter_map(at).collect()
    }

    /// For each place the position from which on a cursor takes it in; never falling.
    pub fn positions(&self) -> Vec<i64> {
        if let Some(lane) = self.branch {
            return lane.positions(self.log);
        }
        let mut reached = i64::MIN;
        let position = |index: &u32| {
            reached = reached.max(self.log.position(*index as usize));
            reached
        };
        self.recorded.iter().map(position).collect()
    }
}
