-- Gleam eventsourcing_sqlite: metadata is a list of pairs, the type is the application's only one.
CREATE TABLE event (aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint CHECK (sequence >= 0) NOT NULL, event_type text NOT NULL, event_version text NOT NULL, payload text NOT NULL, metadata text, PRIMARY KEY (aggregate_type, aggregate_id, sequence));
CREATE TABLE snapshot (aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint CHECK (sequence >= 0) NOT NULL, entity text NOT NULL, timestamp int NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id));
INSERT INTO event VALUES
  ('BankAccount', 'b1f6', 1, 'BankAccountEvent', '1', '{"amount":5,"event-type":"MoneyDeposited"}', '[["correlation_id","c-1"],["user","teller-5"]]'),
  ('BankAccount', 'b1f6', 2, 'BankAccountEvent', '1', '{"event-type":"Closed"}', '[]');
INSERT INTO snapshot VALUES ('BankAccount', 'b1f6', 2, '{"balance":5}', 1772373404);
--= layout gleam-eventsourcing
--= note the events have no times; name moments by position or version
--= stream BankAccount-b1f6 | BankAccount
--= event 1 | BankAccount-b1f6 v1 | BankAccountEvent | - | {"amount":5,"event-type":"MoneyDeposited"} | user teller-5 | correlation c-1 | schema "1" | metadata {"correlation_id":"c-1","user":"teller-5"}
--= event 2 | BankAccount-b1f6 v2 | BankAccountEvent | - | {"event-type":"Closed"} | schema "1" | metadata {}
--= snapshot BankAccount-b1f6 | v2 | 2026-03-01T13:56:44Z | {"balance":5}
