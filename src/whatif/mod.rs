//! What if history had been different: edits over what was recorded, and what follows from them. Pure.
//!
//! A [`Scenario`] is a named list of edits. [`apply`] lays it over the recorded index and gives a [`Branch`]: the
//! lanes of the streams that an edit concerns, and the store's order for a copy. Nothing recorded is changed.

mod alignment;
mod basis;
mod branch;
mod compare;
mod compensate;
mod differences;
mod draft;
mod error;
mod file;
mod finish;
mod follow;
mod gist;
mod grade;
mod hints;
mod history;
mod kept;
mod lane;
mod merge;
mod naming;
mod nearest;
mod overlay;
mod pairs;
mod parse;
mod patch;
mod quick;
mod runner;
mod scenario;
mod select;
mod sweep;
mod totals;
mod usual;
mod words;

pub use alignment::{Alignment, Opposite, SideLane};
pub use basis::{Basis, subject_of, subjects_of};
pub use branch::{Branch, BranchLane};
pub use compare::{
    BrokenInvariant, CopyWritten, End, EventMoment, Sides, StreamComparison, WhatIf, compare, compare_sides,
};
pub use compensate::{Compensation, ProposedEvent, Remaining, Situation, compensate};
pub use differences::{DifferenceRow, Differences, Lanes, LeafDifference, RowEvent, Tell, differences};
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
pub use pairs::{Pair, Sentences, SideBySide, Stands, changed_fields, pairs};
pub use parse::{ScenarioError, parse, parse_file};
pub use patch::{is_written_alike, patch_between};
pub use scenario::{After, Edit, FORMAT, Insert, Move, Scenario, Selector, Target, TimeChange, Update, VersionRange};
pub use select::BranchSpot;
pub use sweep::{
    Grid, MOST_POINTS, Sweep, SweepBroken, SweepEdit, SweepError, SweepFailure, SweepField, SweepPlace, SweepPoint,
    SweepSpec, SweepStep, SweepStop, SweepValue, SweepWhat, Threshold, duration_text, parse_duration, places, sweep,
};
pub use totals::{CategoryTotals, FieldTotal, Sums};
pub use usual::{TypeSample, UsualField, UsualFields, UsualType, with_value_at};
pub use words::{describe, retime_text};
