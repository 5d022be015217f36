CREATE TABLE events (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, uuid BINARY(16) NOT NULL, playhead INTEGER UNSIGNED NOT NULL, payload CLOB NOT NULL, metadata CLOB NOT NULL,
  recorded_on VARCHAR(32) NOT NULL, type VARCHAR(255) NOT NULL);
INSERT INTO events VALUES (1, x'976a79d73c4857a9864e2365e73f6aa3', 0, '{"class":"A\\B","payload":{"a":1}}', '{"class":"M","payload":{}}', '2025-12-10T17:26:26.687841+00:00', 'A.B');
--= layout broadway-dbal
--= stream 976a79d7-3c48-57a9-864e-2365e73f6aa3 | events
--= event 1 | 976a79d7-3c48-57a9-864e-2365e73f6aa3 v0 | A.B | 2025-12-10T17:26:26.687841Z | {"a":1} | metadata {"class":"A\\B"}
