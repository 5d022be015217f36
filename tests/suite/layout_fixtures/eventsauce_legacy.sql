-- EventSauce's LegacyTableSchema, once with text and once with binary ids.
CREATE TABLE domain_messages (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, event_id VARCHAR(36) NOT NULL, event_type VARCHAR(100) NOT NULL, aggregate_root_id VARCHAR(36) NOT NULL,
  aggregate_root_version MEDIUMINT(36) NOT NULL, time_of_recording DATETIME(6) NOT NULL, payload JSON NOT NULL);
INSERT INTO domain_messages VALUES
  (1, 'de7b534f-dfc6-4d5d-b8de-c4be6934d663', 'acme.ride_rated', '6c860be3-10f6-48be-ba86-74589931d72f', 7, '2026-04-13 12:18:30.379383+0000', '{"headers":{"__event_type":"acme.ride_rated","correlation_id":"c-1"},"payload":{"stars":4}}');
--= layout eventsauce-legacy
--= stream 6c860be3-10f6-48be-ba86-74589931d72f | domain_messages
--= event 1 | 6c860be3-10f6-48be-ba86-74589931d72f v7 | acme.ride_rated | 2026-04-13T12:18:30.379383Z | {"stars":4} | id de7b534f-dfc6-4d5d-b8de-c4be6934d663 | correlation c-1 | metadata {"__event_type":"acme.ride_rated","correlation_id":"c-1"}
