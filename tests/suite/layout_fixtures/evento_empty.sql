-- An event without fields is no bytes: nothing is broken about it.
CREATE TABLE "event" ("id" varchar(26) NOT NULL PRIMARY KEY, "name" varchar(20) NOT NULL, "aggregator_type" varchar(50) NOT NULL, "aggregator_id" varchar(26) NOT NULL, "version" integer NOT NULL, "data" blob NOT NULL, "metadata" blob NOT NULL, "routing_key" varchar(50), "timestamp" integer NOT NULL, "timestamp_subsec" integer NOT NULL DEFAULT 0);
INSERT INTO event VALUES ('01KP3CEVFGBR1YCAXGBNJ73G12', 'Closed', 'rides/Ride', '01KP35HX5GV6FJ78302K7AJRJA', 1, X'', X'', NULL, 1776082710, 250);
--= layout evento
--= note events are ordered by timestamp, timestamp_subsec, version, id, and positions are ordinals
--= stream rides/Ride-01KP35HX5GV6FJ78302K7AJRJA | rides/Ride
--= event 1 | rides/Ride-01KP35HX5GV6FJ78302K7AJRJA v1 | Closed | 2026-04-13T12:18:30.250Z | ! bincode, which only the program that wrote it can read; bincode, which only the program that wrote it can read: empty payload: 0 bytes | id 01KP3CEVFGBR1YCAXGBNJ73G12
