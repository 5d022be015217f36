//! Applying a scenario: what becomes of each event that an edit names.
//!
//! The recorded order stays as it is; new places hang on it. A place is a list of nodes before or after a recorded
//! event, or after another node; a node that is moved on or deleted stays as an empty place, so that what stands
//! behind it does not slide:
//!
//! ```text
//! recorded    1      2      3          insert a after 2, b after a, c after 2, move 1 after 2, delete 2
//!                    ├ a ─ b
//! lane        ·  ·   ├ c      3        a b c 1 3
//!                    └ 1
//! ```

mod journal;
mod times;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::model::event::MetadataFields;
use crate::model::{Event, EventKind, EventLog, Object, Payload, StreamIndex, Timestamp, Value};

use super::branch::Branch;
use super::error::{EditError, EditProblem, selector_text};
use super::finish;
use super::merge::merge_patch;
use super::naming::Naming;
use super::quick::QuickMap;
use super::scenario::{After, Edit, Insert, Move, Scenario, Selector, Target, TimeChange, Update, VersionRange};
use journal::Journal;
use times::Times;

/// What a scenario needs of the recorded events besides their index. Errors are the store's words.
pub trait Recorded {
    /// The event at this index, in full.
    fn event(&mut self, index: u32) -> Result<Arc<Event>, String>;

    /// Several at once, in the order asked for.
    fn events(&mut self, indices: &[u32]) -> Result<Vec<Arc<Event>>, String> {
        indices.iter().map(|index| self.event(*index)).collect()
    }

    /// The event with this id. Asked for every inserted event and every selector by id, each time that a scenario is
    /// applied: where the store has no index of ids, answers are worth remembering.
    fn find_id(&mut self, id: &str) -> Result<Option<u32>, String>;

    /// Asked while edits are applied, often: an error stops that.
    fn go_on(&self) -> Result<(), String> {
        Ok(())
    }
}

/// The branch that a scenario makes of what was recorded.
pub fn apply(scenario: &Scenario, log: &Arc<EventLog>, recorded: &mut dyn Recorded) -> Result<Branch, EditError> {
    let mut overlay = Overlay::new(&scenario.name, log, recorded);
    for (index, edit) in scenario.edits.iter().enumerate() {
        overlay.edit = index;
        overlay.apply(edit).map_err(|problem| EditError { edit: index, verb: edit.verb(), problem })?;
    }
    Ok(finish::branch(&overlay, scenario))
}

/// The id of an inserted event whose insert gives none: a UUID of version 5, in the namespace of URLs, of
/// `foldline:scenario/1/INDEX/NAME`, with the edit's index from 0 and the scenario's name.
pub fn inserted_id(scenario_name: &str, edit: usize) -> Arc<str> {
    let name = format!("foldline:scenario/1/{edit}/{scenario_name}");
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, name.as_bytes()).to_string().into()
}

/// An event, wherever it stands and whatever it says by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Subject {
    /// The recorded event at this index.
    Recorded(u32),
    /// The inserted event of this number.
    Inserted(u32),
}

/// Where nodes hang.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Spot {
    /// Before everything recorded.
    Head,
    /// Right before the recorded event at this index.
    Before(u32),
    /// Right after the recorded event at this index.
    After(u32),
    /// Right after a node.
    AfterNode(u32),
}

/// A place that an edit gave to an event.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub subject: Subject,
    pub stream: Arc<str>,
}

/// What edits did to an event.
#[derive(Debug, Clone, Default)]
pub(super) struct Fate {
    /// Index of the edit that deleted it.
    pub deleted_by: Option<usize>,
    /// Its place, where an edit gave it one.
    pub node: Option<u32>,
    /// What it says, where that differs from what was recorded.
    pub event: Option<Arc<Event>>,
}

