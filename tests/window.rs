//! The window by its accessible names, without a display: jobs run inline, so nothing is waited for.

#![expect(clippy::unwrap_used, reason = "what a test does not expect must fail it")]

#[path = "window/accessible.rs"]
mod accessible;
#[path = "window/branches.rs"]
mod branches;
#[path = "window/compare.rs"]
mod compare;
#[path = "window/copying.rs"]
mod copying;
#[path = "window/editing.rs"]
mod editing;
#[path = "window/events.rs"]
mod events;
#[path = "window/health.rs"]
mod health;
#[path = "window/images.rs"]
mod images;
#[path = "window/large.rs"]
mod large;
#[path = "window/live.rs"]
mod live;
#[path = "window/mapping.rs"]
mod mapping;
#[path = "window/names.rs"]
mod names;
#[path = "window/no_harm.rs"]
mod no_harm;
#[path = "window/shell.rs"]
mod shell;
#[path = "window/snapshots.rs"]
mod snapshots;
#[path = "window/state.rs"]
mod state;
#[path = "window/stores.rs"]
mod stores;
#[path = "window/streams.rs"]
mod streams;
#[path = "window/sweep.rs"]
mod sweep;
#[path = "window/timeline.rs"]
mod timeline;
#[path = "window/types.rs"]
mod types;
#[path = "window/welcome.rs"]
mod welcome;
#[path = "window/what_if.rs"]
mod what_if;

use std::path::{Path, PathBuf};

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use foldline::app::{Command, Dialog};
use foldline::ui::Window;
use foldline::worker::Inline;

/// A window on a store, as big as the smallest that is supported.
///
/// Names in the samples are in every script, and a harness has only the bundled fonts: symbols of the window itself
/// are held to them by [`the_windows_own_symbols_have_glyphs`].
fn window(store: Option<&Path>) -> Harness<'static, Window> {
    let files: Vec<PathBuf> = store.into_iter().map(Path::to_owned).collect();
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1280.0, 800.0))
        .with_max_steps(40)
        .allow_missing_glyphs()
        .build_eframe(|creation| Window::new(&creation.egui_ctx, Box::new(Inline::default()), files));
    harness.run();
    harness
}

/// A private copy of a bundled sample with its rules.
fn sample(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    for file in [format!("{name}.db"), format!("{name}.projection.json")] {
        std::fs::copy(bundled.join(&file), folder.path().join(&file)).unwrap();
    }
    let store = folder.path().join(format!("{name}.db"));
    (folder, store)
}

fn field(harness: &Harness<'_, Window>, name: &str) -> (Option<String>, Option<String>) {
    let document = harness.state().app().document.as_ref().unwrap();
    let (view, current) = document.state.value().unwrap();
    assert!(current, "the state is not the cursor's");
    let text = |value: &foldline::model::Value| value.as_object().unwrap().get(name).map(|v| format!("{v:?}"));
    (text(&view.baseline.frame.state.value), view.branch.as_ref().and_then(|side| text(&side.frame.state.value)))
}

#[test]
fn leave_out_a_withdrawal_and_save_the_copy() {
    let (folder, store) = sample("bank");
    let mut window = window(Some(&store));
    window.get_by_role_and_label(egui::Role::Button, "account-A").click();
    window.run();
    assert_eq!(field(&window, "balance"), (Some("10".into()), None));

    window.key_press(egui::Key::Delete);
    window.run();
    assert_eq!(field(&window, "balance"), (Some("10".into()), Some("30".into())));
    window.get_by_label_contains("What-if lane of account-A");

    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::S);
    window.run();
    assert!(matches!(window.state().app().dialog, Some(Dialog::SaveCopy { .. })));
    window.get_by_label("Save copy").click();
    window.run();
    let copy = folder.path().join("bank-what-if.db");
    assert!(copy.exists(), "{:?}", window.state().app().notices);

    window.get_by_label("Open the copy").click();
    window.run();
    window.get_by_role_and_label(egui::Role::Button, "account-A").click();
    window.run();
    // The copy has no rules beside it: what the last event said is what there is.
    assert_eq!(window.state().app().document.as_ref().unwrap().lane().len(), 3);
}

#[test]
fn the_windows_own_symbols_have_glyphs() {
    let (_folder, store) = sample("bank");
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1280.0, 800.0))
        .with_max_steps(40)
        .build_eframe(|creation| Window::new(&creation.egui_ctx, Box::new(Inline::default()), vec![store]));
    harness.run();
    harness.get_by_label("Lane of account-A");
}

#[test]
fn undo_is_never_done() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    for key in [egui::Key::Delete, egui::Key::ArrowLeft, egui::Key::Delete] {
        window.key_press(key);
        window.run();
    }
    assert_eq!(window.state().app().document.as_ref().unwrap().active_scenario().draft.len(), 2);
    for _ in 0..2 {
        window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
        window.run();
    }
    let document = window.state().app().document.as_ref().unwrap();
    assert!(document.active_scenario().draft.is_empty() && document.active_scenario().branch.value().is_none());
    assert_eq!(field(&window, "balance").1, None);
}

#[test]
fn a_file_that_is_no_store_says_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.db");
    std::fs::write(&path, "Dear Sir or Madam, this is not a database at all, but a letter.").unwrap();
    let window = window(Some(&path));
    let notices = &window.state().app().notices;
    assert_eq!(notices.len(), 1);
    window.get_by_label_contains("letter.db");
}

#[test]
fn welcome_opens_a_path_that_is_typed() {
    let (_folder, store) = sample("rides");
    let mut window = window(None);
    let field = window.get_by_role_and_label(egui::Role::TextInput, "Path of a SQLite event store");
    field.focus();
    field.type_text(&store.display().to_string());
    window.run();
    window.get_by_label("Open").click();
    window.run();
    assert!(window.state().app().document.is_some(), "{:?}", window.state().app().notices);
}

#[test]
fn stepping_goes_through_every_event_and_back() {
    let (_folder, store) = sample("bank");
    let mut window = window(Some(&store));
    window.key_press(egui::Key::Home);
    window.run();
    let mut seen = Vec::new();
    for _ in 0..4 {
        window.key_press(egui::Key::ArrowRight);
        window.run();
        seen.push(field(&window, "balance").0.unwrap());
    }
    assert_eq!(seen, ["0", "50", "30", "10"]);
    window.key_press(egui::Key::ArrowLeft);
    window.run();
    assert_eq!(field(&window, "balance").0.as_deref(), Some("30"));
}

#[test]
fn both_themes_and_both_axes_draw() {
    let (_folder, store) = sample("orders");
    let mut window = window(Some(&store));
    for label in ["Sequence", "Time"] {
        window.get_by_label(label).click();
        window.run();
    }
    for theme in [foldline::app::ThemeChoice::Light, foldline::app::ThemeChoice::Dark] {
        window.state_mut().send(Command::SetTheme(theme));
        window.run();
    }
    assert!(window.state().app().notices.is_empty());
    assert!(window.root().children().count() > 0);
}
