-- A shop's tables that look a little like events: none of them is a library's.
CREATE TABLE events (id INTEGER PRIMARY KEY, uuid TEXT, version INTEGER, title TEXT, starts_at TEXT);
CREATE TABLE event_log (id INTEGER PRIMARY KEY, event TEXT, payload TEXT, created_at TEXT);
CREATE TABLE messages (id INTEGER PRIMARY KEY, stream_id INTEGER, type TEXT, payload TEXT, created_at TEXT);
CREATE TABLE journal (id INTEGER PRIMARY KEY, aid TEXT, payload TEXT, occurred_at INTEGER);
CREATE TABLE verb_events (id INTEGER PRIMARY KEY, type TEXT, data TEXT, metadata TEXT);
INSERT INTO events VALUES (1, 'u', 1, 'Concert', '2026-01-01');
--= the database holds no events that Foldline recognises
