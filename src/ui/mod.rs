//! The only module that knows egui. Draws what [`App`] holds and queues [`Command`]s; writes nothing else.

mod dialogs;
mod events;
mod frame_log;
mod icons;
mod keys;
mod marks;
mod shell;
mod state;
mod streams;
mod text;
mod theme;
mod timeline;
mod welcome;
mod welcome_art;

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::{App, Command, NoticeKind, ThemeChoice};
use crate::worker::Executor;

/// The window: the application, its workers, and what dies with the window.
pub struct Window {
    app: App,
    workers: Box<dyn Executor>,
    view: ViewState,
    queue: Vec<Command>,
    log: Option<frame_log::FrameLog>,
}

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
        "no window could be opened ({0}); without a display use the commands: `foldline info FILE`, \
         `foldline state FILE STREAM`, `foldline --help`"
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

/// What is worth nothing once the window is closed.
#[derive(Default)]
struct ViewState {
    path_text: String,
    filter: String,
    streams: streams::Filtered,
    copy_path: String,
    copy_proposed: Option<PathBuf>,
    copy_force: bool,
    timeline: timeline::Interaction,
    tree: state::Tree,
    payload: state::ShownPayload,
    /// The event whose row was last scrolled into sight.
    scrolled_to: Option<u32>,
    theme: Option<ThemeChoice>,
}

impl Window {
    /// A window whose jobs run in `workers`, with its fonts and themes installed in `context`.
    pub fn new(context: &egui::Context, workers: Box<dyn Executor>, files: Vec<PathBuf>) -> Self {
        theme::install(context);
        let mut app = App::new();
        if files.len() > 1 {
            let rest = files.len() - 1;
            app.notify(NoticeKind::Note, format!("One store at a time: the first is opened, {rest} more are not"));
        }
        let queue = files.into_iter().take(1).map(Command::Open).collect();
        Self { app, workers, view: ViewState::default(), queue, log: None }
    }

    /// The application behind the window.
    pub fn app(&self) -> &App {
        &self.app
    }

    fn take_answers(&mut self) {
        for finished in self.workers.drain() {
            if let Some(log) = &mut self.log {
                log.answered(&finished);
            }
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
        for file in context.input(|input| input.raw.dropped_files.clone()) {
            self.queue.push(Command::Open(file.path().to_path_buf()));
        }
        self.take_answers();
        // Answers that come at once (inline workers) are taken in the same frame.
        while !self.queue.is_empty() {
            for command in std::mem::take(&mut self.queue) {
                for request in self.app.update(command) {
                    if let Some(log) = &mut self.log {
                        log.asked(&request);
                    }
                    self.workers.submit(request);
                }
            }
            self.take_answers();
        }
        if self.view.theme != Some(self.app.theme) {
            self.view.theme = Some(self.app.theme);
            context.set_theme(match self.app.theme {
                ThemeChoice::System => egui::ThemePreference::System,
                ThemeChoice::Dark => egui::ThemePreference::Dark,
                ThemeChoice::Light => egui::ThemePreference::Light,
            });
        }
        if !self.app.running.is_empty() {
            // A progress bar moves without answers.
            context.request_repaint_after(std::time::Duration::from_millis(100));
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        let Self { app, view, queue, log, .. } = self;
        if let Some(log) = log {
            log.frame(frame.info().cpu_usage);
        }
        keys::shortcuts(ui, app, queue);
        shell::shell_ui(ui, app, view, queue);
        dialogs::dialogs_ui(ui, app, view, queue);
        if !queue.is_empty() {
            ui.request_repaint();
        }
    }
}

/// Opens the window and runs until it is closed.
pub fn run(window: WindowOptions) -> Result<(), WindowError> {
    let WindowOptions { files, frame_log } = window;
    let log = match frame_log {
        Some(path) => {
            let log = frame_log::FrameLog::create(&path).map_err(|source| WindowError::FrameLog { path, source })?;
            Some(log)
        }
        None => None,
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
            let wake = context.clone();
            let pool = {
                let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(move || wake.request_repaint());
                crate::worker::Pool::new(WORKERS, &wake)?
            };
            let mut window = Window::new(&context, Box::new(pool), files);
            window.log = log;
            Ok(Box::new(window))
        }),
    )?;
    Ok(())
}

/// The picture of the window in task bars; nothing where the system gives it from the desktop entry.
fn app_icon() -> egui::IconData {
    eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon-256.png")).unwrap_or_default()
}

/// One thread for the state at the cursor, one for rows in sight, one for what takes long.
const WORKERS: usize = 3;

#[cfg(test)]
mod tests {
    #[test]
    fn the_window_has_a_picture() {
        let icon = super::app_icon();
        assert_eq!((icon.width, icon.height, icon.rgba.len()), (256, 256, 256 * 256 * 4));
        assert!(icon.rgba.chunks(4).any(|pixel| pixel[0] > 200 && pixel[2] < 100), "the amber line is in it");
    }
}