pub(super) struct Overlay<'a> {
    pub log: &'a Arc<EventLog>,
    recorded: &'a mut dyn Recorded,
    scenario_name: &'a str,
    /// Index of the edit that is being applied.
    pub edit: usize,
    naming: Naming,
    pub fates: QuickMap<Subject, Fate>,
    pub nodes: Vec<Node>,
    pub spots: QuickMap<Spot, Vec<u32>>,
    inserted_ids: HashMap<Arc<str>, Subject>,
    inserted: u32,
    /// Recorded streams that an edit concerned.
    pub touched: BTreeSet<StreamIndex>,
    /// Streams without recorded events, in the order in which they appeared, each with the spot where it starts.
    pub new_streams: Vec<(Arc<str>, Spot)>,
    /// For each stream how many events from its start are known to be gone.
    starts: HashMap<StreamIndex, usize>,
    times: Times,
    journal: Journal,
}

type Done<T> = Result<T, EditProblem>;

/// The stream and the spot that an edit names.
struct Place {
    stream: Arc<str>,
    spot: Spot,
    after: Option<Subject>,
}

impl<'a> Overlay<'a> {
    pub fn new(scenario_name: &'a str, log: &'a Arc<EventLog>, recorded: &'a mut dyn Recorded) -> Self {
        Self {
            log,
            recorded,
            scenario_name,
            edit: 0,
            naming: Naming::default(),
            fates: QuickMap::default(),
            nodes: Vec::new(),
            spots: QuickMap::default(),
            inserted_ids: HashMap::new(),
            inserted: 0,
            touched: BTreeSet::new(),
            new_streams: Vec::new(),
            starts: HashMap::new(),
            times: Times::default(),
            journal: Journal::default(),
        }
    }

    /// Applies one edit, on top of those before it. After an error the overlay may hold half of it.
    pub fn apply(&mut self, edit: &Edit) -> Done<()> {
        self.go_on()?;
        match edit {
            Edit::Delete(target) => {
                for subject in self.targets(target)? {
                    self.touch(subject);
                    let by = self.edit;
                    self.fate(subject).deleted_by = Some(by);
                }
                Ok(())
            }
            Edit::Update(update) => self.update(update),
            Edit::Insert(insert) => self.insert(insert),
            Edit::Move(moved) => self.move_event(moved),
        }
    }

    fn go_on(&self) -> Done<()> {
        self.recorded.go_on().map_err(EditProblem::Read)
    }

    // Naming

    /// The event that a selector names, if it is still there.
    fn one(&mut self, selector: &Selector) -> Done<Subject> {
        let subject = match selector {
            Selector::Position(position) => Subject::Recorded(self.naming.by_position(self.log, *position)?),
            Selector::Version { stream, version } => {
                Subject::Recorded(self.naming.by_version(self.log, stream, *version)?)
            }
            Selector::Id(id) => match self.inserted_ids.get(id) {
                Some(subject) => *subject,
                None => match self.recorded.find_id(id).map_err(EditProblem::Read)? {
                    Some(index) => Subject::Recorded(index),
                    None => return Err(EditProblem::NoSuchId(id.clone())),
                },
            },
        };
        match self.fates.get(&subject).and_then(|fate| fate.deleted_by) {
            Some(by) => Err(EditProblem::Deleted { event: selector_text(selector), by }),
            None => Ok(subject),
        }
    }

    /// The events that a target names. A range passes over what was deleted before.
    fn targets(&mut self, target: &Target) -> Done<Vec<Subject>> {
        let range = match target {
            Target::One(selector) => return Ok(vec![self.one(selector)?]),
            Target::Range(range) => range,
        };
        let is_there = |subject: &Subject| self.fates.get(subject).is_none_or(|fate| fate.deleted_by.is_none());
        let all = self.naming.by_range(self.log, range)?.into_iter().map(Subject::Recorded);
        let found: Vec<Subject> = all.filter(is_there).collect();
        if found.is_empty() {
            return Err(self.naming.empty_range(self.log, range));
        }
        Ok(found)
    }

