//! What if history had been different: edits over what was recorded, and what follows from them. Pure.
//!
//! A [`Scenario`] is a named list of edits. [`apply`] lays it over the recorded index and gives a [`Branch`]: the
//! lanes of the streams that an edit concerns, and the store's order for a copy. Nothing recorded is changed.

mod branch;
mod compare;
mod draft;
mod error;
mod finish;
mod history;
mod lane;
mod merge;
mod naming;
mod nearest;
mod overlay;
mod parse;
mod patch;
mod runner;
mod scenario;
mod select;
mod usual;
mod words;

pub use branch::{Branch, BranchLane};
pub use compare::{BrokenInvariant, CopyWritten, End, EventMoment, StreamComparison, WhatIf, compare};
pub use draft::{Draft, DraftEdit};
pub use error::{EditError, EditProblem};
pub use history::BranchHistory;
pub use lane::{BranchEvent, LaneEvents, LaneRun};
pub use merge::merge_patch;
pub use overlay::{Recorded, apply, inserted_id};
pub use parse::{ScenarioError, parse};
pub use patch::{is_written_alike, patch_between};
pub use scenario::{After, Edit, FORMAT, Insert, Move, Scenario, Selector, Target, TimeChange, Update, VersionRange};
pub use usual::{TypeSample, UsualField, UsualFields, UsualType, with_value_at};
pub use words::describe;
