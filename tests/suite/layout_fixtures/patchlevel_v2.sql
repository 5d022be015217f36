-- patchlevel 2 SingleTableStore.
CREATE TABLE eventstore (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, aggregate VARCHAR(255) NOT NULL, aggregate_id VARCHAR(255) NOT NULL,
  playhead INTEGER NOT NULL, event VARCHAR(255) NOT NULL, payload CLOB NOT NULL, recorded_on DATETIME DEFAULT NULL, custom_headers CLOB NOT NULL);
INSERT INTO eventstore VALUES
  (1, 'profile', '1', 1, 'profile.created', '{"name":"Ada"}', '2023-03-01 13:56:44', '{"user_id":"u-1"}'),
  (2, 'profile', '1', 2, 'profile.named', '{"name":"Eve"}', NULL, '[]');
--= layout patchlevel-v2
--= stream profile-1 | profile
--= event 1 | profile-1 v1 | profile.created | 2023-03-01T13:56:44Z | {"name":"Ada"} | user u-1 | metadata {"user_id":"u-1"}
--= event 2 | profile-1 v2 | profile.named | - | {"name":"Eve"} | metadata []
