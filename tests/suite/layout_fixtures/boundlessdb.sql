-- boundlessdb: no streams, keys by which consistency is kept.
CREATE TABLE events (position INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL UNIQUE, event_type TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT, timestamp TEXT NOT NULL, created_at TEXT DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE event_keys (position INTEGER NOT NULL REFERENCES events(position), key_name TEXT NOT NULL, key_value TEXT NOT NULL, PRIMARY KEY (position, key_name, key_value));
CREATE TABLE metadata (key TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO events VALUES
  (1, 'e-1', 'CourseCreated', '{"courseId":"cs101"}', NULL, '2026-02-27T16:45:01.123Z', '2026-02-27 16:45:01'),
  (2, 'e-2', 'StudentSubscribed', '{"courseId":"cs101","studentId":"s-1"}', '{"userId":"u-1","correlationId":"c-1"}', '2026-02-27T16:45:02.000Z', '2026-02-27 16:45:02'),
  (3, 'e-3', 'Cleaned', '{}', NULL, '2026-02-27T16:45:03.000Z', '2026-02-27 16:45:03');
INSERT INTO event_keys VALUES (1, 'course', 'cs101'), (2, 'course', 'cs101'), (2, 'student', 's-1');
INSERT INTO metadata VALUES ('schema_version', '1');
--= layout boundlessdb
--= stream course-cs101 | course
--= stream student-s-1 | student
--= event 1 | course-cs101 v- | CourseCreated | 2026-02-27T16:45:01.123Z | {"courseId":"cs101"} | id e-1
--= event 2 | course-cs101 v-, student-s-1 v- | StudentSubscribed | 2026-02-27T16:45:02Z | {"courseId":"cs101","studentId":"s-1"} | id e-2 | user u-1 | correlation c-1 | metadata {"userId":"u-1","correlationId":"c-1"}
--= event 3 |  | Cleaned | 2026-02-27T16:45:03Z | {} | id e-3
