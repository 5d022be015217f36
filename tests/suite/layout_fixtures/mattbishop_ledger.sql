-- No version; the database itself forbids changes.
CREATE TABLE ledger (entity TEXT NOT NULL, entity_key TEXT NOT NULL, event TEXT NOT NULL, data JSONB NOT NULL, append_key TEXT NOT NULL UNIQUE, previous_id TEXT UNIQUE, event_id TEXT NOT NULL UNIQUE, timestamp INTEGER NOT NULL, sequence INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TRIGGER no_update_ledger BEFORE UPDATE ON ledger BEGIN SELECT RAISE(FAIL, 'Cannot update events in the ledger'); END;
CREATE VIEW replay_events AS SELECT entity, entity_key, event, data, timestamp, event_id FROM ledger ORDER BY sequence;
INSERT INTO ledger VALUES
 ('order', '2026-00029', 'OrderPlaced', '{"by":"Aisha \"Ace\" Khan"}', 'k1', NULL, 'db75ff0f-dd92-4a13-ba1e-1e27980fd6e8', 1772299701000, 3),
 ('order', '2026-00029', 'OrderPaid', jsonb('{"cents":20}'), 'k2', 'db75ff0f-dd92-4a13-ba1e-1e27980fd6e8', 'db75ff0f-dd92-4a13-ba1e-1e27980fd6e9', 1772299701001, 4);
--= layout mattbishop-ledger
--= stream order-2026-00029 | order
--= event 3 | order-2026-00029 v- | OrderPlaced | 2026-02-28T17:28:21Z | {"by":"Aisha \"Ace\" Khan"} | id db75ff0f-dd92-4a13-ba1e-1e27980fd6e8 | metadata {"append_key":"k1"}
--= event 4 | order-2026-00029 v- | OrderPaid | 2026-02-28T17:28:21.001Z | {"cents":20} | id db75ff0f-dd92-4a13-ba1e-1e27980fd6e9 | metadata {"append_key":"k2","previous_id":"db75ff0f-dd92-4a13-ba1e-1e27980fd6e8"}
