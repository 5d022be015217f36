-- eventsource-py: the payload is the whole envelope; outbox, checkpoints and dead letters beside.
CREATE TABLE events (global_position INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL UNIQUE, aggregate_id TEXT NOT NULL, aggregate_type TEXT NOT NULL, event_type TEXT NOT NULL,
  tenant_id TEXT, actor_id TEXT, version INTEGER NOT NULL, timestamp TEXT NOT NULL, payload TEXT NOT NULL, created_at TEXT NOT NULL DEFAULT (datetime('now')), UNIQUE (aggregate_id, aggregate_type, version));
CREATE TABLE event_outbox (id TEXT PRIMARY KEY, event_id TEXT NOT NULL, event_type TEXT NOT NULL, aggregate_id TEXT NOT NULL, aggregate_type TEXT NOT NULL, tenant_id TEXT, event_data TEXT NOT NULL,
  created_at TEXT NOT NULL, published_at TEXT, retry_count INTEGER NOT NULL DEFAULT 0, last_error TEXT, status TEXT NOT NULL DEFAULT 'pending');
CREATE TABLE snapshots (id INTEGER PRIMARY KEY AUTOINCREMENT, aggregate_id TEXT NOT NULL, aggregate_type TEXT NOT NULL, version INTEGER NOT NULL, schema_version INTEGER NOT NULL DEFAULT 1,
  state TEXT NOT NULL, created_at TEXT NOT NULL, UNIQUE (aggregate_id, aggregate_type));
INSERT INTO events VALUES
  (1, 'e-1', 'b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a', 'BankAccount', 'MoneyDeposited', 't-1', 'teller-5', 1, '2026-03-01T13:56:44.693437+00:00',
   '{"event_id":"e-1","event_type":"MoneyDeposited","event_version":3,"occurred_at":"2026-03-01T13:56:44.693437Z","aggregate_id":"b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a","aggregate_type":"BankAccount","aggregate_version":1,"tenant_id":"t-1","actor_id":"teller-5","correlation_id":"c-1","causation_id":"x-1","metadata":{"source":"gen"},"amount_cents":159034}', '2026-03-01T13:56:44+00:00');
INSERT INTO event_outbox VALUES ('o-1', 'e-1', 'MoneyDeposited', 'b', 'BankAccount', NULL, '{}', '2026-03-01T13:56:44', NULL, 0, NULL, 'pending');
INSERT INTO snapshots VALUES (1, 'b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a', 'BankAccount', 1, 1, '{"balance":159034}', '2026-03-01T13:57:00+00:00');
--= layout eventsource-py
--= stream BankAccount-b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a | BankAccount
--= event 1 | BankAccount-b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a v1 | MoneyDeposited | 2026-03-01T13:56:44.693437Z | {"amount_cents":159034} | id e-1 | user teller-5 | correlation c-1 | causation x-1 | schema 3 | metadata {"source":"gen","event_id":"e-1","event_type":"MoneyDeposited","event_version":3,"occurred_at":"2026-03-01T13:56:44.693437Z","aggregate_id":"b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a","aggregate_type":"BankAccount","aggregate_version":1,"tenant_id":"t-1","actor_id":"teller-5","correlation_id":"c-1","causation_id":"x-1"}
--= snapshot BankAccount-b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a | v1 | 2026-03-01T13:57:00Z | {"balance":159034}
