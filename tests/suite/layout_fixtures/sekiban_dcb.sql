-- Tags are the streams; two tenants have the same tag; an event without tags.
CREATE TABLE dcb_meta (Key TEXT PRIMARY KEY, Value TEXT NOT NULL);
CREATE TABLE dcb_events (ServiceId TEXT NOT NULL, Id TEXT NOT NULL, SortableUniqueId TEXT NOT NULL, EventType TEXT NOT NULL, PayloadJson TEXT NOT NULL, TagsJson TEXT, Timestamp TEXT NOT NULL, CausationId TEXT, CorrelationId TEXT, ExecutedUser TEXT, PRIMARY KEY (ServiceId, Id));
CREATE TABLE dcb_tags (Id INTEGER PRIMARY KEY AUTOINCREMENT, ServiceId TEXT NOT NULL, Tag TEXT NOT NULL, TagGroup TEXT NOT NULL, SortableUniqueId TEXT NOT NULL, EventId TEXT NOT NULL, EventType TEXT NOT NULL, CreatedAt TEXT NOT NULL);
INSERT INTO dcb_events VALUES
 ('default', 'e2', '063907807501904995102689334292', 'ItemAdded', '{"sku":"S1"}', '["Cart:1","Product:S1"]', '2026-02-27T16:45:01.9049951Z', 'e1', 'c', 'customer'),
 ('default', 'e1', '063907807501904995002689334292', 'CartOpened', '{}', '["Cart:1"]', '', '', 'c', ''),
 ('other', 'e1', '063907807501904995202689334292', 'CartOpened', '{}', '["Cart:1"]', '2026-02-27T16:45:02Z', '', '', ''),
 ('default', 'e3', '063907807501904995302689334292', 'DayEnded', '{}', '[]', '2026-02-27T16:45:03Z', '', '', '');
INSERT INTO dcb_tags VALUES (1, 'default', 'Cart:1', 'Cart', 'x', 'e1', 'CartOpened', 'x'), (2, 'default', 'Cart:1', 'Cart', 'x', 'e2', 'ItemAdded', 'x'), (3, 'default', 'Product:S1', 'Product', 'x', 'e2', 'ItemAdded', 'x'), (4, 'other', 'Cart:1', 'Cart', 'x', 'e1', 'CartOpened', 'x');
--= layout sekiban-dcb
--= note events are ordered by SortableUniqueId, and positions are ordinals
--= stream default/Cart:1 | Cart
--= stream default/Product:S1 | Product
--= stream other/Cart:1 | Cart
--= event 1 | default/Cart:1 v- | CartOpened | 2026-02-27T16:45:01.904995Z | {} | id e1 | correlation c | metadata {"ServiceId":"default","SortableUniqueId":"063907807501904995002689334292"}
--= event 2 | default/Cart:1 v-, default/Product:S1 v- | ItemAdded | 2026-02-27T16:45:01.904995100Z | {"sku":"S1"} | id e2 | user customer | correlation c | causation e1 | metadata {"ServiceId":"default","SortableUniqueId":"063907807501904995102689334292"}
--= event 3 | other/Cart:1 v- | CartOpened | 2026-02-27T16:45:02Z | {} | id e1 | metadata {"ServiceId":"other","SortableUniqueId":"063907807501904995202689334292"}
--= event 4 |  | DayEnded | 2026-02-27T16:45:03Z | {} | id e3 | metadata {"ServiceId":"default","SortableUniqueId":"063907807501904995302689334292"}
