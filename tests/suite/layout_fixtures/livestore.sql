-- LiveStore: one log without streams and times; events of one client come after those that all have.
CREATE TABLE "eventlog" ("seqNumGlobal" integer not null , "seqNumClient" integer not null , "seqNumRebaseGeneration" integer not null , "parentSeqNumGlobal" integer not null , "parentSeqNumClient" integer not null , "parentSeqNumRebaseGeneration" integer not null , "name" text not null , "argsJson" text not null , "clientId" text not null , "sessionId" text not null , "schemaHash" integer not null , "syncMetadataJson" text not null , PRIMARY KEY ("seqNumGlobal", "seqNumClient", "seqNumRebaseGeneration")) strict;
CREATE TABLE "__livestore_sync_status" ("head" integer primary key , "backendId" text ) strict;
INSERT INTO eventlog VALUES
  (2, 0, 0, 1, 0, 0, 'v1.TodoDone', '{"id":"a"}', 'desktop-1', 's-a', 4, '{"_tag":"None"}'),
  (1, 0, 0, 0, 0, 0, 'v1.TodoMade', '{"id":"a","text":"x"}', 'desktop-1', 's-a', 4, '{"_tag":"None"}'),
  (1, 1, 0, 1, 0, 0, 'v1.FilterSet', '{"filter":"all"}', 'desktop-1', 's-a', 4, '{"_tag":"None"}');
INSERT INTO "__livestore_sync_status" VALUES (0, NULL);
--= layout livestore
--= note the store's positions are missing, repeated or out of order: positions are ordinals
--= note the events have no times; name moments by position or version
--= stream (single log) | (single log)
--= event 1 | (single log) v1 | v1.TodoMade | - | {"id":"a","text":"x"} | metadata {"_tag":"None","clientId":"desktop-1","sessionId":"s-a","seqNumClient":0,"schemaHash":4}
--= event 2 | (single log) v1 | v1.FilterSet | - | {"filter":"all"} | metadata {"_tag":"None","clientId":"desktop-1","sessionId":"s-a","seqNumClient":1,"schemaHash":4}
--= event 3 | (single log) v2 | v1.TodoDone | - | {"id":"a"} | metadata {"_tag":"None","clientId":"desktop-1","sessionId":"s-a","seqNumClient":0,"schemaHash":4}
