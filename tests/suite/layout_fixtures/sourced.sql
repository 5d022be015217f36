-- sourced (Ruby): streams are looked up by number; the first message is its own cause.
CREATE TABLE `sourced_streams` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `stream_id` varchar(255) NOT NULL UNIQUE, `updated_at` timestamp, `seq` bigint NOT NULL);
CREATE TABLE `sourced_consumer_groups` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `group_id` varchar(255) NOT NULL UNIQUE, `highest_global_seq` bigint DEFAULT (0) NOT NULL, `status` varchar(255) NOT NULL);
CREATE TABLE `sourced_offsets` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `group_id` integer, `stream_id` integer, `global_seq` bigint NOT NULL, `created_at` timestamp, `claimed` boolean DEFAULT (0) NOT NULL);
CREATE TABLE `sourced_messages` (`global_seq` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `id` varchar(255) UNIQUE, `stream_id` integer REFERENCES `sourced_streams`, `seq` bigint NOT NULL, `type` varchar(255) NOT NULL, `created_at` timestamp NOT NULL, `causation_id` varchar(255), `correlation_id` varchar(255), `metadata` varchar(255), `payload` varchar(255));
CREATE TABLE `sourced_scheduled_messages` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `created_at` timestamp NOT NULL, `available_at` timestamp NOT NULL, `message` varchar(255));
INSERT INTO sourced_streams VALUES (75, 'cart-733d9334', '2026-02-27 13:05:02.458566', 2), (76, 'order-1', '2026-02-27 13:05:02.458566', 0);
INSERT INTO sourced_messages VALUES
  (1, 'm-1', 75, 1, 'carts.opened', '2026-02-27 13:22:31.306396', 'm-1', 'm-1', '{"user":"c-1"}', '{"client":"c-1"}'),
  (2, 'm-2', 75, 2, 'carts.canceled', '2026-02-27 13:22:32', 'm-1', 'm-1', NULL, NULL);
--= layout sourced
--= stream cart-733d9334 | cart
--= event 1 | cart-733d9334 v1 | carts.opened | 2026-02-27T13:22:31.306396Z | {"client":"c-1"} | id m-1 | user c-1 | correlation m-1 | causation m-1 | metadata {"user":"c-1"}
--= event 2 | cart-733d9334 v2 | carts.canceled | 2026-02-27T13:22:32Z | null | id m-2 | correlation m-1 | causation m-1
