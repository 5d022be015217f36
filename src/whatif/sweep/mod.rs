//! Sweeps: one number or time of an edit over a range, what becomes of chosen fields and of invariants, and the exact
//! values at which the outcome changes.
//!
//! Every point is a scenario of its own, applied and folded from where its lane leaves what was recorded. Between two
//! neighbouring points with different outcomes the threshold is found by halving, down to the grid's unit:
//!
//! ```text
//! point    50          55          60            between 55 and 60 the outcome changes: 57.50 is as at 55,
//! outcome  holds       holds  │    broken        58.75 as at 60 … until one unit is left between the two
//!                             57.81
//! ```

mod lane;
mod outcome;
mod run;
mod spec;
mod threshold;
mod value;

pub use outcome::{SweepBroken, SweepField, SweepStop};
pub use run::{Sweep, SweepFailure, SweepPoint, sweep};
pub use spec::{MOST_POINTS, SweepEdit, SweepError, SweepPlace, SweepSpec, SweepWhat, places};
pub use threshold::Threshold;
pub use value::{Grid, SweepStep, SweepValue, duration_text, parse_duration};
