//! Mapping by hand, headless.
