"""Explains what the samples' stories are about by what-ifs, in the real window, each in less than two minutes.

usage: e2e_what_if.py BINARY FOLDER, with a display; see e2e-tasks.sh
"""

import os
import pathlib
import shutil
import signal
import sys
import time

from e2e_tasks import Window, contents, shot

LONGEST = 120.0
SAMPLES = pathlib.Path(__file__).parent.parent / "sample-data"


def sample(folder, name):
    """A copy of a sample with its rules: where a mistake would touch a file of the checkout."""
    folder.mkdir()
    for file in (f"{name}.db", f"{name}.projection.json"):
        shutil.copy(SAMPLES / file, folder / file)
    return folder / f"{name}.db"


def look_at(window, stream):
    window.wait("a state", lambda: window.newest["state"])
    window.key("ctrl+l")
    window.wait("the filter", lambda: "Filter" in window.focus())
    window.type(stream)
    window.wait("the only one", lambda: window.shows("^1 of [0-9]"))
    window.click(f"^{stream}$")
    window.wait(stream, lambda: window.view()["stream"] == stream)


def branch(window, field):
    """A field of the state at the cursor, as recorded and in the what-if."""
    state = window.state()
    return str(state["state"].get(field)), str(state.get("branch", {}).get(field))


def overdraft(binary, folder):
    """What if the second terminal had known the balance? And what if the program is killed then?"""
    store = sample(folder / "store", "bank")
    before = contents(store.parent)
    with Window(binary, folder / "first", [store]) as window:
        start = time.monotonic()
        look_at(window, "account-0042")
        window.click("^Event #1120 ", "Button")
        window.wait("its state", lambda: window.state()["position"] == 1120)
        window.key("Delete")
        window.wait("both states", lambda: branch(window, "balance") == ("-265.9", "-115.9"))
        window.key("ctrl+e")
        window.wait("what follows", lambda: window.shows('no longer breaks "Never below the agreed limit"'))
        assert window.shows("^What-if lane of account-0042"), "there is no branch lane"
        print(f"e2e: the overdraft is explained after {time.monotonic() - start:.0f} s", flush=True)
        assert time.monotonic() - start < LONGEST
        shot("what-if-1-overdraft")
        # Long enough for it to be kept; then there is no way to say goodbye.
        time.sleep(4)
        window.look()
        window.process.send_signal(signal.SIGKILL)
        window.process.wait()
        shutil.copytree(window.folder / "data", folder / "kept")
    with Window(binary, folder / "second", [store], keep=folder / "kept") as window:
        window.wait("the scenario of before", lambda: window.shows("^What-if, scenario with 1 edit"))
        window.key("ctrl+e")
        window.wait("its edit", lambda: window.shows("^Edit 1: Leave out v10 of account-0042"))
    assert contents(store.parent) == before, "the opened store or its folder changed"
    print("e2e: the what-if is there after the window was killed", flush=True)


def paid_twice(binary, folder):
    """What if the payment had been captured once?"""
    store = sample(folder / "store", "orders")
    before = contents(store.parent)
    with Window(binary, folder / "window", [store]) as window:
        start = time.monotonic()
        look_at(window, "payment-1042")
        window.click("^Event #509 ", "Button")
        window.wait("its state", lambda: window.state()["position"] == 509)
        window.key("Delete")
        window.wait("both states", lambda: branch(window, "captured") == ("175.4", "87.7"))
        window.key("ctrl+e")
        window.wait("the hint", lambda: window.shows("would probably not have happened"))
        # The refund is one of them: it breaks nothing as recorded, and has no reason in the branch.
        window.wait("the other stream", lambda: window.shows("order-1042"))
        print(f"e2e: the double payment is explained after {time.monotonic() - start:.0f} s", flush=True)
        assert time.monotonic() - start < LONGEST
        shot("what-if-2-paid-twice")
    assert contents(store.parent) == before, "the opened store or its folder changed"


def never_asked(binary, folder):
    """What if somebody had asked for the money?"""
    store = sample(folder / "store", "rides")
    before = contents(store.parent)
    with Window(binary, folder / "window", [store]) as window:
        start = time.monotonic()
        look_at(window, "ride-1013")
        window.click("^Event #154 ", "Button")
        window.wait("its state", lambda: window.state()["position"] == 154)
        window.key("i")
        window.click("^Type$", "TextInput")
        window.wait("the type's field", lambda: window.focus() == "Type")
        window.key("ctrl+a")
        window.type("RidePaid")
        # What events of this type usually say comes by itself.
        window.wait("a payload of its type", lambda: window.shows("^Put amount into the payload"))
        window.click("^Payload$", "Multiline")
        window.wait("the payload's field", lambda: window.focus() == "Payload")
        window.key("ctrl+a")
        window.type('{"amount": 6.12}')
        window.wait("what it would change", lambda: window.shows("paid 0 → 6.12"))
        shot("what-if-3-form")
        window.key("ctrl+Return")
        window.wait("the paid ride", lambda: branch(window, "status") == ("completed", "paid"))
        print(f"e2e: the missing follow-up is explained after {time.monotonic() - start:.0f} s", flush=True)
        assert time.monotonic() - start < LONGEST
        shot("what-if-3-asked")
    assert contents(store.parent) == before, "the opened store or its folder changed"


def main():
    binary, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    for story in (overdraft, paid_twice, never_asked):
        home = folder / story.__name__
        home.mkdir()
        story(binary, home)
    print("e2e: what-ifs: passed")


if __name__ == "__main__":
    main()
