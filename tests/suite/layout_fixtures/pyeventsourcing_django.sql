-- eventsourcing-django: several applications in one table, Django's own tables beside it.
CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL,
  "name" varchar(255) NOT NULL, "applied" datetime NOT NULL);
CREATE TABLE "auth_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "username" varchar(150) NOT NULL);
CREATE TABLE "stored_events" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "application_name" varchar(32) NOT NULL,
  "originator_id" char(32) NOT NULL, "originator_version" bigint NOT NULL, "topic" text NOT NULL, "state" BLOB NOT NULL);
CREATE TABLE "snapshots" ("uid" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "application_name" varchar(32) NOT NULL,
  "originator_id" char(32) NOT NULL, "originator_version" bigint NOT NULL, "topic" text NOT NULL, "state" BLOB NOT NULL);
CREATE TABLE "notification_tracking" ("uid" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "application_name" varchar(32) NOT NULL,
  "upstream_application_name" varchar(32) NOT NULL, "notification_id" bigint NOT NULL);
INSERT INTO stored_events VALUES
  (1, 'Bank', '05e2b3bd43b546978ac6b69656ede29d', 1, 'bank.model:BankAccount.Opened', CAST('{"timestamp":{"_type_":"datetime_iso","_data_":"2026-01-05T08:13:09.505096+00:00"},"originator_topic":"bank.model:BankAccount","holder":"Ada","limit":{"_type_":"decimal_str","_data_":"10.50"},"correlation_id":"in-payload"}' AS BLOB)),
  (2, 'Audit', '05e2b3bd43b546978ac6b69656ede29d', 1, 'audit.model:Trail.Opened', CAST('{"timestamp":{"_type_":"datetime_iso","_data_":"2026-01-06T09:00:00+00:00"},"amount":5}' AS BLOB)),
  (3, 'Bank', '05e2b3bd43b546978ac6b69656ede29d', 2, 'bank.model:BankAccount.Deposited', CAST('{"timestamp":{"_type_":"datetime_iso","_data_":"2026-01-06T09:00:00+00:00"},"amount":5}' AS BLOB));
INSERT INTO snapshots VALUES (1, 'Bank', '05e2b3bd43b546978ac6b69656ede29d', 2, 'eventsourcing.domain:Snapshot', CAST('{"timestamp":{"_type_":"datetime_iso","_data_":"2026-01-06T09:00:01+00:00"},"topic":"bank.model:BankAccount","state":{"balance":5}}' AS BLOB));
INSERT INTO notification_tracking VALUES (1, 'Audit', 'Bank', 3);
--= layout pyeventsourcing-django
--= note times are taken from timestamp._data_ in the payload
--= stream Bank/05e2b3bd43b546978ac6b69656ede29d | BankAccount
--= stream Audit/05e2b3bd43b546978ac6b69656ede29d | Trail
--= event 1 | Bank/05e2b3bd43b546978ac6b69656ede29d v1 | bank.model:BankAccount.Opened | 2026-01-05T08:13:09.505096Z | {"holder":"Ada","limit":"10.50","correlation_id":"in-payload"} | metadata {"timestamp":"2026-01-05T08:13:09.505096+00:00","originator_topic":"bank.model:BankAccount"}
--= event 2 | Audit/05e2b3bd43b546978ac6b69656ede29d v1 | audit.model:Trail.Opened | 2026-01-06T09:00:00Z | {"amount":5} | metadata {"timestamp":"2026-01-06T09:00:00+00:00"}
--= event 3 | Bank/05e2b3bd43b546978ac6b69656ede29d v2 | bank.model:BankAccount.Deposited | 2026-01-06T09:00:00Z | {"amount":5} | metadata {"timestamp":"2026-01-06T09:00:00+00:00"}
--= snapshot Bank/05e2b3bd43b546978ac6b69656ede29d | v2 | 2026-01-06T09:00:01Z | {"balance":5}
