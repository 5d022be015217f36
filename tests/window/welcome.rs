//! The screen before a store is open.

use std::cell::RefCell;
use std::rc::Rc;

use foldline::app::Settings;
use foldline::app::settings::{Recent, Workspace};
use foldline::job::{Finished, Job, Outcome, Request, Slot};
use foldline::ui::Setup;
use foldline::worker::Executor;

use super::*;

/// Workers that do nothing until the test answers for them.
#[derive(Clone, Default)]
struct Idle {
    asked: Rc<RefCell<Vec<Request>>>,
    answers: Rc<RefCell<Vec<Finished>>>,
}

impl Executor for Idle {
    fn submit(&self, request: Request) {
        self.asked.borrow_mut().push(request);
    }

    fn drain(&self) -> Vec<Finished> {
        self.answers.take()
    }
}

impl Idle {
    fn samples(&self) -> Vec<&'static str> {
        let asked = self.asked.borrow();
        asked
            .iter()
            .filter_map(|request| if let Job::Sample { name, .. } = request.job { Some(name) } else { None })
            .collect()
    }

    fn opened(&self) -> Vec<PathBuf> {
        let asked = self.asked.borrow();
        asked
            .iter()
            .filter_map(|request| if let Job::Open { path, .. } = &request.job { Some(path.clone()) } else { None })
            .collect()
    }

    fn answer(&self, slot: Slot, outcome: Outcome) {
        let generation =
            self.asked.borrow().iter().rev().find(|request| request.slot == slot).map_or(0, |r| r.generation);
        self.answers.borrow_mut().push(Finished { slot, generation, result: Ok(outcome) });
    }
}

fn recent(path: &str, events: usize) -> Recent {
    Recent {
        path: path.into(),
        with: Vec::new(),
        layout: "Foldline store".to_owned(),
        events,
        workspace: Workspace::default(),
    }
}

fn welcome(recents: Vec<Recent>) -> (Harness<'static, Window>, Idle) {
    welcome_of_size(egui::vec2(1280.0, 800.0), recents)
}

fn welcome_of_size(size: egui::Vec2, recents: Vec<Recent>) -> (Harness<'static, Window>, Idle) {
    let workers = Idle::default();
    let executor = workers.clone();
    let setup = Setup { settings: Settings { recents, ..Settings::default() }, ..Setup::default() };
    // Nothing here comes from a store: what the screen shows by itself, the bundled fonts must have.
    let mut harness = Harness::builder()
        .with_size(size)
        .build_eframe(|creation| Window::with(&creation.egui_ctx, Box::new(executor), setup));
    harness.run_steps(4);
    (harness, workers)
}

/// All that is painted as text.
fn painted(harness: &Harness<'_, Window>) -> String {
    fn collect(shape: &egui::Shape, into: &mut String) {
        match shape {
            egui::Shape::Text(text) => {
                into.push_str(text.galley.text());
                into.push('\n');
            }
            egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, into)),
            _ => {}
        }
    }
    let mut text = String::new();
    for clipped in &harness.output().shapes {
        collect(&clipped.shape, &mut text);
    }
    text
}

#[test]
fn a_sample_is_opened_by_a_click_or_by_keyboard() {
    let (mut window, workers) = welcome(Vec::new());
    window.get_by_label("Open the sample: A shop").click();
    window.run_steps(3);
    assert_eq!(workers.samples(), ["orders"]);
    // It is being written: nothing else can be asked for, but it can be stopped.
    window.get_by_label("Open the sample: A bank").click();
    window.run_steps(3);
    assert_eq!(workers.samples(), ["orders"]);
    workers.answer(Slot::Sample, Outcome::SampleReady("/samples/orders.db".into()));
    window.run_steps(3);
    assert_eq!(workers.opened(), [PathBuf::from("/samples/orders.db")]);

    let (mut window, workers) = welcome(Vec::new());
    window.get_by_label("Open the sample: A ride service").focus();
    window.run_steps(2);
    window.key_press(egui::Key::Enter);
    window.run_steps(3);
    assert_eq!(workers.samples(), ["rides"]);
}

#[test]
fn the_stories_of_all_samples_are_told() {
    let (window, _) = welcome(Vec::new());
    let painted = painted(&window);
    for sample in foldline::sample::samples() {
        window.get_by_label(&format!("Open the sample: {}", sample.title));
        assert!(painted.contains(sample.title), "{}", sample.name);
        assert!(painted.contains(sample.story), "{}", sample.name);
    }
}

