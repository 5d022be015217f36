"""Works the window by the names that a screen reader has, with xdotool, and reads back what it shows from its log.

usage: e2e_tasks.py BINARY FOLDER [LARGE_STORE], with a display; see e2e-tasks.sh
"""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

PATIENCE = float(os.environ.get("E2E_PATIENCE", 60))


def xdotool(*words):
    subprocess.run(["xdotool", *map(str, words)], check=True)


class Window:
    """A running Foldline with folders of its own."""

    def __init__(self, binary, folder, files=(), names=True, keep=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        if keep:
            # What an earlier window left in its data folder.
            shutil.copytree(keep, self.folder / "data")
        self.log = self.folder / "log"
        self.read = 0
        self.lines = []
        self.newest = {}
        self.changes = 0
        home = {f"XDG_{kind}_HOME": str(self.folder / kind.lower()) for kind in ("CONFIG", "DATA", "CACHE")}
        environment = os.environ | home | ({"FOLDLINE_LOG_NAMES": "1"} if names else {})
        self.errors = open(self.folder / "stderr", "w+")
        command = [binary, "--frame-log", str(self.log), *map(str, files)]
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stderr=self.errors)
        self.wait("a first frame", lambda: self.newest.get("frame"))
        found = subprocess.run(
            ["xdotool", "search", "--sync", "--onlyvisible", "--name", "^Foldline$"],
            check=True, capture_output=True, text=True, timeout=PATIENCE,
        )
        window = found.stdout.split()[0]
        xdotool("windowmove", window, 0, 0)
        xdotool("windowsize", window, 1280, 800)
        xdotool("windowfocus", "--sync", window)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind:
            shot("failed")
        self.process.terminate()
        self.process.wait()
        if kind:
            if folder := os.environ.get("E2E_SHOTS"):
                shutil.copy(self.log, folder)
            self.errors.seek(0)
            print(self.errors.read(), file=sys.stderr)
            last = {what: line for what, line in self.newest.items() if what != "names"}
            print("last of each kind:", json.dumps(last, ensure_ascii=False)[:4000], file=sys.stderr)
            names = [f"{role} {name}" for role, name, _ in self.newest.get("names", {}).get("nodes", [])]
            print("focus:", repr(self.newest.get("names", {}).get("focus")), "which says",
                  repr(self.newest.get("names", {}).get("value")), file=sys.stderr)
            print("names:", json.dumps(names, ensure_ascii=False)[:6000], file=sys.stderr)

    def look(self):
        """Takes in what the log has by now."""
        if self.process.poll() is not None:
            self.errors.seek(0)
            raise SystemExit(f"e2e: the window is gone ({self.process.returncode}): {self.errors.read()}")
        if not self.log.exists():
            return
        with open(self.log, "rb") as log:
            log.seek(self.read)
            data = log.read()
        whole = data[: data.rfind(b"\n") + 1]
        self.read += len(whole)
        for text in whole.splitlines():
            line = json.loads(text)
            self.newest[line["what"]] = line
            if line["what"] != "names":
                self.lines.append(line)
            self.changes += line["what"] != "frame"

    def is_so(self, test):
        try:
            return test()
        except (KeyError, TypeError, IndexError):
            # What it asks for is not there yet.
            return False

    def wait(self, what, test, seconds=PATIENCE):
        """Waits until a test holds, and gives what it gave."""
        end = time.monotonic() + seconds
        while True:
            self.look()
            if answer := self.is_so(test):
                return answer
            if time.monotonic() > end:
                raise AssertionError(f"e2e: waited in vain for {what}")
            time.sleep(0.05)

    def view(self):
        return self.newest["view"]

    def state(self):
        return self.newest["state"]

    def focus(self):
        return self.newest["names"]["focus"] or ""

    def place(self, name, role=""):
        """The middle of what has a name (a regular expression), once it is there and has come to rest."""
        def places():
            nodes = self.newest["names"]["nodes"]
            fits = lambda node: re.search(name, node[1]) and node[0].startswith(role) and node[2][2] > node[2][0]
            return [node[2] for node in nodes if fits(node)]
        place = self.wait(f"something named {name}", places)[0]
        while True:
            time.sleep(0.15)
            self.look()
            now = places()
            if now and now[0] == place:
                return place
            if now:
                place = now[0]

    def click(self, name, role=""):
        place = self.place(name, role)
        while True:
            left, top, right, bottom = place
            drawn = self.newest["frame"]
            xdotool("mousemove", round((left + right) / 2), round((top + bottom) / 2))
            # As a hand does: it is over it before it presses, and it follows what moves away while a slow frame is drawn.
            end = time.monotonic() + 1
            while self.newest["frame"] is drawn and time.monotonic() < end:
                time.sleep(0.05)
                self.look()
            now = self.place(name, role)
            if now == place:
                break
            place = now
        xdotool("click", 1)
        # Nor does a hand go on before it was seen: what a key does in the frame of the click, the click may undo.
        self.frames(2)

    def frames(self, count, seconds=1):
        """Waits until some more frames were drawn; not for long, as nothing may be left to draw."""
        end = time.monotonic() + seconds
        while count and time.monotonic() < end:
            drawn = self.newest["frame"]
            time.sleep(0.02)
            self.look()
            count -= self.newest["frame"] is not drawn

    def key(self, *keys):
        for key in keys:
            xdotool("key", key)

    def type(self, text):
        xdotool("type", "--delay", 20, text)

    def shows(self, name):
        return any(re.search(name, text) for _, text, _ in self.newest["names"]["nodes"])

    def keys_until(self, key, what, test, most=60):
        """Presses a key until something holds: each time only after the window has come to rest."""
        for _ in range(most):
            self.look()
            if self.is_so(test):
                return
            before = self.changes
            self.key(key)
            # Something comes of it, then nothing more: a command leads to another, and a job to an answer.
            end, quiet = time.monotonic() + 3, time.monotonic() + 3
            while time.monotonic() < min(end, quiet) and not self.is_so(test):
                if self.changes != before:
                    before, quiet = self.changes, time.monotonic() + 0.4
                time.sleep(0.03)
                self.look()
        raise AssertionError(f"e2e: {key} never leads to {what}; the focus is on {self.focus()!r}")


