//! The rules of the architecture, stated as absences: a module that must never see another never does, and each
//! heavy crate is fenced into one folder. Reads `src/` as text, so it needs nothing built.

#![expect(clippy::unwrap_used, reason = "what a test does not expect must fail it")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Which other modules of the crate a module may use. What is not listed it must never see.
const MAY_USE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("query", &["model"]),
    ("timeline", &["model"]),
    ("sample", &["model"]),
    ("replay", &["model", "query"]),
    ("whatif", &["model", "query", "replay"]),
    ("report", &["model", "query", "replay", "whatif"]),
    ("analysis", &["model", "query", "replay"]),
    ("store", &["model"]),
    ("job", &["model", "query", "replay", "timeline", "whatif", "report", "analysis"]),
    ("worker", &["model", "query", "replay", "timeline", "whatif", "report", "analysis", "sample", "store", "job"]),
    ("app", &["model", "query", "replay", "timeline", "whatif", "report", "analysis", "sample", "job"]),
    ("ui", &["model", "query", "replay", "timeline", "whatif", "report", "analysis", "sample", "job", "app", "worker"]),
    ("cli", &["model", "query", "replay", "timeline", "whatif", "report", "analysis", "sample", "job", "worker"]),
];

/// Words of code and the only folders that may say them.
const FENCES: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("egui", &["ui"]),
    ("eframe", &["ui"]),
    ("clap", &["cli"]),
    ("rfd", &["worker"]),
    ("std::thread", &["worker"]),
    ("thread::Builder", &["worker"]),
    ("std::fs", &["store", "worker", "cli", "ui"]),
    ("process::Command", &[]),
    ("SystemTime", &["store", "cli", "ui"]),
    ("Instant::now", &["store", "ui", "worker"]),
    ("Utc::now", &["cli", "ui"]),
    ("Local::now", &["cli", "ui"]),
    ("println!", &[]),
    ("hex_color", &["ui/theme.rs"]),
];

/// What may be said of [`Color32`](egui::Color32) outside the theme: no colour of one's own.
const COLOURLESS: &[&str] = &["TRANSPARENT", "PLACEHOLDER"];

/// Files are read in one sitting; the few longer ones have their reason.
const LONGEST: usize = 650;

fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(&root).unwrap().to_owned(), text));
            }
        }
    }
    found.sort();
    found
}

fn module_of(file: &Path) -> Option<String> {
    let first = file.iter().next()?.to_str()?;
    let name = first.strip_suffix(".rs").unwrap_or(first);
    (name != "main" && name != "lib").then(|| name.to_owned())
}

/// Code without comments, and without the unit tests at a file's foot.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    code.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

fn says(code: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word)
        .any(|(at, _)| !code[..at].ends_with(is_name) && !code[at + word.len()..].starts_with(is_name))
}

#[test]
fn modules_point_only_downwards() {
    let modules: BTreeSet<&str> = MAY_USE.iter().map(|(module, _)| *module).collect();
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let Some(module) = module_of(&file) else { continue };
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
            panic!("{}: the module {module} has no place in the architecture; give it one", file.display());
        };
        let code = code(&text);
        for other in &modules {
            let seen = says(&code, &format!("crate::{other}")) || uses_in_group(&code, other);
            if *other != module && seen && !allowed.contains(other) {
                wrong.push(format!("{}: {module} must never see {other}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// `use crate::{model, store::Store}`.
fn uses_in_group(code: &str, module: &str) -> bool {
    code.split("use crate::{").skip(1).any(|rest| {
        let group = rest.split(';').next().unwrap_or("");
        says(group, module)
    })
}

#[test]
fn heavy_crates_stay_behind_their_fences() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        if module_of(&file).is_none() {
            continue;
        }
        let code = code(&text);
        for (word, folders) in FENCES {
            if says(&code, word) && !folders.iter().any(|folder| file.starts_with(folder)) {
                wrong.push(format!("{}: {word} belongs to {folders:?}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Constants too, `Color32::RED`, which no lint can forbid.
#[test]
fn colours_are_said_only_by_the_theme() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        if file == Path::new("ui/theme.rs") {
            continue;
        }
        for rest in code(&text).split("Color32::").skip(1) {
            let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !COLOURLESS.contains(&word.as_str()) {
                wrong.push(format!("{}: Color32::{word} is not of the theme", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_can_be_read_in_one_sitting() {
    let long: Vec<String> = sources()
        .iter()
        .map(|(file, text)| (file, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(file, lines)| format!("{}: {lines} lines", file.display()))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = sources()
        .iter()
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(file, _)| file.display().to_string())
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}
