//! From events to state: the left fold of a stream's history up to a moment. Pure.
//!
//! A [`Fold`] says how one event changes a state (automatic merge, rules, …). A [`Replayer`] folds one stream's
//! [`History`] up to any place, keeping states on the way within a budget, so that moving about is cheap. States
//! share what did not change and know which event set each leaf, so that [`diff`] and [`leaves`] need no replay.

mod automatic;
mod checkpoints;
mod diff;
mod fold;
mod fork;
mod history;
mod insight;
mod late_start;
pub mod projection_file;
mod replayer;
mod rules;
mod started;
mod state;
mod step;
mod suggest;

pub use automatic::automatic;
pub use checkpoints::weight;
pub use diff::{Change, diff, diff_for, diff_for_within};
pub use fold::{Applied, Fold, FoldError, ProjectionInfo, ProjectionKind};
pub use fork::{CommonTail, Fork};
pub use history::{History, HistoryError, MemoryHistory};
pub use insight::{HandlerView, OperationView, Taken, TargetPart, Term};
pub use late_start::{Covering, LateStart};
pub use projection_file::{ProjectionFileError, ProjectionSet};
pub use replayer::{Budget, Frame, OnUnreadable, ReplayError, ReplayFailure, ReplayOptions, Replayer, Step, Walked};
pub use rules::Effect;
pub use started::{NotAStart, started};
pub use state::{State, is_set_alike, leaves};
pub use step::step;
pub use suggest::{SampledType, suggest};
