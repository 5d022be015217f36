//! The only module that knows egui. Draws what [`App`] holds and queues [`Command`]s; writes nothing else.

mod as_of;
mod compare;
mod copy_dialog;
mod dialogs;
mod elide;
mod events;
mod frame_log;
mod health;
mod help;
mod icons;
mod keys;
mod live;
mod mapping;
mod marks;
mod measurements;
mod menus;
mod names_log;
mod notices;
mod paced;
mod palette;
mod places;
mod proof;
mod rows;
mod scenario_dialogs;
mod search_field;
mod shell;
mod state;
mod status_bar;
mod streams;
mod sweep;
mod text;
mod theme;
mod timeline;
mod top_bar;
mod types;
mod welcome;
mod welcome_art;
mod whatif;
mod zone_menu;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::app::{App, Command, Focus, NoticeKind, Settings, Surroundings, ThemeChoice};
use crate::job::Slot;
use crate::model::Timestamp;
use crate::worker::Executor;

/// The window: the application, its workers, and what dies with the window.
pub struct Window {
    app: App,
    workers: Box<dyn Executor>,
    view: ViewState,
    queue: Vec<Command>,
    measured: frame_log::Measured,
    clock: Option<Clock>,
}

/// Tells the time of day.
pub type Clock = fn() -> Option<Timestamp>;

/// What a window begins with.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Stores to open: the first, and the others beside it.
    pub files: Vec<PathBuf>,
    /// What is around the application.
    pub surroundings: Surroundings,
    /// Preferences of the last run.
    pub settings: Settings,
    /// What the user should know before anything else, such as that the preferences could not be read.
    pub notices: Vec<String>,
    /// Where the time of day comes from. Without one, time stands still until a [`Command::Tick`] says otherwise.
    pub clock: Option<Clock>,
}

/// Between two frames, while events are played, while jobs are under way, and while nothing happens: then a followed
/// projection file is looked at.
const PLAYING: Duration = Duration::from_millis(15);
const WORKING: Duration = Duration::from_millis(100);
const IDLE: Duration = Duration::from_millis(1000);

/// What to start the window with.
#[derive(Debug, Clone, Default)]
pub struct WindowOptions {
    /// Stores to open.
    pub files: Vec<PathBuf>,
    /// Where to log frame times and shown states.
    pub frame_log: Option<PathBuf>,
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// No display, or no graphics adapter.
    #[error(
        "no window could be opened: {}\n\
         Without a display use the commands: `foldline info FILE`, `foldline state FILE STREAM`, `foldline --help`",
        in_words(.0)
    )]
    NoWindow(#[from] eframe::Error),
    /// The frame log.
    #[error("the frame log {path} can't be written: {source}", path = .path.display())]
    FrameLog {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

/// What the toolkit says, without the places in its source that nobody can go to.
fn in_words(error: &eframe::Error) -> String {
    let text = without_places(&error.to_string());
    // Whose error it is helps nobody.
    text.strip_prefix("winit EventLoopError: os error ").map_or(text.clone(), str::to_owned)
}

/// `os error at /home/x/y.rs:12: text` as `text`: a word that is a place in a source goes, and the `at` before it.
fn without_places(text: &str) -> String {
    let is_place = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/');
        word.contains(".rs:") || word.ends_with(".rs")
    };
    let mut kept: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        if is_place(word) {
            if kept.last().is_some_and(|last| matches!(*last, "at" | "in")) {
                kept.pop();
            }
        } else {
            kept.push(word);
        }
    }
    kept.join(" ").trim_end_matches([':', '.', ' ']).to_owned()
}

/// What is worth nothing once the window is closed.
#[derive(Default)]
struct ViewState {
    /// Files that are still to be opened, each beside the one before.
    files: std::collections::VecDeque<PathBuf>,
    /// Where the keyboard's focus is to go in this frame.
    focus: Option<Focus>,
    theme: Option<ThemeChoice>,
    scale: Option<u16>,
    welcome: welcome::WelcomeView,
    streams: streams::StreamsView,
    timeline: timeline::TimelineView,
    state: state::StatePanelView,
    events: events::EventsView,
    whatif: whatif::WhatIfView,
    compare: compare::CompareView,
    sweep: sweep::SweepView,
    health: health::HealthView,
    types: types::TypesView,
    compensation: whatif::CompensationView,
    dialogs: dialogs::DialogsView,
    shell: shell::ShellView,
    search: search_field::SearchView,
    as_of: as_of::AsOfView,
    palette: palette::PaletteView,
    notices: notices::NoticesView,
    /// Something lay over the window in the last frame: nothing below it takes the focus yet.
    covered: bool,
}

