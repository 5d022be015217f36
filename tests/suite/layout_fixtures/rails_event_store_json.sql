-- RailsEventStore 2 with JSON: links, positions that are NULL, an event in no stream, a valid time of its own.
CREATE TABLE "event_store_events" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "event_id" varchar(36) NOT NULL, "event_type" varchar NOT NULL,
  "metadata" blob, "data" blob NOT NULL, "created_at" datetime(6) NOT NULL, "valid_at" datetime(6));
CREATE TABLE "event_store_events_in_streams" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "stream" varchar NOT NULL,
  "position" integer DEFAULT NULL, "event_id" varchar(36) NOT NULL, "created_at" datetime(6) NOT NULL);
CREATE TABLE "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
CREATE TABLE "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY, "value" varchar, "created_at" datetime(6) NOT NULL);

INSERT INTO event_store_events VALUES
  (1, 'e-1', 'Shop::OrderPlaced', CAST('{"correlation_id":"c-1","causation_id":"x-1","user":"ada","types":{"data":{}}}' AS BLOB), CAST('{"total":10.50}' AS BLOB), '2026-02-02 11:29:29.831824', NULL),
  (2, 'e-2', 'Shop::OrderShipped', CAST('{"correlation_id":"c-1"}' AS BLOB), CAST('{}' AS BLOB), '2026-02-02 12:00:00.000001', '2026-02-02 11:58:30.000001'),
  (3, 'e-3', 'Shop::Cleaned', NULL, CAST('[1,2]' AS BLOB), '2026-02-02 12:00:01.000000', NULL),
  (4, 'e-4', 'Shop::OrderPlaced', CAST('{}' AS BLOB), CAST('{"total":3}' AS BLOB), '2026-02-03 12:00:00.000000', NULL);
INSERT INTO event_store_events_in_streams VALUES
  (1, 'Shop::Order$2026-1', 0, 'e-1', '2026-02-02 11:29:30'),
  (2, '$by_type_Shop::OrderPlaced', NULL, 'e-1', '2026-02-02 11:29:30'),
  (3, 'Shop::Order$2026-1', 1, 'e-2', '2026-02-02 12:00:00'),
  (4, 'Shop::ByCity$Köln', NULL, 'e-1', '2026-02-02 12:00:00'),
  (5, 'free-stream', NULL, 'e-4', '2026-02-03 12:00:00'),
  (6, '$by_correlation_id_c-1', NULL, 'e-2', '2026-02-03 12:00:00');
--= layout rails-event-store
--= stream Shop::Order$2026-1 | Shop::Order
--= stream $by_type_Shop::OrderPlaced | $by_type link
--= stream Shop::ByCity$Köln | Shop::ByCity link
--= stream $by_correlation_id_c-1 | $by_correlation_id link
--= stream free-stream | free
--= event 1 | Shop::Order$2026-1 v0, $by_type_Shop::OrderPlaced v-, Shop::ByCity$Köln v- | Shop::OrderPlaced | 2026-02-02T11:29:29.831824Z | {"total":10.50} | id e-1 | user ada | correlation c-1 | causation x-1 | metadata {"correlation_id":"c-1","causation_id":"x-1","user":"ada","types":{"data":{}}}
--= event 2 | Shop::Order$2026-1 v1, $by_correlation_id_c-1 v- | Shop::OrderShipped | 2026-02-02T12:00:00.000001Z | {} | id e-2 | valid 2026-02-02T11:58:30.000001Z | correlation c-1 | metadata {"correlation_id":"c-1"}
--= event 3 |  | Shop::Cleaned | 2026-02-02T12:00:01Z | [1,2] | id e-3
--= event 4 | free-stream v- | Shop::OrderPlaced | 2026-02-03T12:00:00Z | {"total":3} | id e-4 | metadata {}
