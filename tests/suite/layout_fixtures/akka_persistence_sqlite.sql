-- Akka.Persistence.Sqlite 1.4: serializers by number, a tag, a soft delete, a stream that begins after its snapshot.
CREATE TABLE event_journal (ordering INTEGER PRIMARY KEY NOT NULL, persistence_id VARCHAR(255) NOT NULL, sequence_nr INTEGER(8) NOT NULL, is_deleted INTEGER(1) NOT NULL, manifest VARCHAR(255) NULL, timestamp INTEGER NOT NULL, payload BLOB NOT NULL, tags VARCHAR(2000) NULL, serializer_id INTEGER(4), UNIQUE (persistence_id, sequence_nr));
CREATE TABLE snapshot (persistence_id VARCHAR(255) NOT NULL, sequence_nr INTEGER(8) NOT NULL, created_at INTEGER(8) NOT NULL, manifest VARCHAR(255) NOT NULL, payload BLOB NOT NULL, serializer_id INTEGER(4), PRIMARY KEY (persistence_id, sequence_nr));
CREATE TABLE journal_metadata (persistence_id VARCHAR(255) NOT NULL, sequence_nr INTEGER(8) NOT NULL, PRIMARY KEY (persistence_id, sequence_nr));
INSERT INTO journal_metadata VALUES ('account-1', 5);
INSERT INTO event_journal VALUES
 (7, 'account-1', 6, 0, 'Acme.Opened, Acme', 638031836611442499, X'7b222474797065223a2241636d652e4f70656e65642c2041636d65222c224f776e6572223a22426f227d', ';red;blue;', 1),
 (8, 'account-1', 7, 1, 'System.String, System.Private.CoreLib', 638031836611442509, X'313938', NULL, 17),
 (9, '/sharding/shard/0', 1, 0, 'CB', 638031836611442519, X'0a023831', NULL, 13),
 (11, 'account-1', 8, 0, 'System.Int32, System.Private.CoreLib', 638031836611442529, X'44000000', NULL, 17),
 (12, 'account-1', 9, 0, 'System.Int64, System.Private.CoreLib', 638031836611442539, X'feffffffffffffff', NULL, 17),
 (13, 'account-1', 10, 0, '', 638031836611442549, X'7b222474797065223a2241636d652e436c6f7365642c2041636d65227d', NULL, NULL),
 (14, 'account-1', 11, 0, 'CSM', 638031836611442559, X'7a000000', NULL, 999);
INSERT INTO snapshot VALUES ('account-1', 5, 638031836611442489, '', X'7b22546f74616c223a31327d', 1), ('account-1', 11, 638031836611442569, 'AA', X'0a4a0a01', 13);
--= layout akka-persistence-sqlite
--= note 1 event has no type
--= stream account-1 | account
--= stream /sharding/shard/0 | /sharding/shard/0
--= event 7 | account-1 v6 | Acme.Opened, Acme | 2022-11-04T18:34:21.144249900Z | {"$type":"Acme.Opened, Acme","Owner":"Bo"} | metadata {"tags":";red;blue;","serializer_id":1}
--= event 8 | account-1 v7 | System.String, System.Private.CoreLib | 2022-11-04T18:34:21.144250900Z | "198" | archived yes | metadata {"serializer_id":17}
--= event 9 | /sharding/shard/0 v1 | CB | 2022-11-04T18:34:21.144251900Z | ! Akka's own record of its cluster sharding (serializer 13); Akka's own record of its cluster sharding (serializer 13): 4 bytes of no form that can be read: 0a 02 38 31 | metadata {"serializer_id":13}
--= event 11 | account-1 v8 | System.Int32, System.Private.CoreLib | 2022-11-04T18:34:21.144252900Z | 68 | metadata {"serializer_id":17}
--= event 12 | account-1 v9 | System.Int64, System.Private.CoreLib | 2022-11-04T18:34:21.144253900Z | -2 | metadata {"serializer_id":17}
--= event 13 | account-1 v10 |  | 2022-11-04T18:34:21.144254900Z | {"$type":"Acme.Closed, Acme"}
--= event 14 | account-1 v11 | CSM | 2022-11-04T18:34:21.144255900Z | ! written by a serializer of the application; written by a serializer of the application: 4 bytes of no form that can be read: 7a 00 00 00 | metadata {"serializer_id":999}
--= snapshot account-1 | v5 | 2022-11-04T18:34:21.144248900Z | {"Total":12}
--= snapshot account-1 | v11 | 2022-11-04T18:34:21.144256900Z | ! Akka's own record of its cluster sharding (serializer 13); Akka's own record of its cluster sharding (serializer 13): 4 bytes of no form that can be read: 0a 4a 0a 01
