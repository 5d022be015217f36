-- Before version 1 an event is spread over columns; what is pickled is not run, and not read.
CREATE TABLE sessions (app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, id VARCHAR(128) NOT NULL, state TEXT NOT NULL, create_time DATETIME NOT NULL, update_time DATETIME NOT NULL, PRIMARY KEY (app_name, user_id, id));
CREATE TABLE events (id VARCHAR(128) NOT NULL, app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, session_id VARCHAR(128) NOT NULL, invocation_id VARCHAR(256) NOT NULL, author VARCHAR(256) NOT NULL, actions BLOB NOT NULL, long_running_tool_ids_json TEXT, branch VARCHAR(256), timestamp DATETIME NOT NULL, content TEXT, grounding_metadata TEXT, partial BOOLEAN, turn_complete BOOLEAN, error_code VARCHAR(256), error_message VARCHAR(1024), interrupted BOOLEAN, PRIMARY KEY (id, app_name, user_id, session_id));
INSERT INTO sessions VALUES ('support', 'user-2', 's1', '{}', '2025-05-05 00:00:00', '2025-05-05 00:00:00');
INSERT INTO events VALUES
 ('e1', 'support', 'user-2', 's1', 'i1', 'user', X'80049502000000000000007d2e', NULL, NULL, '2025-05-05 00:54:10', '{"role":"user","parts":[{"text":"hi"}]}', NULL, NULL, NULL, NULL, NULL, NULL),
 ('e2', 'support', 'user-2', 's1', 'i1', 'support', X'80049502000000000000007d2e', NULL, 'b', '2025-05-05 00:54:10.471100', NULL, NULL, 0, 1, 'SAFETY', 'no', NULL);
--= layout google-adk-v0
--= note events are ordered by time, and positions are ordinals
--= stream support-user-2-s1 | support
--= event 1 | support-user-2-s1 v- | user | 2025-05-05T00:54:10Z | {"content":{"role":"user","parts":[{"text":"hi"}]}} | id e1 | user user-2 | correlation i1 | metadata {"invocation_id":"i1"}
--= event 2 | support-user-2-s1 v- | support | 2025-05-05T00:54:10.471100Z | {"error_code":"SAFETY","error_message":"no"} | id e2 | user user-2 | correlation i1 | metadata {"invocation_id":"i1","branch":"b","partial":0,"turn_complete":1}
