-- Phauthentic: payloads by PHP's serialize().
CREATE TABLE event_store (id INTEGER PRIMARY KEY AUTOINCREMENT, stream VARCHAR(128) NULL, aggregate_id CHAR(36) NOT NULL, version INT NOT NULL, event VARCHAR(255) NOT NULL, payload TEXT NOT NULL, created_at VARCHAR(128) NOT NULL, correlation_id VARCHAR(255) NULL, meta_data TEXT NULL, UNIQUE (aggregate_id, version));
INSERT INTO event_store VALUES
  (1, 'Invoice', 'd8f0a1b2-0000-4000-8000-000000000001', 1, 'Invoice.created', 'a:2:{s:6:"number";s:3:"R-1";s:5:"total";i:5;}', '2026-02-27 16:45:01', 'c-1', 'a:1:{s:4:"user";s:3:"ada";}'),
  (2, NULL, 'd8f0a1b2-0000-4000-8000-000000000002', 1, 'Invoice.created', '{"number":"R-2"}', '2026-02-27 16:45:02', NULL, NULL);
--= layout phauthentic
--= stream d8f0a1b2-0000-4000-8000-000000000001 | Invoice
--= stream d8f0a1b2-0000-4000-8000-000000000002 | event_store
--= event 1 | d8f0a1b2-0000-4000-8000-000000000001 v1 | Invoice.created | 2026-02-27T16:45:01Z | {"number":"R-1","total":5} | user ada | correlation c-1 | metadata {"user":"ada"}
--= event 2 | d8f0a1b2-0000-4000-8000-000000000002 v1 | Invoice.created | 2026-02-27T16:45:02Z | {"number":"R-2"}
