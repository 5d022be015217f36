-- The time is the order.
CREATE TABLE events (id INTEGER NOT NULL, sender_id VARCHAR(255) NOT NULL, type_name VARCHAR(255) NOT NULL, timestamp FLOAT, intent_name VARCHAR(255), action_name VARCHAR(255), data TEXT, PRIMARY KEY (id));
CREATE TABLE users (username TEXT, password_hash TEXT, api_token TEXT);
INSERT INTO events VALUES (2, 'user-014', 'action', 1770803437.1, NULL, 'action_listen', '{"event":"action"}'), (1, 'user-014', 'user', 1770803437.259, 'greet', NULL, '{"event":"user","text":"thanks \ud83d\ude4f"}');
--= layout rasa-tracker
--= note events are ordered by timestamp, id, and positions are ordinals
--= stream user-014 | user
--= event 1 | user-014 v- | action | 2026-02-11T09:50:37.100Z | {"event":"action"} | id 2 | metadata {"action_name":"action_listen"}
--= event 2 | user-014 v- | user | 2026-02-11T09:50:37.259Z | {"event":"user","text":"thanks 🙏"} | id 1 | metadata {"intent_name":"greet"}
