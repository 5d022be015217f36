//! Files in every state that people open. What is opened is the same afterwards, byte for byte, and so is its folder.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use foldline::model::{Cancel, Progress};
use foldline::store::{self, AccessMode, OpenOptions, StoreError};
use rusqlite::Connection;

use super::{all, lines, open, scan};
use crate::fixtures::{self, Python, STORY, contents, database};

/// Opens, scans and reads everything; the folder must not change. Gives the mode and the number of events.
fn used(path: &Path) -> (AccessMode, usize) {
    let folder = path.parent().unwrap();
    let before = contents(folder);
    let store = open(path).unwrap();
    let log = scan(&store);
    let events = all(&store, &log);
    store.read_snapshots(&Cancel::default()).unwrap();
    let hash = store.hash(&Progress::default(), &Cancel::default()).unwrap();
    assert_eq!(hash.hash, blake3::hash(&std::fs::read(path).unwrap()).to_hex().to_string());
    let mode = store.mode();
    assert!(!store.has_changed());
    drop(store);
    assert_eq!(contents(folder), before);
    (mode, events.len())
}

fn in_wal_mode(path: &Path) -> Connection {
    let conn = database(path);
    conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    conn.query_row("PRAGMA wal_autocheckpoint = 0", [], |_| Ok(())).unwrap();
    conn
}

fn append(conn: &Connection, version: i64) {
    conn.execute("INSERT INTO stored_events VALUES ('zz', ?1, 'm:C.T', '{}')", [version]).unwrap();
}

#[test]
fn a_rollback_journal_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a b?c#d%e.db");
    fixtures::patchlevel(&path);
    assert_eq!(used(&path), (AccessMode::ReadOnly, STORY.len()));
}

#[test]
fn a_log_that_is_absent_or_empty() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a b?c#d%e.db");
    fixtures::pyeventsourcing(&path, Python::Json);
    drop(in_wal_mode(&path));
    assert_eq!(contents(folder.path()).len(), 1);
    assert_eq!(used(&path), (AccessMode::Immutable, STORY.len()));
    std::fs::write(folder.path().join("a b?c#d%e.db-wal"), b"").unwrap();
    assert_eq!(used(&path), (AccessMode::Immutable, STORY.len()));
}

#[test]
fn a_log_with_content_belongs_to_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, Python::Json);
    let writer = in_wal_mode(&path);
    append(&writer, 1);
    assert_eq!(used(&path), (AccessMode::PrivateCopy, STORY.len() + 1));
    let store = open(&path).unwrap();
    assert!(store.notes().iter().any(|note| note.contains("private copy")));
    append(&writer, 2);
    assert!(store.has_changed());
    // What was opened stays readable as it was.
    assert_eq!(scan(&store).len(), STORY.len() + 1);
    assert_eq!(used(&path).1, STORY.len() + 2);
}

#[test]
fn a_log_that_appears_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, Python::Json);
    drop(in_wal_mode(&path));
    let store = open(&path).unwrap();
    assert_eq!(store.mode(), AccessMode::Immutable);
    assert!(!store.has_changed());
    let writer = in_wal_mode(&path);
    append(&writer, 1);
    assert!(store.has_changed());
    assert!(matches!(store.reader(), Err(StoreError::Changed(_))));
}

#[test]
fn a_rollback_database_that_changes_is_noticed_and_still_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, Python::Json);
    let store = open(&path).unwrap();
    append(&database(&path), 1);
    assert!(store.has_changed());
    assert_eq!(scan(&store).len(), STORY.len() + 1);
    // Turned to a write-ahead log, it may not be opened like this any more: that would leave files beside it.
    drop(in_wal_mode(&path));
    let before = contents(folder.path());
    assert!(matches!(store.reader(), Err(StoreError::Changed(_))));
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn a_hot_journal_is_rolled_back_in_a_private_copy() {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live.db");
    fixtures::pyeventsourcing(&live, Python::Json);
    let writer = database(&live);
    // A transaction that spills to the file before it commits, copied in the midst of it: what a crash leaves.
    writer.execute_batch("PRAGMA cache_size = 5; BEGIN").unwrap();
    for version in 1..2000 {
        append(&writer, version);
    }
    let crashed = tempfile::tempdir().unwrap();
    let path = crashed.path().join("a.db");
    std::fs::copy(&live, &path).unwrap();
    std::fs::copy(folder.path().join("live.db-journal"), crashed.path().join("a.db-journal")).unwrap();
    writer.execute_batch("ROLLBACK").unwrap();
    assert_eq!(used(&path), (AccessMode::PrivateCopy, STORY.len()));
    // A finished journal that was only zeroed is none.
    std::fs::copy(&live, &path).unwrap();
    std::fs::write(crashed.path().join("a.db-journal"), [0; 512]).unwrap();
    assert_eq!(used(&path), (AccessMode::ReadOnly, STORY.len()));
}

