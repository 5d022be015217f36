//! From events to state: rules, differences, checkpoints, forks.

mod automatic;
mod files;
mod given;
mod operations;
mod properties;
mod rules;
mod suggest;
