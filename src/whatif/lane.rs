//! The events of a branch's lane, as runs of recorded neighbours with the edited ones between them: a lane costs what
//! was edited, however long its stream is.
//!
//! ```text
//! recorded   0  1  2  3  4  5  6  7          place 3 deleted, one inserted after place 5
//! branch     0  1  2     4  5  a  6  7       pieces: 0..3 │ 4..6 │ a │ 6..8
//! ```

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::model::{Event, EventLog, Payload, StreamIndex, json};
use crate::replay::{CommonTail, Fork};

/// An event of a branch's lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BranchEvent {
    /// As recorded, in its own stream; its number there may differ.
    Recorded {
        /// The event's index in the log.
        index: u32,
        /// Its place in its lane as recorded.
        place: u32,
        /// Its version in the branch.
        version: Option<i64>,
    },
    /// Recorded, with other contents or in another stream.
    Edited {
        /// The event's index in the log.
        base: u32,
        /// What it is in the branch.
        event: Arc<Event>,
    },
    /// Never recorded.
    Inserted {
        /// The event.
        event: Arc<Event>,
    },
}

impl BranchEvent {
    /// The event's version in the branch.
    pub fn version(&self) -> Option<i64> {
        match self {
            Self::Recorded { version, .. } => *version,
            Self::Edited { event, .. } | Self::Inserted { event } => event.version,
        }
    }

    /// The index of the recorded event that this is, if it is one.
    pub fn index(&self) -> Option<u32> {
        match self {
            Self::Recorded { index, .. } => Some(*index),
            Self::Edited { base, .. } => Some(*base),
            Self::Inserted { .. } => None,
        }
    }
}

/// The events of a branch's lane, in replay order. Cloning is cheap.
#[derive(Clone)]
pub struct LaneEvents(Arc<Inner>);

struct Inner {
    log: Arc<EventLog>,
    /// The recorded stream, if there is one.
    stream: Option<StreamIndex>,
    numbers: Numbers,
    /// In order of their places, without gaps; none is empty.
    pieces: Vec<Piece>,
    len: usize,
}

/// What gives a lane's events their versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// The k-th event has the version that was recorded k-th; beyond the last they count on.
    OfLane,
    /// Each keeps its own: they are those of other streams.
    Kept,
    /// They count from here; without it there are none.
    From(Option<i64>),
}

/// A part of a lane.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Its first place in the branch.
    pub at: usize,
    pub what: What,
    /// Put there by an edit: it does not stand where it was recorded.
    pub fresh: bool,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    /// Events as recorded, from a recorded place on.
    Run { place: usize, len: usize },
    /// An event with contents of its own, and the index of the recorded one that it was.
    Own { base: Option<u32>, event: Arc<Event> },
}

impl Piece {
    pub fn len(&self) -> usize {
        match &self.what {
            What::Run { len, .. } => *len,
            What::Own { .. } => 1,
        }
    }

    pub fn end(&self) -> usize {
        self.at + self.len()
    }
}

/// A part of a lane's events: recorded neighbours, or one that an edit made.
#[derive(Debug, Clone)]
pub enum LaneRun {
    /// Events as recorded but for their numbers.
    Recorded {
        /// Their places in the branch.
        places: Range<usize>,
        /// The first one's place in its lane as recorded.
        first: usize,
        /// Whether an edit put it there.
        fresh: bool,
    },
    /// An event with contents of its own.
    Own {
        /// Its place in the branch.
        place: usize,
        /// The event.
        event: BranchEvent,
        /// Whether an edit put it there.
        fresh: bool,
    },
}

impl LaneEvents {
    /// How many events there are.
    pub fn len(&self) -> usize {
        self.0.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.len == 0
    }

    /// The event at a place of the branch. Costs a binary search over the pieces.
    pub fn get(&self, place: usize) -> Option<BranchEvent> {
        let piece = self.piece_at(place)?;
        Some(self.event_of(piece, place))
    }

