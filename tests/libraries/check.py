#!/usr/bin/env python3
"""Copies of a store, read and continued by the library that wrote it.

    check.py FOLDLINE LIBRARY COMMAND…

COMMAND is how the library's own program is called (`write`, `read`, `append`; see the programs beside this file). It
writes a store; Foldline writes a what-if copy, copies as of a moment and a copy of some streams; the library replays
them, and what it says is compared with what Foldline says. Then the library appends to each of them. Needs nothing but
Python's own modules.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

FOLDLINE, LIBRARY, *PROGRAM = sys.argv[1:]
OPTIONS = PROGRAM[PROGRAM.index("--") + 1:] if "--" in PROGRAM else []
PROGRAM = PROGRAM[: PROGRAM.index("--")] if "--" in PROGRAM else PROGRAM

# Account, what happened, owner or amount.
STORY = [
    ("A", "Opened", "Łucja \"Lu\" Ö"), ("B", "Opened", "Bo"), ("A", "Deposited", 5000), ("C", "Opened", "Cy"),
    ("A", "Withdrawn", 2000), ("B", "Deposited", 900), ("E", "Opened", "Eve"), ("A", "Deposited", 700),
    ("A", "Withdrawn", 100), ("B", "Withdrawn", 300), ("C", "Deposited", 10), ("A", "Deposited", 50),
    ("B", "Deposited", 40), ("B", "Deposited", 5), ("E", "Deposited", 1), ("A", "Withdrawn", 1),
]

RULES = {
    "projection": "account", "init": {"owner": None, "balance": 0},
    "when": {
        "Opened": [{"set": "owner", "from": "data.owner"}],
        "Deposited": [{"add": "balance", "from": "data.amount"}],
        "Withdrawn": [{"subtract": "balance", "from": "data.amount"}],
    },
}


def fail(message):
    sys.exit(f"{LIBRARY}: {message}")


def run(command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode != 0:
        fail(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def library(command, *arguments):
    """Called in a copy of the folder, so that side files of one command are not in the way of the next."""
    out = run([*PROGRAM, command, *map(str, arguments), *OPTIONS], env={**os.environ, "STORY": json.dumps(STORY)})
    return json.loads(out.strip().splitlines()[-1])


def foldline(*arguments):
    return run([FOLDLINE, *map(str, arguments)])


def at_rest(path):
    """The file alone, without the log that the library leaves beside it."""
    conn = sqlite3.connect(path)
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.execute("PRAGMA journal_mode = DELETE")
    conn.close()


def events(path):
    return [json.loads(line) for line in foldline("events", path, "--json").splitlines()]


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def check(what, copy, called, rules):
    """The library's accounts against Foldline's: versions, types, times, states."""
    said = library("read", copy)
    told = events(copy)
    short = {full: kind for kind, full in called["types"].items()}
    known = {stream: name for name, stream in called["streams"].items()}
    present = [name for name, stream in called["streams"].items() if any(e["stream"] == stream for e in told)]
    if sorted(present) != sorted(name for name in said if name in called["streams"]):
        fail(f"{what}: the library finds {list(said)}, Foldline {present}")
    for name in present:
        stream = called["streams"][name]
        mine = [event for event in told if event["stream"] == stream]
        theirs = said[name]["events"]
        if [(short.get(e["type"], e["type"]), e["version"]) for e in mine] != [(e["type"], e["version"]) for e in theirs]:
            fail(f"{what}: {name} has other events: {mine} {theirs}")
        for event, other in zip(mine, theirs):
            if other.get("time") and instant(event["time"]) != instant(other["time"]):
                fail(f"{what}: {name} v{event['version']}: {event['time']}, {other['time']}")
        state = json.loads(foldline("state", copy, stream, "--projection", rules, "--json"))
        if state["state"] != said[name]["state"] or state["version"] != said[name]["version"]:
            fail(f"{what}: {name}: {state['state']} {said[name]}")
    if "positions" in said and said["positions"] != [event["position"] for event in told]:
        fail(f"{what}: positions {said['positions']}")
    assert known and present
    return present, told


def check_appends(what, copy, called, names):
    """The library goes on where the copy ends."""
    for name in names:
        stream = called["streams"][name]
        before = [event["version"] for event in events(copy) if event["stream"] == stream]
        version = library("append", copy, name)
        at_rest(copy)
        after = [event for event in events(copy) if event["stream"] == stream]
        if version != (before[-1] if before else 0) + 1 or [e["version"] for e in after] != [*before, version]:
            fail(f"{what}: appending to {name} after {before} gave {version}")
        if after[-1]["data"].get("amount") != 1:
            fail(f"{what}: {after[-1]}")


def scenario(called, recorded):
    streams, types = called["streams"], called["types"]
    # In a store that has no other, an event's own.
    time = [event["time"] for event in recorded if event["time"]][11]
    described = {} if LIBRARY == "eventsourcing" else {"metadata": {"user": "what-if"}}
    fee = {"fee": "0.25"} if LIBRARY == "eventsourcing" else {}
    first = "11111111-1111-4111-8111-111111111111"
    return {
        "foldline": "scenario/1", "name": "Everything at once", "edits": [
            {"delete": {"stream": streams["A"], "version": 3}},
            {"insert": {"stream": streams["A"], "after": 2}, "type": types["Deposited"], "data": {"amount": 11}, **described},
            {"update": {"stream": streams["A"], "version": 5}, "type": types["Deposited"]},
            {"insert": {"stream": streams["A"], "after": 6}, "type": types["Withdrawn"], "data": {"amount": 2, **fee}},
            {"update": {"stream": streams["B"], "version": 2}, "data": {"amount": 1000}, "time": time},
            {"move": {"stream": streams["C"], "version": 2}, "after": {"stream": streams["B"], "version": 3}},
            {"insert": {"stream": streams["D"]}, "type": types["Opened"], "data": {"owner": "Dee"}, "time": time, "id": first},
            {"insert": {"stream": streams["D"], "after": {"id": first}}, "type": types["Deposited"], "data": {"amount": 77}},
            {"delete": {"stream": streams["E"], "from": None, "to": None}},
        ],
    }


def main():
    folder = Path(tempfile.mkdtemp(prefix="foldline-library-"))
    try:
        store, rules, edits = folder / "store.db", folder / "rules.json", folder / "edits.json"
        called = library("write", store)
        at_rest(store)
        rules.write_text(json.dumps({**RULES, "category": called["category"]}))
        names, recorded = check("the store itself", store, called, rules)
        at_rest(store)
        original = store.read_bytes()
        print(f"{LIBRARY}: wrote {len(recorded)} events of {len(names)} accounts; Foldline replays them to the same states")

        edits.write_text(json.dumps(scenario(called, recorded)))
        what_if = folder / "what-if.db"
        asked = [FOLDLINE, "what-if", store, "--scenario", edits, "--projection", rules, "--save-copy", what_if, "--json"]
        compared = json.loads(run(list(map(str, asked))))
        names, told = check("the what-if copy", what_if, called, rules)
        by_stream = {stream["stream"]: stream["branch"]["state"] for stream in compared["streams"]}
        for name in "ABCD":
            state = json.loads(foldline("state", what_if, called["streams"][name], "--projection", rules, "--json"))
            assert state["state"] == by_stream[called["streams"][name]], name
        assert sorted(names) == ["A", "B", "C", "D"], names
        if LIBRARY == "emmett-sqlite":
            left = library("consume", what_if)
            same = [event["position"] for event, was in zip(told, recorded) if event == was]
            first = next(event["position"] for event, was in zip(told, recorded) if event != was)
            expected = [event["position"] for event in told if event["position"] >= first]
            if left != expected:
                fail(f"the processor handles {left}, not {expected} (unchanged: {same})")
            print(f"{LIBRARY}: its processor goes on at #{first}, the first difference")
        appended = ["A", "B", "D"] + (["E"] if LIBRARY != "eventsourcing" else [])
        check_appends("the what-if copy", what_if, called, appended)
        check("the what-if copy with more", what_if, called, rules)
        print(f"{LIBRARY}: replays the what-if copy to the branch's states, and appends to {', '.join(appended)}")

        moments = [f"#{recorded[8]['position']}", f"#{recorded[0]['position']}"]
        if all(event["time"] for event in recorded) and recorded[0]["time"] < recorded[-1]["time"]:
            moments.append(recorded[0]["time"])
        for number, moment in enumerate(moments):
            copy = folder / f"until-{number}.db"
            foldline("copy", store, copy, "--until", moment)
            names, told = check(f"the copy as of {moment}", copy, called, rules)
            if LIBRARY == "emmett-sqlite":
                assert library("consume", copy) == [], moment
            assert 0 < len(told) < len(recorded), moment
            check_appends(f"the copy as of {moment}", copy, called, names)
            assert all(not event["time"] or event["time"] <= moment for event in told) or moment[0] == "#", moment
            last = max(event["position"] for event in told)
            assert events(copy)[len(told)]["position"] == last + 1, "numbers of the moment"
        copy = folder / "streams.db"
        foldline("copy", store, copy, "--stream", called["streams"]["B"], "--stream", called["streams"]["C"])
        names, _ = check("the copy of two streams", copy, called, rules)
        assert names == ["B", "C"], names
        check_appends("the copy of two streams", copy, called, names)
        print(f"{LIBRARY}: replays copies as of {', '.join(moments)} and of two streams, and appends to them")
        assert store.read_bytes() == original, "the store was changed"
    finally:
        shutil.rmtree(folder)


main()
