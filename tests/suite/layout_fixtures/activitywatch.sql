-- Ordered by time, also where fractions are left out.
CREATE TABLE "bucketmodel" ("key" INTEGER NOT NULL PRIMARY KEY, "id" VARCHAR(255) NOT NULL, "created" DATETIME NOT NULL, "name" VARCHAR(255), "type" VARCHAR(255) NOT NULL, "client" VARCHAR(255) NOT NULL, "hostname" VARCHAR(255) NOT NULL, "datastr" VARCHAR(255));
CREATE TABLE "eventmodel" ("id" INTEGER NOT NULL PRIMARY KEY, "bucket_id" INTEGER NOT NULL, "timestamp" DATETIME NOT NULL, "duration" DECIMAL(10, 5) NOT NULL, "datastr" VARCHAR(255) NOT NULL);
INSERT INTO bucketmodel VALUES (1, 'aw-watcher-window_host1', 'x', NULL, 'currentwindow', 'aw-watcher-window', 'host1', '{}');
INSERT INTO eventmodel VALUES (1, 1, '2026-03-02 13:43:59.820000+00:00', 26.227, '{"app":"Terminal"}'), (2, 1, '2026-03-02 13:43:59+00:00', 0, '{"app":"Code"}');
--= layout activitywatch
--= note events are ordered by time, id, and positions are ordinals
--= stream aw-watcher-window_host1 | currentwindow
--= event 1 | aw-watcher-window_host1 v- | currentwindow | 2026-03-02T13:43:59Z | {"app":"Code"} | id 2 | metadata {"duration":0,"client":"aw-watcher-window","hostname":"host1"}
--= event 2 | aw-watcher-window_host1 v- | currentwindow | 2026-03-02T13:43:59.820Z | {"app":"Terminal"} | id 1 | metadata {"duration":26.227,"client":"aw-watcher-window","hostname":"host1"}
