//! Following a store in the window: what comes in, and what stays where it is.

use std::path::Path;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use foldline::app::{Command, Cursor, Following};
use foldline::model::Timestamp;
use foldline::timeline::View;
use foldline::ui::Window;

use super::{field, sample, window};

/// Writes a deposit into an account, as another program would.
#[expect(clippy::disallowed_methods, reason = "another program")]
fn deposit(store: &Path, account: &str, amount: i64) {
    let connection = rusqlite::Connection::open(store).unwrap();
    let insert = "INSERT INTO events SELECT max(position) + 1, ?1, (SELECT ifnull(max(version), 0) + 1 FROM events WHERE \
                  stream_id = ?1), 'x' || (max(position) + 1), 'FundsDeposited', 1, '2025-07-01T00:00:00Z', NULL, ?2, \
                  NULL FROM events";
    connection.execute(insert, (account, format!("{{\"amount\": {amount}}}"))).unwrap();
}

/// What another program does to a store.
#[expect(clippy::disallowed_methods, reason = "another program")]
fn write(store: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(store).unwrap();
    connection.execute_batch(sql).unwrap();
}

struct Live {
    window: Harness<'static, Window>,
    second: i64,
}

impl Live {
    fn of(store: &Path) -> Self {
        let mut live = Self { window: window(Some(store)), second: 1_700_000_000 };
        live.window.get_by_role_and_label(egui::Role::Button, "account-A").click();
        live.window.run();
        live
    }

    /// Time goes on: long enough for the next look.
    fn look(&mut self) {
        self.second += 10;
        let now = Timestamp::from_micros(self.second * 1_000_000).unwrap();
        self.send(Command::Tick(now));
    }

    fn send(&mut self, command: Command) {
        self.window.state_mut().send(command);
        self.window.run();
    }

    fn click(&mut self, label: &str) {
        self.window.get_by_label(label).click();
        self.window.run();
    }

    fn document(&self) -> &foldline::app::Document {
        self.window.state().app().document.as_ref().unwrap()
    }

    /// The last message.
    fn told(&self) -> String {
        self.window.state().app().notices.last().map(|notice| notice.text.clone()).unwrap_or_default()
    }

    fn events(&self) -> usize {
        self.document().opened.log.len()
    }
}

#[test]
fn a_store_that_was_written_is_read_again_or_followed() {
    let (_folder, store) = sample("bank");
    let mut live = Live::of(&store);
    live.look();
    assert_eq!(live.document().live.hint(), None);
    deposit(&store, "account-A", 5);
    live.look();
    live.window.get_by_label("1 new event");
    assert_eq!(live.events(), 2000);
    live.click("Read the store again");
    assert_eq!((live.events(), live.document().live.following), (2001, Following::Off));
    live.look();
    assert_eq!(live.document().live.hint(), None);

    live.send(Command::Step(foldline::app::Step::End));
    assert_eq!(field(&live.window, "balance").0.as_deref(), Some("15"));
    live.click("Follow live");
    assert_eq!(live.document().live.following, Following::On);
    // On the newest event: it goes with the next ones.
    assert!(live.document().live.at_head);
    for balance in ["16", "17", "18"] {
        deposit(&store, "account-A", 1);
        live.look();
        assert_eq!(field(&live.window, "balance").0.as_deref(), Some(balance));
        assert!(live.document().is_at_last_event());
    }
    live.window.get_by_label_contains("LIVE · attached · 3 events in the last minute");
    live.click("Follow live");
    assert_eq!((live.document().live.following, live.events()), (Following::Off, 2004));
    assert_eq!(live.document().opened.access, "read-only");
}

#[test]
fn whoever_is_elsewhere_stays_there() {
    let (_folder, store) = sample("bank");
    let mut live = Live::of(&store);
    live.send(Command::Live(true));
    live.send(Command::Step(foldline::app::Step::Back));
    let event = live.document().event.unwrap();
    assert!(!live.document().live.at_head);
    live.send(Command::LeaveOut(event));
    let axis = live.document().axis;
    live.send(Command::SetView(View::fit(&axis).zoomed(4.0, 300.0, 600.0, &axis)));
    let (view, cursor, balance) = (live.document().view, live.document().cursor, field(&live.window, "balance"));
    deposit(&store, "account-A", 100);
    deposit(&store, "account-NEW", 3);
    live.look();
    assert_eq!(live.events(), 2002);
    assert_eq!((live.document().view, live.document().cursor), (view, cursor));
    assert_eq!(field(&live.window, "balance"), balance);
    assert_eq!((live.document().event, live.document().stream.as_deref()), (Some(event), Some("account-A")));
    assert_eq!(live.document().active_scenario().draft.len(), 1);
    // The branch has what came, too.
    live.send(Command::FollowHead(true));
    let (recorded, branch) = field(&live.window, "balance");
    let number = |text: Option<String>| text.unwrap().parse::<i64>().unwrap();
    assert_eq!(number(recorded), 110);
    assert_ne!(number(branch), 110);
    assert_eq!(live.document().cursor, Cursor::Event(2001));
    live.send(Command::SelectStream("account-NEW".into()));
    assert_eq!(live.document().lane().len(), 1);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "another program")]
