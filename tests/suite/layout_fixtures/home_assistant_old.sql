-- Before the lookups: everything in columns of text.
CREATE TABLE schema_changes (change_id INTEGER NOT NULL, schema_version INTEGER, changed DATETIME, PRIMARY KEY (change_id));
CREATE TABLE events (event_id INTEGER NOT NULL, event_type VARCHAR(32), event_data TEXT, origin VARCHAR(32), time_fired DATETIME, created DATETIME, context_id VARCHAR(36), context_user_id VARCHAR(36), context_parent_id VARCHAR(36), PRIMARY KEY (event_id));
CREATE TABLE states (state_id INTEGER NOT NULL, domain VARCHAR(64), entity_id VARCHAR(255), state VARCHAR(255), attributes TEXT, event_id INTEGER, last_changed DATETIME, last_updated DATETIME, created DATETIME, old_state_id INTEGER, PRIMARY KEY (state_id));
INSERT INTO events VALUES (1, 'call_service', '{"service":"turn_on"}', 'LOCAL', '2021-01-01 10:00:00.250000', '2021-01-01 10:00:00.250000', 'c1', 'u1', NULL);
INSERT INTO states VALUES (1, 'light', 'light.kitchen', 'on', '{"brightness":3}', 1, '2021-01-01 10:00:01', '2021-01-01 10:00:01', '2021-01-01 10:00:01', NULL);
--= layout home-assistant
--= note the events are those of 2 tables, merged by time: states, events; positions are ordinals
--= stream events | events
--= stream light.kitchen | light
--= event 1 | events v- | call_service | 2021-01-01T10:00:00.250Z | {"service":"turn_on"} | user u1 | correlation c1 | metadata {"origin":"LOCAL"}
--= event 2 | light.kitchen v- | state_changed | 2021-01-01T10:00:01Z | {"state":"on","attributes":{"brightness":3}}
