-- A shop's tables that look a little like events: none of them is a library's.
CREATE TABLE events (id INTEGER PRIMARY KEY, uuid TEXT, version INTEGER, title TEXT, starts_at TEXT);
CREATE TABLE event_log (id INTEGER PRIMARY KEY, event TEXT, payload TEXT, created_at TEXT);
CREATE TABLE messages (id INTEGER PRIMARY KEY, stream_id INTEGER, type TEXT, payload TEXT, created_at TEXT);
CREATE TABLE journal (id INTEGER PRIMARY KEY, aid TEXT, payload TEXT, occurred_at INTEGER);
CREATE TABLE verb_events (id INTEGER PRIMARY KEY, type TEXT, data TEXT, metadata TEXT);
INSERT INTO events VALUES (1, 'u', 1, 'Concert', '2026-01-01');
--= the database holds no events that Foldline recognises; its tables are event_log, events, journal, messages, verb_events; `foldline mapping FILE > m.json` guesses which of them hold events, and --mapping m.json reads them so (`foldline layouts` lists what is recognised): /tmp/.tmpDcD2cs/a.db
