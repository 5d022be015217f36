-- Elixir eventstore_sqlite: $all and streams of links beside the streams themselves.
CREATE TABLE streams (id INTEGER PRIMARY KEY AUTOINCREMENT, stream_id TEXT NOT NULL UNIQUE, stream_version INTEGER DEFAULT 0, inserted_at TEXT NOT NULL);
CREATE TABLE events (id UUID PRIMARY KEY, type TEXT NOT NULL, data BLOB, metadata BLOB, inserted_at TEXT NOT NULL);
CREATE TABLE stream_events (id INTEGER PRIMARY KEY AUTOINCREMENT, event_id UUID REFERENCES events(id), stream_id TEXT REFERENCES streams(stream_id), stream_version INTEGER, original_stream_id TEXT, original_stream_version INTEGER);
CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, inserted_at TEXT);
INSERT INTO streams VALUES (1, '$all', 2, '2026-02-27T16:45:00'), (2, 'order-1', 2, '2026-02-27T16:45:00'), (3, 'big-orders', 1, '2026-02-27T16:45:00');
INSERT INTO events VALUES
  ('d8f0a1b2-0000-4000-8000-000000000001', 'OrderPlaced', CAST('{"total":5}' AS BLOB), CAST('{"user_id":"u-1"}' AS BLOB), '2026-02-27T16:45:01'),
  ('d8f0a1b2-0000-4000-8000-000000000002', 'OrderPaid', CAST('{}' AS BLOB), NULL, '2026-02-27T16:45:02');
INSERT INTO stream_events VALUES
  (1, 'd8f0a1b2-0000-4000-8000-000000000001', '$all', 1, 'order-1', 1), (2, 'd8f0a1b2-0000-4000-8000-000000000001', 'order-1', 1, 'order-1', 1),
  (3, 'd8f0a1b2-0000-4000-8000-000000000002', '$all', 2, 'order-1', 2), (4, 'd8f0a1b2-0000-4000-8000-000000000002', 'order-1', 2, 'order-1', 2),
  (5, 'd8f0a1b2-0000-4000-8000-000000000001', 'big-orders', 1, 'order-1', 1);
--= layout eventstore-sqlite-ex
--= stream order-1 | order
--= stream $all | $all link
--= stream big-orders | big link
--= event 1 | order-1 v1, $all v1, big-orders v1 | OrderPlaced | 2026-02-27T16:45:01Z | {"total":5} | id d8f0a1b2-0000-4000-8000-000000000001 | user u-1 | metadata {"user_id":"u-1"}
--= event 2 | order-1 v2, $all v2 | OrderPaid | 2026-02-27T16:45:02Z | {} | id d8f0a1b2-0000-4000-8000-000000000002
