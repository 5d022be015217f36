-- A session is a stream, its application the category.
CREATE TABLE adk_internal_metadata ("key" VARCHAR(128) NOT NULL, value VARCHAR(256) NOT NULL, PRIMARY KEY ("key"));
CREATE TABLE sessions (app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, id VARCHAR(128) NOT NULL, state TEXT NOT NULL, create_time DATETIME NOT NULL, update_time DATETIME NOT NULL, PRIMARY KEY (app_name, user_id, id));
CREATE TABLE events (id VARCHAR(128) NOT NULL, app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, session_id VARCHAR(128) NOT NULL, invocation_id VARCHAR(256) NOT NULL, timestamp DATETIME NOT NULL, event_data TEXT, PRIMARY KEY (id, app_name, user_id, session_id));
INSERT INTO sessions VALUES ('support', 'user-2', 's1', '{}', '2026-05-05 00:00:00', '2026-05-05 00:00:00');
INSERT INTO events VALUES
 ('e2', 'support', 'user-2', 's1', 'i1', '2026-05-05 00:54:10.471100', '{"author":"support","content":{"parts":[{"text":"hi"}]}}'),
 ('e1', 'support', 'user-2', 's1', 'i1', '2026-05-05 00:54:10', '{"author":"user"}');
--= layout google-adk-v1
--= note events are ordered by time, and positions are ordinals
--= stream support-user-2-s1 | support
--= event 1 | support-user-2-s1 v- | user | 2026-05-05T00:54:10Z | {"author":"user"} | id e1 | user user-2 | correlation i1 | metadata {"invocation_id":"i1"}
--= event 2 | support-user-2-s1 v- | support | 2026-05-05T00:54:10.471100Z | {"author":"support","content":{"parts":[{"text":"hi"}]}} | id e2 | user user-2 | correlation i1 | metadata {"invocation_id":"i1"}
