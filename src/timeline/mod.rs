//! From the index to what a width can show: axis, view, lanes, ruler. Pure: no pixels are drawn here.
//!
//! Coordinates along an axis are `f64` relative to its origin, so that microseconds stay exact over centuries.

pub mod axis;
pub mod density;
pub mod drawing;
pub mod lanes;
pub mod marks;
pub mod overview;
pub mod ruler;
pub mod spark;
#[cfg(test)]
mod testing;
pub mod track;

pub use axis::{Axis, AxisKind, View};
pub use density::{Bar, DenseLane, Density};
pub use drawing::Drawing;
pub use lanes::{Column, Lanes};
pub use marks::{Mark, Marks, Shape};
pub use overview::Overview;
pub use spark::sparkline;
pub use track::{Line, StepLine, StepPoint};
