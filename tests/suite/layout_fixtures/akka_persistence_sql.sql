-- The newer plug-in's own tables: times in milliseconds, tags in a table.
CREATE TABLE [journal]([ordering] INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,[created] BigInt NOT NULL,[deleted] Bit NOT NULL,[persistence_id] NVarChar(255) NOT NULL,[sequence_number] BigInt NOT NULL,[message] VarBinary NOT NULL,[manifest] NVarChar(500) NOT NULL,[identifier] Int NULL,[writer_uuid] NVarChar(128) NULL);
CREATE TABLE [tags]([ordering_id] INTEGER NOT NULL,[tag] NVarChar(64) NOT NULL,[sequence_nr] INTEGER NOT NULL,[persistence_id] NVarChar(255) NOT NULL,CONSTRAINT [PK_tags] PRIMARY KEY([ordering_id],[tag]));
CREATE TABLE [snapshot]([persistence_id] NVarChar(255) NOT NULL,[sequence_number] BigInt NOT NULL,[created] BigInt NOT NULL,[snapshot] VarBinary NULL,[manifest] NVarChar(500) NULL,[serializer_id] Int NULL,CONSTRAINT [PK_snapshot] PRIMARY KEY([persistence_id],[sequence_number]));
INSERT INTO journal VALUES
 (1, 1772373404693, 0, 'account-1', 1, X'7b224f776e6572223a22426f227d', 'Acme.Opened, Acme', 1, 'w'),
 (2, 1772373404694, 1, 'account-1', 2, X'68656c6c6f', 'System.String, System.Private.CoreLib', 17, NULL),
 (3, 1772373404695, 1, 'account-2', 1, X'68656c6c6f', 'System.String, System.Private.CoreLib', 17, NULL);
INSERT INTO tags VALUES (1, 'money', 1, 'account-1'), (1, 'admin', 1, 'account-1');
INSERT INTO snapshot VALUES ('account-1', 2, 1772373404700, X'7b22546f74616c223a317d', 'Acme.State', 1);
--= layout akka-persistence-sql
--= stream account-1 | account
--= stream account-2 | account archived deleted
--= event 1 | account-1 v1 | Acme.Opened, Acme | 2026-03-01T13:56:44.693Z | {"Owner":"Bo"} | metadata {"identifier":1,"writer_uuid":"w","tags":["admin","money"]}
--= event 2 | account-1 v2 | System.String, System.Private.CoreLib | 2026-03-01T13:56:44.694Z | "hello" | archived yes | metadata {"identifier":17}
--= event 3 | account-2 v1 | System.String, System.Private.CoreLib | 2026-03-01T13:56:44.695Z | "hello" | archived yes | metadata {"identifier":17}
--= snapshot account-1 | v2 | 2026-03-01T13:56:44.700Z | {"Total":1}
