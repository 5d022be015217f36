-- spatie/laravel-event-sourcing 7 in a Laravel database; an event without an aggregate.
CREATE TABLE "migrations" ("id" integer primary key autoincrement not null, "migration" varchar not null, "batch" integer not null);
CREATE TABLE "users" ("id" integer primary key autoincrement not null, "name" varchar not null, "created_at" datetime);
CREATE TABLE "failed_jobs" ("id" integer primary key autoincrement not null, "uuid" varchar not null, "payload" text not null, "failed_at" datetime);
CREATE TABLE "stored_events" ("id" integer primary key autoincrement not null, "aggregate_uuid" varchar, "aggregate_version" integer,
  "event_version" integer not null default '1', "event_class" varchar not null, "event_properties" text not null,
  "meta_data" text not null, "created_at" datetime not null);
CREATE TABLE "snapshots" ("id" integer primary key autoincrement not null, "aggregate_uuid" varchar not null,
  "aggregate_version" integer not null, "state" text not null, "created_at" datetime, "updated_at" datetime);
INSERT INTO stored_events VALUES
  (1, 'b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a', 1, 1, 'App\Events\AccountOpened', '{"owner":"Zoë"}', '{"aggregate-root-uuid":"b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a","aggregate-root-version":1,"user_id":7}', '2026-03-01 13:56:44'),
  (2, 'b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a', 2, 2, 'App\Events\MoneyDeposited', '{"amount_cents":9007199254741001}', '[]', '2026-03-01 13:56:45'),
  (3, NULL, NULL, 1, 'App\Events\AuditNoted', '{"note":"checked"}', '{}', '2026-03-01 13:56:45');
INSERT INTO snapshots VALUES (1, 'b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a', 2, '{"balance":1}', '2026-03-01 14:00:00', NULL);
--= layout spatie
--= note times have no zone in the store: they are taken for UTC, and may be the application's
--= stream b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a | stored_events
--= stream (no aggregate) | (no aggregate)
--= event 1 | b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a v1 | App\Events\AccountOpened | 2026-03-01T13:56:44Z | {"owner":"Zoë"} | user 7 | schema 1 | metadata {"aggregate-root-uuid":"b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a","aggregate-root-version":1,"user_id":7}
--= event 2 | b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a v2 | App\Events\MoneyDeposited | 2026-03-01T13:56:45Z | {"amount_cents":9007199254741001} | schema 2 | metadata []
--= event 3 | (no aggregate) v- | App\Events\AuditNoted | 2026-03-01T13:56:45Z | {"note":"checked"} | schema 1 | metadata {}
--= snapshot b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a | v2 | 2026-03-01T14:00:00Z | {"balance":1}
