//! Folding streams to their ends reads only what the projections need, and comes to the same states.

use foldline::model::json::to_text;
use foldline::model::{Cancel, Progress, Selection, StreamIndex};
use foldline::worker::{FoldedStream, Projections, SampleOrder, Session, SessionOptions, write_sample};

fn told(folded: &[FoldedStream]) -> Vec<String> {
    let line =
        |one: &FoldedStream| format!("{:?} {:?} {} {}", one.stream, one.last, one.skipped, to_text(&one.state.value));
    folded.iter().map(line).collect()
}

#[test]
fn are_those_of_reading_everything() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["bank", "orders", "rides"] {
        let out = folder.path().join(format!("{name}.db"));
        let order = SampleOrder { name: name.to_owned(), out: out.clone(), events: None, seed: None, force: false };
        write_sample(&order, &Progress::default(), &Cancel::default()).unwrap();
        for projections in [Projections::Beside, Projections::Automatic] {
            let options = SessionOptions { projections, ..SessionOptions::default() };
            let session = Session::open(&out, options, &Progress::default(), &Cancel::default()).unwrap();
            let log = session.log();
            let all: Vec<(StreamIndex, Selection)> = (0..log.streams().len() as u32)
                .map(|stream| (StreamIndex(stream), Selection::Prefix(log.lane(StreamIndex(stream)).len())))
                .collect();
            // All streams, few of them, and such as leave gaps.
            let (few, gaps) = (all.iter().take(3), all.iter().step_by(5));
            for wanted in [all.to_vec(), few.cloned().collect(), gaps.cloned().collect()] {
                let whole = session.fold_streams(&wanted, &Cancel::default(), &mut |_| {}).unwrap();
                let ends = session.end_states(&wanted, &Cancel::default()).unwrap();
                assert!(!whole.is_empty());
                assert_eq!(told(&ends), told(&whole), "{name}");
            }
        }
    }
}
