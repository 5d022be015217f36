-- Another prefix.
CREATE TABLE shop_streams (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, stream_id varchar(255) NOT NULL UNIQUE, updated_at timestamp, seq bigint NOT NULL);
CREATE TABLE shop_messages (global_seq integer NOT NULL PRIMARY KEY AUTOINCREMENT, id varchar(255) UNIQUE, stream_id integer, seq bigint NOT NULL, type varchar(255) NOT NULL, created_at timestamp NOT NULL, causation_id varchar(255), correlation_id varchar(255), metadata varchar(255), payload varchar(255));
INSERT INTO shop_streams VALUES (1, 'cart-1', NULL, 1);
INSERT INTO shop_messages VALUES (1, 'm-1', 1, 1, 'carts.opened', '2026-02-27 13:22:31.306396', NULL, NULL, '{}', '{}');
--= layout sourced
--= stream cart-1 | cart
--= event 1 | cart-1 v1 | carts.opened | 2026-02-27T13:22:31.306396Z | {} | id m-1 | metadata {}
