//! Looking whether a history is sound: asked when its tab is first shown, told as it comes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{App, Document, Tab};
use crate::analysis::health::{Finding, Findings, Health, Kind, Severity};
use crate::job::{Job, Request, Slot};
use crate::model::{EventLog, Progress, Timestamp};

/// What was found in a store, as far as it was looked at.
#[derive(Debug, Default)]
pub struct Checking {
    /// What was found: in the order in which it came, and in that of the report once that is there.
    pub list: Vec<Finding>,
    /// Findings by severity and kind, as indices into the list; the worst first.
    pub groups: Vec<Group>,
    /// What came of the whole look; `None` while it is under way.
    pub health: Option<Arc<Health>>,
    /// Why it came to nothing.
    pub failure: Option<String>,
    /// When it was looked at, as far as somebody told the time.
    pub when: Option<Timestamp>,
    /// Differs whenever the list does.
    pub edition: u64,
    /// Of which reading of the store.
    of: u64,
    /// States are made in another way since.
    outdated: bool,
    generation: Option<u64>,
    findings: Findings,
    progress: Progress,
}

/// Findings of one kind and severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// How bad.
    pub severity: Severity,
    /// Of which kind.
    pub kind: Kind,
    /// How many, those included that are not listed.
    pub count: usize,
    /// Those that are listed.
    pub items: Vec<u32>,
}

impl Checking {
    /// Whether it is under way.
    pub fn is_running(&self) -> bool {
        self.generation.is_some()
    }

    /// Whether nobody has looked yet.
    pub fn is_new(&self) -> bool {
        !self.is_running() && self.health.is_none() && self.failure.is_none()
    }

    /// Whether the store is read in another way since: other events, or another projection.
    pub fn is_stale(&self, log: &EventLog) -> bool {
        self.health.is_some() && (self.outdated || self.of != log.generation())
    }

    /// How many findings of this severity there are so far.
    pub fn count(&self, severity: Severity) -> usize {
        self.groups.iter().filter(|group| group.severity == severity).map(|group| group.count).sum()
    }

    /// How many events were looked at so far.
    pub fn looked_at(&self) -> usize {
        self.health.as_ref().map_or_else(|| self.progress.counts().0 as usize, |health| health.scanned.payloads)
    }

    /// States are made in another way from now on.
    pub(super) fn outdate(&mut self) {
        self.outdated = true;
    }

    /// Takes over what was found since the last look.
    pub(super) fn poll(&mut self) {
        let more = self.findings.since(self.list.len());
        if more.is_empty() {
            return;
        }
        self.list.extend(more);
        self.regroup();
    }

    /// Takes over the whole answer.
    pub(super) fn finish(&mut self, generation: u64, health: &Arc<Health>, now: Option<Timestamp>) {
        if self.generation != Some(generation) {
            return;
        }
        self.list.clone_from(&health.findings);
        (self.health, self.when, self.generation) = (Some(health.clone()), now, None);
        self.regroup();
    }

    /// It came to nothing; what was found before stays.
    pub(super) fn failed(&mut self, generation: u64, why: &str) {
        if self.generation == Some(generation) {
            self.poll();
            self.generation = None;
            self.failure = Some(why.to_owned());
        }
    }

    fn regroup(&mut self) {
        self.edition += 1;
        let mut listed: BTreeMap<(Severity, Kind), Vec<u32>> = BTreeMap::new();
        for (at, finding) in self.list.iter().enumerate().filter(|(_, finding)| !finding.is_rest()) {
            listed.entry((finding.severity, finding.kind)).or_default().push(at as u32);
        }
        let counts = self.health.as_ref().map_or_else(|| self.findings.counts(), |health| health.counts.clone());
        let group = |(severity, kind), items: Vec<u32>| {
            let counted = counts.iter().find(|count| (count.severity, count.kind) == (severity, kind));
            let count = counted.map_or(0, |count| count.count).max(items.len());
            Group { severity, kind, count, items }
        };
        self.groups = listed.into_iter().map(|(of, items)| group(of, items)).collect();
    }
}

impl App {
    /// Looks when the tab is first shown.
    pub(super) fn want_health(&mut self, requests: &mut Vec<Request>) {
        if self.tab == Tab::Health && self.document.as_ref().is_some_and(|document| document.checking.is_new()) {
            self.check_history(requests);
        }
    }

    /// Looks at the whole store, from the start.
    pub(super) fn check_history(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &self.document else { return };
        let (store, findings) = (document.opened.key, Findings::default());
        let job = Job::Check { store, findings: findings.clone() };
        let request = self.request(Slot::Check, "Looking whether the history is sound", job);
        if let Some(document) = &mut self.document {
            document.checking = Checking {
                of: document.opened.log.generation(),
                edition: document.checking.edition + 1,
                generation: Some(request.generation),
                progress: request.progress.clone(),
                findings,
                ..Checking::default()
            };
        }
        requests.push(request);
    }
}

impl Document {
    /// The stream and the event that a finding is about, as far as it names any.
    pub fn place_of(&self, finding: &Finding) -> Option<u32> {
        let event = finding.event?;
        // A look at an older reading of the store may name what is elsewhere now.
        let log = &self.opened.log;
        ((event as usize) < log.len() && Some(log.position(event as usize)) == finding.position).then_some(event)
    }
}
