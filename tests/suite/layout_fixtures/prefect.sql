-- When it occurred and when it was recorded; what it follows is its cause.
CREATE TABLE events (id CHAR(36) NOT NULL, created DATETIME, updated DATETIME, occurred DATETIME NOT NULL, event TEXT NOT NULL, resource_id TEXT NOT NULL, resource JSON NOT NULL, related_resource_ids JSON NOT NULL, related JSON NOT NULL, payload JSON NOT NULL, received DATETIME NOT NULL, recorded DATETIME NOT NULL, follows CHAR(36), PRIMARY KEY (id));
CREATE TABLE event_resources (id CHAR(36), occurred DATETIME NOT NULL, resource_id TEXT NOT NULL, resource_role TEXT NOT NULL, resource JSON NOT NULL, event_id CHAR(36) NOT NULL);
INSERT INTO events VALUES
 ('b', NULL, NULL, '2026-01-01 10:00:01.000000', 'prefect.flow-run.Running', 'prefect.flow-run.85b4901b-39e7-4ad6-98e1-2f817c74e4f6', '{"prefect.resource.id":"x"}', '[]', '[]', '{"a":1}', '2026-01-01 10:00:02.000000', '2026-01-01 10:00:03.000000', 'a'),
 ('a', NULL, NULL, '2026-01-01 10:00:00.000000', 'prefect.flow-run.Pending', 'prefect.flow-run.85b4901b-39e7-4ad6-98e1-2f817c74e4f6', '{}', '[]', '[]', '{}', '2026-01-01 10:00:02.000000', '2026-01-01 10:00:04.000000', NULL);
--= layout prefect
--= note events are ordered by occurred, and positions are ordinals
--= stream prefect.flow-run.85b4901b-39e7-4ad6-98e1-2f817c74e4f6 | prefect.flow-run
--= event 1 | prefect.flow-run.85b4901b-39e7-4ad6-98e1-2f817c74e4f6 v- | prefect.flow-run.Pending | 2026-01-01T10:00:04Z | {} | id a | valid 2026-01-01T10:00:00Z | metadata {"resource":{},"related":[],"related_resource_ids":[],"received":"2026-01-01 10:00:02.000000"}
--= event 2 | prefect.flow-run.85b4901b-39e7-4ad6-98e1-2f817c74e4f6 v- | prefect.flow-run.Running | 2026-01-01T10:00:03Z | {"a":1} | id b | valid 2026-01-01T10:00:01Z | causation a | metadata {"resource":{"prefect.resource.id":"x"},"related":[],"related_resource_ids":[],"received":"2026-01-01 10:00:02.000000"}
