-- The category is what is before the first hyphen; commands have categories of their own.
CREATE TABLE messages (id TEXT NOT NULL, stream_name TEXT NOT NULL, type TEXT NOT NULL, position INTEGER NOT NULL, global_position INTEGER PRIMARY KEY AUTOINCREMENT, data TEXT, metadata TEXT, time INTEGER NOT NULL);
INSERT INTO messages VALUES
 ('m1', 'cart:command-85b4901b-39e7', 'Open', 0, 1, '{}', NULL, 1772198551306),
 ('m2', 'cart-85b4901b-39e7', 'Opened', 0, 4, '{"a":1}', '{"correlationStreamName":"checkout-9","causationMessageStreamName":"cart:command-85b4901b-39e7","causationMessagePosition":0,"schemaVersion":2}', 1772198551307),
 ('m3', 'cart-85b4901b-39e7', 'Closed', 1, 5, NULL, NULL, 1772198551);
--= layout message-db-sqlite
--= stream cart:command-85b4901b-39e7 | cart:command
--= stream cart-85b4901b-39e7 | cart
--= event 1 | cart:command-85b4901b-39e7 v0 | Open | 2026-02-27T13:22:31.306Z | {} | id m1 | kind Command
--= event 4 | cart-85b4901b-39e7 v0 | Opened | 2026-02-27T13:22:31.307Z | {"a":1} | id m2 | correlation checkout-9 | schema 2 | metadata {"correlationStreamName":"checkout-9","causationMessageStreamName":"cart:command-85b4901b-39e7","causationMessagePosition":0,"schemaVersion":2}
--= event 5 | cart-85b4901b-39e7 v1 | Closed | 2026-02-27T13:22:31Z | null | id m3