    /// An event of a target, for errors.
    fn words_for(&self, target: &Target, subject: Subject) -> String {
        match (target, subject) {
            (Target::Range(_), Subject::Recorded(index)) => format!("#{}", self.log.position(index as usize)),
            (Target::Range(range), Subject::Inserted(_)) => range.stream.to_string(),
            (Target::One(selector), _) => selector_text(selector),
        }
    }

    /// The recorded event that a selector names, whatever edits did to it; `None` where there is none.
    pub fn recorded_index(&mut self, selector: &Selector) -> Result<Option<u32>, String> {
        match selector {
            Selector::Position(position) => Ok(self.naming.by_position(self.log, *position).ok()),
            Selector::Version { stream, version } => Ok(self.naming.by_version(self.log, stream, *version).ok()),
            Selector::Id(id) if self.inserted_ids.contains_key(id) => Ok(None),
            Selector::Id(id) => self.recorded.find_id(id),
        }
    }

    /// How many events were recorded in a range; `None` where the stream is not there.
    pub fn count_in_range(&mut self, range: &VersionRange) -> Option<usize> {
        self.naming.by_range(self.log, range).ok().map(|events| events.len())
    }

    /// A recorded event in full.
    pub fn read(&mut self, index: u32) -> Result<Arc<Event>, String> {
        self.recorded.event(index)
    }

    /// What the events of a target say by now.
    pub fn contents_of(&mut self, target: &Target) -> Done<Vec<(Subject, Arc<Event>)>> {
        let targets = self.targets(target)?;
        targets.into_iter().map(|subject| Ok((subject, self.event(subject)?))).collect()
    }

    /// Notes the streams that an event is in by now.
    fn touch(&mut self, subject: Subject) {
        match (self.node_of(subject), subject) {
            (Some(node), _) => self.touch_stream(&self.nodes[node as usize].stream.clone()),
            (None, Subject::Recorded(index)) => {
                let index = index as usize;
                self.touched.extend(self.log.stream_of(index));
                self.touched.extend(self.log.other_streams_of(index));
            }
            (None, Subject::Inserted(_)) => {}
        }
    }

    fn touch_stream(&mut self, name: &str) {
        self.touched.extend(self.recorded_stream(name));
    }

    /// The stream of this name, if events of it were recorded.
    fn recorded_stream(&self, name: &str) -> Option<StreamIndex> {
        self.log.find_stream(name).filter(|stream| !self.log.lane(*stream).is_empty())
    }

    fn node_of(&self, subject: Subject) -> Option<u32> {
        self.fates.get(&subject).and_then(|fate| fate.node)
    }

    /// Names of the streams that an event is in by now.
    fn streams_of(&self, subject: Subject) -> Vec<Arc<str>> {
        match (self.node_of(subject), subject) {
            (Some(node), _) => vec![self.nodes[node as usize].stream.clone()],
            (None, Subject::Recorded(index)) => {
                let index = index as usize;
                let all = self.log.stream_of(index).into_iter().chain(self.log.other_streams_of(index));
                all.map(|stream| self.log.stream(stream).name.clone()).collect()
            }
            (None, Subject::Inserted(_)) => Vec::new(),
        }
    }

    // Contents

    /// What an event says by now.
    pub fn event(&mut self, subject: Subject) -> Done<Arc<Event>> {
        if let Some(event) = self.fates.get(&subject).and_then(|fate| fate.event.clone()) {
            return Ok(event);
        }
        match subject {
            Subject::Recorded(index) => self.recorded.event(index).map_err(EditProblem::Read),
            // An inserted event always has its contents here.
            Subject::Inserted(_) => Err(EditProblem::Read("an inserted event lost its contents".to_owned())),
        }
    }

    /// When an event happened, by now. Needs no reading.
    fn time(&self, subject: Subject) -> Option<Timestamp> {
        match (self.fates.get(&subject).and_then(|fate| fate.event.as_ref()), subject) {
            (Some(event), _) => event.time,
            (None, Subject::Recorded(index)) => self.log.time(index as usize),
            (None, Subject::Inserted(_)) => None,
        }
    }

