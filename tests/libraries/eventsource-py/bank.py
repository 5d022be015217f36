"""The bank of the tests, written and read by the Python library `eventsource-py` itself.

    bank.py write STORE         makes a store; prints what streams and types are called in it
    bank.py read STORE          prints every account as the library loads it
    bank.py append STORE NAME   deposits 1 into an account; prints its new version
"""

import asyncio
import json
import os
import sys
import traceback
from uuid import UUID

from eventsource.adapters.sqlite import SQLiteEventStore, SQLiteSnapshotStore
from eventsource.application.aggregates.repository import AggregateRepository
from eventsource.domain.aggregate import AggregateRoot
from eventsource.domain.event import DomainEvent
from eventsource.domain.event_registry import EventRegistry
from eventsource.domain.stream_id import StreamId
from pydantic import BaseModel

NAMES = {name: UUID(int=0xACC0_0000_0000 + at) for at, name in enumerate("ABCDE", 1)}
TENANT = UUID(int=7)


class Opened(DomainEvent):
    aggregate_type: str = "BankAccount"
    owner: str


class Deposited(DomainEvent):
    aggregate_type: str = "BankAccount"
    amount: int


class Withdrawn(DomainEvent):
    aggregate_type: str = "BankAccount"
    amount: int


class Account(BaseModel):
    owner: str | None = None
    balance: int = 0


class BankAccount(AggregateRoot[Account]):
    aggregate_type = "BankAccount"

    def _get_initial_state(self) -> Account:
        return Account()

    def _apply(self, event: DomainEvent) -> None:
        # A copy may begin with any event.
        account = self._state or Account()
        if isinstance(event, Opened):
            self._state = Account(owner=event.owner, balance=account.balance)
        elif isinstance(event, Deposited):
            self._state = Account(owner=account.owner, balance=account.balance + event.amount)
        elif isinstance(event, Withdrawn):
            self._state = Account(owner=account.owner, balance=account.balance - event.amount)

    def add(self, kind: type[DomainEvent], **fields: object) -> None:
        self.apply_event(kind(
            aggregate_id=self.aggregate_id, aggregate_version=self.get_next_version(),
            tenant_id=TENANT, actor_id="teller-1", **fields,
        ))


def bank(path: str) -> tuple[SQLiteEventStore, AggregateRepository]:
    registry = EventRegistry()
    for kind in (Opened, Deposited, Withdrawn):
        registry.register(kind)
    store = SQLiteEventStore(path, registry)
    snapshots = SQLiteSnapshotStore(path)
    repository = AggregateRepository(
        event_store=store, aggregate_factory=BankAccount, aggregate_type="BankAccount",
        snapshot_store=snapshots, snapshot_threshold=4,
    )
    return store, repository


async def write(path: str) -> dict:
    store, repository = bank(path)
    for name, kind, value in json.loads(os.environ["STORY"]):
        account = await repository.load_or_create(NAMES[name])
        if kind == "Opened":
            account.add(Opened, owner=value)
        else:
            account.add({"Deposited": Deposited, "Withdrawn": Withdrawn}[kind], amount=value)
        await repository.save(account)
    await store.close()
    return {
        "streams": {name: f"BankAccount-{id}" for name, id in NAMES.items()},
        "types": {kind: kind for kind in ("Opened", "Deposited", "Withdrawn")},
        "category": "BankAccount",
    }


async def read(path: str) -> dict:
    store, repository = bank(path)
    found = {}
    for name, id in NAMES.items():
        envelopes = [e async for e in store.read_stream(StreamId(aggregate_id=id, category="BankAccount"))]
        if not envelopes:
            continue
        account = await repository.load(id)
        # The envelope repeats what is in columns; the library trusts either.
        for envelope in envelopes:
            event = envelope.event
            assert event.aggregate_version == envelope.stream_version, (name, event)
            assert (event.aggregate_id, event.aggregate_type) == (id, "BankAccount"), event
            # An account that was never recorded belongs to no tenant.
            assert event.tenant_id == TENANT or (name == "D" and event.tenant_id is None), event
            assert event.event_type == type(event).__name__, event
        # What the snapshot adds is what replaying all of them gives.
        replayed = BankAccount(id)
        replayed.load_from_history([envelope.event for envelope in envelopes])
        assert (replayed.state, replayed.version) == (account.state, account.version), name
        found[name] = {
            "version": account.version,
            "state": {"owner": account.state.owner, "balance": account.state.balance},
            "events": [{"type": e.event.event_type, "version": e.stream_version,
                        "time": e.event.occurred_at.isoformat()} for e in envelopes],
        }
    everything = [envelope async for envelope in store.read_all()]
    ids = [envelope.event.event_id for envelope in everything]
    assert len(set(ids)) == len(ids), ids
    await store.close()
    return found


async def append(path: str, name: str) -> int:
    store, repository = bank(path)
    account = await repository.load_or_create(NAMES[name])
    account.add(Deposited, amount=1)
    await repository.save(account)
    await store.close()
    return account.version


def main() -> None:
    command, *arguments = sys.argv[1:]
    print(json.dumps(asyncio.run({"write": write, "read": read, "append": append}[command](*arguments))))


try:
    main()
except BaseException:
    # The thread of a connection that nobody closed would keep the program.
    traceback.print_exc()
    sys.stderr.flush()
    os._exit(1)
