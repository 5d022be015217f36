CREATE TABLE domain_messages (event_id BINARY(16) NOT NULL PRIMARY KEY, event_type VARCHAR(100) NOT NULL, aggregate_root_id BINARY(16) NOT NULL,
  time_of_recording DATETIME(6) NOT NULL, payload JSON NOT NULL);
INSERT INTO domain_messages VALUES
  (x'4601ade5ac804000a2efd49ba4866160', 'acme.ride_rated', x'b1f6bfcfb8b94010a1f63f1baade9b1a', '2026-04-13 12:18:30.379383+0000', '{"headers":{"__aggregate_root_version":7},"payload":{"stars":4}}');
--= layout eventsauce-legacy
--= stream b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a | domain_messages
--= event 1 | b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a v7 | acme.ride_rated | 2026-04-13T12:18:30.379383Z | {"stars":4} | id 4601ade5-ac80-4000-a2ef-d49ba4866160 | metadata {"__aggregate_root_version":7}
