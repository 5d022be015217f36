-- No type column, no times; the version is a REAL.
CREATE TABLE Events (Id TEXT, ActorName TEXT, EventIndex REAL, EventData TEXT);
CREATE TABLE Snapshots (Id TEXT, ActorName TEXT, SnapshotIndex REAL, SnapshotData TEXT);
INSERT INTO Events VALUES ('ride-6-0', 'ride-6', 0.0, '{"$type":"Rides.Requested, Rides","Stars":4}'), ('ride-6-1', 'ride-6', 1.0, '{"$type":"Rides.Rated, Rides"}'), ('ride-7-0', 'ride-7', 0.0, '{}');
INSERT INTO Snapshots VALUES ('ride-6-1', 'ride-6', 1.0, '{"$type":"Rides.State, Rides","Stars":4}');
--= layout protoactor
--= note 1 event has no type
--= note the events have no times; name moments by position or version
--= stream ride-6 | ride
--= stream ride-7 | ride
--= event 1 | ride-6 v0 | Rides.Requested, Rides | - | {"$type":"Rides.Requested, Rides","Stars":4} | id ride-6-0
--= event 2 | ride-6 v1 | Rides.Rated, Rides | - | {"$type":"Rides.Rated, Rides"} | id ride-6-1
--= event 3 | ride-7 v0 |  | - | {} | id ride-7-0
--= snapshot ride-6 | v1 | - | {"$type":"Rides.State, Rides","Stars":4}
