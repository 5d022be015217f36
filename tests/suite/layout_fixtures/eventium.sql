-- eventium (Haskell): the type is in the metadata or is the payload's tag; versions from 0.
CREATE TABLE events (id INTEGER PRIMARY KEY, uuid VARCHAR NOT NULL, version INTEGER NOT NULL, payload VARCHAR NOT NULL, metadata VARCHAR NULL, CONSTRAINT unique_aggregate_version UNIQUE (uuid, version));
CREATE TABLE projection_snapshots (projection_name VARCHAR NOT NULL, key VARCHAR NOT NULL, position INTEGER NOT NULL, state VARCHAR NOT NULL, updated_at VARCHAR NOT NULL);
INSERT INTO events VALUES
  (1, 'd8f0a1b2-0000-4000-8000-000000000001', 0, '{"tag":"AccountOpened","contents":{"owner":"Ada"}}', '{"eventType":"AccountOpened","correlationId":"c-1","causationId":null,"createdAt":"2026-02-27T16:45:01.5Z"}'),
  (2, 'd8f0a1b2-0000-4000-8000-000000000001', 1, '{"AccountCredited":{"amount":5}}', NULL),
  (3, 'd8f0a1b2-0000-4000-8000-000000000001', 2, '{"tag":"AccountClosed","reason":"x"}', NULL);
--= layout eventium
--= note times are taken from createdAt in the metadata
--= stream d8f0a1b2-0000-4000-8000-000000000001 | events
--= event 1 | d8f0a1b2-0000-4000-8000-000000000001 v0 | AccountOpened | 2026-02-27T16:45:01.500Z | {"owner":"Ada"} | correlation c-1 | metadata {"eventType":"AccountOpened","correlationId":"c-1","causationId":null,"createdAt":"2026-02-27T16:45:01.5Z"}
--= event 2 | d8f0a1b2-0000-4000-8000-000000000001 v1 | AccountCredited | - | {"amount":5}
--= event 3 | d8f0a1b2-0000-4000-8000-000000000001 v2 | AccountClosed | - | {"tag":"AccountClosed","reason":"x"}
