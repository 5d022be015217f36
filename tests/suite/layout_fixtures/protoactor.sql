-- No type column, no times; the version is a REAL.
CREATE TABLE Events (Id TEXT, ActorName TEXT, EventIndex REAL, EventData TEXT);
CREATE TABLE Snapshots (Id TEXT, ActorName TEXT, SnapshotIndex REAL, SnapshotData TEXT);
INSERT INTO Events VALUES ('ride-6-0', 'ride-6', 0.0, '{"$type":"Rides.Requested, Rides","Stars":4}'), ('ride-6-1', 'ride-6', 1.0, '{"$type":"Rides.Rated, Rides"}'), ('ride-7-0', 'ride-7', 0.0, '{}');
INSERT INTO Snapshots VALUES ('ride-6-1', 'ride-6', 1.0, '{"$type":"Rides.State, Rides","Stars":4}');
