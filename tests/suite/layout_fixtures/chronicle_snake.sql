-- The same with names in another case.
CREATE TABLE event_log (sequence_number INTEGER PRIMARY KEY, correlation_id TEXT, causation TEXT, caused_by TEXT, type TEXT, occurred TEXT, event_source_type TEXT, event_source_id TEXT, event_stream_type TEXT, event_stream_id TEXT, content TEXT);
INSERT INTO event_log VALUES (0, 'c', '[]', '{}', 'Opened', '2026-01-01 10:00:00+00:00', 'Account', '7', 'All', 'Default', '{"1":{"a":1}}');
--= layout chronicle-cratis
--= stream Account-7 | Account
--= event 0 | Account-7 v- | Opened | 2026-01-01T10:00:00Z | {"a":1} | correlation c | schema "1" | metadata {"Causation":[],"CausedBy":{},"EventSourceType":"Account","EventStreamType":"All","EventStreamId":"Default"}
