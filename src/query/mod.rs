//! The query language: one for finding events, filters, conditions on state, invariants and `if`.
