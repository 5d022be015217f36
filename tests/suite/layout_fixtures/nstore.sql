-- No times; a filler for a hole; snapshots in a table of the same form.
CREATE TABLE [Streams] ([Position] INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, [PartitionId] NVARCHAR(255) NOT NULL, [Index] BIGINT NOT NULL, [OperationId] NVARCHAR(255) NOT NULL, [SerializerInfo] NVARCHAR(255) NOT NULL, [Payload] BLOB);
CREATE TABLE [Snapshots] ([Position] INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, [PartitionId] NVARCHAR(255) NOT NULL, [Index] BIGINT NOT NULL, [OperationId] NVARCHAR(255) NOT NULL, [SerializerInfo] NVARCHAR(255) NOT NULL, [Payload] BLOB);
INSERT INTO Streams VALUES (1, 'Ticket_1', 1, 'o1', 'json', X'7b222474797065223a2241636d652e4f70656e65642c2041636d65222c2261223a317d'), (2, '::empty', 2, '_2', '', NULL), (3, 'Ticket_1', 2, 'o2', 'bytes', X'c1ff00'), (4, 'Ticket_1', 3, 'o3', 'bson', X'1f000000025f740007000000436c6f736564000262790003000000426f0000');
INSERT INTO Snapshots VALUES (1, 'Ticket_1', 2, 's1', 'json', X'7b226f70656e223a747275657d');
--= layout nstore
--= note 1 event has no type
--= note the events have no times; name moments by position or version
--= stream Ticket_1 | Ticket_1
--= stream ::empty | ::empty
--= event 1 | Ticket_1 v1 | Acme.Opened, Acme | - | {"$type":"Acme.Opened, Acme","a":1} | id o1 | metadata {"SerializerInfo":"json"}
--= event 2 | ::empty v2 |  | - | null | id _2 | kind System
--= event 3 | Ticket_1 v2 | bytes | - | ! written by a serializer of the application; written by a serializer of the application: 3 bytes of no form that can be read: c1 ff 00 | id o2 | metadata {"SerializerInfo":"bytes"}
--= event 4 | Ticket_1 v3 | Closed | - | {"_t":"Closed","by":"Bo"} | id o3 | metadata {"SerializerInfo":"bson"}
--= snapshot Ticket_1 | v2 | - | {"open":true}
