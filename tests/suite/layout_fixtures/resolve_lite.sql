-- The time is the order; the primary key is not.
CREATE TABLE "events"("threadId" BIGINT NOT NULL,"threadCounter" BIGINT NOT NULL,"timestamp" BIGINT NOT NULL,"aggregateId" VARCHAR(700) NOT NULL,"aggregateVersion" BIGINT NOT NULL,"type" VARCHAR(700) NOT NULL,"payload" JSON NULL,PRIMARY KEY("threadId","threadCounter"),UNIQUE("aggregateId","aggregateVersion"));
CREATE TABLE "snapshots" ("snapshotKey" TEXT,"content" TEXT,PRIMARY KEY("snapshotKey"));
CREATE TABLE "subscribers" ("applicationName" VARCHAR(700) NOT NULL,"eventSubscriber" VARCHAR(700) NOT NULL,"destination" JSON NOT NULL,"status" JSON NOT NULL,PRIMARY KEY("applicationName","eventSubscriber"));
INSERT INTO snapshots VALUES ('read-model', '{}');
INSERT INTO events VALUES (9, 0, 1765387586687, 'TCK-1', 3, 'CLOSED', NULL), (174, 0, 1765387586685, 'TCK-1', 1, 'OPENED', '{"a":1}'), (3, 1, 1765387586686, 'TCK-1', 2, 'SOLVED', 'null'), (2, 0, 1765387586686, 'TCK-2', 1, 'OPENED', '{}');
--= layout resolve-lite
--= note events are ordered by timestamp, threadCounter, threadId, and positions are ordinals
--= stream TCK-1 | TCK
--= stream TCK-2 | TCK
--= event 1 | TCK-1 v1 | OPENED | 2025-12-10T17:26:26.685Z | {"a":1}
--= event 2 | TCK-2 v1 | OPENED | 2025-12-10T17:26:26.686Z | {}
--= event 3 | TCK-1 v2 | SOLVED | 2025-12-10T17:26:26.686Z | null
--= event 4 | TCK-1 v3 | CLOSED | 2025-12-10T17:26:26.687Z | null
