//! What a run leaves behind: nothing.

use crate::fixtures::{contents, database};

use super::World;

/// A store with a write-ahead log is read from a private copy, which is a copy of all that a user has.
#[test]
fn private_copies_are_gone_when_the_program_ends() {
    let world = World::with_rules();
    let writer = database(&world.path("bank.db"));
    writer.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    writer.execute_batch("PRAGMA wal_autocheckpoint = 0; CREATE TABLE besides (a)").unwrap();
    assert!(std::fs::metadata(world.path("bank.db-wal")).unwrap().len() > 0);
    for (line, status) in [
        ("state bank.db account-1 --version 3", 0),
        ("state bank.db account-2 --json", 1),
        ("diff bank.db account-1 --from v1 --to v3", 1),
        ("state bank.db nobody", 2),
        ("table bank.db --category order", 0),
    ] {
        let temporary = tempfile::tempdir().unwrap();
        let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_foldline"))
            .current_dir(world.path(""))
            .args(super::words(line))
            // Where each system looks for its folder of temporary files.
            .envs(["TMPDIR", "TMP", "TEMP"].map(|name| (name, temporary.path())))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{line}: {said}");
        assert_eq!(contents(temporary.path()).into_keys().collect::<Vec<_>>(), [""; 0], "{line}");
    }
}
