-- Names with colons; attributes are columns.
CREATE TABLE "EVENTS" ("ocel:eid" TEXT, "ocel:activity" TEXT, "ocel:timestamp" TIMESTAMP, "clientId" TEXT, "total" REAL);
CREATE TABLE "RELATIONS" ("ocel:eid" TEXT, "ocel:oid" TEXT, "ocel:activity" TEXT, "ocel:timestamp" TIMESTAMP, "ocel:type" TEXT);
CREATE TABLE "OBJECTS" ("ocel:oid" TEXT, "ocel:type" TEXT, "status" TEXT);
INSERT INTO EVENTS VALUES ('e2', 'pay', '2026-02-27 16:45:02+00:00', NULL, 20.5), ('e1', 'open', '2026-02-27 16:45:01.904995+00:00', 'c-1', NULL);
INSERT INTO RELATIONS VALUES ('e1', 'cart:1', 'open', 'x', 'cart'), ('e2', 'cart:1', 'pay', 'x', NULL), ('e2', 'order:1', 'pay', 'x', 'order');
INSERT INTO OBJECTS VALUES ('cart:1', 'cart', NULL), ('order:1', 'order', 'paid');