    fn update(&mut self, update: &Update) -> Done<()> {
        let targets = self.targets(&update.target)?;
        let shifts_a_range = matches!(update.time, Some(TimeChange::ShiftSeconds(_)))
            && matches!(update.target, Target::Range(_))
            && targets.iter().any(|subject| self.time(*subject).is_some());
        let unchanged = |subject: &Subject| self.fates.get(subject).is_none_or(|fate| fate.event.is_none());
        let wanted: Vec<u32> = targets
            .iter()
            .filter_map(|subject| match subject {
                Subject::Recorded(index) if unchanged(subject) => Some(*index),
                _ => None,
            })
            .collect();
        let read = self.recorded.events(&wanted).map_err(EditProblem::Read)?;
        let mut read: HashMap<u32, Arc<Event>> = wanted.into_iter().zip(read).collect();
        for subject in targets {
            self.go_on()?;
            let recorded = match subject {
                Subject::Recorded(index) => read.remove(&index),
                Subject::Inserted(_) => None,
            };
            let event = match recorded {
                Some(event) => event,
                None => self.event(subject)?,
            };
            let mut event = Event::clone(&event);
            let words = || self.words_for(&update.target, subject);
            patch(&mut event, update, &words)?;
            match (update.time, event.time) {
                (Some(TimeChange::To(time)), _) => {
                    event.time = Some(time);
                    event.time_raw = None;
                }
                (Some(TimeChange::ShiftSeconds(seconds)), Some(time)) => {
                    let shifted = time.checked_add_seconds(seconds);
                    event.time = Some(shifted.ok_or_else(|| EditProblem::TimeOutOfRange(words()))?);
                }
                // In a range, an event without a time goes with its predecessor.
                (Some(TimeChange::ShiftSeconds(_)), None) if !shifts_a_range => {
                    return Err(EditProblem::NoTime(words()));
                }
                (Some(TimeChange::ShiftSeconds(_)) | None, _) => {}
            }
            self.touch(subject);
            self.fate(subject).event = Some(Arc::new(event));
        }
        Ok(())
    }

    // Places

    fn insert(&mut self, insert: &Insert) -> Done<()> {
        let after = match &insert.after {
            Some(after) => Some(self.anchor(after, &insert.stream)?),
            None => None,
        };
        let place = self.place(&insert.stream, after, insert.time)?;
        let time = match (insert.time, place.after) {
            (Some(time), _) => Some(time),
            (None, Some(after)) => self.time(after),
            (None, None) => self.time_at_start(&place)?,
        };
        let id = insert.id.clone().unwrap_or_else(|| inserted_id(self.scenario_name, self.edit));
        self.check_id_is_free(&id)?;
        let metadata = insert.metadata.clone().unwrap_or_default();
        let fields = MetadataFields::default();
        let event = Event {
            position: None,
            stream: Some(place.stream.clone()),
            other_streams: Vec::new(),
            version: None,
            id: Some(id.clone()),
            event_type: insert.event_type.clone(),
            kind: EventKind::Event,
            archived: false,
            schema_version: None,
            time,
            time_raw: None,
            valid_time: None,
            user: fields.user(&metadata),
            data: Payload::Value(insert.data.clone().unwrap_or_else(|| Value::Object(Object::default()))),
            repeated_key: None,
            correlation_id: fields.correlation_id(&metadata),
            causation_id: fields.causation_id(&metadata),
            metadata,
        };
        let subject = Subject::Inserted(self.inserted);
        self.inserted += 1;
        self.journal.inserted(&id);
        self.inserted_ids.insert(id, subject);
        self.fate(subject).event = Some(Arc::new(event));
        self.put(subject, place);
        Ok(())
    }

