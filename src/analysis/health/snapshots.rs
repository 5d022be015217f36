//! Snapshots of what is not in the history.

use std::sync::Arc;

use super::findings::{Finding, Findings, Severity, Tally};
use super::kind::Kind;
use crate::model::{EventLog, Value};

/// A snapshot, as far as it is compared.
#[derive(Debug, Clone)]
pub struct SnapshotFact {
    /// The stream's name, as the index has it.
    pub stream: Arc<str>,
    /// The version up to which the state has come.
    pub version: Option<i64>,
    /// The state; `None` where it can't be read.
    pub state: Option<Value>,
}

/// Fewer snapshots are no rule.
const FEW: usize = 5;

/// Snapshots of unknown streams, and of versions that their streams don't have.
pub(super) fn orphans(log: &EventLog, snapshots: &[SnapshotFact], findings: &Findings) {
    let (mut unknown, mut beyond) = (Tally::default(), Tally::default());
    for snapshot in snapshots {
        let version = snapshot.version.map_or_else(String::new, |version| format!(" of version {version}"));
        let Some(stream) = log.find_stream(&snapshot.stream) else {
            unknown.push(|| {
                let words = format!("a snapshot{version} of a stream that has no events here");
                Finding {
                    stream: Some(snapshot.stream.clone()),
                    version: snapshot.version,
                    ..Finding::new(Kind::SnapshotOrphan, Severity::Warning, words)
                }
            });
            continue;
        };
        let lane = log.lane(stream);
        let last = lane.iter().filter_map(|event| Some((log.version(*event as usize)?, *event))).max();
        if let (Some(version), Some((last, event))) = (snapshot.version, last)
            && version > last
        {
            beyond.push(|| {
                let words = format!("a snapshot of version {version}, but the stream ends at version {last}");
                Finding::at(log, Kind::SnapshotOrphan, Severity::Error, event as usize, words).within(log, stream)
            });
        }
    }
    for (found, what) in
        [(unknown, "are of streams that have no events here"), (beyond, "are of versions beyond the last event")]
    {
        // Then their names or numbers are others than those of the events.
        if snapshots.len() >= FEW && found.count() * 2 > snapshots.len() {
            let words = format!(
                "{} of {} snapshots {what}: they may be named or numbered in another way",
                found.count(),
                snapshots.len()
            );
            findings.push(Finding::new(Kind::SnapshotOrphan, Severity::Info, words));
        } else {
            findings.extend(found);
        }
    }
}