#[cfg(unix)]
#[test]
fn a_read_only_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, Python::Json);
    let writer = in_wal_mode(&path);
    append(&writer, 1);
    let mode = |mode| std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
    mode(0o555);
    assert_eq!(used(&path), (AccessMode::PrivateCopy, STORY.len() + 1));
    mode(0o755);
    drop(writer);
    mode(0o555);
    assert_eq!(used(&path), (AccessMode::Immutable, STORY.len() + 1));
    mode(0o755);
}

#[cfg(unix)]
#[test]
fn a_link_leads_to_the_real_file_and_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real.db");
    fixtures::pyeventsourcing(&real, Python::Json);
    let writer = in_wal_mode(&real);
    append(&writer, 1);
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    assert_eq!(used(&link), (AccessMode::PrivateCopy, STORY.len() + 1));
}

/// What the error says; the folder stays as it is.
fn refused(path: &Path) -> String {
    let before = contents(path.parent().unwrap());
    let error = open(path).unwrap_err();
    assert_eq!(contents(path.parent().unwrap()), before);
    assert!(error.is_input_error());
    error.to_string()
}

#[test]
fn files_that_are_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::foldline(&path);
    let good = std::fs::read(&path).unwrap();
    let noise: Vec<u8> = blake3::Hasher::new().finalize_xof_bytes(8192);
    let mut hidden = good.clone();
    hidden[100..].copy_from_slice(&noise[..].repeat(good.len() / 4096)[..good.len() - 100]);
    let mut sizeless = good.clone();
    sizeless[16..18].copy_from_slice(&[0, 3]);
    for (bytes, says) in [
        (&b""[..], "empty (zero bytes)"),
        (b"hello, this is text", "not a SQLite database (it is text)"),
        (b"\x1f\x8b\x08\x00", "compressed with gzip"),
        (&noise, "encrypted"),
        (&hidden, "encrypted"),
        (&sizeless, "no valid page size"),
        (&good[..50], "cut off"),
        (&good[..1000], "cut off"),
        (&good[..good.len() - 4096], "cut off"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let text = refused(&path);
        assert!(text.contains(says) && text.ends_with("a.db"), "{says}: {text}");
    }
    let missing = folder.path().join("missing.db");
    assert!(refused(&missing).contains("no such file"));
    assert!(!missing.exists());
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    assert!(refused(&inner).contains("directory"));
    let bare = folder.path().join("bare.db");
    database(&bare).execute_batch("CREATE TABLE t (a); DROP TABLE t").unwrap();
    assert!(refused(&bare).contains("no tables"));
}

/// Bytes without structure, the same in every run.
trait Noise {
    fn finalize_xof_bytes(&self, len: usize) -> Vec<u8>;
}

impl Noise for blake3::Hasher {
    fn finalize_xof_bytes(&self, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        self.finalize_xof().fill(&mut bytes);
        bytes
    }
}

#[test]
fn a_locked_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, Python::Json);
    let holder = database(&path);
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert!(matches!(open(&path), Err(StoreError::Locked(_))));
    holder.execute_batch("ROLLBACK").unwrap();
    assert_eq!(used(&path).1, STORY.len());
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_or_that_is_no_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::foldline(&path);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser may read everything.
    if std::fs::File::open(&path).is_err() {
        assert!(matches!(open(&path), Err(StoreError::NoPermission(_))));
    }
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    assert!(matches!(open(&socket), Err(StoreError::NotAFile(_))));
}

