//! One binary for all integration tests: linking is what takes the time.

mod replay;
mod sample;
mod sample_folds;
