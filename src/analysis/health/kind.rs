//! What can be wrong with a history, each with a word for programs and sentences for people.

use serde::{Serialize, Serializer};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A payload can't be read.
    PayloadUnreadable,
    /// An object in a payload has a key more than once.
    PayloadRepeatedKey,
    /// Two events of a stream have one version, or were written with one expected version.
    VersionDuplicate,
    /// Versions of a stream are missing.
    VersionGap,
    /// Some events of a stream have versions, others have none.
    VersionMissing,
    /// Two events have one id.
    IdDuplicate,
    /// An event was recorded before the one that it follows in its stream.
    TimeBackwards,
    /// An event was recorded at another time than its place in the store says.
    PositionOutOfOrder,
    /// The recorded clock leaps.
    ClockJump,
    /// An event has no time that can be read.
    TimeMissing,
    /// An invariant of the projection does not hold.
    InvariantBroken,
    /// The projection can't take an event in.
    ProjectionError,
    /// A snapshot of what is not in the history.
    SnapshotOrphan,
    /// A snapshot says something else than the replay.
    SnapshotDrift,
    /// An event was caused by one that is not here.
    CauseMissing,
    /// An event was caused by one that comes after it.
    CauseLater,
    /// Events that cause each other.
    CausationLoop,
    /// A stream begins in another way than the others of its category.
    NoStart,
    /// Something happened in a stream after its end.
    AfterEnd,
    /// An event without a type.
    TypeEmpty,
    /// A type that only one event has.
    TypeOnce,
    /// An event in no stream.
    StreamMissing,
}

