"""Follows a store in the real window while another process writes it: in rollback mode and with a write-ahead log.

usage: e2e_live.py BINARY FOLDER, with a display; see e2e-tasks.sh
"""

import contextlib
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import time

from e2e_tasks import Window, shot

SAMPLES = pathlib.Path(__file__).parent.parent / "sample-data"


def write(path, mode, seconds):
    """Deposits ten times a second into two accounts; prints how many, and how often the store was busy for a second."""
    store = sqlite3.connect(path, timeout=1, isolation_level=None)
    store.execute(f"PRAGMA journal_mode = {mode}")
    position = store.execute("SELECT max(position) FROM events").fetchone()[0]
    versions = dict(store.execute("SELECT stream_id, max(version) FROM events GROUP BY stream_id"))
    insert = (
        "INSERT INTO events (position, stream_id, version, event_id, type, recorded_at, data) "
        "VALUES (?, ?, ?, ?, 'FundsDeposited', ?, ?)"
    )
    wrote = busy = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        stream = ("account-A", "account-0001")[wrote % 2]
        versions[stream] += 1
        row = (position + wrote + 1, stream, versions[stream], f"live-{wrote}", "2025-07-01T00:00:00Z", json.dumps({"amount": 1}))
        try:
            store.execute(insert, row)
            wrote += 1
        except sqlite3.OperationalError:
            versions[stream] -= 1
            busy += 1
        time.sleep(0.1)
    store.close()
    print(wrote, busy)


def follow(binary, folder, mode):
    home = folder / mode
    home.mkdir()
    store = home / "bank.db"
    for name in ("bank.db", "bank.projection.json"):
        shutil.copy(SAMPLES / name, home / name)
    with Window(binary, home / "window", [store]) as window:
        window.wait("the sample", lambda: window.shows("^2,000 events"))
        window.click("^account-A$", "Button")
        window.wait("its state", lambda: window.state()["stream"] == "account-A" and window.shows("^v4 of 4"))
        window.click("^Follow live$")
        window.wait("that it is followed", lambda: window.shows("^LIVE · attached"))
        # On the newest event of the store, the cursor goes with those that come.
        command = [sys.executable, __file__, "--write", str(store), mode, "8"]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        window.wait("the first events", lambda: window.shows("^2,0[1-9][0-9] events"))
        shot(f"live-{mode}")
        wrote, busy = map(int, writer.communicate()[0].split())
        assert busy == 0, f"the writer found the store busy {busy} times"
        window.wait("all events", lambda: window.shows(f"^{2000 + wrote:,} events"))
        window.wait("the newest state", lambda: window.shows(f"^v{4 + (wrote + 1) // 2} of {4 + (wrote + 1) // 2}"))
        # A writer that ends at the very moment of a read leaves its log to the next one; nothing stays for good.
        for _ in range(10):
            time.sleep(0.5)
            logs = [path.name for path in home.iterdir() if path.name.endswith("-wal")]
            if not logs:
                break
            with contextlib.closing(sqlite3.connect(store)) as later:
                later.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        assert not logs, logs
        with sqlite3.connect(store, timeout=0) as alone:
            alone.execute("PRAGMA locking_mode = EXCLUSIVE")
        window.click("^Follow live$")
        window.wait("that it is followed no longer", lambda: not window.shows("^LIVE · attached"))
    print(f"e2e: followed {wrote} events in {mode} mode", flush=True)


def main():
    if sys.argv[1] == "--write":
        return write(sys.argv[2], sys.argv[3], float(sys.argv[4]))
    binary, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    for mode in ("DELETE", "WAL"):
        follow(binary, folder, mode)
    print("e2e: following: passed")


if __name__ == "__main__":
    main()
