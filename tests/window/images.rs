//! The window as it looks, in both themes: welcome, a store with a selected stream, what a search found, a what-if.
//!
//! They need a graphics adapter, for which Mesa's software one does (Debian: `mesa-vulkan-drivers`), so they are
//! ignored unless asked for: `cargo test --test window images -- --ignored`, with `UPDATE_SNAPSHOTS=force` before it
//! to record them anew. Everything in them is given: store, zone, size, theme; there is no clock.

use egui::Key;
use egui_kittest::{Harness, SnapshotOptions};
use foldline::app::settings::Recent;
use foldline::app::{Command, Settings, StreamSort, Surroundings, ThemeChoice};
use foldline::ui::{Setup, Window};
use foldline::worker::Inline;

use super::sample;

const THEMES: [(ThemeChoice, &str); 2] = [(ThemeChoice::Dark, "dark"), (ThemeChoice::Light, "light")];

/// Renderers round colours at the edges of letters each in its own way; a line or a word that moved is hundreds of
/// pixels that are far from what they were.
fn options() -> SnapshotOptions {
    SnapshotOptions::new().threshold(2.0).max_failed_pixels(60)
}

fn looked_at(theme: ThemeChoice, store: Option<std::path::PathBuf>) -> Harness<'static, Window> {
    let recents = match &store {
        Some(_) => Vec::new(),
        None => vec![Recent {
            with: Vec::new(),
            path: "/data/bank-2025.db".into(),
            layout: "Foldline store".to_owned(),
            events: 1200,
            workspace: foldline::app::settings::Workspace::default(),
        }],
    };
    let setup = Setup {
        files: store.into_iter().collect(),
        surroundings: Surroundings { zone: chrono_tz::Europe::Berlin, ..Surroundings::default() },
        settings: Settings { theme, recents, sort: StreamSort::FirstEvent, ..Settings::default() },
        ..Setup::default()
    };
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1140.0, 700.0))
        .with_max_steps(40)
        // Names in the samples are in every script, the harness has only the bundled fonts.
        .allow_missing_glyphs()
        .wgpu()
        .build_eframe(|creation| Window::with(&creation.egui_ctx, Box::new(Inline::default()), setup));
    harness.run();
    harness
}

fn send(window: &mut Harness<'_, Window>, command: Command) {
    window.state_mut().send(command);
    window.run();
}

/// Draws a scene in both themes and compares. Both are looked at before the first that differs fails the test.
fn pictures(name: &str, store: Option<&str>, play: impl Fn(&mut Harness<'_, Window>)) {
    let mut results = egui_kittest::SnapshotResults::new();
    for (theme, suffix) in THEMES {
        let (_folder, store) = store.map(sample).unzip();
        let mut window = looked_at(theme, store);
        play(&mut window);
        results.add(window.try_snapshot_options(format!("{name}-{suffix}"), &options()));
    }
    results.unwrap();
}

#[test]
#[ignore = "needs a graphics adapter"]
fn welcome() {
    pictures("welcome", None, |_| {});
}

#[test]
#[ignore = "needs a graphics adapter"]
fn a_stream_of_the_bank() {
    pictures("stream", Some("bank"), |window| {
        send(window, Command::SelectStream("account-A".into()));
        window.key_press(Key::End);
        window.run();
    });
}

#[test]
#[ignore = "needs a graphics adapter"]
fn what_a_search_found() {
    pictures("search", Some("bank"), |window| {
        send(window, Command::SelectStream("account-A".into()));
        send(window, Command::Search("alice".into()));
    });
}

#[test]
#[ignore = "needs a graphics adapter"]
fn a_withdrawal_left_out() {
    pictures("what-if", Some("bank"), |window| {
        send(window, Command::SelectStream("account-A".into()));
        window.key_press(Key::End);
        window.run();
        window.key_press(Key::Delete);
        window.run();
    });
}
