-- Hibernate's names, JSON; an event without an aggregate type is a stream of its own.
CREATE TABLE domain_event_entry (global_index bigint not null, event_identifier varchar(255) not null unique, meta_data blob, payload blob not null, payload_revision varchar(255), payload_type varchar(255) not null, time_stamp varchar(255) not null, aggregate_identifier varchar(255) not null, sequence_number bigint not null, type varchar(255), primary key (global_index), unique (aggregate_identifier, sequence_number));
CREATE TABLE snapshot_event_entry (aggregate_identifier varchar(255) not null, sequence_number bigint not null, type varchar(255) not null, event_identifier varchar(255) not null unique, meta_data blob, payload blob not null, payload_revision varchar(255), payload_type varchar(255) not null, time_stamp varchar(255) not null, primary key (aggregate_identifier, sequence_number, type));
CREATE TABLE token_entry (processor_name varchar(255) not null, segment integer not null, owner varchar(255), timestamp varchar(255) not null, token blob, token_type varchar(255), primary key (processor_name, segment));
INSERT INTO domain_event_entry VALUES
 (1, 'e1', X'7b2274726163654964223a227431222c22636f7272656c6174696f6e4964223a226530222c22757365724964223a2275227d', X'7b2261223a317d', '2.0', 'com.acme.TicketOpened', '2025-12-10T17:26:26.687841Z', '976a79d7-3c48-57a9-864e-2365e73f6aa3', 0, 'TicketAggregate'),
 (3, 'e2', NULL, X'7b7d', NULL, 'com.acme.TicketClosed', '2025-12-10T17:26:27Z', '976a79d7-3c48-57a9-864e-2365e73f6aa3', 1, 'TicketAggregate'),
 (4, '976a79d7-0000-57a9-864e-2365e73f6aa4', NULL, X'7b7d', NULL, 'com.acme.Ticked', '2025-12-10T17:26:28Z', '976a79d7-0000-57a9-864e-2365e73f6aa4', 0, NULL);
INSERT INTO snapshot_event_entry VALUES ('976a79d7-3c48-57a9-864e-2365e73f6aa3', 1, 'TicketAggregate', 's1', NULL, X'7b226f70656e223a66616c73657d', NULL, 'com.acme.Ticket', '2025-12-10T17:26:30Z');
--= layout axon4-jpa
--= stream TicketAggregate-976a79d7-3c48-57a9-864e-2365e73f6aa3 | TicketAggregate
--= stream 976a79d7-0000-57a9-864e-2365e73f6aa4 | domain_event_entry
--= event 1 | TicketAggregate-976a79d7-3c48-57a9-864e-2365e73f6aa3 v0 | com.acme.TicketOpened | 2025-12-10T17:26:26.687841Z | {"a":1} | id e1 | user u | correlation t1 | causation e0 | schema "2.0" | metadata {"traceId":"t1","correlationId":"e0","userId":"u"}
--= event 3 | TicketAggregate-976a79d7-3c48-57a9-864e-2365e73f6aa3 v1 | com.acme.TicketClosed | 2025-12-10T17:26:27Z | {} | id e2
--= event 4 | 976a79d7-0000-57a9-864e-2365e73f6aa4 v0 | com.acme.Ticked | 2025-12-10T17:26:28Z | {} | id 976a79d7-0000-57a9-864e-2365e73f6aa4
--= snapshot TicketAggregate-976a79d7-3c48-57a9-864e-2365e73f6aa3 | v1 | 2025-12-10T17:26:30Z | {"open":false}
