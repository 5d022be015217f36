-- Events without an aggregate have neither stream nor version.
CREATE TABLE aggregate_event_entry (global_index bigint not null, aggregate_type varchar(255), aggregate_identifier varchar(255), aggregate_sequence_number bigint, type varchar(255) not null, version varchar(255) not null, timestamp varchar(255) not null, payload blob not null, metadata blob, identifier varchar(255) not null, primary key (global_index));
INSERT INTO aggregate_event_entry VALUES
 (1, 'Ride', 'r-1', 0, 'rides.RideRequested', '0.0.1', '2026-04-13T12:18:30.379383Z', X'7b227374617273223a342c22636f6d6d656e74223a6e756c6c7d', X'7b22636f7272656c6174696f6e4964223a2263222c22636175736174696f6e4964223a2278227d', 'e1'),
 (2, NULL, NULL, NULL, 'rides.DayEnded', '0.0.2', '2026-04-13T12:18:31Z', X'3c636f6d2e61636d652e446179456e6465643e3c6461793e333c2f6461793e3c2f636f6d2e61636d652e446179456e6465643e', NULL, 'e2'),
 (5, 'Ride', 'r-1', 1, 'rides.RideRated', '0.0.1', '2026-04-13T12:18:30Z', X'7b7d', NULL, 'e3');
--= layout axon5-jpa
--= stream Ride-r-1 | Ride
--= event 1 | Ride-r-1 v0 | rides.RideRequested | 2026-04-13T12:18:30.379383Z | {"stars":4,"comment":null} | id e1 | correlation c | causation x | schema "0.0.1" | metadata {"correlationId":"c","causationId":"x"}
--= event 2 |  | rides.DayEnded | 2026-04-13T12:18:31Z | {"day":3} | id e2 | schema "0.0.2"
--= event 5 | Ride-r-1 v1 | rides.RideRated | 2026-04-13T12:18:30Z | {} | id e3 | schema "0.0.1"
