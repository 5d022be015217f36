//! The only module that knows egui.
