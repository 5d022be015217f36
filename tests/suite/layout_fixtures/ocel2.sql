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
INSERT INTO event_map_type VALUES ('Create Order', 'CreateOrder'), ('Pay', 'Pay'), ('Ping', 'Ping');
CREATE TABLE event_Ping (ocel_id TEXT PRIMARY KEY, ocel_time TIMESTAMP);
INSERT INTO event_Ping VALUES ('e5', '2022-02-01 00:00:00');
INSERT INTO object_map_type VALUES ('Order', 'Order'), ('Payment', 'Payment');
INSERT INTO event VALUES ('e3', 'Pay'), ('e1', 'Create Order'), ('e2', 'Create Order'), ('e4', 'Pay'), ('e5', 'Ping');
INSERT INTO object VALUES ('PO1', 'Order'), ('P1', 'Payment');
INSERT INTO event_object VALUES ('e1', 'PO1', 'created'), ('e3', 'PO1', 'of'), ('e3', 'P1', 'made'), ('e2', 'PO1', 'again');
INSERT INTO event_CreateOrder VALUES ('e1', '2022-01-30 23:00:00', 'Mario'), ('e2', '2022-01-31T22:00:00Z', NULL);
INSERT INTO event_Pay VALUES ('e3', '2022-01-31 22:00:00', '1', 'Robot'), ('e4', '2022-02-01T00:00:00+01:00', NULL, NULL);
--= layout ocel2
--= note the events are those of 3 tables, merged by time: event_CreateOrder, event_Pay, event_Ping; positions are ordinals
--= stream PO1 | Order
--= stream P1 | Payment
--= event 1 | PO1 v- | Create Order | 2022-01-30T23:00:00Z | {"creator":"Mario"} | id e1 | metadata {"objects":[{"object":"PO1","qualifier":"created"}]}
--= event 2 | PO1 v-, P1 v- | Pay | 2022-01-31T22:00:00Z | {"amount":"1","paid by":"Robot"} | id e3 | metadata {"objects":[{"object":"P1","qualifier":"made"},{"object":"PO1","qualifier":"of"}]}
--= event 3 | PO1 v- | Create Order | 2022-01-31T22:00:00Z | {} | id e2 | metadata {"objects":[{"object":"PO1","qualifier":"again"}]}
--= event 4 |  | Pay | 2022-01-31T23:00:00Z | {} | id e4
--= event 5 |  | Ping | 2022-02-01T00:00:00Z | {} | id e5
