-- evento 1.8: rows in any order, seconds with milliseconds beside them, bincode.
CREATE TABLE "event" ( "id" varchar(26) NOT NULL PRIMARY KEY, "name" varchar(20) NOT NULL, "aggregator_type" varchar(50) NOT NULL,
  "aggregator_id" varchar(26) NOT NULL, "version" integer NOT NULL, "data" blob NOT NULL, "metadata" blob NOT NULL,
  "routing_key" varchar(50), "timestamp" integer NOT NULL , "timestamp_subsec" integer NOT NULL DEFAULT 0);
CREATE TABLE "snapshot" ( "id" varchar(26) NOT NULL, "type" varchar(50) NOT NULL, "cursor" varchar NOT NULL, "revision" varchar NOT NULL,
  "data" blob NOT NULL, "created_at" timestamp_with_timezone_text NOT NULL DEFAULT CURRENT_TIMESTAMP, "updated_at" timestamp_with_timezone_text NULL,
  PRIMARY KEY ("type", "id") );
CREATE TABLE "subscriber" ( "key" varchar(50) NOT NULL PRIMARY KEY, "worker_id" varchar(26) NOT NULL, "cursor" varchar, "lag" integer NOT NULL,
  "enabled" boolean NOT NULL DEFAULT TRUE, "created_at" timestamp_with_timezone_text NOT NULL DEFAULT CURRENT_TIMESTAMP, "updated_at" timestamp_with_timezone_text NULL );
INSERT INTO event VALUES
  ('01KP3CEVFGBR1YCAXGBNJ73G12', 'RideRated', 'rides/Ride', '01KP35HX5GV6FJ78302K7AJRJA', 2, x'0400', x'2431623133', 'hamburg', 1776082710, 250),
  ('01KP3CEVFGBR1YCAXGBNJ73G11', 'RideRequested', 'rides/Ride', '01KP35HX5GV6FJ78302K7AJRJA', 1, x'9a99', x'ff00', NULL, 1776082710, 125);
INSERT INTO snapshot VALUES ('01KP35HX5GV6FJ78302K7AJRJA', 'rides/Ride', 'GjAx', 'a8f5', x'09', '2026-04-14 09:18:57', NULL);
--= layout evento
--= note events are ordered by timestamp, timestamp_subsec, version, id, and positions are ordinals
--= stream rides/Ride-01KP35HX5GV6FJ78302K7AJRJA | rides/Ride
--= event 1 | rides/Ride-01KP35HX5GV6FJ78302K7AJRJA v1 | RideRequested | 2026-04-13T12:18:30.125Z | ! bincode, which only the program that wrote it can read; bincode, which only the program that wrote it can read: 2 bytes of no form that can be read: 9a 99 | id 01KP3CEVFGBR1YCAXGBNJ73G11 | metadata {"$raw":"ff00"}
--= event 2 | rides/Ride-01KP35HX5GV6FJ78302K7AJRJA v2 | RideRated | 2026-04-13T12:18:30.250Z | ! bincode, which only the program that wrote it can read; bincode, which only the program that wrote it can read: 2 bytes of no form that can be read: 04 00 | id 01KP3CEVFGBR1YCAXGBNJ73G12 | metadata {"$raw":"$1b13","routing_key":"hamburg"}
--= snapshot rides/Ride-01KP35HX5GV6FJ78302K7AJRJA | v- | 2026-04-14T09:18:57Z | ! bincode, which only the program that wrote it can read; bincode, which only the program that wrote it can read: 1 byte of no form that can be read: 09
