//! The bundled sample stores are what the generator and the writer make of them, byte for byte.

use std::path::{Path, PathBuf};

use foldline::model::{Cancel, Progress};
use foldline::sample::{sample, samples};
use foldline::worker::{SampleOrder, write_sample};

fn bundled(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join(file)
}

fn write(name: &str, out: &Path) -> u64 {
    let order = SampleOrder { name: name.to_owned(), out: out.to_owned(), events: None, seed: None, force: false };
    write_sample(&order, &Progress::default(), &Cancel::default()).unwrap().events
}

/// After a deliberate change of the samples or of the layout: `FOLDLINE_WRITE_SAMPLES=1 cargo test bundled` writes the
/// files anew.
#[test]
fn bundled_stores_are_what_the_generator_writes() {
    let folder = tempfile::tempdir().unwrap();
    for sample in samples() {
        let file = format!("{}.db", sample.name);
        let out = folder.path().join(&file);
        assert_eq!(write(sample.name, &out), sample.events as u64);
        if std::env::var_os("FOLDLINE_WRITE_SAMPLES").is_some() {
            std::fs::copy(&out, bundled(&file)).unwrap();
        }
        let (written, found) = (std::fs::read(out).unwrap(), std::fs::read(bundled(&file)).unwrap());
        assert!(written == found, "sample-data/{file} is not what the generator writes");
        assert!(found.len() < 700 << 10, "sample-data/{file} has {} bytes", found.len());
    }
}

#[test]
fn the_projection_file_beside_a_store_is_the_one_in_the_program() {
    for name in ["bank", "orders", "rides"] {
        let text = std::fs::read_to_string(bundled(&format!("{name}.projection.json"))).unwrap();
        assert_eq!(text, sample(name).unwrap().projection);
    }
}
