//! What if history had been different: edits over what was recorded, and what follows from them. Pure.
//!
//! A [`Scenario`] is a named list of edits. [`apply`] lays it over the recorded index and gives a [`Branch`]: the
//! lanes of the streams that an edit concerns, and the store's order for a copy. Nothing recorded is changed.

mod branch;
mod compare;
mod draft;
mod error;
mod file;
mod finish;
mod follow;
mod grade;
mod hints;
mod history;
mod kept;
mod lane;
mod merge;
mod naming;
mod nearest;
mod overlay;
mod parse;
mod runner;
mod scenario;
mod select;
mod totals;
mod words;

pub use branch::{Branch, BranchLane};
pub use compare::{BrokenInvariant, CopyWritten, End, EventMoment, StreamComparison, WhatIf, compare};
pub use draft::{Draft, DraftEdit};
pub use error::{EditError, EditProblem};
pub use file::{FileEdit, MadeFor, ScenarioFile, Was};
pub use follow::{Follows, ReadModel, StreamFollows, change_words, place_words};
pub use grade::{EditGrade, Fit, Grades, grade};
pub use hints::{Because, HintEvent, HintScan, Hints, StreamHint};
pub use history::BranchHistory;
pub use kept::{KEPT_FORMAT, KeptScenario, KeptScenarios};
pub use lane::{BranchEvent, LaneEvents, LaneRun};
pub use merge::merge_patch;
pub use overlay::{Recorded, apply, inserted_id};
pub use parse::{ScenarioError, parse, parse_file};
pub use scenario::{After, Edit, FORMAT, Insert, Move, Scenario, Selector, Target, TimeChange, Update, VersionRange};
pub use totals::{CategoryTotals, FieldTotal, Sums};
pub use words::describe;
