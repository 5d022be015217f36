-- Verbs in Laravel: ids beyond 2^53, an event in two states and one in none.
CREATE TABLE "users" ("id" integer primary key autoincrement not null, "name" varchar not null, "created_at" datetime);
CREATE TABLE "verb_events" ("id" integer not null primary key, "type" varchar not null, "data" text not null, "metadata" text not null, "created_at" datetime, "updated_at" datetime);
CREATE TABLE "verb_state_events" ("id" integer not null primary key, "event_id" integer not null, "state_id" integer not null, "state_type" varchar not null, "created_at" datetime, "updated_at" datetime);
CREATE TABLE "verb_snapshots" ("id" integer not null primary key, "state_id" integer not null, "type" varchar not null, "data" text not null, "last_event_id" integer, "expires_at" datetime, "created_at" datetime, "updated_at" datetime);
INSERT INTO verb_events VALUES
  (418086133553955731, 'App\Events\CartOpened', '{"client":"c-1"}', '{"user":"c-1"}', '2026-02-27 16:45:01', NULL),
  (418086133553955732, 'App\Events\OrderPlaced', '{"total":3}', '[]', '2026-02-27 16:45:02', NULL),
  (418086133553955733, 'App\Events\Cleaned', '{}', '{}', '2026-02-27 16:45:03', NULL);
INSERT INTO verb_state_events VALUES
  (1, 418086133553955731, 418028027352449922, 'App\States\CartState', NULL, NULL),
  (2, 418086133553955732, 418028027352449922, 'App\States\CartState', NULL, NULL),
  (3, 418086133553955732, 418028027352449999, 'App\States\OrderState', NULL, NULL);
INSERT INTO verb_snapshots VALUES (1, 418028027352449922, 'App\States\CartState', '{"open":true}', 418086133553955731, NULL, '2026-02-27 17:00:00', NULL);
--= layout verbs
--= note times have no zone in the store: they are taken for UTC, and may be the application's
--= stream App\States\CartState-418028027352449922 | App\States\CartState
--= stream App\States\OrderState-418028027352449999 | App\States\OrderState
--= event 418086133553955731 | App\States\CartState-418028027352449922 v- | App\Events\CartOpened | 2026-02-27T16:45:01Z | {"client":"c-1"} | id 418086133553955731 | user c-1 | metadata {"user":"c-1"}
--= event 418086133553955732 | App\States\CartState-418028027352449922 v-, App\States\OrderState-418028027352449999 v- | App\Events\OrderPlaced | 2026-02-27T16:45:02Z | {"total":3} | id 418086133553955732 | metadata []
--= event 418086133553955733 |  | App\Events\Cleaned | 2026-02-27T16:45:03Z | {} | id 418086133553955733 | metadata {}
--= snapshot App\States\CartState-418028027352449922 | v- | 2026-02-27T17:00:00Z | {"open":true}
