//! What if history had been different: edits over what was recorded, and what follows from them. Pure.
//!
//! A [`Scenario`] is a named list of edits. [`apply`] lays it over the recorded index and gives a [`Branch`]: the
//! lanes of the streams that an edit concerns, and the store's order for a copy. Nothing recorded is changed.

mod basis;
mod branch;
mod compare;
mod compensate;
mod draft;
mod error;
mod finish;
mod history;
mod merge;
mod naming;
mod nearest;
mod overlay;
mod parse;
mod runner;
mod scenario;
mod select;
mod sweep;
mod words;

pub use basis::{Basis, subject_of};
pub use branch::{Branch, BranchEvent, BranchLane};
pub use compare::{BrokenInvariant, CopyWritten, End, EventMoment, StreamComparison, WhatIf, compare};
pub use compensate::{Compensation, ProposedEvent, Remaining, Situation, compensate};
pub use draft::{Draft, DraftEdit};
pub use error::{EditError, EditProblem};
pub use history::BranchHistory;
pub use merge::merge_patch;
pub use overlay::{Recorded, apply, inserted_id};
pub use parse::{ScenarioError, parse};
pub use scenario::{After, Edit, FORMAT, Insert, Move, Scenario, Selector, Target, TimeChange, Update, VersionRange};
pub use sweep::{
    Grid, MOST_POINTS, Sweep, SweepBroken, SweepError, SweepFailure, SweepField, SweepPlace, SweepPoint, SweepSpec,
    SweepStep, SweepStop, SweepValue, SweepWhat, Threshold, duration_text, parse_duration, places, sweep,
};
pub use words::describe;
