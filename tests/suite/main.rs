//! The wider tests as one binary, a module for each area: linking is what takes the time.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail at once, as tests do")]

mod bundled;
mod cli;
mod editing;
mod end_states;
mod exploring;
mod fixtures;
mod follow;
mod fuzz;
mod health;
mod hostile;
mod keeping;
mod mapping;
mod no_harm;
mod query;
mod replay;
mod sample;
mod sample_folds;
mod several;
mod store;
mod whatif;
mod worker;
