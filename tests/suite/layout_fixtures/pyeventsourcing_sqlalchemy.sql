-- eventsourcing-sqlalchemy 1.0: tables named after the application, ids of 16 bytes; the second row is compressed.
CREATE TABLE bank_events (id INTEGER NOT NULL, originator_id BINARY(16) NOT NULL, originator_version INTEGER NOT NULL,
  topic TEXT NOT NULL, state BLOB NOT NULL, PRIMARY KEY (id));
CREATE TABLE bank_snapshots (originator_id BINARY(16) NOT NULL, originator_version INTEGER NOT NULL, topic TEXT NOT NULL,
  state BLOB NOT NULL, PRIMARY KEY (originator_id, originator_version));
CREATE TABLE bank_tracking (application_name VARCHAR(32) NOT NULL, notification_id INTEGER NOT NULL,
  PRIMARY KEY (application_name, notification_id));
INSERT INTO bank_events VALUES
  (7, x'7d2b7d0b68da4ec8bd27f62b8e0d1387', 1, 'bank.model:BankAccount.Opened', CAST('{"timestamp":{"_type_":"datetime_iso","_data_":"2026-01-05T08:13:09.505096+00:00"},"originator_topic":"bank.model:BankAccount","holder":"Ada","limit":{"_type_":"decimal_str","_data_":"10.50"},"correlation_id":"in-payload"}' AS BLOB)),
  (9, x'7d2b7d0b68da4ec8bd27f62b8e0d1387', 2, 'bank.model:BankAccount.Deposited', x'789cab562ac9cc4d2d2e49cc2d50b2aa568a2fa92c488d57b2524a492c4905c9c46716e72be928c503f9892071230323335d03435d03b310034b2b030320d206934ab53a4a89b9f9a579254a56a6b500dc3d1a36'),
  (10, x'7d2b7d0b68da4ec8bd27f62b8e0d1387', 3, 'bank.model:BankAccount.Deposited', x'9b01f7a0c3');
INSERT INTO bank_snapshots VALUES (x'7d2b7d0b68da4ec8bd27f62b8e0d1387', 2, 'eventsourcing.domain:Snapshot', CAST('{"timestamp":{"_type_":"datetime_iso","_data_":"2026-01-06T09:00:01+00:00"},"topic":"bank.model:BankAccount","state":{"balance":5}}' AS BLOB));
--= layout pyeventsourcing-sqlalchemy
--= note times are taken from timestamp._data_ in the payload
--= stream 7d2b7d0b-68da-4ec8-bd27-f62b8e0d1387 | BankAccount
--= event 7 | 7d2b7d0b-68da-4ec8-bd27-f62b8e0d1387 v1 | bank.model:BankAccount.Opened | 2026-01-05T08:13:09.505096Z | {"holder":"Ada","limit":"10.50","correlation_id":"in-payload"} | metadata {"timestamp":"2026-01-05T08:13:09.505096+00:00","originator_topic":"bank.model:BankAccount"}
--= event 9 | 7d2b7d0b-68da-4ec8-bd27-f62b8e0d1387 v2 | bank.model:BankAccount.Deposited | 2026-01-06T09:00:00Z | {"amount":5} | metadata {"timestamp":"2026-01-06T09:00:00+00:00"}
--= event 10 | 7d2b7d0b-68da-4ec8-bd27-f62b8e0d1387 v3 | bank.model:BankAccount.Deposited | - | ! encrypted, or compressed in a way that can't be undone without the application; encrypted, or compressed in a way that can't be undone without the application; its first bytes are not those of JSON
--= snapshot 7d2b7d0b-68da-4ec8-bd27-f62b8e0d1387 | v2 | 2026-01-06T09:00:01Z | {"balance":5}
