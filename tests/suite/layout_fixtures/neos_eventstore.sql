-- neos/eventstore-doctrineadapter: versions from 0, a table of any name, another with checkpoints.
CREATE TABLE cr_default_events (sequencenumber INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, stream VARCHAR(255) NOT NULL, version INTEGER UNSIGNED NOT NULL, type VARCHAR(255) NOT NULL, payload CLOB NOT NULL, metadata CLOB DEFAULT NULL, id CHAR(36) NOT NULL, causationid VARCHAR(255) DEFAULT NULL, correlationid VARCHAR(255) DEFAULT NULL, recordedat DATETIME NOT NULL);
CREATE TABLE cr_default_checkpoint (subscriberid VARCHAR(255) NOT NULL PRIMARY KEY, appliedsequencenumber INTEGER NOT NULL);
INSERT INTO cr_default_events VALUES
  (1, 'ContentStream:live', 0, 'NodeCreated', '{"nodeType":"Page"}', '{"initiatingUserId":"u-1"}', 'd8f0', NULL, 'c-1', '2026-02-27 16:45:01'),
  (2, 'ContentStream:live', 1, 'NodeMoved', '{}', NULL, 'd8f1', 'd8f0', NULL, '2026-02-27 16:45:02');
--= layout neos-eventstore
--= stream ContentStream:live | ContentStream:live
--= event 1 | ContentStream:live v0 | NodeCreated | 2026-02-27T16:45:01Z | {"nodeType":"Page"} | id d8f0 | correlation c-1 | metadata {"initiatingUserId":"u-1"}
--= event 2 | ContentStream:live v1 | NodeMoved | 2026-02-27T16:45:02Z | {} | id d8f1 | causation d8f0
