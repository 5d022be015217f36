-- event-store-adapter-rs 2: the type is the payload's tag; the snapshot with number 0 is the current one.
CREATE TABLE journal (pkey TEXT NOT NULL, skey TEXT NOT NULL, aid TEXT NOT NULL, seq_nr INTEGER NOT NULL, payload BLOB NOT NULL, occurred_at INTEGER NOT NULL, PRIMARY KEY (pkey, skey));
CREATE TABLE snapshot (pkey TEXT NOT NULL, skey TEXT NOT NULL, aid TEXT NOT NULL, seq_nr INTEGER NOT NULL, version INTEGER NOT NULL, payload BLOB NOT NULL, last_updated_at INTEGER NOT NULL, PRIMARY KEY (pkey, skey));
INSERT INTO journal VALUES
  ('BankAccount-16', 'BankAccount-b1-1', 'BankAccount-b1', 1, CAST('{"Opened":{"id":"e-1","seq_nr":1,"owner":"Ada"}}' AS BLOB), 1772373404693),
  ('BankAccount-16', 'BankAccount-b1-2', 'BankAccount-b1', 2, CAST('"Closed"' AS BLOB), 1772373405000);
INSERT INTO snapshot VALUES
  ('BankAccount-16', 'BankAccount-b1-0', 'BankAccount-b1', 0, 25, CAST('{"seq_nr":2,"version":2,"closed":true}' AS BLOB), 1772373405000),
  ('BankAccount-16', 'BankAccount-b1-1', 'BankAccount-b1', 1, 1, CAST('{"seq_nr":1,"version":1,"closed":false}' AS BLOB), 1772373404693),
  ('BankAccount-17', 'BankAccount-b2-0', 'BankAccount-b1', 0, 9, CAST('{"closed":false}' AS BLOB), 1772373404693);
--= layout event-store-adapter-rs
--= stream BankAccount-b1 | BankAccount
--= event 1 | BankAccount-b1 v1 | Opened | 2026-03-01T13:56:44.693Z | {"id":"e-1","seq_nr":1,"owner":"Ada"}
--= event 2 | BankAccount-b1 v2 | Closed | 2026-03-01T13:56:45Z | "Closed"
--= snapshot BankAccount-b1 | v2 | 2026-03-01T13:56:45Z | {"seq_nr":2,"version":2,"closed":true}
--= snapshot BankAccount-b1 | v- | 2026-03-01T13:56:44.693Z | {"closed":false}
--= snapshot BankAccount-b1 | v1 | 2026-03-01T13:56:44.693Z | {"seq_nr":1,"version":1,"closed":false}
