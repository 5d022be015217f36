-- EventSauce with ids of 16 bytes; a table for each aggregate.
CREATE TABLE account_messages (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, event_id BINARY(16) NOT NULL, aggregate_root_id BINARY(16) NOT NULL, version int(20) NULL, payload varchar(16001) NOT NULL);
CREATE TABLE user_messages (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, event_id BINARY(16) NOT NULL, aggregate_root_id BINARY(16) NOT NULL, version int(20) NULL, payload varchar(16001) NOT NULL);
CREATE TABLE outbox_messages (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, consumed BOOLEAN DEFAULT 0 NOT NULL, payload varchar(16001) NOT NULL);
INSERT INTO account_messages VALUES
  (1, x'4601ade5ac804000a2efd49ba4866160', x'b1f6bfcfb8b94010a1f63f1baade9b1a', 1, '{"headers":{"__time_of_recording":"2026-03-01 13:56:44.693437+0000","__event_type":"acme.opened","correlation_id":"c-1","causation_id":null,"user_id":"u-1"},"payload":{"owner":"Ada"}}'),
  (2, x'4601ade5ac804000a2efd49ba4866161', x'b1f6bfcfb8b94010a1f63f1baade9b1a', NULL, '{"headers":{"__time_of_recording":"2026-03-01 15:56:44.693437+0100","__event_type":"acme.closed","__aggregate_root_version":2},"payload":[]}');
INSERT INTO user_messages VALUES
  (1, x'4601ade5ac804000a2efd49ba4866162', x'c1f6bfcfb8b94010a1f63f1baade9b1a', 1, '{"headers":{"__time_of_recording":"2026-03-01 14:00:00.000000+0000","__event_type":"acme.registered"},"payload":{"name":"Eve"}}');
INSERT INTO outbox_messages VALUES (1, 0, '{"headers":{},"payload":{}}');
--= layout eventsauce-default
--= note times are taken from headers.__time_of_recording in the payload
--= note the events are those of 2 tables, merged by time: account_messages, user_messages; positions are ordinals
--= stream b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a | account_messages
--= stream c1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a | user_messages
--= event 1 | b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a v1 | acme.opened | 2026-03-01T13:56:44.693437Z | {"owner":"Ada"} | id 4601ade5-ac80-4000-a2ef-d49ba4866160 | user u-1 | correlation c-1 | metadata {"__time_of_recording":"2026-03-01 13:56:44.693437+0000","__event_type":"acme.opened","correlation_id":"c-1","causation_id":null,"user_id":"u-1"}
--= event 2 | c1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a v1 | acme.registered | 2026-03-01T14:00:00Z | {"name":"Eve"} | id 4601ade5-ac80-4000-a2ef-d49ba4866162 | metadata {"__time_of_recording":"2026-03-01 14:00:00.000000+0000","__event_type":"acme.registered"}
--= event 3 | b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a v2 | acme.closed | 2026-03-01T14:56:44.693437Z | [] | id 4601ade5-ac80-4000-a2ef-d49ba4866161 | metadata {"__time_of_recording":"2026-03-01 15:56:44.693437+0100","__event_type":"acme.closed","__aggregate_root_version":2}
