-- Schema 41: two event tables with lookups; old columns are NULL.
CREATE TABLE event_data (data_id INTEGER NOT NULL, hash BIGINT, shared_data TEXT, PRIMARY KEY (data_id));
CREATE TABLE event_types (event_type_id INTEGER NOT NULL, event_type VARCHAR(64), PRIMARY KEY (event_type_id));
CREATE TABLE state_attributes (attributes_id INTEGER NOT NULL, hash BIGINT, shared_attrs TEXT, PRIMARY KEY (attributes_id));
CREATE TABLE states_meta (metadata_id INTEGER NOT NULL, entity_id VARCHAR(255), PRIMARY KEY (metadata_id));
CREATE TABLE schema_changes (change_id INTEGER NOT NULL, schema_version INTEGER, changed DATETIME NOT NULL, PRIMARY KEY (change_id));
CREATE TABLE events (event_id INTEGER NOT NULL, event_type CHAR(0), event_data CHAR(0), origin CHAR(0), origin_idx SMALLINT, time_fired CHAR(0), time_fired_ts FLOAT, context_id CHAR(0), context_user_id CHAR(0), context_parent_id CHAR(0), data_id INTEGER, context_id_bin BLOB, context_user_id_bin BLOB, context_parent_id_bin BLOB, event_type_id INTEGER, PRIMARY KEY (event_id));
CREATE TABLE states (state_id INTEGER NOT NULL, entity_id CHAR(0), state VARCHAR(255), attributes CHAR(0), event_id SMALLINT, last_changed CHAR(0), last_changed_ts FLOAT, last_updated CHAR(0), last_updated_ts FLOAT, old_state_id INTEGER, attributes_id INTEGER, context_id CHAR(0), context_user_id CHAR(0), context_parent_id CHAR(0), origin_idx SMALLINT, context_id_bin BLOB, context_user_id_bin BLOB, context_parent_id_bin BLOB, metadata_id INTEGER, PRIMARY KEY (state_id));
INSERT INTO schema_changes VALUES (1, 41, '2026-01-01');
INSERT INTO states_meta VALUES (1, 'light.kitchen'), (2, 'sun.sun');
INSERT INTO state_attributes VALUES (1, 5, '{"brightness":3}');
INSERT INTO event_types VALUES (2, 'call_service');
INSERT INTO event_data VALUES (1, 6, '{"service":"turn_on"}');
INSERT INTO events VALUES (29, NULL, NULL, NULL, 0, NULL, 1772378468.302295, NULL, NULL, NULL, 1, X'0c12d8f512a1eb566b4f43c56209b621', X'1c12d8f512a1eb566b4f43c56209b621', NULL, 2);
INSERT INTO states VALUES
 (168, NULL, 'off', NULL, NULL, NULL, NULL, NULL, 1772378460.0, NULL, 1, NULL, NULL, NULL, 0, NULL, NULL, NULL, 1),
 (169, NULL, 'on', NULL, NULL, NULL, NULL, NULL, 1772378468.4, 168, 1, NULL, NULL, NULL, 0, X'0c12d8f512a1eb566b4f43c56209b621', NULL, NULL, 1),
 (170, NULL, 'above_horizon', NULL, NULL, NULL, NULL, NULL, 1772378469.25, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, 2);
--= layout home-assistant
--= note the events are those of 2 tables, merged by time: states, events; positions are ordinals
--= stream light.kitchen | light
--= stream events | events
--= stream sun.sun | sun
--= event 1 | light.kitchen v- | state_changed | 2026-03-01T15:21:00Z | {"state":"off","attributes":{"brightness":3}} | metadata {"origin_idx":0}
--= event 2 | events v- | call_service | 2026-03-01T15:21:08.302295Z | {"service":"turn_on"} | user 1c12d8f5-12a1-eb56-6b4f-43c56209b621 | correlation 0c12d8f5-12a1-eb56-6b4f-43c56209b621 | metadata {"origin_idx":0}
--= event 3 | light.kitchen v- | state_changed | 2026-03-01T15:21:08.400Z | {"state":"on","attributes":{"brightness":3}} | correlation 0c12d8f5-12a1-eb56-6b4f-43c56209b621 | metadata {"old_state_id":168,"origin_idx":0}
--= event 4 | sun.sun v- | state_changed | 2026-03-01T15:21:09.250Z | {"state":"above_horizon"} | metadata {"origin_idx":0}
