"""The bank of the tests, written and read by the Python library `eventsourcing` itself.

    bank.py write STORE [zlib]   makes a store; prints what streams and types are called in it
    bank.py read STORE [zlib]    prints every account as the library loads it
    bank.py append STORE NAME [zlib]   deposits 1 into an account; prints its new version
"""

import json
import os
import sys
from decimal import Decimal
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.domain import Aggregate, event

NAMES = {name: UUID(int=0xACC0_0000_0000 + at) for at, name in enumerate("ABCDE", 1)}


class BankAccount(Aggregate):
    @event("Opened")
    def __init__(self, owner: str, id: UUID) -> None:
        self.owner = owner
        self.balance = 0
        self.fees = Decimal(0)
        self._id = id

    @staticmethod
    def create_id(owner: str, id: UUID) -> UUID:
        return id

    @event("Deposited")
    def deposit(self, amount: int) -> None:
        self.balance += amount

    @event("Withdrawn")
    def withdraw(self, amount: int, fee: Decimal) -> None:
        self.balance -= amount
        self.fees += fee


class Bank(Application):
    snapshotting_intervals = {BankAccount: 4}


def bank(path: str, *options: str) -> Bank:
    env = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": path}
    if "zlib" in options:
        env["COMPRESSOR_TOPIC"] = "zlib"
    return Bank(env=env)


def write(path: str, *options: str) -> dict:
    app = bank(path, *options)
    accounts = {}
    story = json.loads(os.environ["STORY"])
    for name, kind, value in story:
        if kind == "Opened":
            accounts[name] = BankAccount(owner=value, id=NAMES[name])
        elif kind == "Deposited":
            accounts[name].deposit(value)
        else:
            accounts[name].withdraw(value, Decimal("0.10"))
        app.save(accounts[name])
    return {
        "streams": {name: id.hex for name, id in NAMES.items()},
        "types": {kind: f"bank:BankAccount.{kind}" for kind in ("Opened", "Deposited", "Withdrawn")},
        "category": "BankAccount",
    }


def read(path: str, *options: str) -> dict:
    app = bank(path, *options)
    found = {}
    for name, id in NAMES.items():
        try:
            account = app.repository.get(id)
        except AggregateNotFoundError:
            continue
        events = list(app.events.get(id))
        found[name] = {
            "version": account.version,
            "state": {"owner": account.owner, "balance": account.balance},
            "events": [{"type": type(e).__qualname__.split(".")[-1], "version": e.originator_version,
                        "time": e.timestamp.isoformat()} for e in events],
        }
        # What the snapshot adds is what replaying all of them gives.
        replayed = app.repository.get(id, version=account.version)
        assert (replayed.balance, replayed.fees) == (account.balance, account.fees), name
        assert isinstance(account.fees, Decimal), name
    notifications = app.recorder.select_notifications(start=1, limit=1000)
    positions = [notification.id for notification in notifications]
    assert positions == sorted(set(positions)), positions
    found["positions"] = positions
    return found


def append(path: str, name: str, *options: str) -> int:
    app = bank(path, *options)
    account = app.repository.get(NAMES[name])
    account.deposit(1)
    app.save(account)
    return account.version


def main() -> None:
    command, *arguments = sys.argv[1:]
    print(json.dumps({"write": write, "read": read, "append": append}[command](*arguments)))


if __name__ == "__main__":
    # Under its own name: topics name the module, and in a script that would be `__main__`.
    import bank as this

    this.main()
