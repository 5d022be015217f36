-- patchlevel 3 DoctrineDbalStore: a split stream, whose earlier events are archived; a subscription table beside.
CREATE TABLE eventstore (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, aggregate VARCHAR(255) NOT NULL, aggregate_id CHAR(36) NOT NULL,
  playhead INTEGER NOT NULL, event VARCHAR(255) NOT NULL, payload CLOB NOT NULL, recorded_on DATETIME NOT NULL,
  new_stream_start BOOLEAN DEFAULT 0 NOT NULL, archived BOOLEAN DEFAULT 0 NOT NULL, custom_headers CLOB NOT NULL);
CREATE TABLE subscriptions (id VARCHAR(255) NOT NULL, group_name VARCHAR(32) NOT NULL, position INTEGER NOT NULL, status VARCHAR(32) NOT NULL, PRIMARY KEY(id));
INSERT INTO eventstore VALUES
  (1, 'bank_account', 'b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a', 1, 'bank_account.opened', '{"owner":"Ada"}', '2026-03-01 13:56:44', 0, 1, '{"tracing":{"correlationId":"c-1","causationId":null,"userId":"teller-5"}}'),
  (2, 'bank_account', 'b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a', 2, 'bank_account.split', '[]', '2026-03-01 13:56:44', 1, 0, '[]');
--= layout patchlevel-v3-aggregate
--= stream bank_account-b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a | bank_account
--= event 1 | bank_account-b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a v1 | bank_account.opened | 2026-03-01T13:56:44Z | {"owner":"Ada"} | user teller-5 | correlation c-1 | archived yes | metadata {"tracing":{"correlationId":"c-1","causationId":null,"userId":"teller-5"}}
--= event 2 | bank_account-b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a v2 | bank_account.split | 2026-03-01T13:56:44Z | [] | metadata []
