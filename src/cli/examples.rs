//! Examples in the help. A test runs every line that begins with `foldline`.

/// `foldline -h`
pub const ROOT: &str = "\
Examples:
  foldline sample bank bank.db
  foldline state bank.db account-A

`foldline COMMAND --help` has more. To open a file that is named like a command, write ./info.";

/// `foldline --help`
pub const ROOT_LONG: &str = "\
Examples:
  foldline sample bank bank.db
  foldline info bank.db
  foldline state bank.db account-A --version 3
  foldline find bank.db --when 'state.balance < 0'

`foldline FILE` opens the window. To open a file that is named like a command, write ./info.

Exit status: 0 done; 1 a difference, a broken invariant or a projection error was found; 2 wrong arguments; 3 a file \
is missing, unreadable, malformed or can't be written. On 2 and 3 nothing is printed but the error.";

/// `info`
pub const INFO: &str = "\
Examples:
  foldline info bank.db
  foldline info bank.db --quick --json
  foldline info bank.db --hash";

/// `streams`
pub const STREAMS: &str = "\
Examples:
  foldline streams bank.db --category account
  foldline streams bank.db --query 'type:FundsWithdrawn data.amount > 1000' --json";

/// `events`
pub const EVENTS: &str = "\
Examples:
  foldline events bank.db --stream account-A
  foldline events bank.db --query 'type:FundsDeposited after:2025-02-01' --limit 20
  foldline events bank.db --after 1000 --format csv

Queries: words are found in payload and metadata; type:*Opened, stream:account-4*, user:alice, data.amount > 100, \
has:data.reason, after:2025-02-01, before:\"2025-02-01 14:00\", joined by and, or, not and parentheses.";

/// `check`
pub const CHECK: &str = "\
Examples:
  foldline check bank.db
  foldline check bank.db --projection bank.db.projection.json --json

Looks at every event, payload and snapshot. With a projection, also at its invariants and at where it stops. Exit \
status 1 if an error or a warning was found; notes alone are 0.

With --json: { findings: [{kind, severity, stream, position, version, time, message}], counts: [{kind, severity, \
count}], scanned: {events, streams, payloads, snapshots}, not_checked: [{what, kinds, why}], complete, ok }. What is of \
several kinds is told once; under the others it is found with severity info and same_as, the kind under which it is \
told. not_checked has what this store gave no means to look for.";

/// `state`
pub const STATE: &str = "\
Examples:
  foldline state bank.db account-A
  foldline state bank.db account-A --version 3 --json
  foldline state bank.db account-0042 --at '2025-04-12 14:00' --tz Europe/Berlin --blame
  foldline state bank.db account-A --position 1200 --projection auto

Exit status 1 if the projection stops at an error, or an invariant is broken at that moment.";

/// `snapshots`
pub const SNAPSHOTS: &str = "\
Examples:
  foldline snapshots bank.db
  foldline snapshots bank.db --stream account-A --states --json";

/// `diff`
pub const DIFF: &str = "\
Examples:
  foldline diff bank.db account-A --from v2 --to v4
  foldline diff bank.db account-0042 --from 2025-04-12 --to 2025-04-13 --json
  foldline diff bank.db account-0042 --from '#100' --to '#1500'

Exit status 1 if there is a difference.";

/// `find`
pub const FIND: &str = "\
Examples:
  foldline find bank.db --when 'state.balance < 0'
  foldline find bank.db --when 'state.status = closed' --category account --json";

/// `table`
pub const TABLE: &str = "\
Examples:
  foldline table bank.db --category account
  foldline table bank.db --category account --at 2025-04-12 --format csv
  foldline table bank.db --category account --where 'state.balance > 1000'";

/// `what-if`
pub const WHAT_IF: &str = "\
Examples:
  foldline what-if bank.db --scenario scenario.json
  foldline what-if bank.db --scenario scenario.json --save-copy without.db --json
  foldline what-if bank.db --scenario scenario.json --fixture fixture.md
  foldline what-if bank.db --scenario less.json --sweep data.amount=0..100/5 --plot balance
  foldline what-if bank.db --scenario scenario.json --compensate