    fn move_event(&mut self, moved: &Move) -> Done<()> {
        let subject = self.one(&moved.event)?;
        let words = || selector_text(&moved.event);
        let own = self.streams_of(subject);
        if own.len() > 1 {
            return Err(EditProblem::SeveralStreams(words()));
        }
        let own = own.into_iter().next();
        let (stream, after) = match (&moved.stream, &moved.after) {
            (Some(stream), Some(after)) => (stream.clone(), Some(self.anchor(after, stream)?)),
            (Some(stream), None) => (stream.clone(), None),
            (None, Some(After::Event(selector))) => {
                let after = self.one(selector)?;
                let streams = self.streams_of(after);
                let shared = own.filter(|own| streams.contains(own)).or_else(|| streams.into_iter().next());
                (shared.ok_or_else(|| EditProblem::NoStream(selector_text(selector)))?, Some(after))
            }
            (None, after) => {
                let own = own.ok_or_else(|| EditProblem::NoStream(words()))?;
                let after = match after {
                    Some(after) => Some(self.anchor(after, &own)?),
                    None => None,
                };
                (own, after)
            }
        };
        if after == Some(subject) {
            return Err(EditProblem::FollowsItself(words()));
        }
        let place = self.place(&stream, after, self.time(subject))?;
        self.touch(subject);
        if !self.streams_of(subject).contains(&place.stream) {
            let mut event = Event::clone(&*self.event(subject)?);
            event.stream = Some(place.stream.clone());
            self.fate(subject).event = Some(Arc::new(event));
        }
        self.put(subject, place);
        Ok(())
    }

    /// The event that a place in `stream` comes after.
    fn anchor(&mut self, after: &After, stream: &Arc<str>) -> Done<Subject> {
        let in_stream;
        let selector = match after {
            After::Event(selector) => selector,
            After::Version(version) => {
                in_stream = Selector::Version { stream: stream.clone(), version: *version };
                &in_stream
            }
        };
        let subject = self.one(selector)?;
        if self.streams_of(subject).contains(stream) {
            return Ok(subject);
        }
        Err(EditProblem::NotInStream { event: selector_text(selector), stream: stream.clone() })
    }

    /// The spot after an event of the stream, or at the stream's start. `time` places a new stream.
    fn place(&mut self, stream: &Arc<str>, after: Option<Subject>, time: Option<Timestamp>) -> Done<Place> {
        let recorded = self.recorded_stream(stream);
        // The name as the index has it is shared by all that need it.
        let stream = recorded.map_or_else(|| stream.clone(), |index| self.log.stream(index).name.clone());
        if recorded.is_some_and(|index| self.log.stream(index).link) {
            return Err(EditProblem::LinkStream(stream));
        }
        let spot = match (after, recorded) {
            (Some(subject), _) => match (self.node_of(subject), subject) {
                (Some(node), _) => Spot::AfterNode(node),
                (None, Subject::Recorded(index)) => Spot::After(index),
                // An inserted event has had a node since its insert.
                (None, Subject::Inserted(_)) => Spot::Head,
            },
            (None, Some(index)) => Spot::Before(self.log.lane(index)[0]),
            (None, None) => match self.new_streams.iter().find(|(name, _)| *name == stream) {
                Some((_, spot)) => *spot,
                None => {
                    let time = time.ok_or_else(|| EditProblem::NeedsTime(stream.clone()))?;
                    let spot = self.times.spot_at(self.log, time);
                    self.journal.new_stream();
                    self.new_streams.push((stream.clone(), spot));
                    spot
                }
            },
        };
        Ok(Place { stream, spot, after })
    }

    fn put(&mut self, subject: Subject, place: Place) {
        self.touch_stream(&place.stream);
        let node = self.nodes.len() as u32;
        self.nodes.push(Node { subject, stream: place.stream });
        self.journal.put(place.spot);
        self.spots.entry(place.spot).or_default().push(node);
        self.fate(subject).node = Some(node);
    }

