-- eventful, which eventium came from: the payload's column is `event`, and there is no metadata.
CREATE TABLE events (id INTEGER PRIMARY KEY, uuid VARCHAR NOT NULL, version INTEGER NOT NULL, event VARCHAR NOT NULL);
INSERT INTO events VALUES (1, 'd8f0a1b2-0000-4000-8000-000000000001', 0, '{"tag":"CounterStep","contents":2}');
--= layout eventium
--= note the events have no times; name moments by position or version
--= stream d8f0a1b2-0000-4000-8000-000000000001 | events
--= event 1 | d8f0a1b2-0000-4000-8000-000000000001 v0 | CounterStep | - | 2