fn history_that_changes_is_read_again_and_said() {
    let (_folder, store) = sample("bank");
    let mut live = Live::of(&store);
    live.send(Command::Live(true));
    live.send(Command::Step(foldline::app::Step::Back));
    let (position, words) = {
        let document = live.document();
        let event = document.event.unwrap();
        (document.opened.log.position(event as usize), document.words_for(event))
    };
    let connection = rusqlite::Connection::open(&store).unwrap();
    connection
        .execute_batch("DROP TRIGGER IF EXISTS events_no_delete; DROP TRIGGER IF EXISTS events_no_update")
        .unwrap();
    let triggers: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    triggers.iter().for_each(|name| connection.execute_batch(&format!("DROP TRIGGER \"{name}\"")).unwrap());
    connection.execute("DELETE FROM events WHERE position <= 10", []).unwrap();
    drop(connection);
    for _ in 0..20 {
        live.look();
    }
    assert_eq!(live.events(), 1990);
    let document = live.document();
    let event = document.event.unwrap();
    assert_eq!((document.opened.log.position(event as usize), document.words_for(event)), (position, words));
    let told = live.told();
    assert!(told.contains("10 events gone or changed, no new ones. All of it was read again."), "{told}");
    assert!(told.contains(&format!("The cursor stayed on its event, #{position}.")), "{told}");
}

#[test]
fn where_the_event_under_the_cursor_is_gone_it_is_said_where_the_cursor_went() {
    let (_folder, store) = sample("bank");
    let mut live = Live::of(&store);
    live.send(Command::Live(true));
    live.send(Command::FollowHead(false));
    live.send(Command::GoTo(foldline::model::Moment::Position(2000)));
    live.look();
    write(&store, "DROP TRIGGER events_are_never_deleted; DELETE FROM events WHERE position >= 1999");
    for _ in 0..20 {
        live.look();
    }
    assert_eq!(live.events(), 1998);
    let told = live.told();
    assert!(told.contains("The event under the cursor, #2000, is gone: the cursor went to #1998."), "{told}");
}

#[test]
fn what_becomes_of_the_file_is_said_in_words() {
    let (_folder, store) = sample("bank");
    let mut live = Live::of(&store);
    live.send(Command::Live(true));
    live.send(Command::Step(foldline::app::Step::Back));
    live.look();
    let cursor = live.document().cursor;
    write(&store, "PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE)");
    live.look();
    live.look();
    assert!(live.told().contains("journal mode WAL"), "{}", live.told());
    write(&store, "PRAGMA journal_mode = DELETE");
    live.look();
    assert!(live.told().contains("without a write-ahead log"), "{}", live.told());
    write(&store, "CREATE TABLE scratch (a); INSERT INTO scratch SELECT zeroblob(400000)");
    live.look();
    write(&store, "DROP TABLE scratch; VACUUM");
    live.look();
    assert!(live.told().contains("bank.db became smaller: a program has cleaned it up"), "{}", live.told());
    assert!(live.told().contains("The cursor stayed where it was."));
    assert_eq!((live.events(), live.document().cursor), (2000, cursor));
    // The same file put there anew, as a restore from a backup does.
    let copy = store.with_extension("copy");
    std::fs::copy(&store, &copy).unwrap();
    std::fs::rename(&copy, &store).unwrap();
    live.look();
    assert!(
        live.told().contains("Another file was put in the place of bank.db, with the same events"),
        "{}",
        live.told()
    );
    // Cut off to nothing: a moment is no news, what lasts is.
    std::fs::File::options().write(true).open(&store).unwrap().set_len(0).unwrap();
    live.look();
    let before = live.window.state().app().notices.len();
    live.look();
    assert_eq!(live.window.state().app().notices.len(), before + 1);
    assert!(live.told().contains("bank.db can't be followed just now"), "{}", live.told());
    assert!(live.told().contains("the cursor stays where it is"), "{}", live.told());
    live.look();
    assert_eq!(live.window.state().app().notices.len(), before + 1, "said once");
    assert_eq!((live.events(), live.document().cursor), (2000, cursor));
}

