-- Before there were bounded contexts.
CREATE TABLE events (global_position INTEGER PRIMARY KEY AUTOINCREMENT, aggregate_type TEXT NOT NULL, aggregate_id TEXT NOT NULL, aggregate_version INTEGER NOT NULL, event_id TEXT NOT NULL UNIQUE, event_type TEXT NOT NULL, event_version INTEGER NOT NULL DEFAULT 1, payload BLOB NOT NULL, trace_id TEXT, correlation_id TEXT, causation_id TEXT, metadata TEXT, created_at TEXT NOT NULL DEFAULT (datetime('now')), UNIQUE (aggregate_type, aggregate_id, aggregate_version));
CREATE TABLE aggregate_heads (aggregate_type TEXT, aggregate_id TEXT, aggregate_version INTEGER, updated_at TEXT);
INSERT INTO events VALUES (1, 'User', 'u-1', 1, 'e-1', 'UserCreated', 1, CAST('{"name":"Bo"}' AS BLOB), NULL, 'c', NULL, NULL, '2026-01-01 10:00:00');
--= layout pupsourcing
--= stream User-u-1 | User
--= event 1 | User-u-1 v1 | UserCreated | 2026-01-01T10:00:00Z | {"name":"Bo"} | id e-1 | correlation c | schema 1
