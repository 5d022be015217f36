-- Names are looked up, system streams are marked, ids are in capitals.
CREATE TABLE streams (id text NOT NULL UNIQUE, id_original text NOT NULL, id_internal integer NOT NULL PRIMARY KEY AUTOINCREMENT, version integer NOT NULL DEFAULT -1, position integer NOT NULL DEFAULT -1, max_age integer NULL, max_count integer NULL);
CREATE TABLE messages (event_id CHAR(36) NOT NULL, stream_id_internal integer NOT NULL, stream_version integer NOT NULL, [position] integer NOT NULL PRIMARY KEY AUTOINCREMENT, created_utc DATETIME NOT NULL, type CHAR(128) NOT NULL, json_data text NOT NULL, json_metadata text);
INSERT INTO streams VALUES ('85b4901b-39e7-4ad6-98e1-2f817c74e4f6', '85b4901b-39e7-4ad6-98e1-2f817c74e4f6', 1, 0, 1, NULL, NULL), ('A94A8FE5CCB19BA61C4C0873D391E987982FBBD3', 'order-1', 2, 1, 4, NULL, 20), ('X', '$$order-1', 3, 0, 5, NULL, NULL), ('Y', '$deleted', 4, 0, 6, NULL, NULL);
INSERT INTO messages VALUES
 ('25CD2E45-673D-4838-B7EB-0FEDEB68FFC6', 1, 0, 0, '2026-02-27 17:02:49.904995', 'CartOpened', '{"a":1}', '{"correlationId":"c1","causationId":"x"}'),
 ('25CD2E45-673D-4838-B7EB-0FEDEB68FFC7', 2, 0, 3, '2026-02-27 17:02:49.904995', 'OrderPlaced', '{}', ''),
 ('25CD2E45-673D-4838-B7EB-0FEDEB68FFC8', 2, 1, 4, '2026-02-27 17:02:50', 'OrderShipped', '{}', NULL),
 ('25CD2E45-673D-4838-B7EB-0FEDEB68FFC9', 3, 0, 5, '2026-02-27 17:02:51', '$stream-metadata', '{"MaxCount":20}', NULL),
 ('25CD2E45-673D-4838-B7EB-0FEDEB68FFCA', 4, 0, 6, '2026-02-27 17:02:52', '$stream-deleted', '{"StreamId":"gone"}', NULL);
--= layout sqlstreamstore
--= stream 85b4901b-39e7-4ad6-98e1-2f817c74e4f6 | messages
--= stream order-1 | order
--= stream $$order-1 | $$order
--= stream $deleted | $deleted
--= event 0 | 85b4901b-39e7-4ad6-98e1-2f817c74e4f6 v0 | CartOpened | 2026-02-27T17:02:49.904995Z | {"a":1} | id 25cd2e45-673d-4838-b7eb-0fedeb68ffc6 | correlation c1 | causation x | metadata {"correlationId":"c1","causationId":"x"}
--= event 3 | order-1 v0 | OrderPlaced | 2026-02-27T17:02:49.904995Z | {} | id 25cd2e45-673d-4838-b7eb-0fedeb68ffc7
--= event 4 | order-1 v1 | OrderShipped | 2026-02-27T17:02:50Z | {} | id 25cd2e45-673d-4838-b7eb-0fedeb68ffc8
--= event 5 | $$order-1 v0 | $stream-metadata | 2026-02-27T17:02:51Z | {"MaxCount":20} | id 25cd2e45-673d-4838-b7eb-0fedeb68ffc9 | kind System
--= event 6 | $deleted v0 | $stream-deleted | 2026-02-27T17:02:52Z | {"StreamId":"gone"} | id 25cd2e45-673d-4838-b7eb-0fedeb68ffca | kind System
