//! Whether a history is sound: what is wrong with it, before anyone draws conclusions from it.
//!
//! A [`Checker`] looks at the index first ([`Checker::index`]), then takes every event in the store's order
//! ([`Checker::event`]), then the snapshots ([`Checker::snapshots`]), and says at the end what only a look at all of
//! them can tell ([`Checker::finish`]). What it finds goes to [`Findings`] at once.
//!
//! How severe a finding is: an error is data that is lost, doubled or contradicts itself; a warning is what may be
//! right, and is worth a look before the history is relied upon; an info is what one should know.

mod backwards;
mod checker;
mod clock;
mod clock_words;
mod findings;
mod ids;
mod increasing;
mod kind;
mod lifecycle;
mod pairs;
mod payloads;
mod report;
mod snapshots;
mod states;
mod unchecked;
mod versions;

pub use checker::{CheckOptions, Checker, TenantIn};
pub use findings::{Count, Finding, Findings, Health, Scanned, Severity, Unchecked};
pub use ids::ReadAgain;
pub use kind::Kind;
pub use snapshots::SnapshotFact;
