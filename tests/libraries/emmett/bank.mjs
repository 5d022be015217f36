// The bank of the tests, written and read by @event-driven-io/emmett-sqlite itself.
//
//   bank.mjs write STORE         makes a store; prints what streams and types are called in it
//   bank.mjs read STORE          prints every account as the library aggregates it
//   bank.mjs append STORE NAME   deposits 1 into an account; prints its new version
//   bank.mjs consume STORE       prints what the store's own processor still has to handle

import { getSQLiteEventStore, sqliteConnection, storeProcessorCheckpoint } from '@event-driven-io/emmett-sqlite';

const stream = (name) => `account-${name}`;
const names = ['A', 'B', 'C', 'D', 'E'];
const deposited = (amount, metadata) => ({ type: 'Deposited', data: { amount }, metadata });
const initialState = () => ({ owner: null, balance: 0 });
const evolve = (state, { type, data }) => {
  switch (type) {
    case 'Opened': return { ...state, owner: data.owner };
    case 'Deposited': return { ...state, balance: state.balance + data.amount };
    case 'Withdrawn': return { ...state, balance: state.balance - data.amount };
    default: throw new Error(`no such type: ${type}`);
  }
};

const commands = {
  async write(store, path) {
    const versions = {};
    for (const [name, type, value] of JSON.parse(process.env.STORY)) {
      const data = type === 'Opened' ? { owner: value } : { amount: value };
      const event = { type, data, metadata: { userId: 'ann', correlationId: `c-${name}` } };
      const expectedStreamVersion = versions[name] ?? 'STREAM_DOES_NOT_EXIST';
      const result = await store.appendToStream(stream(name), [event], { expectedStreamVersion });
      versions[name] = result.nextExpectedStreamVersion;
    }
    // As if a processor had handled everything so far.
    const connection = sqliteConnection({ fileName: path });
    const last = await connection.querySingle('SELECT max(global_position) AS last FROM emt_messages');
    await storeProcessorCheckpoint(connection,
      { processorId: 'totals', version: 1, newPosition: BigInt(last.last), lastProcessedPosition: null });
    connection.close();
    return { streams: Object.fromEntries(names.map((name) => [name, stream(name)])),
      types: { Opened: 'Opened', Deposited: 'Deposited', Withdrawn: 'Withdrawn' }, category: 'account' };
  },

  async read(store) {
    const found = {};
    for (const name of names) {
      const { state, currentStreamVersion, streamExists } =
        await store.aggregateStream(stream(name), { evolve, initialState });
      if (!streamExists) continue;
      const { events } = await store.readStream(stream(name));
      found[name] = { version: Number(currentStreamVersion), state,
        events: events.map(({ type, metadata }) => ({ type, version: Number(metadata.streamPosition) })) };
    }
    return found;
  },

  async append(store, path, name) {
    const { currentStreamVersion, streamExists } =
      await store.aggregateStream(stream(name), { evolve, initialState });
    const result = await store.appendToStream(stream(name), [deposited(1, {})],
      { expectedStreamVersion: streamExists ? currentStreamVersion : 'STREAM_DOES_NOT_EXIST' });
    return Number(result.nextExpectedStreamVersion);
  },

  async consume(store, path) {
    const connection = sqliteConnection({ fileName: path });
    const { last } = await connection.querySingle('SELECT max(global_position) AS last FROM emt_messages');
    connection.close();
    const handled = [];
    const consumer = store.consumer();
    consumer.processor({
      processorId: 'totals',
      startFrom: 'CURRENT',
      stopAfter: (message) => Number(message.metadata.globalPosition) >= last,
      eachMessage: (message) => { handled.push(Number(message.metadata.globalPosition)); },
    });
    const timer = setTimeout(() => consumer.stop(), 3000);
    await consumer.start();
    clearTimeout(timer);
    await consumer.close();
    return handled;
  },
};

// The library asks for a write-ahead log at each connection and does not wait for it: on a file that has none yet, its
// first transaction can come sooner, and then it fails.
async function inWalMode(path) {
  const connection = sqliteConnection({ fileName: path });
  await connection.querySingle('PRAGMA journal_mode = WAL');
  connection.close();
}

const [command, path, ...rest] = process.argv.slice(2);
await inWalMode(path);
const store = getSQLiteEventStore({ fileName: path });
console.log(JSON.stringify(await commands[command](store, path, ...rest)));