impl Kind {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 22] = [
        Self::PayloadUnreadable,
        Self::PayloadRepeatedKey,
        Self::VersionDuplicate,
        Self::VersionGap,
        Self::VersionMissing,
        Self::IdDuplicate,
        Self::TimeBackwards,
        Self::PositionOutOfOrder,
        Self::ClockJump,
        Self::TimeMissing,
        Self::InvariantBroken,
        Self::ProjectionError,
        Self::SnapshotOrphan,
        Self::SnapshotDrift,
        Self::CauseMissing,
        Self::CauseLater,
        Self::CausationLoop,
        Self::NoStart,
        Self::AfterEnd,
        Self::TypeEmpty,
        Self::TypeOnce,
        Self::StreamMissing,
    ];

    /// The word for it in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::PayloadUnreadable => "payload_unreadable",
            Self::PayloadRepeatedKey => "payload_repeated_key",
            Self::VersionDuplicate => "version_duplicate",
            Self::VersionGap => "version_gap",
            Self::VersionMissing => "version_missing",
            Self::IdDuplicate => "id_duplicate",
            Self::TimeBackwards => "time_backwards",
            Self::PositionOutOfOrder => "position_out_of_order",
            Self::ClockJump => "clock_jump",
            Self::TimeMissing => "time_missing",
            Self::InvariantBroken => "invariant_broken",
            Self::ProjectionError => "projection_error",
            Self::SnapshotOrphan => "snapshot_orphan",
            Self::SnapshotDrift => "snapshot_drift",
            Self::CauseMissing => "cause_missing",
            Self::CauseLater => "cause_later",
            Self::CausationLoop => "causation_loop",
            Self::NoStart => "no_start",
            Self::AfterEnd => "after_end",
            Self::TypeEmpty => "type_empty",
            Self::TypeOnce => "type_once",
            Self::StreamMissing => "stream_missing",
        }
    }

    /// A heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::PayloadUnreadable => "Payload can't be read",
            Self::PayloadRepeatedKey => "Repeated key in a payload",
            Self::VersionDuplicate => "Version used twice",
            Self::VersionGap => "Versions missing",
            Self::VersionMissing => "Events without a version",
            Self::IdDuplicate => "Event id used twice",
            Self::TimeBackwards => "Time runs backwards in a stream",
            Self::PositionOutOfOrder => "Order and times disagree",
            Self::ClockJump => "Clock jumps",
            Self::TimeMissing => "Event without a time",
            Self::InvariantBroken => "Invariant broken",
            Self::ProjectionError => "Projection stops",
            Self::SnapshotOrphan => "Snapshot without its events",
            Self::SnapshotDrift => "Snapshot differs from the replay",
            Self::CauseMissing => "Cause is not in the store",
            Self::CauseLater => "Cause comes after its effect",
            Self::CausationLoop => "Events cause each other",
            Self::NoStart => "Stream without its beginning",
            Self::AfterEnd => "Event after the stream's end",
            Self::TypeEmpty => "Event without a type",
            Self::TypeOnce => "Type seen once",
            Self::StreamMissing => "Events in no stream",
        }
    }

    /// What it means for whoever reads the history.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::PayloadUnreadable => {
                "What these events say is damaged or in an encoding that is not read here, so states are made without \
                 it."
            }
            Self::PayloadRepeatedKey => {
                "An object says the same key more than once. The last one counts here; another reader may take the \
                 first one and see another value."
            }
            Self::VersionDuplicate => {
                "Two events claim the same place in their stream: two writers expected the same version and both got \
                 through, or events were copied in twice. Which of them came first is a guess."
            }
            Self::VersionGap => {
                "Numbers are left out in a stream. At its beginning that is usual where old events are deleted up to a \
                 snapshot; in the middle it means that events are gone, and states after it may be wrong."
            }
            Self::VersionMissing => {
                "Some events of a stream are numbered and others are not, so the stream is read in the store's order."
            }
            Self::IdDuplicate => {
                "An id should name one event. With the same content twice, something happened once and is counted \
                 twice; with different content, one of them is not what others refer to."
            }
            Self::TimeBackwards => {
                "An event follows another in its stream but was recorded before it: clocks of two machines differ, a \
                 clock was set back, or the event was written later than it says. The state as of an instant takes in \
                 both or neither."
            }
            Self::PositionOutOfOrder => {
                "The order of the store and its times disagree: events were imported later, clocks differ, or positions \
                 were given before the events were written. By time and by position the history reads differently."
            }
            Self::ClockJump => {
                "A time is far from those around it: a clock that was never set, set wrongly, or a long silence."
            }
            Self::TimeMissing => {
                "There is no time, or none that can be read. As of an instant, such an event goes with the one before \
                 it."
            }
            Self::InvariantBroken => {
                "A condition that the projection says must always hold does not, from this event on. Either the rule is \
                 wrong or something happened that must not."
            }
            Self::ProjectionError => {
                "The projection can't make sense of an event and stops there: states of this stream are known only up \
                 to it."
            }
            Self::SnapshotOrphan => {
                "The store keeps a state of a stream that is not here, or of a version beyond its last event. A library \
                 that starts from it knows of events that are lost."
            }
            Self::SnapshotDrift => {
                "The state that the store keeps is not what its events come to: the program has changed since, the \
                 events have, or the projection is not the program's."
            }
            Self::CauseMissing => {
                "An event says that it was caused by one that this store does not have: it was deleted, is in another \
                 store, or a command is meant, which many programs name in the same place."
            }
            Self::CauseLater => "An event says that it was caused by one that was written after it.",
            Self::CausationLoop => {
                "Following what caused what leads back to the start, which can't be: causation ids were set wrongly or \
                 copied."
            }
            Self::NoStart => {
                "Almost all streams of the category begin with the same type of event, and this one does not: its first \
                 events are gone, or something was written to a stream that was never begun."
            }
            Self::AfterEnd => {
                "A type that ends a stream is followed by more events. A late or doubled command got through, or the \
                 stream was taken up again without saying so."
            }
            Self::TypeEmpty => "No handler can be meant for it, so it has no effect on any state.",
            Self::TypeOnce => {
                "Only one event has this type: a misspelt or renamed type, an experiment, or simply something rare."
            }
            Self::StreamMissing => "They are in the order of the store, and in no entity's state.",
        }
    }

    /// What to do next.
    pub fn advice(self) -> &'static str {
        match self {
            Self::PayloadUnreadable => {
                "Look at the raw bytes beside the state, and compare with an older backup of the file."
            }
            Self::PayloadRepeatedKey => {
                "Look at the raw payload, and mend the program that writes it: most JSON libraries can't write this."
            }
            Self::VersionDuplicate => {
                "Compare both events. If one is a copy, try in a what-if what the state is without it; then see why the \
                 store has no unique index on stream and version."
            }
            Self::VersionGap => {
                "Ask whether old events are deleted on purpose. If not, look for the missing ones in a backup."
            }
            Self::VersionMissing => "Ask why some are written without an expected version.",
            Self::IdDuplicate => {
                "Compare both events. If they are the same, leave one out in a what-if to see what it changed."
            }
            Self::TimeBackwards => {
                "Trust versions, not times, for the order here, and compare the clocks of those who write."
            }
            Self::PositionOutOfOrder => {
                "Step by position where the order matters, and ask whether events were imported or merged."
            }
            Self::ClockJump => "Compare with the events around it, and with when it took effect, if the store says so.",
            Self::TimeMissing => "Go to it by its position or version; the stored text, if any, is in its details.",
            Self::InvariantBroken => "Go there and see what the event changed; try a what-if without it.",
            Self::ProjectionError => "Go there, read which rule stopped and why, and mend the rule.",
            Self::SnapshotOrphan => "Look for the events in a backup before the program writes to this stream again.",
            Self::SnapshotDrift => "Go there and compare; delete the snapshots if the program's rules have changed.",
            Self::CauseMissing => "Ask what the program puts into causation ids; look for the event in other stores.",
            Self::CauseLater => "Compare the two events' times and positions.",
            Self::CausationLoop => "Mend where the program takes causation ids from; hints of what follows skip these.",
            Self::NoStart => "Look for its first events in a backup, or for a slip in the stream's name.",
            Self::AfterEnd => "Go there and see who wrote it; try a what-if without it.",
            Self::TypeEmpty => "Look at its payload to see what it may have been.",
            Self::TypeOnce => "Compare its name with those of the other types.",
            Self::StreamMissing => "List the events of all streams to see them.",
        }
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_contract_and_each_kind_has_one() {
        let names: std::collections::BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), Kind::ALL.len());
        for promised in [
            "version_gap",
            "version_duplicate",
            "id_duplicate",
            "time_backwards",
            "position_out_of_order",
            "payload_unreadable",
            "payload_repeated_key",
            "type_once",
            "after_end",
            "no_start",
            "snapshot_orphan",
            "snapshot_drift",
            "cause_missing",
            "causation_loop",
            "clock_jump",
            "invariant_broken",
            "projection_error",
        ] {
            assert!(names.contains(promised), "{promised}");
        }
    }
}