A scenario, and an edit of less.json, whose amount can be varied:
  { \"foldline\": \"scenario/1\", \"name\": \"Without the last withdrawal\",
    \"edits\": [ { \"delete\": { \"stream\": \"account-A\", \"version\": 4 } } ] }
  { \"update\": {\"stream\": \"account-A\", \"version\": 4}, \"data\": {\"amount\": 5} }

Edits are delete, update, insert and move; they name events as recorded, by version, position or id:
  { \"update\": {\"stream\": \"account-A\", \"version\": 2}, \"data\": {\"amount\": 70} }
  { \"insert\": {\"stream\": \"account-A\", \"after\": 2}, \"type\": \"FundsDeposited\", \"data\": {\"amount\": 5} }
  { \"move\": {\"stream\": \"account-A\", \"version\": 3}, \"after\": {\"position\": 90} }

An edit with \"off\": true stays in the file and does not apply. With several --scenario each is compared with what was \
recorded, and with those before it.

An insert or a move without \"after\" stands before the stream's first event: that of \"stream\": \"account-0042\" beside \
\"move\", or of \"after\": {\"stream\": \"account-0042\"}; a move with neither stays in its own stream.
Exit status 1 if an invariant breaks that held before.";

/// `copy`
pub const COPY: &str = "\
Examples:
  foldline copy bank.db copy.db
  foldline copy bank.db easter.db --until '2025-04-20 12:00' --tz Asia/Tokyo
  foldline copy bank.db case.db --stream account-A --stream account-0042 --as foldline";

/// `schema`
pub const SCHEMA: &str = "\
Examples:
  foldline schema bank.db
  foldline schema bank.db --type FundsWithdrawn --json
  foldline schema bank.db --category account --field amount
  foldline schema bank.db --format json-schema

Every event that is asked for is read. Fields are told apart as in items[].sku (what lists hold) and prices.{…} (maps, \
whose keys are data). A share is of the events, or of the objects that the field is in, that have it with a value: \
what is null is told beside it. A change is told only where chance would hardly make it, with its counts; it is \
breaking where those who read the events as they were can't read the later ones (a field removed, of another type, or \
missing now and then), else additive.

With --json: { store_events, scanned_events, unreadable, types: [ { type, short, kind, events, categories: [{category, \
events}], schema_versions: [{version, events, first, last}], first, last, unreadable: [{reason, events, first}], fields, \
more_fields, changes } ] }. A field: { path, name, types: [{type, values}], presence: {present, of} or null, values, \
nulls, ranges, examples, first, last }; presence counts keys that are there, also with null, and nulls how many values \
are null; a range is {numbers: {min, max}}, {times: {min, max}}, {texts: {min_length, max_length, uuid, distinct, \
texts}} or {lists: {min_items, max_items}}. A change: { path, change: added, removed, retyped, widened, narrowed, \
became_optional or became_required, breaking, at, after, from_version, to_version, before_count, after_count, \
perhaps_renamed }. first, last and at are {position, time}; `after` says that the change comes after that event.";

/// `suggest`
pub const SUGGEST: &str = "\
Examples:
  foldline suggest bank.db --category account";

/// `sample`
pub const SAMPLE: &str = "\
Examples:
  foldline sample --list
  foldline sample orders orders.db
  foldline sample rides large.db --events 10000 --seed 7";

/// `layouts`
pub const LAYOUTS: &str = "\
Examples:
  foldline layouts";

/// `mapping`
pub const MAPPING: &str = "\
Examples:
  foldline mapping bank.db

For a database that is not recognised: `foldline mapping FILE > m.json`, then \
`foldline info FILE --mapping m.json`.";

/// `completions`
pub const COMPLETIONS: &str = "\
Examples:
  foldline completions bash
  foldline completions zsh";