#[test]
fn a_file_that_is_followed_is_expected_to_change() {
    let (_folder, store) = sample("bank");
    let mut live = Live::of(&store);
    live.send(Command::CheckUnchanged);
    live.send(Command::Live(true));
    deposit(&store, "account-A", 5);
    live.look();
    live.send(Command::CheckUnchanged);
    live.click("Read-only · written by others: what shows it");
    live.window.get_by_label_contains("as is to be expected: the file is followed because other programs write to it");
    assert!(live.window.query_by_label_contains("Changed by another program").is_none());
}

#[test]
fn a_file_that_is_another_one_is_not_shown_for_the_first() {
    let (folder, store) = sample("bank");
    let (_other_folder, other) = sample("orders");
    let mut live = Live::of(&store);
    live.send(Command::Live(true));
    std::fs::remove_file(&store).unwrap();
    live.look();
    assert!(live.document().live.hint().unwrap().contains("there is no such file"));
    assert_eq!(live.events(), 2000);
    let next = folder.path().join("next.db");
    std::fs::copy(other, &next).unwrap();
    std::fs::rename(next, &store).unwrap();
    live.look();
    live.look();
    assert!(live.document().live.hint().unwrap().contains("another file took its place"), "{:?}", live.document().live);
    assert_eq!(live.events(), 2000);
    live.window.get_by_label("Read the store again").click();
    live.window.run();
    assert!(live.document().opened.log.find_stream("account-A").is_none());
    assert_eq!(live.document().live.hint(), None);
    live.look();
    assert_eq!(live.document().live.following, Following::On);
}

#[test]
fn a_store_is_followed_from_the_first_look_on() {
    let (_folder, store) = sample("bank");
    let mut live = Live { window: window(None), second: 1_700_000_000 };
    live.send(Command::OpenFollowed(store.clone()));
    assert_eq!((live.events(), live.document().live.following), (2000, Following::On));
    deposit(&store, "account-A", 5);
    live.look();
    assert_eq!(live.events(), 2001);
}

#[test]
fn a_store_and_its_archive_are_followed_together() {
    let (folder, hot) = sample("bank");
    let archive = folder.path().join("archive.db");
    std::fs::copy(&hot, &archive).unwrap();
    let triggers = "DROP TRIGGER events_are_never_updated; DROP TRIGGER events_are_never_deleted;";
    write(&archive, &format!("{triggers} DELETE FROM events WHERE position > 1500"));
    write(&hot, &format!("{triggers} DELETE FROM events WHERE position <= 1000"));
    let mut live = Live { window: window(Some(&hot)), second: 1_700_000_000 };
    live.window.run();
    live.send(Command::OpenTogether(vec![archive.clone()]));
    assert_eq!((live.events(), live.document().opened.files.len()), (2000, 2));
    live.click("Follow live");
    assert_eq!(live.document().live.following, Following::On);
    live.send(Command::FollowHead(true));
    deposit(&hot, "account-A", 1);
    live.look();
    assert_eq!(live.events(), 2001);
    assert!(live.document().is_at_last_event());
    assert_eq!(live.document().opened.log.source(2000), 0);
    // The archive takes over more, and lets the hot store go of it.
    let attach = format!(
        "ATTACH '{}' AS hot; INSERT INTO events SELECT * FROM hot.events WHERE position <= 1700 AND \
                          position > 1500; DELETE FROM hot.events WHERE position <= 1700",
        hot.display()
    );
    write(&archive, &attach);
    live.look();
    live.look();
    assert_eq!((live.events(), live.document().live.hint()), (2001, None));
    assert!(live.document().is_at_last_event());
    deposit(&hot, "account-NEW", 1);
    live.look();
    assert_eq!(live.events(), 2002);
    // It stays followed when a file more is opened with it, and when it is opened alone.
    live.send(Command::OpenTogether(Vec::new()));
    assert_eq!((live.events(), live.document().live.following), (302, Following::On));
    deposit(&hot, "account-NEW", 1);
    live.look();
    assert_eq!(live.events(), 303);
}
