-- A table for each type, an event that touches several objects, one that touches none, ties in time.
CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT, PRIMARY KEY (ocel_type));
CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT, PRIMARY KEY (ocel_type));
CREATE TABLE event (ocel_id TEXT, ocel_type TEXT, PRIMARY KEY (ocel_id));
CREATE TABLE object (ocel_id TEXT, ocel_type TEXT, PRIMARY KEY (ocel_id));
CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT, PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier));
CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT, PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier));
CREATE TABLE event_CreateOrder (ocel_id TEXT, ocel_time TIMESTAMP, creator TEXT, PRIMARY KEY (ocel_id));
CREATE TABLE event_Pay (ocel_id TEXT, ocel_time TIMESTAMP, amount TEXT, "paid by" TEXT, PRIMARY KEY (ocel_id));
CREATE TABLE object_Order (ocel_id TEXT, status TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT);
INSERT INTO event_map_type VALUES ('Create Order', 'CreateOrder'), ('Pay', 'Pay');
INSERT INTO object_map_type VALUES ('Order', 'Order'), ('Payment', 'Payment');
INSERT INTO event VALUES ('e3', 'Pay'), ('e1', 'Create Order'), ('e2', 'Create Order'), ('e4', 'Pay');
INSERT INTO object VALUES ('PO1', 'Order'), ('P1', 'Payment');
INSERT INTO event_object VALUES ('e1', 'PO1', 'created'), ('e3', 'PO1', 'of'), ('e3', 'P1', 'made'), ('e2', 'PO1', 'again');
INSERT INTO event_CreateOrder VALUES ('e1', '2022-01-30 23:00:00', 'Mario'), ('e2', '2022-01-31T22:00:00Z', NULL);
INSERT INTO event_Pay VALUES ('e3', '2022-01-31 22:00:00', '1', 'Robot'), ('e4', '2022-02-01T00:00:00+01:00', NULL, NULL);
