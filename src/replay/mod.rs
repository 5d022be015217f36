//! From events to state. Pure.
