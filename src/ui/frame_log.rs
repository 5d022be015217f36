//! A log of what the running window does, for measuring it: `--frame-log FILE` writes a JSON line for each frame and
//! for each state that is shown.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Instant;

use crate::job::{Finished, Outcome, Request, Slot};
use crate::model::Value;

/// Writes the log. Everything here is measured by the wall clock of the process.
pub(super) struct FrameLog {
    out: BufWriter<File>,
    asked: HashMap<u64, Instant>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
enum Line<'a> {
    /// One frame: CPU time of the previous one, tessellation and upload included.
    Frame { cpu_ms: f32 },
    /// A state came back from its job.
    State {
        stream: &'a str,
        position: Option<i64>,
        version: Option<i64>,
        latency_ms: f64,
        state: &'a Value,
        #[serde(skip_serializing_if = "Option::is_none")]
        branch: Option<&'a Value>,
    },
    /// A store was opened.
    Opened { path: String, events: usize },
    /// A copy was written.
    Copied { path: String, events: u64 },
}

impl FrameLog {
    pub(super) fn create(path: &Path) -> std::io::Result<Self> {
        Ok(Self { out: BufWriter::new(File::create(path)?), asked: HashMap::new() })
    }

    pub(super) fn asked(&mut self, request: &Request) {
        if request.slot == Slot::State {
            self.asked.insert(request.generation, Instant::now());
        }
    }

    pub(super) fn answered(&mut self, finished: &Finished) {
        let asked = self.asked.remove(&finished.generation);
        match &finished.result {
            Ok(Outcome::State(view)) => self.line(&Line::State {
                stream: &view.stream,
                position: view.baseline.at.position,
                version: view.baseline.at.version,
                latency_ms: asked.map_or(0.0, |asked| asked.elapsed().as_secs_f64() * 1000.0),
                state: &view.baseline.frame.state.value,
                branch: view.branch.as_ref().map(|side| &side.frame.state.value),
            }),
            Ok(Outcome::Opened(opened)) => {
                let path = opened.path.display().to_string();
                self.line(&Line::Opened { path, events: opened.log.len() });
            }
            Ok(Outcome::Copied(copied)) => {
                let path = copied.path.display().to_string();
                self.line(&Line::Copied { path, events: copied.events });
            }
            _ => {}
        }
    }

    pub(super) fn frame(&mut self, cpu_seconds: Option<f32>) {
        if let Some(seconds) = cpu_seconds {
            self.line(&Line::Frame { cpu_ms: seconds * 1000.0 });
        }
    }

    fn line(&mut self, line: &Line<'_>) {
        // A log that can't be written must not stop the window: it is an aid for measuring, not the user's data.
        if serde_json::to_writer(&mut self.out, line).is_ok() {
            self.out.write_all(b"\n").and_then(|()| self.out.flush()).ok();
        }
    }
}
