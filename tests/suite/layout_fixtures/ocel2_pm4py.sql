-- As pm4py exports it: no keys, a column more, numbers as REAL.
CREATE TABLE "event" ("ocel_id" TEXT, "ocel_type" TEXT);
CREATE TABLE "object" ("ocel_id" TEXT, "ocel_type" TEXT);
CREATE TABLE "event_map_type" ("ocel_type" TEXT, "ocel_type_map" TEXT);
CREATE TABLE "event_object" ("ocel_event_id" TEXT, "ocel_object_id" TEXT, "ocel_qualifier" TEXT);
CREATE TABLE "event_AddItem" ("ocel_id" TEXT, "ocel:activity" TEXT, "ocel_time" TIMESTAMP, "productId" TEXT, "quantity" REAL);
CREATE TABLE "object_Order" ("ocel_id" TEXT, "status" TEXT, "ocel_time" TIMESTAMP, "ocel_changed_field" TEXT);
INSERT INTO event VALUES ('e0366', 'add item');
INSERT INTO object VALUES ('order:2026-1', 'order');
INSERT INTO event_map_type VALUES ('add item', 'AddItem');
INSERT INTO event_object VALUES ('e0366', 'order:2026-1', 'order');
INSERT INTO event_AddItem VALUES ('e0366', 'add item', '2026-02-27 13:10:26.306396+00:00', 'SKU-101', 3.0);
--= layout ocel2
--= note events are ordered by time, and positions are ordinals
--= stream order:2026-1 | order
--= event 1 | order:2026-1 v- | add item | 2026-02-27T13:10:26.306396Z | {"productId":"SKU-101","quantity":3} | id e0366 | metadata {"objects":[{"object":"order:2026-1","qualifier":"order"}]}
