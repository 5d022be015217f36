-- patchlevel 1 SingleTableStore: camel case, no headers.
CREATE TABLE eventstore (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, aggregate VARCHAR(255) NOT NULL, aggregateId VARCHAR(255) NOT NULL,
  playhead INTEGER NOT NULL, event VARCHAR(255) NOT NULL, payload CLOB NOT NULL, recordedOn DATETIME DEFAULT NULL);
INSERT INTO eventstore VALUES (1, 'profile', '1', 1, 'App\Event\ProfileCreated', '{"name":"Ada"}', '2021-03-01 13:56:44');
--= layout patchlevel-v1
--= stream profile-1 | profile
--= event 1 | profile-1 v1 | App\Event\ProfileCreated | 2021-03-01T13:56:44Z | {"name":"Ada"}
