-- Names with colons; attributes are columns.
CREATE TABLE "EVENTS" ("ocel:eid" TEXT, "ocel:activity" TEXT, "ocel:timestamp" TIMESTAMP, "clientId" TEXT, "total" REAL);
CREATE TABLE "RELATIONS" ("ocel:eid" TEXT, "ocel:oid" TEXT, "ocel:activity" TEXT, "ocel:timestamp" TIMESTAMP, "ocel:type" TEXT);
CREATE TABLE "OBJECTS" ("ocel:oid" TEXT, "ocel:type" TEXT, "status" TEXT);
INSERT INTO EVENTS VALUES ('e2', 'pay', '2026-02-27 16:45:02+00:00', NULL, 20.5), ('e1', 'open', '2026-02-27 16:45:01.904995+00:00', 'c-1', NULL);
INSERT INTO RELATIONS VALUES ('e1', 'cart:1', 'open', 'x', 'cart'), ('e2', 'cart:1', 'pay', 'x', NULL), ('e2', 'order:1', 'pay', 'x', 'order');
INSERT INTO OBJECTS VALUES ('cart:1', 'cart', NULL), ('order:1', 'order', 'paid');
--= layout ocel1-pm4py
--= note events are ordered by time, and positions are ordinals
--= stream cart:1 | cart
--= stream order:1 | order
--= event 1 | cart:1 v- | open | 2026-02-27T16:45:01.904995Z | {"clientId":"c-1"} | id e1 | metadata {"objects":[{"object":"cart:1","type":"cart"}]}
--= event 2 | cart:1 v-, order:1 v- | pay | 2026-02-27T16:45:02Z | {"total":20.5} | id e2 | metadata {"objects":[{"object":"cart:1","type":null},{"object":"order:1","type":"order"}]}
