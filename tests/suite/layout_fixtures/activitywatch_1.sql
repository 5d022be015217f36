-- Version 1: a bucket's id is its key.
CREATE TABLE "bucketmodel" ("id" VARCHAR(255) NOT NULL PRIMARY KEY, "created" DATETIME NOT NULL, "name" VARCHAR(255), "type" VARCHAR(255) NOT NULL, "client" VARCHAR(255) NOT NULL, "hostname" VARCHAR(255) NOT NULL);
CREATE TABLE "eventmodel" ("id" INTEGER NOT NULL PRIMARY KEY, "bucket_id" VARCHAR(255) NOT NULL, "timestamp" DATETIME NOT NULL, "duration" DECIMAL(10, 5) NOT NULL, "datastr" VARCHAR(255) NOT NULL);
INSERT INTO bucketmodel VALUES ('aw-watcher-afk_host1', 'x', NULL, 'afkstatus', 'aw-watcher-afk', 'host1');
INSERT INTO eventmodel VALUES (7, 'aw-watcher-afk_host1', '2018-03-02 13:43:59+00:00', 2.5, '{"status":"afk"}');
--= layout activitywatch
--= note events are ordered by time, id, and positions are ordinals
--= stream aw-watcher-afk_host1 | afkstatus
--= event 1 | aw-watcher-afk_host1 v- | afkstatus | 2018-03-02T13:43:59Z | {"status":"afk"} | id 7 | metadata {"duration":2.5,"client":"aw-watcher-afk","hostname":"host1"}
