//! The speed budget, measured: `cargo bench`. Every figure stands beside a baseline taken in the same run, so that
//! the ratios say more than the machine does. Data is generated afresh in a folder for temporary files.
//!
//! Which: `cargo bench -- open fold frame stream edit` (default: all). How much: `FOLDLINE_BENCH_EVENTS` (default 1,000,000)
//! for the store that is folded (frames: the largest that is drawn, by default 10,000,000), `FOLDLINE_BENCH_OPEN` for
//! those that are opened (default 100000,1000000,10000000), `FOLDLINE_BENCH_STREAM` (default 100,000) for the one long
//! stream.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints, and fails at once")]

mod data;
mod edit;
mod fold;
mod frame;
mod open;
mod stream;
mod table;
mod typed;

use table::Table;

fn main() {
    // Cargo passes --bench; the rest are names.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|one| one == name);
    let events = count("FOLDLINE_BENCH_EVENTS", 1_000_000);
    let stream_events = count("FOLDLINE_BENCH_STREAM", 100_000);
    let folder = tempfile::tempdir().unwrap();
    let mut table = Table::new();
    if runs("open") {
        open::run(folder.path(), &sizes("FOLDLINE_BENCH_OPEN", &[100_000, 1_000_000, 10_000_000]), &mut table);
    }
    if runs("fold") {
        fold::run(&data::bank(folder.path(), events, &mut table), &mut table);
    }
    if runs("frame") {
        frame::run(count("FOLDLINE_BENCH_EVENTS", 10_000_000), &mut table);
    }
    if runs("stream") {
        stream::run(&data::long_stream(folder.path(), stream_events), &mut table);
    }
    if runs("edit") {
        edit::run(folder.path(), stream_events, &mut table);
    }
}

fn sizes(variable: &str, default: &[usize]) -> Vec<usize> {
    match std::env::var(variable) {
        Ok(text) => text.split(',').map(|n| n.replace('_', "").parse().expect("numbers of events")).collect(),
        Err(_) => default.to_vec(),
    }
}

fn count(variable: &str, default: usize) -> usize {
    match std::env::var(variable) {
        Ok(text) => text.replace('_', "").parse().expect("a number of events"),
        Err(_) => default,
    }
}
