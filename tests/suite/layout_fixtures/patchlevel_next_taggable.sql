-- patchlevel after 3.5: tags, ids, a stream without playheads.
CREATE TABLE event_store (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, stream VARCHAR(255) NOT NULL, playhead INTEGER DEFAULT NULL,
  event_id VARCHAR(255) NOT NULL, event_name VARCHAR(255) NOT NULL, event_payload CLOB NOT NULL, recorded_on DATETIME NOT NULL,
  archived BOOLEAN DEFAULT 0 NOT NULL, tags CLOB DEFAULT NULL, custom_headers CLOB NOT NULL);
INSERT INTO event_store VALUES
  (1, 'cart-51df8bf2', 1, 'e-1', 'cart.opened', '{"client":"c"}', '2026-02-27 16:45:01', 1, '["cart:51df8bf2","client:c"]', '{"tracing":{"correlationId":"c-1","causationId":"x","userId":"u-1"}}'),
  (2, 'main', NULL, 'e-2', 'order.placed', '{}', '2026-02-27 16:45:02', 0, NULL, '[]');
--= layout patchlevel-next-taggable
--= stream cart-51df8bf2 | cart archived
--= stream main | main
--= event 1 | cart-51df8bf2 v1 | cart.opened | 2026-02-27T16:45:01Z | {"client":"c"} | id e-1 | user u-1 | correlation c-1 | causation x | archived yes | metadata {"tracing":{"correlationId":"c-1","causationId":"x","userId":"u-1"},"tags":["cart:51df8bf2","client:c"]}
--= event 2 | main v- | order.placed | 2026-02-27T16:45:02Z | {} | id e-2 | metadata []
