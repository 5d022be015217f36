-- Several events in a row; a row that a later one has taken the place of; a system workflow; a run of which only the history is left.
CREATE TABLE executions (shard_id INT NOT NULL, namespace_id BINARY(16) NOT NULL, workflow_id VARCHAR(255) NOT NULL, run_id BINARY(16) NOT NULL, next_event_id BIGINT NOT NULL, last_write_version BIGINT NOT NULL, data MEDIUMBLOB NOT NULL, data_encoding VARCHAR(16) NOT NULL, state MEDIUMBLOB NOT NULL, state_encoding VARCHAR(16) NOT NULL, db_record_version BIGINT NOT NULL DEFAULT 0, PRIMARY KEY (shard_id, namespace_id, workflow_id, run_id));
CREATE TABLE history_node (shard_id INT NOT NULL, tree_id BINARY(16) NOT NULL, branch_id BINARY(16) NOT NULL, node_id BIGINT NOT NULL, txn_id BIGINT NOT NULL, prev_txn_id BIGINT NOT NULL DEFAULT 0, data MEDIUMBLOB NOT NULL, data_encoding VARCHAR(16) NOT NULL, PRIMARY KEY (shard_id, tree_id, branch_id, node_id, txn_id));
CREATE TABLE history_tree (shard_id INT NOT NULL, tree_id BINARY(16) NOT NULL, branch_id BINARY(16) NOT NULL, data MEDIUMBLOB NOT NULL, data_encoding VARCHAR(16) NOT NULL, PRIMARY KEY (shard_id, tree_id, branch_id));
INSERT INTO executions VALUES (1, X'00000000000040008000000000000009', 'ride-1', X'8013e42bc58c56afafad1781d199e4b9', 4, 0, X'', 'Proto3', X'', 'Proto3', 0), (1, X'00000000000040008000000000000009', 'temporal-sys-scanner', X'9013e42bc58c56afafad1781d199e4b9', 4, 0, X'', 'Proto3', X'', 'Proto3', 0);
INSERT INTO history_node VALUES
 (1, X'8013e42bc58c56afafad1781d199e4b9', X'77af04d453c55e04b7c5e2b3f0484132', 3, -1005, 0, X'0a1e08031208089e8b91cd061000181a28eb07d2010a0a0841737369676e6564', 'Proto3'),
 (1, X'8013e42bc58c56afafad1781d199e4b9', X'77af04d453c55e04b7c5e2b3f0484132', 3, -1002, 0, X'0a1108031208089f8b91cd061000180228eb07', 'Proto3'),
 (1, X'8013e42bc58c56afafad1781d199e4b9', X'77af04d453c55e04b7c5e2b3f0484132', 1, -1001, 0, X'0a2408011209089c8b91cd06108827180128e90732100a0e0a0c52696465576f726b666c6f770a1208021209089c8b91cd06108827180528ea07', 'Proto3'),
 (1, X'9013e42bc58c56afafad1781d199e4b9', X'87af04d453c55e04b7c5e2b3f0484132', 1, -1003, 0, X'0a1108011208089d8b91cd061000180128e907', 'Proto3'),
 (1, X'a013e42bc58c56afafad1781d199e4b9', X'97af04d453c55e04b7c5e2b3f0484132', 1, -1004, 0, X'0a', 'Proto3');
--= layout temporal
--= note times are taken from eventTime in the payload
--= note events are ordered by time, tree_id, branch_id, node_id, and positions are ordinals
--= note 1 event has no type
--= note 1 row of several events can't be taken apart; it is shown as one event
--= stream a013e42b-c58c-56af-afad-1781d199e4b9 | history_node
--= stream ride-1-8013e42b-c58c-56af-afad-1781d199e4b9 | ride
--= stream temporal-sys-scanner-9013e42b-c58c-56af-afad-1781d199e4b9 | temporal
--= event 1 | a013e42b-c58c-56af-afad-1781d199e4b9 v1 |  | - | ! invalid Protocol Buffers; invalid Protocol Buffers: cut off at byte 1 | metadata {"branch_id":"97af04d4-53c5-5e04-b7c5-e2b3f0484132"}
--= event 2 | ride-1-8013e42b-c58c-56af-afad-1781d199e4b9 v1 | WorkflowExecutionStarted | 2026-03-01T13:56:44.000005Z | {"eventId":"1","eventTime":"2026-03-01T13:56:44.000005Z","eventType":"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED","taskId":"1001","workflowExecutionStartedEventAttributes":{"workflowType":{"name":"RideWorkflow"}}} | metadata {"branch_id":"77af04d4-53c5-5e04-b7c5-e2b3f0484132","namespace_id":"00000000-0000-4000-8000-000000000009"}
--= event 3 | ride-1-8013e42b-c58c-56af-afad-1781d199e4b9 v2 | WorkflowTaskScheduled | 2026-03-01T13:56:44.000005Z | {"eventId":"2","eventTime":"2026-03-01T13:56:44.000005Z","eventType":"EVENT_TYPE_WORKFLOW_TASK_SCHEDULED","taskId":"1002"} | metadata {"branch_id":"77af04d4-53c5-5e04-b7c5-e2b3f0484132","namespace_id":"00000000-0000-4000-8000-000000000009"}
--= event 4 | temporal-sys-scanner-9013e42b-c58c-56af-afad-1781d199e4b9 v1 | WorkflowExecutionStarted | 2026-03-01T13:56:45Z | {"eventId":"1","eventTime":"2026-03-01T13:56:45Z","eventType":"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED","taskId":"1001"} | kind System | metadata {"branch_id":"87af04d4-53c5-5e04-b7c5-e2b3f0484132","namespace_id":"00000000-0000-4000-8000-000000000009"}
--= event 5 | ride-1-8013e42b-c58c-56af-afad-1781d199e4b9 v3 | WorkflowExecutionSignaled | 2026-03-01T13:56:46Z | {"eventId":"3","eventTime":"2026-03-01T13:56:46Z","eventType":"EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED","taskId":"1003","workflowExecutionSignaledEventAttributes":{"signalName":"Assigned"}} | metadata {"branch_id":"77af04d4-53c5-5e04-b7c5-e2b3f0484132","namespace_id":"00000000-0000-4000-8000-000000000009"}
--= event 6 | ride-1-8013e42b-c58c-56af-afad-1781d199e4b9 v3 | WorkflowExecutionCompleted | 2026-03-01T13:56:47Z | {"eventId":"3","eventTime":"2026-03-01T13:56:47Z","eventType":"EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED","taskId":"1003"} | archived yes | metadata {"branch_id":"77af04d4-53c5-5e04-b7c5-e2b3f0484132","namespace_id":"00000000-0000-4000-8000-000000000009"}
