//! How a stream begins whose first events are not in the store any more, in words.

use crate::model::Timestamp;

/// A stream whose first event has a later version than streams begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateStart {
    /// The version of its first event.
    pub first: i64,
    /// The snapshot that has what came before, if the store has one.
    pub snapshot: Option<Covering>,
}

/// A snapshot with what the missing events said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covering {
    /// Up to which version.
    pub version: i64,
    /// When it was taken, if it says so.
    pub taken: Option<Timestamp>,
    /// Why states do not start from it; `None` where they do.
    pub unused: Option<String>,
}

impl LateStart {
    /// Whether the state after the event of this version starts from the snapshot. `None` is before the first event.
    pub fn is_used_at(&self, version: Option<i64>) -> bool {
        let used = self.snapshot.as_ref().filter(|snapshot| snapshot.unused.is_none());
        used.zip(version).is_some_and(|(snapshot, version)| version >= snapshot.version)
    }

    /// What a user should know of the state after the event of this version, or before the first event.
    pub fn words_at(&self, version: Option<i64>) -> String {
        let Self { first, snapshot } = self;
        let Some(Covering { version: at, unused, .. }) = snapshot else {
            return format!(
                "History starts at version {first}, without a snapshot of what came before: the state may lack it."
            );
        };
        if let Some(why) = unused {
            return format!(
                "History starts at version {first}: the state may lack what came before. The store's snapshot at version \
                 {at} is not used: {why}."
            );
        }
        match version {
            Some(version) if version >= *at => {
                format!("Starts from the store's snapshot at version {at}; events before version {first} were removed.")
            }
            Some(_) => format!(
                "Events before version {first} were removed: the state may lack what they said, until the store's \
                 snapshot at version {at}."
            ),
            None => format!(
                "Events before version {first} were removed: what the state was before is not known, but for the store's \
                 snapshot at version {at}."
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_from_where_a_state_starts() {
        let late = |first, version, unused: Option<&str>| LateStart {
            first,
            snapshot: Some(Covering { version, taken: None, unused: unused.map(str::to_owned) }),
        };
        let exact = late(6, 5, None);
        assert!(exact.is_used_at(Some(6)) && !exact.is_used_at(None));
        assert!(exact.words_at(Some(6)).starts_with("Starts from the store's snapshot at version 5;"));
        assert!(exact.words_at(None).contains("is not known"));
        let later = late(6, 8, None);
        assert!(!later.is_used_at(Some(7)) && later.is_used_at(Some(8)));
        assert!(later.words_at(Some(7)).contains("may lack"));
        let unused = late(6, 5, Some("its state is no object"));
        assert!(!unused.is_used_at(Some(9)));
        assert!(unused.words_at(Some(9)).contains("is not used: its state is no object."));
        let none = LateStart { first: 6, snapshot: None };
        assert!(none.words_at(None).starts_with("History starts at version 6, without a snapshot"));
    }
}
