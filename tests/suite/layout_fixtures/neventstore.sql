-- Several events in a row, a bucket as tenant; JSON with a byte order mark, BSON, gzip, MessagePack, and one that is encrypted.
CREATE TABLE Commits (BucketId varchar(40) NOT NULL, StreamId char(40) NOT NULL, StreamIdOriginal text NOT NULL, StreamRevision int NOT NULL, Items int NOT NULL, CommitId guid NOT NULL, CommitSequence int NOT NULL, CommitStamp datetime NOT NULL, CheckpointNumber INTEGER PRIMARY KEY AUTOINCREMENT, Headers blob NULL, Payload blob NOT NULL);
CREATE TABLE Snapshots (BucketId varchar(40) NOT NULL, StreamId char(40) NOT NULL, StreamRevision int NOT NULL, Payload blob NOT NULL, CONSTRAINT PK_Snapshots PRIMARY KEY (BucketId, StreamId, StreamRevision));
INSERT INTO Commits VALUES
 ('default', 'AA', 'account-1', 2, 2, X'00', 1, '2026-03-01 16:37:45.264321Z', 5, X'efbbbf7b22436f7272656c6174696f6e4964223a2263222c2255736572223a2275227d', X'efbbbf5b7b2248656164657273223a207b226e223a20317d2c2022426f6479223a207b222474797065223a202241636d652e4f70656e65642c2041636d65222c20224f776e6572223a2022426f227d7d2c207b22426f6479223a207b222474797065223a202241636d652e426f7860315b5b41636d652e506169642c2041636d655d5d2c2041636d65222c202243656e7473223a20357d7d5d'),
 ('tenant-b', 'AA', 'account-1', 1, 1, X'01', 1, '2026-03-01 16:37:46', 6, X'1a00000002436f7272656c6174696f6e49640002000000640000', X'400000000330003800000003426f6479002d000000022474797065001200000041636d652e4f70656e65642c2041636d65001043656e74730007000000000000'),
 ('default', 'AA', 'account-1', 3, 1, X'02', 2, '2026-03-01 16:37:47', 7, NULL, X'1f8b08000000000002037bbf7b7f74b592537e4aa5929542b5924a4965412a90a5e4989c9baae79c935f9c9aa2a300e228d5d6c60200246818712d000000'),
 ('default', 'AA', 'account-1', 4, 1, X'03', 3, '2026-03-01 16:37:48', 8, X'c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7', X'c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7'),
 ('default', 'AA', 'account-1', 5, 1, X'04', 4, '2026-03-01 16:37:49', 9, X'81ad436f7272656c6174696f6e4964a165', X'9182a74865616465727380a4426f6479c71064ab41636d652e422c2041636d81a16e05');
INSERT INTO Snapshots VALUES ('default', 'AA', 3, X'efbbbf7b2243656e7473223a357d');
--= layout neventstore
--= note a row holds several events: positions are ordinals
--= note 1 event has no type
--= note 1 row of several events can't be taken apart; it is shown as one event
--= stream default/account-1 | account
--= stream tenant-b/account-1 | account
--= event 1 | default/account-1 v1 | Acme.Opened | 2026-03-01T16:37:45.264321Z | {"$type":"Acme.Opened, Acme","Owner":"Bo"} | user u | correlation c | metadata {"CorrelationId":"c","User":"u","CommitSequence":1,"n":1}
--= event 2 | default/account-1 v2 | Acme.Box`1[[Acme.Paid, Acme]] | 2026-03-01T16:37:45.264321Z | {"$type":"Acme.Box`1[[Acme.Paid, Acme]], Acme","Cents":5} | user u | correlation c | metadata {"CorrelationId":"c","User":"u","CommitSequence":1}
--= event 3 | tenant-b/account-1 v1 | Acme.Opened | 2026-03-01T16:37:46Z | {"$type":"Acme.Opened, Acme","Cents":7} | correlation d | metadata {"CorrelationId":"d","CommitSequence":1}
--= event 4 | default/account-1 v3 | Acme.Closed | 2026-03-01T16:37:47Z | {"$type":"Acme.Closed, Acme"} | metadata {"CommitSequence":2}
--= event 5 | default/account-1 v4 |  | 2026-03-01T16:37:48Z | ! encrypted, or written by a serializer of the application; encrypted, or written by a serializer of the application: 32 bytes of no form that can be read: c8 c9 ca cb cc cd ce cf d0 d1 d2 d3 d4 d5 d6 d7 … | metadata {"$raw":"c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7","CommitSequence":3}
--= event 6 | default/account-1 v5 | Acme.B | 2026-03-01T16:37:49Z | {"$type":"Acme.B, Acm","n":5} | correlation e | metadata {"CorrelationId":"e","CommitSequence":4}
--= snapshot default/account-1 | v3 | - | {"Cents":5}
