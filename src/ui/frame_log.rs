//! What the running window does, measured: kept for the overlay (F12), and with `--frame-log FILE` also written as a
//! JSON line for each frame, for each state that is shown, and for each change of what the window is about.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Instant;

use super::as_of;
use crate::app::{App, Document};
use crate::job::{Finished, Outcome, Request, Slot};
use crate::model::{Value, json};

/// Measurements that are kept of each kind.
const KEPT: usize = 600;
/// States of more bytes of JSON are not logged.
const LOGGED: usize = 1 << 20;

/// Measures, and writes the log where one is asked for. All of it by the wall clock of the process.
#[derive(Default)]
pub(super) struct Measured {
    out: Option<BufWriter<File>>,
    /// What the window was last said to be about.
    last_view: String,
    asked: HashMap<u64, Instant>,
    /// CPU time of frames, in milliseconds.
    pub frames: Ring,
    /// From asking for a state to having it, in milliseconds.
    pub states: Ring,
}

/// The newest measurements of a kind.
#[derive(Default)]
pub(super) struct Ring(VecDeque<f32>);

impl Ring {
    fn push(&mut self, value: f32) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(value);
    }

    /// The newest.
    pub(super) fn last(&self) -> Option<f32> {
        self.0.back().copied()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The value that a share of all is not above.
    pub(super) fn percentile(&self, share: f32) -> Option<f32> {
        let mut values: Vec<f32> = self.0.iter().copied().collect();
        values.sort_by(f32::total_cmp);
        let at = ((values.len() as f32 * share) as usize).min(values.len().saturating_sub(1));
        values.get(at).copied()
    }
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
    /// What the window is about now.
    View(View<'a>),
    /// A text went to the clipboard.
    Clipboard { bytes: usize },
}

/// What the window is about, as far as a user could tell it.
#[derive(serde::Serialize)]
struct View<'a> {
    /// The store that is shown; none on the welcome screen.
    store: Option<String>,
    zone: &'a str,
    stream: Option<&'a str>,
    /// The cursor, as the as-of box has it.
    as_of: Option<String>,
    life: Option<LifeOf<'a>>,
    search: Option<SearchFor<'a>>,
    /// The panel that has the keyboard.
    panel: String,
    sheet: Option<String>,
    asking: bool,
    notices: Vec<&'a str>,
}

#[derive(serde::Serialize)]
struct LifeOf<'a> {
    path: String,
    entries: usize,
    /// Who set the value that the cursor shows, and the position of that event.
    user: Option<&'a str>,
    position: Option<i64>,
}

#[derive(serde::Serialize)]
struct SearchFor<'a> {
    text: &'a str,
    hits: usize,
    done: bool,
}

impl Measured {
    /// Measures, and writes a log.
    pub(super) fn logged(path: &Path) -> std::io::Result<Self> {
        File::create(path)?;
        // At the end, whoever else writes lines into it.
        let out = File::options().append(true).open(path)?;
        Ok(Self { out: Some(BufWriter::new(out)), ..Self::default() })
    }

    pub(super) fn asked(&mut self, request: &Request) {
        if request.slot == Slot::State {
            self.asked.insert(request.generation, Instant::now());
        }
    }

    pub(super) fn answered(&mut self, finished: &Finished) {
        let asked = self.asked.remove(&finished.generation);
        match &finished.result {
            Ok(Outcome::State(view)) => {
                let latency_ms = asked.map_or(0.0, |asked| asked.elapsed().as_secs_f64() * 1000.0);
                self.states.push(latency_ms as f32);
                if self.out.is_none() {
                    return;
                }
                let large = Value::string("too large to be logged");
                // Writing it would be measured as a frame.
                let logged = |value| if json::to_text_up_to(value, LOGGED).1 { value } else { &large };
                self.line(&Line::State {
                    stream: &view.stream,
                    position: view.baseline.at.position,
                    version: view.baseline.at.version,
                    latency_ms,
                    state: logged(&view.baseline.frame.state.value),
                    branch: view.branch.as_ref().map(|side| logged(&side.frame.state.value)),
                });
            }
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
            self.frames.push(seconds * 1000.0);
            self.line(&Line::Frame { cpu_ms: seconds * 1000.0 });
        }
    }

    /// What the window is about, if that changed.
    pub(super) fn shown(&mut self, app: &App) {
        if self.out.is_none() {
            return;
        }
        let line = Line::View(View::of(app));
        let Ok(text) = serde_json::to_string(&line) else { return };
        if text != self.last_view {
            self.line(&line);
            self.last_view = text;
        }
    }

    pub(super) fn copied(&mut self, text: &str) {
        self.line(&Line::Clipboard { bytes: text.len() });
    }

    fn line(&mut self, line: &Line<'_>) {
        let Some(out) = &mut self.out else { return };
        // A log that can't be written must not stop the window: it is an aid for measuring, not the user's data.
        if serde_json::to_writer(&mut *out, line).is_ok() {
            out.write_all(b"\n").and_then(|()| out.flush()).ok();
        }
    }
}

impl<'a> View<'a> {
    fn of(app: &'a App) -> Self {
        let document = app.document.as_ref();
        let life = document.and_then(|document| {
            let (life, _) = document.life.as_ref()?.life.value()?;
            let entry = life.entries.iter().take_while(|entry| !document.is_future(entry.event)).last();
            Some(LifeOf {
                path: life.path.to_string(),
                entries: life.entries.len(),
                user: entry.and_then(|entry| entry.user.as_deref()),
                position: entry.map(|entry| document.opened.log.position(entry.event as usize)),
            })
        });
        let search = document.map(|document| &document.search).filter(|search| search.is_active());
        Self {
            store: document.map(Document::name),
            zone: app.zone().name(),
            stream: document.and_then(|document| document.stream.as_deref()),
            as_of: document.map(|document| as_of::shown(app, document)),
            life,
            search: search.map(|search| SearchFor {
                text: &search.text,
                hits: search.hits.len(),
                done: !search.is_running(),
            }),
            panel: format!("{:?}", app.panel),
            sheet: app.sheet.map(|sheet| format!("{sheet:?}")),
            asking: app.dialog.is_some(),
            notices: app.notices.iter().map(|notice| &*notice.text).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_are_kept_and_ordered_for_shares() {
        let mut ring = Ring::default();
        assert_eq!(ring.percentile(0.5), None);
        for value in 0..KEPT * 2 {
            ring.push(value as f32);
        }
        assert_eq!((ring.len(), ring.last()), (KEPT, Some((KEPT * 2 - 1) as f32)));
        assert_eq!(ring.percentile(0.5), Some((KEPT + KEPT / 2) as f32));
        assert_eq!(ring.percentile(1.0), ring.last());
    }
}
