-- Broadway's DBAL event store with another table name; versions from 0; a read model's table beside it.
CREATE TABLE event_store (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, uuid CHAR(36) NOT NULL, playhead INTEGER UNSIGNED NOT NULL, payload CLOB NOT NULL, metadata CLOB NOT NULL,
  recorded_on VARCHAR(32) NOT NULL, type VARCHAR(255) NOT NULL);
CREATE TABLE read_tickets (uuid CHAR(36) NOT NULL, data CLOB NOT NULL);
INSERT INTO event_store VALUES
  (1, '976a79d7-3c48-57a9-864e-2365e73f6aa3', 0, '{"class":"Helpdesk\\Event\\TicketOpened","payload":{"subject":"Ölpreis"}}', '{"class":"Broadway\\Domain\\Metadata","payload":{"correlation_id":"c-1","user":"agent-3"}}', '2025-12-10T17:26:26.687841+00:00', 'Helpdesk.Event.TicketOpened'),
  (2, '976a79d7-3c48-57a9-864e-2365e73f6aa3', 1, '{"class":"Helpdesk\\Event\\TicketClosed","payload":[]}', '{"class":"Broadway\\Domain\\Metadata","payload":[]}', '2025-12-10T18:26:26.687841+01:00', 'Helpdesk.Event.TicketClosed');
--= layout broadway-dbal
--= stream 976a79d7-3c48-57a9-864e-2365e73f6aa3 | event_store
--= event 1 | 976a79d7-3c48-57a9-864e-2365e73f6aa3 v0 | Helpdesk.Event.TicketOpened | 2025-12-10T17:26:26.687841Z | {"subject":"Ölpreis"} | user agent-3 | correlation c-1 | metadata {"correlation_id":"c-1","user":"agent-3","class":"Helpdesk\\Event\\TicketOpened"}
--= event 2 | 976a79d7-3c48-57a9-864e-2365e73f6aa3 v1 | Helpdesk.Event.TicketClosed | 2025-12-10T17:26:26.687841Z | [] | metadata {"class":"Helpdesk\\Event\\TicketClosed"}