    /// All events in order: one entry for each, so rather ask for [`runs`](Self::runs).
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = BranchEvent> + '_ {
        self.0
            .pieces
            .iter()
            .flat_map(move |piece| (piece.at..piece.end()).map(move |place| self.event_of(piece, place)))
    }

    /// The parts that make up these places of the branch, in order. Two recorded parts may be neighbours as recorded.
    pub fn runs(&self, places: Range<usize>) -> impl DoubleEndedIterator<Item = LaneRun> + '_ {
        let from = self.0.pieces.partition_point(|piece| piece.end() <= places.start);
        let to = self.0.pieces.partition_point(|piece| piece.at < places.end).max(from);
        self.0.pieces[from..to].iter().filter_map(move |piece| {
            let here = piece.at.max(places.start)..piece.end().min(places.end);
            if here.is_empty() {
                return None;
            }
            Some(match &piece.what {
                What::Run { place, .. } => {
                    LaneRun::Recorded { first: place + (here.start - piece.at), places: here, fresh: piece.fresh }
                }
                What::Own { .. } => {
                    LaneRun::Own { place: piece.at, event: self.event_of(piece, piece.at), fresh: piece.fresh }
                }
            })
        })
    }

    /// The version of the event at a place of the branch.
    pub fn version(&self, place: usize) -> Option<i64> {
        let inner = &*self.0;
        match inner.numbers {
            Numbers::OfLane | Numbers::From(_) => number(&inner.log, self.lane(), inner.numbers, place),
            Numbers::Kept => self.get(place)?.version(),
        }
    }

    /// Whether versions ascend along the lane.
    pub fn is_by_version(&self) -> bool {
        match self.0.numbers {
            Numbers::OfLane => self.0.stream.is_some_and(|stream| self.0.log.is_lane_by_version(stream)),
            Numbers::Kept => false,
            Numbers::From(first) => first.is_some(),
        }
    }

    /// Where this lane leaves another one of the same stream, and where the two have the same events again. Costs what
    /// differs between them.
    pub fn fork_from(&self, other: &Self) -> Fork {
        let first_invalid = common_prefix(other, self);
        let longest = self.len().min(other.len()) - first_invalid;
        let back = common_suffix(other, self, longest);
        let tail = (back > 0).then(|| {
            let (baseline, branch) = (other.len() - back, self.len() - back);
            CommonTail { baseline, branch, renumbered: is_renumbered(other, baseline, self, branch) }
        });
        Fork { first_invalid, tail }
    }

    /// The recorded lane.
    fn lane(&self) -> &[u32] {
        self.0.stream.map_or(&[], |stream| self.0.log.lane(stream))
    }

    fn piece_at(&self, place: usize) -> Option<&Piece> {
        let after = self.0.pieces.partition_point(|piece| piece.at <= place);
        self.0.pieces[..after].last().filter(|piece| place < piece.end())
    }

    fn event_of(&self, piece: &Piece, place: usize) -> BranchEvent {
        match &piece.what {
            What::Run { place: first, .. } => {
                let recorded = first + (place - piece.at);
                let index = self.lane()[recorded];
                let version = match self.0.numbers {
                    Numbers::Kept => self.0.log.version(index as usize),
                    numbers => number(&self.0.log, self.lane(), numbers, place),
                };
                BranchEvent::Recorded { index, place: recorded as u32, version }
            }
            What::Own { base: Some(base), event } => BranchEvent::Edited { base: *base, event: event.clone() },
            What::Own { base: None, event } => BranchEvent::Inserted { event: event.clone() },
        }
    }
}

impl fmt::Debug for LaneEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0.pieces).finish()
    }
}

impl PartialEq for LaneEvents {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || self.len() == other.len()
                && self.0.stream == other.0.stream
                && common_prefix(other, self) == self.len()
                && !is_renumbered(other, 0, self, 0)
    }
}

/// The version that counting gives to a lane's k-th event. Null stays null.
pub(super) fn number(log: &EventLog, lane: &[u32], numbers: Numbers, k: usize) -> Option<i64> {
    match (numbers, lane.get(k)) {
        (Numbers::From(first), _) => first?.checked_add(k as i64),
        (_, Some(event)) => log.version(*event as usize),
        (_, None) => {
            let last = log.version(*lane.last()? as usize)?;
            last.checked_add((k - lane.len()) as i64 + 1)
        }
    }
}

/// How many events from the start are the same.
fn common_prefix(a: &LaneEvents, b: &LaneEvents) -> usize {
    let (mut ours, mut theirs) = (a.0.pieces.iter().peekable(), b.0.pieces.iter().peekable());
    let mut same = 0;
    while let (Some(left), Some(right)) = (ours.peek(), theirs.peek()) {
        let len = match (&left.what, &right.what) {
            (What::Run { place: p, .. }, What::Run { place: q, .. })
                if p + (same - left.at) == q + (same - right.at) =>
            {
                left.end().min(right.end()) - same
            }
            (What::Own { .. }, What::Own { .. }) if is_same_own(left, right) => 1,
            _ => break,
        };
        same += len;
        if left.end() == same {
            ours.next();
        }
        if right.end() == same {
            theirs.next();
        }
    }
    // An event's own number is part of it; those of runs follow from their places.
    same
}