def shot(name):
    if folder := os.environ.get("E2E_SHOTS"):
        time.sleep(0.4)
        subprocess.run(["import", "-window", "root", f"{folder}/{name}.png"], check=False)


def contents(folder):
    files = sorted(path for path in pathlib.Path(folder).rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def clipboard():
    asked = subprocess.run(
        ["xclip", "-o", "-selection", "clipboard"], capture_output=True, text=True, timeout=10, check=False
    )
    return asked.stdout


def check_summary(window):
    """What was copied is an answer to the customer: it names what a reader needs to know."""
    window.wait("a text on the clipboard", lambda: window.newest["clipboard"]["bytes"] > 100)
    text = window.wait("the clipboard", clipboard)
    for words in ["account-A", "2025-03-04 14:34:12", "UTC", "balance", "10", "30", "alice", "withdrawn", "bank.db"]:
        assert words in text, f"{words!r} is not in the summary:\n{text}"
    # Each window has its own folder.
    return text.replace(str(window.folder), "")


def as_of(window, moment, balance):
    """Types a moment into the as-of box and waits for the state of that moment."""
    window.wait("the as-of box", lambda: window.focus().startswith("As of"))
    window.key("ctrl+a")
    window.type(moment)
    window.key("Return")
    window.wait(
        f"the state at {moment}: balance {balance}",
        lambda: window.view()["as_of"].startswith(moment)
        and window.view()["stream"] == window.state()["stream"] == "account-A"
        and str(window.state()["state"]["balance"]) == balance,
    )


def find_alice(window):
    """Types the customer's name into the search field, which is about to have the focus, and waits for what it finds."""
    window.wait("the search field", lambda: window.focus() == "Search events")
    window.type("Alice")
    window.key("Return")
    window.wait(
        "something found",
        lambda: window.view()["search"]["hits"] > 0 and window.view()["search"]["done"]
        and window.view()["search"]["text"] == "Alice",
    )


def by_mouse(binary, folder):
    with Window(binary, folder) as window:
        shot("mouse-1-welcome")
        window.click("^Open the sample: A bank$")
        opened = window.wait("the sample", lambda: window.newest["opened"])
        assert opened["path"].endswith("bank.db") and opened["events"] > 1000, opened
        samples = pathlib.Path(opened["path"]).parent
        before = contents(samples)
        window.wait("the store on screen", lambda: window.view()["store"] == "bank.db" and window.state())
        shot("mouse-2-store")
        # Somebody else's account is on screen.
        window.click("^account-0003$")
        window.wait("another stream", lambda: window.view()["stream"] == "account-0003")

        window.click("^Search events$")
        find_alice(window)
        shot("mouse-3-found")
        # One of them is looked at, and then gone to.
        window.click("^Event #1 .*Account opened for Alice")
        window.click("^Go there$")
        window.wait("Alice's account", lambda: window.view()["stream"] == "account-A")

        window.click("^As of .*go to a moment")
        as_of(window, "2025-03-04 14:34:11", "30")
        window.click("^As of .*go to a moment")
        as_of(window, "2025-03-04 14:34:12", "10")
        shot("mouse-4-as-of")

        window.click("^balance 10, was 30")
        life = window.wait("the life of the balance", lambda: window.view()["life"])
        assert life["path"] == "balance" and life["entries"] == 3 and life["user"] == "alice", life
        assert life["position"] == 674, life
        shot("mouse-5-life")
        window.key("ctrl+shift+c")
        summary = check_summary(window)
        assert contents(samples) == before, "the opened store or its folder changed"
        assert not [notice for notice in window.view()["notices"] if "fault" in notice], window.view()["notices"]
        left, top, right, bottom = window.place("Whole history")
        return summary, (left, right, bottom)


def by_keyboard(binary, folder):
    with Window(binary, folder) as window:
        # The pointer is in a corner and stays there.
        xdotool("mousemove", 1279, 799)
        window.keys_until("Tab", "the bank", lambda: window.focus() == "Open the sample: A bank")
        window.key("Return")
        opened = window.wait("the sample", lambda: window.newest["opened"])
        samples = pathlib.Path(opened["path"]).parent
        before = contents(samples)
        window.wait("the store on screen", lambda: window.view()["store"] == "bank.db" and window.state())

        # Somebody else's account is on screen.
        window.keys_until("Down", "another stream", lambda: window.view()["stream"] == "account-0003")

        window.key("ctrl+f")
        find_alice(window)
        window.keys_until("F3", "Alice's account", lambda: window.view()["stream"] == "account-A")
        shot("keys-1-found")

        window.key("ctrl+g")
        as_of(window, "2025-03-04 14:34:11", "30")
        window.key("ctrl+g")
        as_of(window, "2025-03-04 14:34:12", "10")

        window.keys_until("F6", "the state", lambda: window.focus().startswith("status "))
        window.keys_until("Down", "the balance", lambda: window.focus().startswith("balance 10"), most=3)
        window.key("Return")
        life = window.wait("the life of the balance", lambda: window.view()["life"])
        assert life["path"] == "balance" and life["user"] == "alice" and life["position"] == 674, life
        shot("keys-2-life")
        window.key("ctrl+shift+c")
        summary = check_summary(window)
        assert contents(samples) == before, "the opened store or its folder changed"
        # With nothing to lose, it closes at once and the welcome screen is back.
        window.keys_until("Escape", "the timeline", lambda: not window.focus().startswith("balance"), most=3)
        window.key("ctrl+w")
        window.wait("the welcome screen", lambda: window.view()["store"] is None)
        return summary


def share(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))] if values else float("nan")


