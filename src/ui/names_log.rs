//! The window as a screen reader has it, for a log: what can be pressed, where it is, and what has the focus.
//!
//! The end-to-end run finds its way by these names instead of by places. It costs a part of every frame, so it is only
//! there where `FOLDLINE_LOG_NAMES` asks for it, and not while frames are measured.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use egui::accesskit::{Action, Node, TreeUpdate};

/// The variable that asks for it.
pub const ASKED_BY: &str = "FOLDLINE_LOG_NAMES";

/// Writes a line whenever something else is there, elsewhere, or has the focus.
pub struct NamesLog {
    out: File,
    last: String,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
enum Line {
    /// Everything with a name that can be pressed, typed into or moved through; what has the focus, and what it says
    /// besides its name.
    Names { focus: Option<String>, value: Option<String>, nodes: Vec<Named> },
}

/// Its role, its name and its place in points: left, top, right, bottom.
#[derive(serde::Serialize)]
struct Named(String, String, [f64; 4]);

impl NamesLog {
    /// Adds to the end of a file.
    pub fn at_the_end_of(path: &Path) -> std::io::Result<Self> {
        Ok(Self { out: File::options().append(true).open(path)?, last: String::new() })
    }
}

impl egui::Plugin for NamesLog {
    fn debug_name(&self) -> &'static str {
        "names log"
    }

    fn setup(&mut self, context: &egui::Context) {
        context.enable_accesskit();
    }

    fn output_hook(&mut self, context: &egui::Context, output: &mut egui::FullOutput) {
        // A screen reader that goes away turns it off.
        context.enable_accesskit();
        let Some(update) = &output.platform_output.accesskit_update else { return };
        let Ok(line) = serde_json::to_string(&names(update)) else { return };
        if line != self.last {
            // An aid for tests: that it can't be written must not stop the window.
            writeln!(self.out, "{line}").ok();
            self.last = line;
        }
    }
}

fn names(update: &TreeUpdate) -> Line {
    let worked = |node: &Node| node.supports_action(Action::Click) || node.supports_action(Action::Focus);
    let named = |node: &Node| node.label().or_else(|| node.value()).map(str::to_owned);
    let nodes = update
        .nodes
        .iter()
        .filter(|(_, node)| worked(node) && !node.is_disabled())
        .filter_map(|(_, node)| {
            let place = node.bounds()?;
            Some(Named(format!("{:?}", node.role()), named(node)?, [place.x0, place.y0, place.x1, place.y1]))
        })
        .collect();
    let focused = update.nodes.iter().find(|(id, _)| *id == update.focus).map(|(_, node)| node);
    let value = focused.and_then(|node| node.label().and(node.value())).map(str::to_owned);
    Line::Names { focus: focused.and_then(named), value, nodes }
}
