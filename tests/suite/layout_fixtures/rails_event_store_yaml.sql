-- RailsEventStore as it is by default: YAML with Ruby's symbols.
CREATE TABLE "event_store_events" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "event_id" varchar(36) NOT NULL, "event_type" varchar NOT NULL,
  "metadata" blob, "data" blob NOT NULL, "created_at" datetime(6) NOT NULL, "valid_at" datetime(6));
CREATE TABLE "event_store_events_in_streams" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "stream" varchar NOT NULL,
  "position" integer DEFAULT NULL, "event_id" varchar(36) NOT NULL, "created_at" datetime(6) NOT NULL);
CREATE TABLE "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
CREATE TABLE "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY, "value" varchar, "created_at" datetime(6) NOT NULL);

INSERT INTO event_store_events VALUES
  (1, '1aea036c-fb1e-437d-bb23-083d0a253f29', 'Support::TicketResolved', CAST('---
:correlation_id: 394d2200-5490-4d03-a0d5-fba4183dedc6
:causation_id: ac24433e-a61e-4661-a867-4eea973711ca
:user: agent-3
:remote_ip: 10.0.0.161
' AS BLOB), CAST('---
:resolution: fixed
:minutes_spent: 592
:tags:
- ui
' AS BLOB), '2025-12-10 17:26:26.687841', NULL),
  (2, '2aea036c-fb1e-437d-bb23-083d0a253f29', 'Support::TicketClosed', CAST('--- {}
' AS BLOB), CAST(': [' AS BLOB), '2025-12-10 17:26:27', NULL);
INSERT INTO event_store_events_in_streams VALUES
  (1, 'Support::Ticket$7', 0, '1aea036c-fb1e-437d-bb23-083d0a253f29', '2025-12-10 17:26:27'),
  (2, 'Support::Ticket$7', 1, '2aea036c-fb1e-437d-bb23-083d0a253f29', '2025-12-10 17:26:27');
--= layout rails-event-store
--= stream Support::Ticket$7 | Support::Ticket
--= event 1 | Support::Ticket$7 v0 | Support::TicketResolved | 2025-12-10T17:26:26.687841Z | {"resolution":"fixed","minutes_spent":592,"tags":["ui"]} | id 1aea036c-fb1e-437d-bb23-083d0a253f29 | user agent-3 | correlation 394d2200-5490-4d03-a0d5-fba4183dedc6 | causation ac24433e-a61e-4661-a867-4eea973711ca | metadata {"correlation_id":"394d2200-5490-4d03-a0d5-fba4183dedc6","causation_id":"ac24433e-a61e-4661-a867-4eea973711ca","user":"agent-3","remote_ip":"10.0.0.161"}
--= event 2 | Support::Ticket$7 v1 | Support::TicketClosed | 2025-12-10T17:26:27Z | ! invalid YAML; invalid YAML: while parsing a node, did not find expected node content at byte 3 line 2 column 1 | id 2aea036c-fb1e-437d-bb23-083d0a253f29 | metadata {}
