-- The first versions of spatie's table had no aggregate_version and no event_version.
CREATE TABLE "stored_events" ("id" integer primary key autoincrement not null, "aggregate_uuid" varchar, "event_class" varchar not null,
  "event_properties" text not null, "meta_data" text not null, "created_at" datetime not null);
INSERT INTO stored_events VALUES
  (1, '0c5b2444-70a0-4932-980c-b4dc0d3f02b5', 'opened', '{}', '{"aggregate-root-version":1}', '2020-03-01 13:56:44'),
  (2, '0c5b2444-70a0-4932-980c-b4dc0d3f02b5', 'closed', '{"why":null}', '{}', '2020-03-02 13:56:44');
--= layout spatie
--= note times have no zone in the store: they are taken for UTC, and may be the application's
--= stream 0c5b2444-70a0-4932-980c-b4dc0d3f02b5 | stored_events
--= event 1 | 0c5b2444-70a0-4932-980c-b4dc0d3f02b5 v1 | opened | 2020-03-01T13:56:44Z | {} | metadata {"aggregate-root-version":1}
--= event 2 | 0c5b2444-70a0-4932-980c-b4dc0d3f02b5 v- | closed | 2020-03-02T13:56:44Z | {"why":null} | metadata {}
