-- EventSauce with ids as text.
CREATE TABLE message_repo (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, event_id VARCHAR(36) NOT NULL, aggregate_root_id VARCHAR(36) NOT NULL, version int(20) NULL, payload varchar(16001) NOT NULL);
INSERT INTO message_repo VALUES
  (1, '4601ade5-ac80-4000-a2ef-d49ba4866160', 'order-17', 1, '{"headers":{"__time_of_recording":"2026-03-01 13:56:44.693437+0000","__event_type":"acme.opened"},"payload":{"owner":"Ada"}}');
--= layout eventsauce-default
--= note times are taken from headers.__time_of_recording in the payload
--= stream order-17 | order
--= event 1 | order-17 v1 | acme.opened | 2026-03-01T13:56:44.693437Z | {"owner":"Ada"} | id 4601ade5-ac80-4000-a2ef-d49ba4866160 | metadata {"__time_of_recording":"2026-03-01 13:56:44.693437+0000","__event_type":"acme.opened"}
