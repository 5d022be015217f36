-- patchlevel 1 MultiTableStore.
CREATE TABLE eventstore_metadata (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, aggregate VARCHAR(255) NOT NULL, aggregateId VARCHAR(255) NOT NULL, playhead INTEGER NOT NULL);
CREATE TABLE profile (id INTEGER NOT NULL, aggregateId VARCHAR(255) NOT NULL, playhead INTEGER NOT NULL, event VARCHAR(255) NOT NULL,
  payload CLOB NOT NULL, recordedOn DATETIME DEFAULT NULL, PRIMARY KEY(id));
INSERT INTO eventstore_metadata VALUES (1, 'profile', 'p1', 1);
INSERT INTO profile VALUES (1, 'p1', 1, 'profile.created', '{"name":"Ada"}', '2021-03-01 13:56:44');
--= layout patchlevel-v1-multi
--= stream profile-p1 | profile
--= event 1 | profile-p1 v1 | profile.created | 2021-03-01T13:56:44Z | {"name":"Ada"}
