//! One binary for all integration tests: linking is what takes the time.

mod bundled;
mod replay;
mod sample;
mod sample_folds;
