-- Names of tables are the application's, which may have one for each aggregate; what is put aside is no second history.
CREATE TABLE account_events (aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence integer NOT NULL, event_type text NOT NULL, event_version text NOT NULL, payload text NOT NULL, metadata text NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence));
CREATE TABLE account_snapshots (aggregate_type text NOT NULL, aggregate_id text NOT NULL, last_sequence integer NOT NULL, current_snapshot integer NOT NULL, payload text NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, last_sequence));
INSERT INTO account_events VALUES ('account', 'x-1', 1, 'Opened', '1.0', '{"Opened":{"owner":"Bo"}}', '{"time":"2026-02-23T10:59:17.964883Z"}'), ('account', 'x-1', 2, 'Closed', '1.0', '"Closed"', '{}');
CREATE TABLE customer_events (aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence integer NOT NULL, event_type text NOT NULL, event_version text NOT NULL, payload text NOT NULL, metadata text NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence));
CREATE TABLE customer_events_backup (aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence integer NOT NULL, event_type text NOT NULL, event_version text NOT NULL, payload text NOT NULL, metadata text NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence));
INSERT INTO customer_events VALUES ('customer', 'x-1', 1, 'Named', '1.0', '{"Named":{"name":"Bo"}}', '{"time":"2026-02-23T09:00:00Z"}');
INSERT INTO customer_events_backup SELECT * FROM customer_events;
INSERT INTO account_snapshots VALUES ('account', 'x-1', 1, 1, '{"owner":"Bo"}');
--= layout cqrs-es-sqlite
--= note times are taken from time in the metadata
--= note the events are those of 2 tables, merged by time: account_events, customer_events; positions are ordinals
--= stream customer-x-1 | customer
--= stream account-x-1 | account
--= event 1 | customer-x-1 v1 | Named | 2026-02-23T09:00:00Z | {"name":"Bo"} | schema "1.0" | metadata {"time":"2026-02-23T09:00:00Z"}
--= event 2 | account-x-1 v1 | Opened | 2026-02-23T10:59:17.964883Z | {"owner":"Bo"} | schema "1.0" | metadata {"time":"2026-02-23T10:59:17.964883Z"}
--= event 3 | account-x-1 v2 | Closed | - | "Closed" | schema "1.0" | metadata {}
--= snapshot account-x-1 | v1 | - | {"owner":"Bo"}
