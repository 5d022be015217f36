// Switches off the action in the middle of many, as Redux DevTools does it, and prints how many milliseconds pass
// until the computed state is there (the median of several). Run by `cargo bench -- edit`; see run.sh.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.cwd(), 'package.json'));
const { legacy_createStore: createStore } = require('redux');
const { instrument, ActionCreators } = require('@redux-devtools/instrument');

const count = Number(process.argv[2] ?? 100_000);
const turns = 15;

// The same events as benches/budget/data.rs.
function event(at) {
  if (at === 0) return { type: 'AccountOpened', data: { owner: 'Ada', kind: 'current', currency: 'EUR' } };
  const kind = at % 10;
  if (kind <= 4) return { type: 'FundsDeposited', data: { amount: 100 + (at % 90) + 0.5, source: 'cash' } };
  if (kind <= 7) return { type: 'FundsWithdrawn', data: { amount: 20 + (at % 50) + 0.25 } };
  if (kind === 8) return { type: 'CardPaymentMade', data: { amount: (at % 40) + 0.99, merchant: `Bakery ${at % 17}` } };
  return { type: 'FeeCharged', data: { amount: 0.75, kind: 'card' } };
}

// The same states as the rules there.
const init = { balance: 0, deposits: 0, withdrawals: 0, payments: 0, fees: 0 };
function reducer(state = init, { type, data }) {
  switch (type) {
    case 'AccountOpened':
      return { ...state, owner: data.owner };
    case 'FundsDeposited':
      return { ...state, balance: state.balance + data.amount, deposits: state.deposits + 1 };
    case 'FundsWithdrawn':
      return { ...state, balance: state.balance - data.amount, withdrawals: state.withdrawals + 1 };
    case 'CardPaymentMade':
      return { ...state, balance: state.balance - data.amount, payments: state.payments + 1 };
    case 'FeeCharged':
      return { ...state, balance: state.balance - data.amount, fees: state.fees + 1 };
    default:
      return state;
  }
}

// Locked to no maximum age: every action is kept, as Foldline keeps every event.
const store = createStore(reducer, instrument(undefined, { maxAge: count + 2 }));
// All at once: dispatched one by one, each copies the list of those before it.
store.liftedStore.dispatch(ActionCreators.importState(Array.from({ length: count }, (_, at) => event(at)), false));
const whole = store.getState();

const times = [];
for (let turn = 0; turn < turns; turn += 1) {
  // Action 0 is redux's own.
  const id = count / 2 + 1 + turn;
  const began = performance.now();
  store.liftedStore.dispatch(ActionCreators.toggleAction(id));
  const state = store.getState();
  times.push(performance.now() - began);
  if (state === whole || state.balance === whole.balance) throw new Error('nothing was switched off');
  store.liftedStore.dispatch(ActionCreators.toggleAction(id));
}
times.sort((a, b) => a - b);
console.log(times[Math.floor(times.length / 2)].toFixed(3));
