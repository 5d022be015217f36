//! Scenarios: named lists of edits over the untouched history. Pure.
