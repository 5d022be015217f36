-- Lines of the log without a type are events too.
CREATE TABLE event_logs (id INTEGER NOT NULL, run_id VARCHAR(255) NOT NULL, event TEXT NOT NULL, dagster_event_type TEXT, timestamp TIMESTAMP, step_key TEXT, asset_key TEXT, partition TEXT, PRIMARY KEY (id));
CREATE TABLE secondary_indexes (id INTEGER NOT NULL, name VARCHAR, create_timestamp DATETIME, migration_completed DATETIME, PRIMARY KEY (id));
INSERT INTO event_logs VALUES
 (1, '85b4901b-39e7-4ad6-98e1-2f817c74e4f6', '{"message":"start"}', 'PIPELINE_START', '2026-01-01 10:00:00.250000', NULL, NULL, NULL),
 (2, '85b4901b-39e7-4ad6-98e1-2f817c74e4f6', '{"message":"a line","timestamp":1767261601.5}', NULL, NULL, 'step', '["asset"]', '2026');
--= layout dagster
--= note times are taken from timestamp in the payload
--= stream 85b4901b-39e7-4ad6-98e1-2f817c74e4f6 | event_logs
--= event 1 | 85b4901b-39e7-4ad6-98e1-2f817c74e4f6 v- | PIPELINE_START | 2026-01-01T10:00:00.250Z | {"message":"start"} | id 1
--= event 2 | 85b4901b-39e7-4ad6-98e1-2f817c74e4f6 v- | log | 2026-01-01T10:00:01.500Z | {"message":"a line","timestamp":1767261601.5} | id 2 | metadata {"step_key":"step","asset_key":["asset"],"partition":"2026"}
