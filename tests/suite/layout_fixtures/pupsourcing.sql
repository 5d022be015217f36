-- pupsourcing (Go): bounded contexts separate streams.
CREATE TABLE events (global_position INTEGER PRIMARY KEY AUTOINCREMENT, bounded_context TEXT NOT NULL, aggregate_type TEXT NOT NULL, aggregate_id TEXT NOT NULL, aggregate_version INTEGER NOT NULL, event_id TEXT NOT NULL UNIQUE, event_type TEXT NOT NULL, event_version INTEGER NOT NULL DEFAULT 1, payload BLOB NOT NULL, trace_id TEXT, correlation_id TEXT, causation_id TEXT, metadata TEXT, created_at TEXT NOT NULL DEFAULT (datetime('now')), UNIQUE (bounded_context, aggregate_type, aggregate_id, aggregate_version));
CREATE TABLE aggregate_heads (bounded_context TEXT NOT NULL, aggregate_type TEXT NOT NULL, aggregate_id TEXT NOT NULL, aggregate_version INTEGER NOT NULL, updated_at TEXT NOT NULL, PRIMARY KEY (bounded_context, aggregate_type, aggregate_id));
CREATE TABLE projection_checkpoints (projection_name TEXT PRIMARY KEY, last_global_position INTEGER NOT NULL, updated_at TEXT NOT NULL);
INSERT INTO events VALUES
  (1, 'Identity', 'User', '7', 1, 'e-1', 'UserCreated', 2, CAST('{"name":"Ada"}' AS BLOB), 't-1', 'c-1', NULL, '{"user_id":"u-1"}', '2026-02-27 16:45:01'),
  (2, 'Billing', 'User', '7', 1, 'e-2', 'UserBilled', 1, x'0a03416461', NULL, NULL, 'e-1', NULL, '2026-02-27T16:45:02.5Z');
INSERT INTO aggregate_heads VALUES ('Identity', 'User', '7', 1, '2026-02-27 16:45:01');
--= layout pupsourcing
--= stream Identity/User-7 | User
--= stream Billing/User-7 | User
--= event 1 | Identity/User-7 v1 | UserCreated | 2026-02-27T16:45:01Z | {"name":"Ada"} | id e-1 | user u-1 | correlation c-1 | schema 2 | metadata {"user_id":"u-1","trace_id":"t-1"}
--= event 2 | Billing/User-7 v1 | UserBilled | 2026-02-27T16:45:02.500Z | ! unknown bytes; 5 bytes of no form that can be read: 0a 03 41 64 61 | id e-2 | causation e-1 | schema 1