/// How many events at the end are the same but for their numbers, at most `longest`.
fn common_suffix(a: &LaneEvents, b: &LaneEvents, longest: usize) -> usize {
    let (mut ours, mut theirs) = (a.0.pieces.iter().rev().peekable(), b.0.pieces.iter().rev().peekable());
    let mut same = 0;
    while let (Some(left), Some(right)) = (ours.peek(), theirs.peek()) {
        let (left_end, right_end) = (a.len() - same, b.len() - same);
        let len = match (&left.what, &right.what) {
            (What::Run { place: p, .. }, What::Run { place: q, .. })
                if p + (left_end - left.at) == q + (right_end - right.at) =>
            {
                (left_end - left.at).min(right_end - right.at)
            }
            (What::Own { .. }, What::Own { .. }) if is_same_but_for_number(left, right) => 1,
            _ => break,
        };
        same += len;
        if same >= longest {
            return longest;
        }
        if left.at == a.len() - same {
            ours.next();
        }
        if right.at == b.len() - same {
            theirs.next();
        }
    }
    same
}

fn is_same_own(a: &Piece, b: &Piece) -> bool {
    match (&a.what, &b.what) {
        (What::Own { base: a_base, event: a }, What::Own { base: b_base, event: b }) => {
            a_base == b_base && (Arc::ptr_eq(a, b) || a == b && is_spelled_alike(a, b))
        }
        _ => false,
    }
}

fn is_same_but_for_number(a: &Piece, b: &Piece) -> bool {
    let (What::Own { event: one, base }, What::Own { event: other, .. }) = (&a.what, &b.what) else { return false };
    if one.version == other.version {
        return is_same_own(a, b);
    }
    let mut one = Event::clone(one);
    one.version = other.version;
    let renumbered = Piece { at: a.at, what: What::Own { base: *base, event: Arc::new(one) }, fresh: a.fresh };
    is_same_own(&renumbered, b)
}

/// Equal numbers may be spelled differently, which is seen when they come to be part of a state.
fn is_spelled_alike(a: &Event, b: &Event) -> bool {
    let text = |event: &Event| match &event.data {
        Payload::Value(value) => Some(json::to_text(value)),
        Payload::Text(_) | Payload::Unreadable(_) => None,
    };
    text(a) == text(b) && json::to_text(&a.metadata) == json::to_text(&b.metadata)
}

/// Whether the same events from these places on have other numbers in `b` than in `a`.
fn is_renumbered(a: &LaneEvents, a_from: usize, b: &LaneEvents, b_from: usize) -> bool {
    if a.0.numbers == b.0.numbers && (a.0.numbers == Numbers::Kept || a_from == b_from) {
        return false;
    }
    // Where numbers ascend the first one tells; where they repeat or are missing all are looked at.
    (a_from..a.len()).zip(b_from..b.len()).any(|(a_at, b_at)| a.version(a_at) != b.version(b_at))
}

/// A lane on its way.
pub(super) struct LaneWriter {
    log: Arc<EventLog>,
    stream: Option<StreamIndex>,
    numbers: Numbers,
    pieces: Vec<Piece>,
    len: usize,
}

impl LaneWriter {
    pub fn new(log: Arc<EventLog>, stream: Option<StreamIndex>, numbers: Numbers) -> Self {
        Self { log, stream, numbers, pieces: Vec::new(), len: 0 }
    }

    /// A recorded lane as it is.
    pub fn recorded(log: &Arc<EventLog>, stream: StreamIndex, numbers: Numbers) -> LaneEvents {
        let mut writer = Self::new(log.clone(), Some(stream), numbers);
        writer.run(0..log.lane(stream).len(), false);
        writer.finish()
    }

    /// How many events there are so far: the place of the next one.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Events as recorded, by their places there.
    pub fn run(&mut self, places: Range<usize>, fresh: bool) {
        if places.is_empty() {
            return;
        }
        let at = self.len;
        self.len += places.len();
        if let Some(Piece { what: What::Run { place, len }, fresh: false, .. }) = self.pieces.last_mut()
            && !fresh
            && *place + *len == places.start
        {
            *len += places.len();
            return;
        }
        self.pieces.push(Piece { at, what: What::Run { place: places.start, len: places.len() }, fresh });
    }

    /// The version that the next event gets; `None` if it keeps its own.
    pub fn next_number(&self) -> Option<Option<i64>> {
        let lane = self.stream.map_or(&[][..], |stream| self.log.lane(stream));
        (self.numbers != Numbers::Kept).then(|| number(&self.log, lane, self.numbers, self.len))
    }

    /// An event with contents of its own.
    pub fn own(&mut self, base: Option<u32>, event: Arc<Event>, fresh: bool) {
        self.pieces.push(Piece { at: self.len, what: What::Own { base, event }, fresh });
        self.len += 1;
    }

    pub fn finish(self) -> LaneEvents {
        let Self { log, stream, numbers, pieces, len } = self;
        LaneEvents(Arc::new(Inner { log, stream, numbers, pieces, len }))
    }
}
