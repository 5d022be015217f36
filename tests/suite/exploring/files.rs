//! Jobs that write or look at small files.

use std::path::{Path, PathBuf};

use foldline::job::{Failure, Job, Outcome, ProjectionChoice};
use foldline::model::CategoryIndex;

use super::{KEY, Shop, stores};
use crate::fixtures::{self, contents, database};

fn why(result: Result<Outcome, Failure>) -> String {
    match result {
        Err(Failure::Failed(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn stamp(shop: &Shop, path: &Path) -> Option<u64> {
    match shop.run(Job::Watch { path: path.to_owned() }) {
        Ok(Outcome::Watched { path: of, stamp }) => {
            assert_eq!(of, path);
            stamp
        }
        other => panic!("{other:?}"),
    }
}

fn shop() -> (tempfile::TempDir, PathBuf, Shop) {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("a.db");
    fixtures::foldline(&store);
    let shop = Shop::open(&store);
    (folder, store, shop)
}

#[test]
fn first_rules_are_written_and_can_be_used() {
    let (folder, _, shop) = shop();
    let out = folder.path().join("first.json");
    let suggest =
        |category, force| Job::Suggest { store: KEY, category: CategoryIndex(category), out: out.clone(), force };
    match shop.run(suggest(0, false)) {
        Ok(Outcome::Suggested(path)) => assert_eq!(path, out),
        other => panic!("{other:?}"),
    }
    let text = std::fs::read_to_string(&out).unwrap();
    assert!(text.ends_with("}\n"));
    shop.run(Job::Project { store: KEY, choice: ProjectionChoice::File(out.clone()) }).unwrap();
    // What is there stays, unless it is to be replaced.
    std::fs::write(&out, "mine").unwrap();
    assert!(why(shop.run(suggest(0, false))).starts_with("the file exists; "));
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "mine");
    shop.run(suggest(0, true)).unwrap();
    assert_eq!(std::fs::read_to_string(&out).unwrap(), text);
    assert!(why(shop.run(suggest(7, true))).starts_with("the store has no such category"));
    assert_eq!(shop.run_cancelled(suggest(0, true)).unwrap_err(), Failure::Cancelled);
    assert_eq!(contents(folder.path()).len(), 2);
}

#[test]
fn rules_never_overwrite_a_store_that_is_open() {
    let (folder, store, shop) = shop();
    let link = folder.path().join("link.json");
    std::fs::hard_link(&store, &link).unwrap();
    let before = contents(folder.path());
    let suggest = |out: PathBuf| shop.run(Job::Suggest { store: KEY, category: CategoryIndex(0), out, force: true });
    let roundabout = folder.path().join(".").join("a.db");
    for out in [store.clone(), roundabout, link, folder.path().join("a.db-wal"), folder.path().join("a.db-journal")] {
        assert!(why(suggest(out.clone())).contains("would overwrite the store that is open"), "{}", out.display());
    }
    assert!(why(suggest(folder.path().to_owned())).contains("there is a folder of this name"));
    assert!(why(suggest(folder.path().join("no").join("a.json"))).contains("make it first"));
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn a_followed_file_shows_when_it_changed() {
    let (folder, store, shop) = shop();
    let first = stamp(&shop, &store).unwrap();
    assert_eq!(stamp(&shop, &store), Some(first));
    let grow = |conn: &rusqlite::Connection| {
        conn.execute_batch("CREATE TABLE IF NOT EXISTS t (x); INSERT INTO t VALUES (1)").unwrap();
    };
    grow(&database(&store));
    let second = stamp(&shop, &store).unwrap();
    assert_ne!(second, first);
    // A write-ahead log changes first.
    let conn = database(&store);
    conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    grow(&conn);
    let third = stamp(&shop, &store).unwrap();
    grow(&conn);
    assert_ne!(stamp(&shop, &store), Some(third));
    drop(conn);
    // Another file of the same name and length.
    let (twin, kept) = (folder.path().join("twin"), stamp(&shop, &store));
    std::fs::copy(&store, &twin).unwrap();
    std::fs::rename(&twin, &store).unwrap();
    assert_ne!(stamp(&shop, &store), kept);
    std::fs::remove_file(&store).unwrap();
    assert_eq!(stamp(&shop, &store), None);
}

#[test]
fn samples_are_written_once() {
    let (folder, _, shop) = shop();
    let samples = folder.path().join("deep").join("samples");
    let sample = || match shop.run(Job::Sample { name: "bank", folder: samples.clone() }) {
        Ok(Outcome::SampleReady(path)) => path,
        other => panic!("{other:?}"),
    };
    let path = sample();
    assert_eq!(path, samples.join("bank.db"));
    let written = contents(&samples);
    assert_eq!(written.keys().collect::<Vec<_>>(), ["bank.db", "bank.db.projection.json"]);
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/bank.db");
    assert_eq!(written["bank.db"], std::fs::read(bundled).unwrap());
    // What the user made of it stays; what is missing comes again.
    let rules = samples.join("bank.db.projection.json");
    std::fs::write(&rules, "mine").unwrap();
    std::fs::remove_file(&path).unwrap();
    sample();
    assert_eq!(std::fs::read(&rules).unwrap(), b"mine");
    std::fs::remove_file(&rules).unwrap();
    std::fs::write(&path, "mine").unwrap();
    sample();
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    assert_eq!(std::fs::read(&rules).unwrap(), written["bank.db.projection.json"]);
    // One that nobody waits for leaves nothing.
    let other = folder.path().join("other");
    let job = Job::Sample { name: "rides", folder: other.clone() };
    assert_eq!(shop.run_cancelled(job).unwrap_err(), Failure::Cancelled);
    assert!(contents(&other).is_empty());
    let in_the_way = Job::Sample { name: "bank", folder: path.join("x") };
    assert!(why(shop.run(in_the_way)).starts_with("can't make the folder"));
}

#[test]
fn small_files_are_written_whole() {
    let (folder, store, shop) = shop();
    let path = folder.path().join("config").join("settings.json");
    let save =
        |path: &Path, contents: &str| shop.run(Job::Save { path: path.to_owned(), contents: contents.to_owned() });
    for text in ["{}", "{\"theme\":\"dark\"}"] {
        assert!(matches!(save(&path, text), Ok(Outcome::Saved)));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        assert_eq!(contents(path.parent().unwrap()).len(), 1);
    }
    assert!(why(save(&store.join("settings.json"), "{}")).starts_with("can't write the file"));
    #[cfg(unix)]
    {
        let link = folder.path().join("link.json");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        save(&link, "through").unwrap();
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "through");
    }
}

#[test]
fn recent_files_that_are_gone_are_named() {
    let (folder, store, shop) = shop();
    let gone = folder.path().join("gone.db");
    let paths = vec![store.clone(), gone.clone(), folder.path().to_owned()];
    match shop.run(Job::Recents { paths: paths.clone() }) {
        Ok(Outcome::Missing(missing)) => assert_eq!(missing, [gone]),
        other => panic!("{other:?}"),
    }
    assert_eq!(shop.run_cancelled(Job::Recents { paths }).unwrap_err(), Failure::Cancelled);
}

#[test]
fn events_are_found_by_their_ids() {
    let folder = tempfile::tempdir().unwrap();
    let mut found = 0;
    for store in stores(folder.path()) {
        let shop = Shop::open(&store);
        let find = |id: &str| match shop.run(Job::FindId { store: KEY, id: id.into() }) {
            Ok(Outcome::FoundId { id: of, event }) => {
                assert_eq!(&*of, id);
                event
            }
            other => panic!("{other:?}"),
        };
        let some: Vec<u32> = (0..shop.log().len() as u32).step_by(1 + shop.log().len() / 5).collect();
        for (index, event) in some.iter().zip(shop.session.events(&some).unwrap()) {
            if let Some(id) = &event.id {
                assert_eq!(find(id), Some(*index));
                found += 1;
            }
        }
        assert_eq!(find("no such id"), None);
    }
    assert!(found > 10, "{found}");
}
