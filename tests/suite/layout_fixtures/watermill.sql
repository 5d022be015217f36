-- Watermill: a table for each topic, merged by time; tables of offsets are no events.
CREATE TABLE 'watermill_orders' ('offset' INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL, created_at TEXT NOT NULL, payload BLOB, metadata JSON NOT NULL);
CREATE TABLE 'watermill_offsets_orders' (consumer_group TEXT NOT NULL, offset_acked INTEGER NOT NULL, locked_until INTEGER NOT NULL, PRIMARY KEY(consumer_group));
CREATE TABLE 'watermill_audit' ('offset' INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL, created_at TEXT NOT NULL, payload BLOB, metadata JSON NOT NULL);
CREATE TABLE 'watermill_offsets_audit' (consumer_group TEXT NOT NULL, offset_acked INTEGER NOT NULL, locked_until INTEGER NOT NULL, PRIMARY KEY(consumer_group));
INSERT INTO watermill_orders VALUES
  (1, 'u-1', '2026-02-27 16:45:01', CAST('{"id":1}' AS BLOB), '{"name":"OrderPlaced","correlation_id":"c-1"}'),
  (2, 'u-2', '2026-02-27 16:45:03', NULL, '{}');
INSERT INTO watermill_audit VALUES (1, 'u-3', '2026-02-27 16:45:02', CAST('seen' AS BLOB), '{}');
--= layout watermill-sqlite
--= note the events are those of 2 tables, merged by time: watermill_audit, watermill_orders; positions are ordinals
--= stream orders | orders
--= stream audit | audit
--= event 1 | orders v- | OrderPlaced | 2026-02-27T16:45:01Z | {"id":1} | id u-1 | correlation c-1 | metadata {"name":"OrderPlaced","correlation_id":"c-1"}
--= event 2 | audit v- | audit | 2026-02-27T16:45:02Z | "seen" | id u-3 | metadata {}
--= event 3 | orders v- | orders | 2026-02-27T16:45:03Z | null | id u-2 | metadata {}