#[test]
fn files_of_last_time_open_and_missing_ones_say_so() {
    let (mut window, workers) = welcome(vec![recent("/data/here.db", 1200), recent("/data/gone.db", 7)]);
    window.get_by_label("Open gone.db in /data, Foldline store, 7 events");
    workers.answer(Slot::Recents, Outcome::Missing(vec!["/data/gone.db".into()]));
    window.run_steps(3);
    assert!(painted(&window).contains("no longer there"));
    window.get_by_label("gone.db in /data is no longer there").click();
    window.run_steps(3);
    assert!(workers.opened().is_empty());

    window.get_by_label("Forget gone.db").click();
    window.run_steps(3);
    let left: Vec<_> = window.state().app().settings.recents.iter().map(|recent| recent.path.clone()).collect();
    assert_eq!(left, [PathBuf::from("/data/here.db")]);
    assert!(window.query_by_label("gone.db in /data is no longer there").is_none());

    window.get_by_label("Open here.db in /data, Foldline store, 1,200 events").click();
    window.run_steps(3);
    assert_eq!(workers.opened(), [PathBuf::from("/data/here.db")]);
}

#[test]
fn older_files_are_listed_when_asked_for() {
    let (mut window, workers) = welcome((0..9).map(|at| recent(&format!("/data/{at}.db"), 3)).collect());
    window.get_by_label("Open 4.db in /data, Foldline store, 3 events");
    assert!(window.query_by_label("Open 5.db in /data, Foldline store, 3 events").is_none());
    window.get_by_label("Show 4 more").click();
    window.run_steps(3);
    window.get_by_label("Open 8.db in /data, Foldline store, 3 events").click();
    window.run_steps(3);
    assert_eq!(workers.opened(), [PathBuf::from("/data/8.db")]);
}

#[test]
fn opening_shows_how_far_it_is_and_can_be_stopped() {
    let (mut window, workers) = welcome(vec![recent("/data/big.db", 10_000_000)]);
    window.get_by_label("Open big.db in /data, Foldline store, 10,000,000 events").click();
    window.run_steps(3);
    window.get_by_role_and_label(egui::Role::ProgressIndicator, "Opening big.db");
    assert!(window.query_by_role_and_label(egui::Role::TextInput, "Path of a SQLite event store").is_none());
    let cancel = workers.asked.borrow().iter().find(|r| r.slot == Slot::Open).unwrap().cancel.clone();
    assert!(!cancel.is_cancelled());
    window.get_by_role_and_label(egui::Role::Button, "Stop: Opening big.db").click();
    window.run_steps(3);
    assert!(cancel.is_cancelled());
}

#[test]
fn a_typed_path_opens_with_the_enter_key() {
    let (mut window, workers) = welcome(Vec::new());
    let field = window.get_by_role_and_label(egui::Role::TextInput, "Path of a SQLite event store");
    field.focus();
    field.type_text(" \"/data/a b.db\" ");
    window.run_steps(3);
    window.key_press(egui::Key::Enter);
    window.run_steps(3);
    assert_eq!(workers.opened(), [PathBuf::from("/data/a b.db")]);
}

#[test]
fn a_file_that_hovers_over_the_window_is_named() {
    let (mut window, _) = welcome(Vec::new());
    assert!(!painted(&window).contains("Drop to open"));
    let file = egui::HoveredFile { path: Some("/data/shop.db".into()), ..Default::default() };
    window.input_mut().hovered_files.push(file);
    window.step();
    assert!(painted(&window).contains("Drop to open shop.db"));
}

#[test]
fn a_message_is_read_and_put_away_where_the_file_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.db");
    std::fs::write(&path, "Dear Sir or Madam, this is not a database at all, but a letter.").unwrap();
    let mut window = window(Some(&path));
    window.get_by_label_contains("letter.db");
    window.get_by_label("Dismiss").click();
    window.run();
    assert!(window.state().app().notices.is_empty());
    assert!(window.query_by_label_contains("letter.db").is_none());
}

#[test]
fn everything_that_can_be_pressed_has_a_name_in_every_size() {
    for size in [egui::vec2(900.0, 560.0), egui::vec2(1280.0, 800.0), egui::vec2(2560.0, 1440.0)] {
        let (window, _) = welcome_of_size(size, vec![recent("/data/here.db", 1), recent("/data/gone.db", 0)]);
        let mut buttons = 0;
        for button in window.get_all_by_role(egui::Role::Button) {
            let name = button.accesskit_node().label().unwrap_or_default();
            assert!(name.chars().any(char::is_alphabetic), "a button without a name: {name:?}");
            buttons += 1;
        }
        assert!(buttons >= 9, "{buttons}");
        let card = window.get_by_label("Open the sample: A ride service").rect();
        let field = window.get_by_role_and_label(egui::Role::TextInput, "Path of a SQLite event store").rect();
        assert!(card.right() <= size.x - 20.0 && field.left() >= 20.0, "{size:?}");
    }
}
