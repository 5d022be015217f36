//! Nothing is written to an opened store, or beside it, whatever is looked at in the window.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use foldline::app::{Command, Focus, Sheet, Step, Tab, TrackSource};
use foldline::timeline::AxisKind;

use super::{sample, window};

fn listing(folder: &Path) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let written = std::fs::metadata(&path).unwrap().modified().unwrap();
        found.insert(path.display().to_string(), (std::fs::read(&path).unwrap(), written));
    }
    found
}

/// Opens a store and walks through every panel. Whether it opened.
fn walk(store: &Path) -> bool {
    let folder = store.parent().unwrap();
    let before = listing(folder);
    let mut window = window(Some(store));
    let opened = window.state().app().document.is_some();
    if opened {
        let document = window.state().app().document.as_ref().unwrap();
        let log = document.opened.log.clone();
        let streams: Vec<_> = log.streams().iter().take(3).map(|stream| stream.name.clone()).collect();
        let mut commands = vec![Command::CheckUnchanged, Command::Search("a".to_owned())];
        for stream in streams {
            commands.extend([Command::SelectStream(stream), Command::Step(Step::Start), Command::Step(Step::Forward)]);
        }
        commands.push(Command::AddTrack(TrackSource::Condition("state.amount > 1".to_owned())));
        if !log.is_empty() {
            commands.extend([Command::LeaveOut(log.len() as u32 - 1), Command::Step(Step::End)]);
        }
        let tabs = [Tab::Events, Tab::Found, Tab::WhatIf, Tab::Compare, Tab::Sweep];
        commands.extend(tabs.map(Command::ShowTab));
        commands.extend([
            Command::SetAxis(AxisKind::Sequence),
            Command::Show(Sheet::Palette),
            Command::Show(Sheet::Help),
        ]);
        commands.extend([Command::Focus(Focus::Search), Command::CheckUnchanged]);
        for command in commands {
            let told = format!("{command:?}");
            window.state_mut().send(command);
            window.run_steps(3);
            assert!(listing(folder) == before, "{}: {told} left a trace", store.display());
        }
        assert_eq!(window.state().app().document.as_ref().unwrap().is_unchanged(), Some(true));
        window.state_mut().send(Command::Close);
        window.run_steps(3);
    }
    drop(window);
    assert!(listing(folder) == before, "{}", store.display());
    opened
}

#[test]
fn no_panel_leaves_a_trace() {
    for name in ["bank", "orders", "rides"] {
        let (_folder, store) = sample(name);
        assert!(walk(&store));
    }
}

#[test]
fn no_panel_leaves_a_trace_at_real_stores() {
    let Some(stores) = std::env::var_os("FOLDLINE_STORES") else { return };
    let mut opened = 0;
    for entry in std::fs::read_dir(stores).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if [".json", ".md", "-wal", "-shm", "-journal"].iter().any(|end| name.ends_with(end)) {
            continue;
        }
        let home = tempfile::tempdir().unwrap();
        for suffix in ["-wal", ""] {
            let from = path.with_file_name(format!("{name}{suffix}"));
            if from.exists() {
                std::fs::write(home.path().join(format!("{name}{suffix}")), std::fs::read(from).unwrap()).unwrap();
            }
        }
        opened += usize::from(walk(&home.path().join(&name)));
    }
    assert!(opened > 0, "none of the real stores opens");
}
