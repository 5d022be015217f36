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