impl Window {
    /// A window whose jobs run in `workers`, with its fonts and themes installed in `context`.
    pub fn new(context: &egui::Context, workers: Box<dyn Executor>, files: Vec<PathBuf>) -> Self {
        Self::with(context, workers, Setup { files, ..Setup::default() })
    }

    /// A window with preferences, in its surroundings.
    pub fn with(context: &egui::Context, workers: Box<dyn Executor>, setup: Setup) -> Self {
        let Setup { files, surroundings, settings, notices, clock } = setup;
        theme::install(context);
        // Text size is a setting of ours, kept from one run to the next.
        context.options_mut(|options| options.zoom_with_keyboard = false);
        context.add_plugin(paced::Paced::default());
        let mut files = files.into_iter();
        let queue = files.next().map(Command::Open).into_iter().collect();
        let view = ViewState { files: files.collect(), ..ViewState::default() };
        let mut app = App::with(surroundings, settings);
        for notice in notices {
            app.notify(NoticeKind::Note, notice);
        }
        Self { app, workers, view, queue, measured: frame_log::Measured::default(), clock }
    }

    /// The application behind the window.
    pub fn app(&self) -> &App {
        &self.app
    }

    fn take_answers(&mut self) {
        for finished in self.workers.drain() {
            self.measured.answered(&finished);
            self.queue.push(Command::Done(finished));
        }
    }

    /// Asks for something, as a click would.
    pub fn send(&mut self, command: Command) {
        self.queue.push(command);
    }
}

impl eframe::App for Window {
    fn logic(&mut self, context: &egui::Context, _frame: &mut eframe::Frame) {
        // Of several the first is asked about, the others come beside it.
        let dropped = context.input(|input| input.raw.dropped_files.clone());
        let mut dropped = dropped.iter().map(|file| file.path().to_path_buf());
        self.queue.extend(dropped.next().map(Command::Open));
        self.view.files.extend(dropped);
        if self.app.opening.is_none()
            && self.app.dialog.is_none()
            && self.queue.is_empty()
            && let Some(path) = self.view.files.pop_front()
        {
            self.queue.push(Command::OpenBeside(path));
        }
        if self.app.in_front != context.input(|input| input.focused) {
            self.queue.push(Command::InFront(!self.app.in_front));
        }
        // Before the time: what came to its end may begin anew.
        self.take_answers();
        self.queue.extend(self.clock.and_then(|clock| clock()).map(Command::Tick));
        if context.input(|input| input.viewport().close_requested()) && !self.app.quits {
            context.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.queue.push(Command::Quit);
        }
        self.take_answers();
        // Answers that come at once (inline workers) are taken in the same frame.
        while !self.queue.is_empty() {
            for command in std::mem::take(&mut self.queue) {
                for request in self.app.update(command) {
                    self.measured.asked(&request);
                    self.workers.submit(request);
                }
            }
            self.take_answers();
        }
        if self.app.quits {
            context.send_viewport_cmd(egui::ViewportCommand::Close);
        }
        if self.view.theme != Some(self.app.settings.theme) {
            self.view.theme = Some(self.app.settings.theme);
            context.set_theme(match self.app.settings.theme {
                ThemeChoice::System => egui::ThemePreference::System,
                ThemeChoice::Dark => egui::ThemePreference::Dark,
                ThemeChoice::Light => egui::ThemePreference::Light,
            });
        }
        if self.view.scale != Some(self.app.settings.scale) {
            self.view.scale = Some(self.app.settings.scale);
            context.set_zoom_factor(f32::from(self.app.settings.scale) / 100.0);
        }
        self.measured.shown(&self.app);
        if let Some(text) = self.app.clipboard.take() {
            self.measured.copied(&text);
            context.copy_text(text);
        }
        // A followed store is looked at then.
        let live = self.app.document.as_ref().map(|document| &document.live).filter(|live| live.is_on());
        let until_next = live.zip(self.app.now).map(|(live, now)| live.until_next_look(now));
        let until_next = until_next.map(|micros| Duration::from_micros(micros.unsigned_abs()));
        let idle = self.app.running.iter().all(|running| matches!(running.slot, Slot::Poll | Slot::Glance));
        let soon = match (&self.app.playing, idle) {
            (Some(_), _) => Some(PLAYING),
            // A progress bar moves without answers.
            (None, false) => Some(WORKING),
            (None, true) => self.clock.map(|_| until_next.unwrap_or(IDLE)),
        };
        if let Some(soon) = soon {
            context.request_repaint_after(soon);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        let Self { app, view, queue, measured, .. } = self;
        measured.frame(frame.info().cpu_usage);
        let covered = app.is_covered();
        let was_covered = std::mem::replace(&mut view.covered, covered);
        let at_timeline = shell::ShellView::at_timeline(ui);
        keys::shortcuts(ui, app, at_timeline, queue);
        view.shell.make_room(app, queue);
        // At once: the letters that follow are meant for what is asked for.
        at_once(app, queue);
        view.focus = None;
        if was_covered {
            if app.focus.is_some() {
                ui.request_repaint();
            }
        } else {
            view.focus = app.focus.take();
        }
        if view.focus == Some(Focus::Timeline) {
            // Keys act on the cursor while nothing else has the focus.
            ui.memory_mut(|memory| memory.focused().into_iter().for_each(|id| memory.surrender_focus(id)));
        }
        shell::shell_ui(ui, app, view, queue);
        dialogs::dialogs_ui(ui, app, view, queue);
        whatif::sheets_ui(ui, app, &mut view.whatif, queue);
        palette::palette_ui(ui, app, view, queue);
        help::help_ui(ui, app, queue);
        whatif::compensation_ui(ui, app, &mut view.compensation, queue);
        measurements::measurements_ui(ui, app, measured, view.shell.bottom);
        view.shell.make_room(app, queue);
        welcome::drop_ui(ui);
        if !queue.is_empty() {
            ui.request_repaint();
        }
    }

    fn on_exit(&mut self) {
        // There is no later frame.
        self.app.last_requests().into_iter().for_each(|request| self.workers.submit(request));
        self.workers.finish();
    }
}

/// Does what moves the focus or opens a sheet; none of it leads to a job.
fn at_once(app: &mut App, queue: &mut Vec<Command>) {
    let mut later = Vec::with_capacity(queue.len());
    for command in queue.drain(..) {
        match command {
            Command::Focus(_) | Command::NextPanel(_) | Command::Show(_) => {
                app.update(command);
            }
            command => later.push(command),
        }
    }
    *queue = later;
}

/// Has a screen reader say what a label says, when it comes or changes.
fn announce(ui: &egui::Ui, response: &egui::Response) {
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_live(egui::accesskit::Live::Polite));
}