def measure(binary, folder, store, ruler):
    """Drags the cursor along the whole ruler and back, and prints how long frames and states took."""
    left, right, top = ruler
    before = contents(store.parent) if store.stat().st_size < 1e8 else None
    with Window(binary, folder, [store], names=False) as window:
        opened = window.wait("the store", lambda: window.newest["opened"], 10 * PATIENCE)
        window.wait("a state", lambda: window.newest["state"], 10 * PATIENCE)
        time.sleep(1)
        window.look()
        shot(f"measured-{opened['events']}")
        start = len(window.lines)
        y = round(top + 12)
        xdotool("mousemove", round(right - 4), y)
        time.sleep(0.2)
        xdotool("mousedown", 1)
        for way in 2 * (range(98, 1, -1), range(2, 99)):
            for part in way:
                xdotool("mousemove", round(left + (right - left) * part / 100), y)
                time.sleep(0.03)
        xdotool("mouseup", 1)
        states = lambda: [line["latency_ms"] for line in window.lines[start:] if line["what"] == "state"]
        window.wait("states of other moments", lambda: len(states()) >= 3)
        time.sleep(1)
        window.look()
        frames = [line["cpu_ms"] for line in window.lines[start:] if line["what"] == "frame"]
        states = states()
        print(
            f"e2e: {opened['events']} events, scrubbing: {len(frames)} frames,"
            f" CPU p50 {share(frames, .5):.1f} ms, p99 {share(frames, .99):.1f} ms;"
            f" {len(states)} states, latency p50 {share(states, .5):.1f} ms, p99 {share(states, .99):.1f} ms",
            flush=True,
        )
    assert before is None or contents(store.parent) == before, "the opened store or its folder changed"


def main():
    binary, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    large = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 and sys.argv[3] else None
    summary, ruler = by_mouse(binary, folder / "mouse")
    print("e2e: by mouse and keyboard: found, seen at its moment, explained, copied", flush=True)
    if os.environ.get("E2E_SHOTS"):
        print(summary)
    assert by_keyboard(binary, folder / "keyboard") == summary, "the keyboard alone gives another summary"
    print("e2e: by keyboard alone: the same summary", flush=True)
    # Where a mistake would touch a file of the checkout, a copy of it is opened.
    sample = folder / "measured" / "bank.db"
    sample.parent.mkdir()
    for name in ("bank.db", "bank.projection.json"):
        source = pathlib.Path(__file__).parent.parent / "sample-data" / name
        (sample.parent / name).write_bytes(source.read_bytes())
    measure(binary, folder / "small", sample, ruler)
    if large:
        measure(binary, folder / "large", large, ruler)
    print("e2e: tasks: passed")


if __name__ == "__main__":
    main()
