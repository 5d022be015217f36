-- wwwision's DCB event store 3: tags are objects; an event may have none.
CREATE TABLE dcb_events (sequence_number INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, id VARCHAR(255) NOT NULL, type VARCHAR(255) NOT NULL, data CLOB NOT NULL, metadata CLOB DEFAULT NULL, tags CLOB NOT NULL, recorded_at DATETIME NOT NULL);
INSERT INTO dcb_events VALUES
  (1, 'e-1', 'Shop:CartOpened', '{"client":"c-1"}', '{"correlationId":"c-1","causationId":null,"user":"u-1"}', '[{"key":"cart","value":"51df"},{"key":"customer","value":"c-1"}]', '2026-02-27 16:45:01'),
  (2, 'e-2', 'Shop:Cleaned', '[]', NULL, '[]', '2026-02-27 16:45:02');
--= layout dcb-doctrine
--= stream cart:51df | cart
--= stream customer:c-1 | customer
--= event 1 | cart:51df v-, customer:c-1 v- | Shop:CartOpened | 2026-02-27T16:45:01Z | {"client":"c-1"} | id e-1 | user u-1 | correlation c-1 | metadata {"correlationId":"c-1","causationId":null,"user":"u-1","tags":[{"key":"cart","value":"51df"},{"key":"customer","value":"c-1"}]}
--= event 2 |  | Shop:Cleaned | 2026-02-27T16:45:02Z | [] | id e-2 | metadata {"tags":[]}
