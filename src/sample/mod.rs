//! Seeded sample histories.
