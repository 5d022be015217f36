-- The same from version 6 on: tags are texts, events have no id, the table's name is the application's.
CREATE TABLE course_log (sequence_number INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, type VARCHAR(255) NOT NULL, data CLOB NOT NULL, metadata CLOB DEFAULT NULL, tags CLOB NOT NULL, recorded_at DATETIME NOT NULL);
INSERT INTO course_log VALUES (1, 'StudentSubscribed', '{"a":1}', NULL, '["course:c1","student:s1"]', '2026-02-27 16:45:01');
--= layout dcb-doctrine
--= stream course:c1 | course
--= stream student:s1 | student
--= event 1 | course:c1 v-, student:s1 v- | StudentSubscribed | 2026-02-27T16:45:01Z | {"a":1} | metadata {"tags":["course:c1","student:s1"]}
