//! Events and states as text that other programs read. Pure.
