-- py-event-sourcing: JSON in BLOBs, naive times.
CREATE TABLE events (id INTEGER PRIMARY KEY AUTOINCREMENT, stream_id TEXT NOT NULL, idempotency_key TEXT, event_type TEXT NOT NULL, timestamp TEXT NOT NULL, metadata TEXT, data BLOB,
  version INTEGER NOT NULL, UNIQUE(stream_id, version), UNIQUE(stream_id, idempotency_key));
CREATE TABLE snapshots (stream_id TEXT NOT NULL, projection_name TEXT NOT NULL, version INTEGER NOT NULL, state BLOB NOT NULL, timestamp TEXT NOT NULL, PRIMARY KEY (stream_id, projection_name));
INSERT INTO events VALUES
  (1, 'ride-7', 'k-1', 'RideRated', '2026-04-13T12:18:30', '{"correlation_id": "c-1", "causation_id": "x-1"}', CAST('{"stars": 4}' AS BLOB), 1),
  (2, 'ride-7', NULL, 'RideClosed', '2026-04-13T12:18:30.5', NULL, NULL, 2);
INSERT INTO snapshots VALUES ('ride-7', 'rating', 1, CAST('{"stars": 4}' AS BLOB), '2026-04-13T12:20:00');
--= layout py-event-sourcing
--= stream ride-7 | ride
--= event 1 | ride-7 v1 | RideRated | 2026-04-13T12:18:30Z | {"stars":4} | correlation c-1 | causation x-1 | metadata {"correlation_id":"c-1","causation_id":"x-1","idempotency_key":"k-1"}
--= event 2 | ride-7 v2 | RideClosed | 2026-04-13T12:18:30.500Z | null
--= snapshot ride-7 | v1 | 2026-04-13T12:20:00Z | {"stars":4}
