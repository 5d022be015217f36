-- Type, time and id are in the metadata only.
CREATE TABLE [EventFlow]([GlobalSequenceNumber] [INTEGER] PRIMARY KEY ASC NOT NULL, [BatchId] [uniqueidentifier] NOT NULL, [AggregateId] [nvarchar](255) NOT NULL, [AggregateName] [nvarchar](255) NOT NULL, [Data] [nvarchar](1024) NOT NULL, [Metadata] [nvarchar](1024) NOT NULL, [AggregateSequenceNumber] [int] NOT NULL);
INSERT INTO EventFlow VALUES
 (1, X'00', 'ticket-1', 'TicketAggregate', '{"Resolution":"fixed"}', '{"timestamp":"2025-12-10T17:26:26.6878410+00:00","event_id":"event-1","event_name":"TicketResolved","event_version":"2"}', 1),
 (2, X'00', 'ticket-1', 'TicketAggregate', '{}', '{"timestamp_epoch":"1765387586","event_name":"TicketClosed","event_version":"1"}', 2);
--= layout eventflow
--= note times are taken from timestamp in the metadata
--= note times are taken from timestamp_epoch in the metadata
--= stream TicketAggregate-ticket-1 | TicketAggregate
--= event 1 | TicketAggregate-ticket-1 v1 | TicketResolved | 2025-12-10T17:26:26.687841Z | {"Resolution":"fixed"} | id event-1 | schema "2" | metadata {"timestamp":"2025-12-10T17:26:26.6878410+00:00","event_id":"event-1","event_name":"TicketResolved","event_version":"2"}
--= event 2 | TicketAggregate-ticket-1 v2 | TicketClosed | 2025-12-10T17:26:26Z | {} | schema "1" | metadata {"timestamp_epoch":"1765387586","event_name":"TicketClosed","event_version":"1"}
