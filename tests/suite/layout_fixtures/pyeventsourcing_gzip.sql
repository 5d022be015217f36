-- COMPRESSOR_TOPIC may name any module that has compress and decompress.
CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB, PRIMARY KEY (originator_id, originator_version));
INSERT INTO stored_events VALUES ('dog-1', 1, 'dogs:Dog.Registered', X'1f8b0800000000000203158a390ac0201045eff2db288c4b2ce60039417a11b4b0300ada04c9dda3e55b26462ea98f501a78c28fb7250f460c23ede273af10f08bc3f69ab4936424a95b193e1d5b7b1031113e812794b49e2bc78aef07cdee59715a000000');
--= layout pyeventsourcing
--= note times are taken from timestamp._data_ in the payload
--= stream dog-1 | Dog
--= event 1 | dog-1 v1 | dogs:Dog.Registered | 2026-03-01T13:56:44Z | {"name":"Fido"} | metadata {"timestamp":"2026-03-01T13:56:44+00:00"}
