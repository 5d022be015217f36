-- The same library's stream store without tags.
CREATE TABLE events_of_shop (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, stream VARCHAR(255) NOT NULL, playhead INTEGER DEFAULT NULL,
  event_id VARCHAR(255) NOT NULL, event_name VARCHAR(255) NOT NULL, event_payload CLOB NOT NULL, recorded_on DATETIME NOT NULL,
  archived BOOLEAN DEFAULT 0 NOT NULL, custom_headers CLOB NOT NULL);
INSERT INTO events_of_shop VALUES (5, 'cart-1', 1, 'e-1', 'cart.opened', '{"client":"c"}', '2026-02-27 16:45:01', 0, '{}');
--= layout patchlevel-next-taggable
--= stream cart-1 | cart
--= event 5 | cart-1 v1 | cart.opened | 2026-02-27T16:45:01Z | {"client":"c"} | id e-1 | metadata {}