/// Opens the window and runs until it is closed.
pub fn run(window: WindowOptions) -> Result<(), WindowError> {
    let WindowOptions { files, frame_log } = window;
    let (measured, names) = match frame_log {
        Some(path) => {
            let log = || {
                let measured = frame_log::Measured::logged(&path)?;
                let asked = std::env::var_os(names_log::ASKED_BY).is_some();
                Ok((measured, asked.then(|| names_log::NamesLog::at_the_end_of(&path)).transpose()?))
            };
            log().map_err(|source| WindowError::FrameLog { path: path.clone(), source })?
        }
        None => (frame_log::Measured::default(), None),
    };
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_app_id("foldline")
            .with_title("Foldline")
            .with_icon(app_icon())
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([900.0, 560.0]),
        ..Default::default()
    };
    eframe::run_native(
        "Foldline",
        options,
        Box::new(move |creation| {
            let context = creation.egui_ctx.clone();
            if let Some(names) = names {
                context.add_plugin(names);
            }
            let wake = context.clone();
            let pool = {
                let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(move || wake.request_repaint());
                crate::worker::Pool::new(WORKERS, &wake)?
            };
            let mut window = Window::with(&context, Box::new(pool), places::setup(files));
            window.measured = measured;
            Ok(Box::new(window))
        }),
    )?;
    Ok(())
}

/// The picture of the window in task bars; nothing where the system gives it from the desktop entry.
fn app_icon() -> egui::IconData {
    eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon-256.png")).unwrap_or_default()
}

/// One thread for the state at the cursor, one for rows in sight, two for what takes long.
const WORKERS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_do_not_tell_of_places_in_a_source() {
        let text = "winit EventLoopError: os error at /root/.cargo/registry/src/x/winit-0.30/src/mod.rs:765: neither \
                    WAYLAND_DISPLAY nor DISPLAY is set.";
        let words = "winit EventLoopError: os error neither WAYLAND_DISPLAY nor DISPLAY is set";
        assert_eq!(without_places(text), words);
        let error = WindowError::NoWindow(eframe::Error::AppCreation("at lib.rs: no".into())).to_string();
        assert!(error.contains("foldline info FILE") && !error.contains(".rs"), "{error}");
    }

    #[test]
    fn the_window_has_a_picture() {
        let icon = super::app_icon();
        assert_eq!((icon.width, icon.height, icon.rgba.len()), (256, 256, 256 * 256 * 4));
        assert!(icon.rgba.chunks(4).any(|pixel| pixel[0] > 200 && pixel[2] < 100), "the amber line is in it");
    }
}
