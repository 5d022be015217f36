-- The body is in a table beside; backfilled events have negative positions, outliers are marked.
CREATE TABLE events (stream_ordering INTEGER PRIMARY KEY, topological_ordering BIGINT NOT NULL, event_id TEXT NOT NULL, type TEXT NOT NULL, room_id TEXT NOT NULL, content TEXT, unrecognized_keys TEXT, processed BOOL NOT NULL, outlier BOOL NOT NULL, depth BIGINT DEFAULT 0 NOT NULL, origin_server_ts BIGINT, received_ts BIGINT, sender TEXT, contains_url BOOLEAN, instance_name TEXT, state_key TEXT DEFAULT NULL, rejection_reason TEXT DEFAULT NULL, UNIQUE (event_id));
CREATE TABLE event_json (event_id TEXT NOT NULL, room_id TEXT NOT NULL, internal_metadata TEXT NOT NULL, json TEXT NOT NULL, format_version INTEGER, UNIQUE (event_id));
CREATE TABLE access_tokens (id BIGINT PRIMARY KEY, user_id TEXT, token TEXT);
INSERT INTO events VALUES
 (2, 5, '$b', 'm.room.message', '!abc:server', NULL, NULL, 1, 0, 5, 1772373404000, 1772373405000, '@ann:server', 0, 'm', NULL, NULL),
 (-3, 1, '$a', 'm.room.create', '!abc:server', NULL, NULL, 1, 1, 1, 1772373400000, 1772373406000, '@ann:server', 0, 'm', '', NULL);
INSERT INTO event_json VALUES ('$b', '!abc:server', '{}', '{"content":{"body":"hi"},"sender":"@ann:server","type":"m.room.message"}', 3), ('$a', '!abc:server', '{}', '{"content":{"creator":"@ann:server"},"room_id":"!abc:server"}', 3);
--= layout synapse
--= stream !abc:server | room
--= event -3 | !abc:server v- | m.room.create | 2026-03-01T13:56:46Z | {"creator":"@ann:server"} | id $a | valid 2026-03-01T13:56:40Z | user @ann:server | archived yes | metadata {"topological_ordering":1,"room_id":"!abc:server"}
--= event 2 | !abc:server v- | m.room.message | 2026-03-01T13:56:45Z | {"body":"hi"} | id $b | valid 2026-03-01T13:56:44Z | user @ann:server | metadata {"topological_ordering":5,"sender":"@ann:server","type":"m.room.message"}
