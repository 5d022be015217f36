-- evento 2: tenants, bitcode.
CREATE TABLE "event" ( "id" varchar(26) NOT NULL PRIMARY KEY, "name" varchar(50) NOT NULL, "aggregator_type" varchar(50) NOT NULL,
  "aggregator_id" varchar(64) NOT NULL, "version" integer NOT NULL, "data" blob NOT NULL, "metadata" blob NOT NULL, "routing_key" varchar(50),
  "timestamp" integer NOT NULL , "timestamp_subsec" integer NOT NULL DEFAULT 0, "tenant" varchar(255) NOT NULL DEFAULT '');
CREATE TABLE "snapshot" ( "tenant" varchar(255) NOT NULL DEFAULT '', "id" varchar(64) NOT NULL, "type" varchar(50) NOT NULL, "projection" varchar(255) NOT NULL,
  "cursor" varchar NOT NULL, "revision" varchar NOT NULL, "data" blob NOT NULL, "created_at" timestamp_with_timezone_text NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updated_at" timestamp_with_timezone_text NULL, PRIMARY KEY ("tenant", "type", "projection", "id") );
INSERT INTO event VALUES
  ('01KJMTZTB0A9YR31TTRGHH31QZ', 'MoneyDeposited', 'bank/BankAccount', '01KEHJFE40QX8JR898RAZRQFMG', 1, x'023a6d', x'1a30', 'retail', 1772373404, 0, ''),
  ('01KJMTZTB0A9YR31TTRGHH31R0', 'MoneyDeposited', 'bank/BankAccount', '01KEHJFE40QX8JR898RAZRQFMG', 1, x'023a6d', x'1a30', NULL, 1772373405, 0, 'acme');
INSERT INTO snapshot VALUES ('acme', '01KEHJFE40QX8JR898RAZRQFMG', 'bank/BankAccount', 'Balance', 'Gj', 'r', x'01', '2026-04-14 09:18:57', NULL);
--= layout evento-2
--= note events are ordered by timestamp, timestamp_subsec, version, id, and positions are ordinals
--= stream bank/BankAccount-01KEHJFE40QX8JR898RAZRQFMG | bank/BankAccount
--= stream acme/bank/BankAccount-01KEHJFE40QX8JR898RAZRQFMG | bank/BankAccount
--= event 1 | bank/BankAccount-01KEHJFE40QX8JR898RAZRQFMG v1 | MoneyDeposited | 2026-03-01T13:56:44Z | ! bitcode, which only the program that wrote it can read; bitcode, which only the program that wrote it can read: 3 bytes of no form that can be read: 02 3a 6d | id 01KJMTZTB0A9YR31TTRGHH31QZ | metadata {"$raw":"\u001a0","routing_key":"retail"}
--= event 2 | acme/bank/BankAccount-01KEHJFE40QX8JR898RAZRQFMG v1 | MoneyDeposited | 2026-03-01T13:56:45Z | ! bitcode, which only the program that wrote it can read; bitcode, which only the program that wrote it can read: 3 bytes of no form that can be read: 02 3a 6d | id 01KJMTZTB0A9YR31TTRGHH31R0 | metadata {"$raw":"\u001a0"}
--= snapshot acme/bank/BankAccount-01KEHJFE40QX8JR898RAZRQFMG | v- | 2026-04-14T09:18:57Z | ! bitcode, which only the program that wrote it can read; bitcode, which only the program that wrote it can read: 1 byte of no form that can be read: 01
