//! From events to state: rules, differences, checkpoints, forks.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod automatic;
mod files;
mod given;
mod operations;
mod properties;
mod rules;
mod suggest;
