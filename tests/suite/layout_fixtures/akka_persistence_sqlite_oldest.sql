-- The first versions: no serializer_id, rows without tags, no snapshot table; another name.
CREATE TABLE "Journal of events" (ordering INTEGER NOT NULL, persistence_id VARCHAR(255) NOT NULL, sequence_nr INTEGER(8) NOT NULL, is_deleted INTEGER(1) NOT NULL, manifest VARCHAR(255), timestamp INTEGER NOT NULL, payload BLOB NOT NULL, PRIMARY KEY (ordering));
INSERT INTO "Journal of events" VALUES (1, 'p-1', 1, 0, 'System.String, mscorlib', 636396283936275190, X'22612d3122'), (2, 'p-1', 2, 0, NULL, 636396283936685039, X'22612d3222');
--= layout akka-persistence-sqlite
--= note 1 event has no type
--= stream p-1 | p
--= event 1 | p-1 v1 | System.String, mscorlib | 2017-08-29T18:33:13.627519Z | "a-1"
--= event 2 | p-1 v2 |  | 2017-08-29T18:33:13.668503900Z | "a-2"