#[test]
fn a_private_copy_can_be_stopped_and_needs_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, Python::Json);
    let writer = in_wal_mode(&path);
    append(&writer, 1);
    let private = tempfile::tempdir().unwrap();
    let options = |dir: &Path| OpenOptions {
        private_copy_dir: Some(dir.to_owned()),
        lock_wait: Duration::ZERO,
        ..OpenOptions::default()
    };
    let cancel = Cancel::default();
    cancel.cancel();
    let stopped = store::open(&path, &options(private.path()), &Progress::default(), &cancel);
    assert!(stopped.unwrap_err().is_cancelled());
    let progress = Progress::default();
    let opened = store::open(&path, &options(private.path()), &progress, &Cancel::default()).unwrap();
    let (done, total) = progress.counts();
    assert!(done == total && total > 0);
    assert_eq!(contents(private.path()).len(), 1);
    drop(opened);
    assert_eq!(contents(private.path()).len(), 0);
    let gone = private.path().join("gone");
    assert!(store::open(&path, &options(&gone), &Progress::default(), &Cancel::default()).is_err());
}

#[test]
fn a_writer_at_work_is_no_crash() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, Python::Json);
    let writer = database(&path);
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    append(&writer, 1);
    assert!(folder.path().join("a.db-journal").exists());
    assert_eq!(used(&path), (AccessMode::ReadOnly, STORY.len()));
    writer.execute_batch("COMMIT").unwrap();
    assert_eq!(used(&path), (AccessMode::ReadOnly, STORY.len() + 1));
}

#[test]
fn a_store_that_is_being_written_is_read_without_a_gap() {
    // Few and bounded: nobody may wait for the other.
    const COMMITS: i64 = 300;
    for wal in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        fixtures::pyeventsourcing(&path, Python::Json);
        let writer = if wal { in_wal_mode(&path) } else { database(&path) };
        writer.busy_timeout(Duration::from_secs(60)).unwrap();
        let rows = 50_000;
        let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) \
                    INSERT INTO stored_events SELECT 'yy', i, 'm:C.T', '{}' FROM n";
        writer.execute(fill, [rows]).unwrap();
        writer.execute_batch("PRAGMA synchronous = OFF").unwrap();
        let write = move || (1..=COMMITS).for_each(|version| append(&writer, version));
        let handle = std::thread::Builder::new().name("writer".into()).spawn(write).unwrap();
        for _ in 0..3 {
            let options = OpenOptions { lock_wait: Duration::from_secs(60), ..OpenOptions::default() };
            let opened = store::open(&path, &options, &Progress::default(), &Cancel::default());
            match opened.and_then(|store| store.scan(1, &Progress::default(), &Cancel::default())) {
                Ok(log) => {
                    assert!(log.len() >= rows as usize + STORY.len());
                    assert!((0..log.len()).all(|event| log.position(event) == event as i64 + 1));
                }
                Err(StoreError::Changed(_) | StoreError::KeepsChanging(_)) => {}
                Err(other) => panic!("{other}"),
            }
        }
        handle.join().unwrap();
        assert_eq!(scan(&open(&path).unwrap()).len() as i64, rows + STORY.len() as i64 + COMMITS);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 60, failure_persistence: None, ..Default::default() })]
    #[test]
    fn damaged_bytes_never_panic(
        layout in 0usize..7,
        damage in proptest::collection::vec((0.0f64..1.0, 0u8..=255), 1..40),
        near_start in proptest::bool::ANY,
        cut in proptest::option::of(0.0f64..1.0),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (_, path) = fixtures::all(folder.path()).swap_remove(layout);
        let mut bytes = std::fs::read(&path).unwrap();
        let range = if near_start { 4096.min(bytes.len()) } else { bytes.len() };
        for (place, byte) in damage {
            let at = (place * range as f64) as usize;
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate((cut * bytes.len() as f64) as usize);
        }
        std::fs::write(&path, &bytes).unwrap();
        if let Ok(store) = open(&path)
            && let Ok(log) = store.scan(1, &Progress::default(), &Cancel::default())
            && let Ok(mut reader) = store.reader()
        {
            let indices: Vec<u32> = (0..log.len() as u32).collect();
            let _ = reader.events(&log, &indices);
            let _ = store.read_snapshots(&Cancel::default());
        }
        proptest::prop_assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
}

#[test]
fn a_trailing_write_is_read_by_a_new_opening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::pyeventsourcing(&path, Python::Json);
    assert_eq!(lines(&path).len(), STORY.len());
    append(&database(&path), 1);
    assert_eq!(lines(&path).len(), STORY.len() + 1);
    // Bytes after the last page are no harm.
    std::fs::File::options().append(true).open(&path).unwrap().write_all(b"tail").unwrap();
    assert_eq!(lines(&path).len(), STORY.len() + 1);
}
