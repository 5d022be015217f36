-- A table for each sequence; the payload by generation.
CREATE TABLE "event-log" (SequenceNumber INTEGER PRIMARY KEY, CorrelationId TEXT, Causation TEXT, CausedBy TEXT, Type TEXT, Occurred TEXT, EventSourceType TEXT, EventSourceId TEXT, EventStreamType TEXT, EventStreamId TEXT, Content TEXT, ContentHashes TEXT, Compensations TEXT, Subject TEXT, Tags TEXT);
CREATE TABLE "system" (SequenceNumber INTEGER PRIMARY KEY, CorrelationId TEXT, Causation TEXT, CausedBy TEXT, Type TEXT, Occurred TEXT, EventSourceType TEXT, EventSourceId TEXT, EventStreamType TEXT, EventStreamId TEXT, Content TEXT, ContentHashes TEXT, Compensations TEXT, Subject TEXT, Tags TEXT);
CREATE TABLE "outbox" (SequenceNumber INTEGER PRIMARY KEY, CorrelationId TEXT, Causation TEXT, CausedBy TEXT, Type TEXT, Occurred TEXT, EventSourceType TEXT, EventSourceId TEXT, EventStreamType TEXT, EventStreamId TEXT, Content TEXT, ContentHashes TEXT, Compensations TEXT, Subject TEXT, Tags TEXT);
CREATE TABLE EventSequences (EventSequenceId TEXT PRIMARY KEY, SequenceNumber INTEGER, TailSequenceNumberPerEventType TEXT);
INSERT INTO "event-log" VALUES
 (0, 'c', '[{"type":"request"}]', '{"subject":"s","name":"Ann","userName":"ann"}', 'Opened', '2026-01-01 10:00:00.1234567+00:00', 'Default', '85b4901b-39e7-4ad6-98e1-2f817c74e4f6', 'All', 'Default', '{"1":{"a":1}}', '{}', '[]', NULL, '[]'),
 (1, 'c', '[]', '[]', 'Renamed', '2026-01-01 10:00:02+00:00', 'Account', '7', 'All', 'Default', '{"1":{"n":"x"},"2":{"name":"x"}}', '{}', '[]', NULL, '["vip"]');
INSERT INTO "system" VALUES (0, 'c', '[]', '[]', 'ObserverAdded', '2026-01-01 10:00:01+00:00', 'Default', 'observer', 'All', 'Default', '{"1":{}}', '{}', '[]', NULL, '[]');
INSERT INTO "outbox" VALUES (0, 'c', '[]', '[]', 'Opened', '2026-01-01 10:00:00.1234567+00:00', 'Default', 'x', 'All', 'Default', '{"1":{}}', '{}', '[]', NULL, '[]');
--= layout chronicle-cratis
--= note the events are those of 2 tables, merged by time: event-log, system; positions are ordinals
--= stream 85b4901b-39e7-4ad6-98e1-2f817c74e4f6 | event-log
--= stream observer | observer
--= stream Account-7 | Account
--= event 1 | 85b4901b-39e7-4ad6-98e1-2f817c74e4f6 v- | Opened | 2026-01-01T10:00:00.123456700Z | {"a":1} | user ann | correlation c | schema "1" | metadata {"Causation":[{"type":"request"}],"CausedBy":{"subject":"s","name":"Ann","userName":"ann"},"EventSourceType":"Default","EventStreamType":"All","EventStreamId":"Default","Tags":[],"Compensations":[]}
--= event 2 | observer v- | ObserverAdded | 2026-01-01T10:00:01Z | {} | correlation c | schema "1" | kind System | metadata {"Causation":[],"CausedBy":[],"EventSourceType":"Default","EventStreamType":"All","EventStreamId":"Default","Tags":[],"Compensations":[]}
--= event 3 | Account-7 v- | Renamed | 2026-01-01T10:00:02Z | {"name":"x"} | correlation c | metadata {"Causation":[],"CausedBy":[],"EventSourceType":"Account","EventStreamType":"All","EventStreamId":"Default","Tags":["vip"],"Compensations":[]}
