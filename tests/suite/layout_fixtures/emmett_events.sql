-- Emmett before there were messages: the table and its columns speak of events.
CREATE TABLE emt_streams(stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL DEFAULT 0, partition TEXT NOT NULL DEFAULT 'global', stream_type TEXT NOT NULL, stream_metadata JSONB NOT NULL, is_archived BOOLEAN NOT NULL DEFAULT FALSE, PRIMARY KEY (stream_id, partition, is_archived));
CREATE TABLE emt_events(stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL, partition TEXT NOT NULL DEFAULT 'global', event_data JSONB NOT NULL, event_metadata JSONB NOT NULL, event_schema_version TEXT NOT NULL, event_type TEXT NOT NULL, event_id TEXT NOT NULL, is_archived BOOLEAN NOT NULL DEFAULT FALSE, global_position INTEGER PRIMARY KEY, created DATETIME DEFAULT CURRENT_TIMESTAMP, UNIQUE (stream_id, stream_position, partition, is_archived));
INSERT INTO emt_streams VALUES ('guest-stay-5', 2, 'emt:default', 'guest-stay', '{}', 0);
INSERT INTO emt_events VALUES
 ('guest-stay-5', 1, 'emt:default', '{"room":7}', '{"userId":"u"}', '1', 'CheckedIn', 'e-1', 0, 3, '2025-02-27 16:50:52'),
 ('guest-stay-5', 2, 'emt:default', '{}', '{}', '1', 'CheckedOut', 'e-2', 0, 4, '2025-02-27 16:50:53');
--= layout emmett-sqlite
--= stream guest-stay-5 | guest-stay
--= event 3 | guest-stay-5 v1 | CheckedIn | 2025-02-27T16:50:52Z | {"room":7} | id e-1 | user u | metadata {"userId":"u"}
--= event 4 | guest-stay-5 v2 | CheckedOut | 2025-02-27T16:50:53Z | {} | id e-2 | metadata {}
