-- hallgren/eventsourcing (Go): `type` is the aggregate's, `reason` the event's; times with mixed offsets.
CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, id VARCHAR NOT NULL, version INTEGER, reason VARCHAR, type VARCHAR, timestamp VARCHAR, data BLOB, metadata BLOB, UNIQUE (id, type, version));
CREATE TABLE snapshots (id VARCHAR NOT NULL, type VARCHAR, version INTEGER, global_version INTEGER, state BLOB);
INSERT INTO events VALUES
  (1, 'TCK-1041', 1, 'TicketOpened', 'Ticket', '2025-12-10T18:26:26+01:00', CAST('{"subject": "x"}' AS BLOB), CAST('{"causation_id":"x-1","correlation_id":"c-1"}' AS BLOB)),
  (2, 'TCK-1041', 2, 'TicketClosed', 'Ticket', '2025-12-10T17:26:27Z', CAST('null' AS BLOB), NULL);
INSERT INTO snapshots VALUES ('TCK-1041', 'Ticket', 2, 2, CAST('{"last":"TicketClosed"}' AS BLOB));
--= layout hallgren
--= stream Ticket-TCK-1041 | Ticket
--= event 1 | Ticket-TCK-1041 v1 | TicketOpened | 2025-12-10T17:26:26Z | {"subject":"x"} | correlation c-1 | causation x-1 | metadata {"causation_id":"x-1","correlation_id":"c-1"}
--= event 2 | Ticket-TCK-1041 v2 | TicketClosed | 2025-12-10T17:26:27Z | null
--= snapshot Ticket-TCK-1041 | v2 | - | {"last":"TicketClosed"}