    /// The time of the event that comes next at the start of a stream; of the last one where none does.
    fn time_at_start(&mut self, place: &Place) -> Done<Option<Timestamp>> {
        let Some(stream) = self.recorded_stream(&place.stream) else {
            let before = self.nodes_at(place.spot, &place.stream);
            let last = before.last().ok_or_else(|| EditProblem::NeedsTime(place.stream.clone()))?;
            return Ok(self.time(*last));
        };
        let lane = self.log.lane(stream);
        // What is gone does not come back, nor anything where it stood: each event is passed over once.
        let mut at = self.starts.get(&stream).copied().unwrap_or_default();
        let mut next = None;
        while let Some(index) = lane.get(at) {
            let subject = Subject::Recorded(*index);
            let fate = self.fates.get(&subject);
            let is_there = fate.is_none_or(|fate| fate.deleted_by.is_none() && fate.node.is_none());
            next = if is_there {
                Some(subject)
            } else {
                self.nodes_at(Spot::After(*index), &place.stream).first().copied()
            };
            if next.is_some() {
                break;
            }
            at += 1;
        }
        self.starts.insert(stream, at);
        // Where all of the stream is gone, the new event stands where the first one stood.
        Ok(next.map_or_else(|| self.log.time(lane[0] as usize), |subject| self.time(subject)))
    }

    /// The events of one stream that stand at a spot, and after each other from there, in order.
    pub fn nodes_at(&self, spot: Spot, stream: &str) -> Vec<Subject> {
        self.walk(spot, |node| &*node.stream == stream)
    }

    /// All events that stand at a spot, and after each other from there, in order.
    pub fn all_at(&self, spot: Spot) -> Vec<Subject> {
        self.walk(spot, |_| true)
    }

    fn walk(&self, spot: Spot, wanted: impl Fn(&Node) -> bool) -> Vec<Subject> {
        let mut found = Vec::new();
        // A stack of its own: a chain of inserts is as deep as it is long.
        let mut ahead: Vec<u32> = self.spots.get(&spot).into_iter().flatten().rev().copied().collect();
        while let Some(at) = ahead.pop() {
            let node = &self.nodes[at as usize];
            if !wanted(node) {
                continue;
            }
            let fate = self.fates.get(&node.subject);
            if fate.is_some_and(|fate| fate.node == Some(at) && fate.deleted_by.is_none()) {
                found.push(node.subject);
            }
            ahead.extend(self.spots.get(&Spot::AfterNode(at)).into_iter().flatten().rev());
        }
        found
    }

    fn check_id_is_free(&mut self, id: &Arc<str>) -> Done<()> {
        let owner = match self.inserted_ids.get(id) {
            Some(_) => "an event inserted before".to_owned(),
            None => match self.recorded.find_id(id).map_err(EditProblem::Read)? {
                Some(index) => format!("#{}", self.log.position(index as usize)),
                None => return Ok(()),
            },
        };
        Err(EditProblem::IdTaken { id: id.clone(), event: owner })
    }
}

/// Type, payload and metadata of an update.
fn patch(event: &mut Event, update: &Update, words: &dyn Fn() -> String) -> Done<()> {
    if let Some(event_type) = &update.event_type {
        event.event_type = event_type.clone();
    }
    if let Some(patch) = &update.data {
        let data = if update.replace {
            patch.clone()
        } else {
            let unreadable = |why: Arc<crate::model::Unreadable>| EditProblem::Unreadable {
                event: words(),
                reason: why.reason.clone(),
            };
            merge_patch(&*event.data.decoded().map_err(unreadable)?, patch)
        };
        event.data = Payload::Value(data);
        event.repeated_key = None;
    }
    if let Some(patch) = &update.metadata {
        let metadata = if update.replace { patch.clone() } else { merge_patch(&event.metadata, patch) };
        let old = std::mem::replace(&mut event.metadata, metadata);
        // What was read from the metadata follows it; what has a column of its own stays.
        let (new, fields) = (&event.metadata, MetadataFields::default());
        if event.user == fields.user(&old) {
            event.user = fields.user(new);
        }
        if event.correlation_id == fields.correlation_id(&old) {
            event.correlation_id = fields.correlation_id(new);
        }
        if event.causation_id == fields.causation_id(&old) {
            event.causation_id = fields.causation_id(new);
        }
    }
    Ok(())
}
