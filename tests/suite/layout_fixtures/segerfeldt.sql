-- Days since 1970, and Julian days as older versions wrote; a transaction of two events.
CREATE TABLE Entities (id TEXT NOT NULL, type TEXT NOT NULL, version INT NOT NULL, PRIMARY KEY (id));
CREATE TABLE Events (entity_id TEXT NOT NULL REFERENCES Entities(id), name TEXT NOT NULL, details TEXT NOT NULL, actor TEXT NOT NULL, timestamp DECIMAL(12,7), ordinal INT NOT NULL, position BIGINT NOT NULL);
INSERT INTO Entities VALUES ('6c860be3-10f6-48be-ba86-74589931d72f', 'Ride', 2);
INSERT INTO Events VALUES
 ('6c860be3-10f6-48be-ba86-74589931d72f', 'RideRated', '{"stars":4}', 'rider-20', 20556.5128516, 2, 184),
 ('6c860be3-10f6-48be-ba86-74589931d72f', 'RideStarted', '{}', 'rider-20', 20556.5, 1, 183),
 ('6c860be3-10f6-48be-ba86-74589931d72f', 'RideRequested', '{}', 'rider-20', 2461143.75, 0, 183);
--= layout segerfeldt
--= note the store's positions are missing, repeated or out of order: positions are ordinals
--= stream Ride-6c860be3-10f6-48be-ba86-74589931d72f | Ride
--= event 1 | Ride-6c860be3-10f6-48be-ba86-74589931d72f v0 | RideRequested | 2026-04-13T06:00:00Z | {} | user rider-20 | metadata {"position":183}
--= event 2 | Ride-6c860be3-10f6-48be-ba86-74589931d72f v1 | RideStarted | 2026-04-13T12:00:00Z | {} | user rider-20 | metadata {"position":183}
--= event 3 | Ride-6c860be3-10f6-48be-ba86-74589931d72f v2 | RideRated | 2026-04-13T12:18:30.378Z | {"stars":4} | user rider-20 | metadata {"position":184}
