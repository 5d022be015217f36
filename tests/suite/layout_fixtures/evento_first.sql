-- evento 1.0 had neither routing keys nor parts of a second.
CREATE TABLE event (id varchar(26) NOT NULL PRIMARY KEY, name varchar(20) NOT NULL, aggregator_type varchar(50) NOT NULL,
  aggregator_id varchar(26) NOT NULL, version integer NOT NULL, data blob NOT NULL, metadata blob NOT NULL, timestamp integer NOT NULL);
INSERT INTO event VALUES ('01KP3CEVFGBR1YCAXGBNJ73G11', 'Opened', 'a/A', '01KP35HX5GV6FJ78302K7AJRJA', 1, x'9a', x'', 1776082710);
--= layout evento
--= note events are ordered by timestamp, version, id, and positions are ordinals
--= stream a/A-01KP35HX5GV6FJ78302K7AJRJA | a/A
--= event 1 | a/A-01KP35HX5GV6FJ78302K7AJRJA v1 | Opened | 2026-04-13T12:18:30Z | ! bincode, which only the program that wrote it can read; bincode, which only the program that wrote it can read: 1 byte of no form that can be read: 9a | id 01KP3CEVFGBR1YCAXGBNJ73G11
