-- RailsEventStore before 2: an event's id is its key, and a stream named all has every event.
CREATE TABLE "event_store_events" ("id" varchar(36) NOT NULL PRIMARY KEY, "event_type" varchar NOT NULL, "metadata" text, "data" text NOT NULL, "created_at" datetime NOT NULL);
CREATE TABLE "event_store_events_in_streams" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "stream" varchar NOT NULL, "position" integer, "event_id" varchar(36) NOT NULL, "created_at" datetime NOT NULL);
INSERT INTO event_store_events VALUES
  ('b-1', 'OrderPlaced', '---
:user: ada
', '---
:total: 10
', '2018-02-02 11:29:29'),
  ('a-2', 'OrderShipped', '--- {}
', '--- {}
', '2018-02-02 12:00:00');
INSERT INTO event_store_events_in_streams VALUES
  (1, 'Order$1', 0, 'b-1', '2018-02-02 11:29:30'), (2, 'all', NULL, 'b-1', '2018-02-02 11:29:30'),
  (3, 'Order$1', 1, 'a-2', '2018-02-02 12:00:00'), (4, 'all', NULL, 'a-2', '2018-02-02 12:00:00');
--= layout rails-event-store
--= stream Order$1 | Order
--= stream all | all link
--= event 1 | Order$1 v0, all v- | OrderPlaced | 2018-02-02T11:29:29Z | {"total":10} | id b-1 | user ada | metadata {"user":"ada"}
--= event 2 | Order$1 v1, all v- | OrderShipped | 2018-02-02T12:00:00Z | {} | id a-2 | metadata {}
