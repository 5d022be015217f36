-- Two schemas in one database: each prefix has its own streams; the first events of a stream were truncated.
CREATE TABLE bookings_streams (stream_id INTEGER PRIMARY KEY AUTOINCREMENT, stream_name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL DEFAULT(-1));
CREATE TABLE bookings_messages (global_position INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT NULL, message_type TEXT NOT NULL, stream_id INTEGER NOT NULL REFERENCES bookings_streams(stream_id), stream_position INTEGER NOT NULL, json_data TEXT NOT NULL, json_metadata TEXT, created TEXT NOT NULL, UNIQUE(stream_id, stream_position));
CREATE TABLE bookings_checkpoints (id TEXT PRIMARY KEY, position INTEGER NULL);
CREATE TABLE audit_streams (stream_id INTEGER PRIMARY KEY AUTOINCREMENT, stream_name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL DEFAULT(-1));
INSERT INTO audit_streams VALUES (1, 'wrong-1', 0);
INSERT INTO bookings_streams VALUES (1, 'Ride-1', 3), (2, 'Ride-2', 0);
INSERT INTO bookings_checkpoints VALUES ('projection', 2);
INSERT INTO bookings_messages VALUES
 (3, 'e3', 'V1.RideStarted', 1, 2, '{"km":1.50}', '{"eventuous.correlation-id":"c","eventuous.causation-id":"e2","trace-id":"t"}', '2026-04-13T12:47:33.1558470Z'),
 (4, 'e4', 'V1.RideRequested', 2, 0, '{}', NULL, '2026-04-13T12:47:33.1558470Z'),
 (6, 'e6', 'V1.RideRated', 1, 3, '{"stars":4}', '{}', '2026-04-13T12:48:00.0000000Z');
--= layout eventuous
--= stream Ride-1 | Ride
--= stream Ride-2 | Ride
--= event 3 | Ride-1 v2 | V1.RideStarted | 2026-04-13T12:47:33.155847Z | {"km":1.50} | id e3 | correlation c | causation e2 | metadata {"eventuous.correlation-id":"c","eventuous.causation-id":"e2","trace-id":"t"}
--= event 4 | Ride-2 v0 | V1.RideRequested | 2026-04-13T12:47:33.155847Z | {} | id e4
--= event 6 | Ride-1 v3 | V1.RideRated | 2026-04-13T12:48:00Z | {"stars":4} | id e6 | metadata {}
