-- patchlevel 2 MultiTableStore: a table for each aggregate, ids shared through eventstore_metadata. All in one second.
CREATE TABLE eventstore_metadata (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, aggregate VARCHAR(255) NOT NULL, aggregate_id VARCHAR(255) NOT NULL, playhead INTEGER NOT NULL);
CREATE TABLE profile (id INTEGER NOT NULL, aggregate_id VARCHAR(255) NOT NULL, playhead INTEGER NOT NULL, event VARCHAR(255) NOT NULL,
  payload CLOB NOT NULL, recorded_on DATETIME DEFAULT NULL, custom_headers CLOB NOT NULL, PRIMARY KEY(id));
CREATE TABLE hotel (id INTEGER NOT NULL, aggregate_id VARCHAR(255) NOT NULL, playhead INTEGER NOT NULL, event VARCHAR(255) NOT NULL,
  payload CLOB NOT NULL, recorded_on DATETIME DEFAULT NULL, custom_headers CLOB NOT NULL, PRIMARY KEY(id));
INSERT INTO eventstore_metadata VALUES (1, 'profile', 'p1', 1), (2, 'hotel', 'h1', 1), (3, 'profile', 'p1', 2);
INSERT INTO profile VALUES (1, 'p1', 1, 'profile.created', '{"name":"Ada"}', '2023-03-01 13:56:44', '[]'), (3, 'p1', 2, 'profile.named', '{"name":"Eve"}', '2023-03-01 13:56:44', '[]');
INSERT INTO hotel VALUES (2, 'h1', 1, 'hotel.opened', '{"rooms":12}', '2023-03-01 13:56:44', '{"user":"u"}');
--= layout patchlevel-v2-multi
--= note the events are those of 2 tables, merged by position: hotel, profile
--= stream profile-p1 | profile
--= stream hotel-h1 | hotel
--= event 1 | profile-p1 v1 | profile.created | 2023-03-01T13:56:44Z | {"name":"Ada"} | metadata []
--= event 2 | hotel-h1 v1 | hotel.opened | 2023-03-01T13:56:44Z | {"rooms":12} | user u | metadata {"user":"u"}
--= event 3 | profile-p1 v2 | profile.named | 2023-03-01T13:56:44Z | {"name":"Eve"} | metadata []
