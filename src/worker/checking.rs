//! Looks at a whole store for what is wrong with it.

use std::ops::ControlFlow;

use super::run::failed;
use super::session::{Session, SessionError};
use crate::analysis::health::{CheckOptions, Checker, Findings, Health, SnapshotFact, TenantIn};
use crate::job::Failure;
use crate::model::{Cancel, CategoryIndex, Event, Payload, Progress};
use crate::store::StoreError;

/// Events between two looks at whether the file may still be read, and at whether anybody still wants the answer.
const STRETCH: usize = 4096;
/// Events read again at once.
const AGAIN: usize = 256;

impl Session {
    /// Looks at everything: the index, every snapshot, every payload. What is found appears in `findings` at once;
    /// progress counts payloads. Told to stop, it says what it has seen so far.
    pub(super) fn check(&self, findings: &Findings, progress: &Progress, cancel: &Cancel) -> Result<Health, Failure> {
        self.health(findings, progress, cancel).map_err(|error| failed(&error))
    }

    /// The same for the command line.
    pub fn health(&self, findings: &Findings, progress: &Progress, cancel: &Cancel) -> Result<Health, SessionError> {
        let log = self.log().clone();
        progress.set_total(log.len() as u64);
        let categories = 0..log.categories().len() as u32;
        let options = CheckOptions {
            first_version: self.store().first_version(),
            version_beside: self.store().version_beside(),
            is_by_time: self.store().is_by_time(),
            tenant: match self.store().tenant_field() {
                Some(field) => TenantIn::Metadata(field),
                None if self.store().streams_name_tenants() => TenantIn::Stream,
                None => TenantIn::Nowhere,
            },
            folds: categories.map(|category| self.fold(CategoryIndex(category))).collect(),
            begun: &|stream| self.fold_of_stream(stream),
            on_unreadable: self.replay_options().on_unreadable,
        };
        let mut checker = Checker::new(&log, options, findings.clone());
        checker.index();
        let is_stopped = |error: &StoreError| error.is_cancelled() || cancel.is_cancelled();
        match self.store().read_snapshots_of(&log, cancel) {
            Ok(snapshots) => checker.snapshots(snapshots.into_iter().map(fact).collect()),
            Err(error) if is_stopped(&error) => return Ok(checker.stop()),
            Err(error) => return Err(error.into()),
        }
        for first in (0..log.len()).step_by(STRETCH) {
            if cancel.is_cancelled() {
                return Ok(checker.stop());
            }
            let stretch = first..log.len().min(first + STRETCH);
            let end = stretch.end;
            let mut take = |index: usize, event: Event| {
                checker.event(index, event);
                ControlFlow::Continue(())
            };
            let read = self.with_reader(|reader| reader.for_each(&log, stretch, cancel, &mut take));
            match read {
                Ok(()) => progress.set_done(end as u64),
                Err(error) if is_stopped(&error) => return Ok(checker.stop()),
                Err(error) => return Err(error.into()),
            }
        }
        for stream in checker.other_orders() {
            let mut lane = log.lane(stream).iter().copied();
            let read = self.each_event(&mut lane, cancel, &mut |index, event| {
                checker.event_of(stream, index as usize, &event);
                ControlFlow::Continue(())
            });
            match read {
                Err(SessionError::Store(error)) if is_stopped(&error) => return Ok(checker.stop()),
                read => read?,
            }
        }
        checker.finish(&mut |indices| {
            let mut events = Vec::with_capacity(indices.len());
            for indices in indices.chunks(AGAIN) {
                events.extend(self.events(indices)?);
            }
            Ok(events)
        })
    }
}

fn fact(snapshot: crate::store::Snapshot) -> SnapshotFact {
    let state = match snapshot.state {
        Payload::Value(value) => Some(value),
        other => other.decoded().ok().map(std::borrow::Cow::into_owned),
    };
    SnapshotFact { stream: snapshot.stream, version: snapshot.version, state }
}
