#!/usr/bin/env bash
# The real binary in a real window: a person opens a store, drags the cursor, leaves out an event, saves the copy and
# opens it again. Works the window with xdotool only, and reads back what the window showed from its frame log.
#
# usage: e2e.sh BINARY STORE STREAM EXPECTED_BASELINE EXPECTED_BRANCH [FIELD]
set -euo pipefail

binary=$1 store=$2 stream=$3 baseline=$4 branch=$5 field=${6:-balance}
work=$(mktemp -d)
trap 'status=$?; kill $(jobs -p) 2>/dev/null || true; if [ $status -ne 0 ]; then cat "$work/stderr" || true; tail -n 3 "$work/log" || true; fi; rm -rf "$work"; exit $status' EXIT

mkdir "$work/stores"
cp "$store"* "$work/stores/"
for projection in "$(dirname "$store")/$(basename "${store%.*}").projection.json"; do
  [ -e "$projection" ] && cp "$projection" "$work/stores/"
done
opened="$work/stores/$(basename "$store")"
copy="$work/copies/copy.db"
mkdir "$work/copies"
before=$(cd "$work/stores" && ls -lA --time-style=full-iso && sha256sum ./*)

# A display of its own, so that several runs do not meet.
display=:$((90 + RANDOM % 400))
Xvfb "$display" -screen 0 1280x800x24 -nolisten tcp 2>/dev/null &
export DISPLAY=$display XDG_RUNTIME_DIR="$work" WINIT_UNIX_BACKEND=x11
for _ in $(seq 50); do xdotool getdisplaygeometry >/dev/null 2>&1 && break; sleep 0.1; done

"$binary" --frame-log "$work/log" "$opened" 2>"$work/stderr" &

# shown WHAT TEST: whether the newest log line of a kind passes a test (a Python expression over `line` and `lines`).
shown() {
  python3 - "$work/log" "$1" "$2" <<'PY'
import json, sys
path, what, test = sys.argv[1:]
try:
    lines = [json.loads(text) for text in open(path) if text.endswith("\n")]
except FileNotFoundError:
    sys.exit(1)
lines = [line for line in lines if line["what"] == what]
sys.exit(0 if lines and eval(test, {"line": lines[-1], "lines": lines}) else 1)
PY
}

# until_shown WHAT TEST [ACTION]: does the action, and again if nothing comes of it in some seconds: a person would,
# on a machine that is busy.
until_shown() {
  local attempt
  for attempt in 1 2 3 4; do
    [ $# -lt 3 ] || "$3"
    for _ in $(seq 40); do
      if shown "$1" "$2"; then return 0; fi
      sleep 0.2
    done
  done
  echo "e2e: waited in vain for $1: $2" >&2
  [ -z "${E2E_SHOTS:-}" ] || import -window root "$E2E_SHOTS/failed.png"
  return 1
}
shot() { if [ -n "${E2E_SHOTS:-}" ]; then sleep 0.5; import -window root "$E2E_SHOTS/$1.png"; fi; }

# palette TEXT: what a person without a mouse does.
palette() {
  xdotool key Escape sleep 0.3 key Escape sleep 0.3 key ctrl+k sleep 1
  xdotool type --delay 60 "$1"
  sleep 1
  xdotool key Return
  sleep 0.5
}
select_stream() { palette "$stream"; }
drag_the_cursor() {
  # Below the strip of the whole history.
  xdotool mousemove 900 108 sleep 0.2 mousedown 1
  for x in 850 800 700 600 500 450 420; do xdotool mousemove "$x" 108; sleep 0.2; done
  xdotool mouseup 1
}
to_the_last_event() { xdotool mousemove 640 690 sleep 0.2 key Escape sleep 0.2 key End; }
leave_it_out() { xdotool key Delete; }
save_the_copy() {
  # Ctrl+S does nothing while the question is open.
  xdotool key ctrl+s sleep 1 key ctrl+a sleep 0.2
  xdotool type --delay 10 "$copy"
  shot 4-saving
  xdotool key Return
}
open_the_copy() { palette "open the copy"; }

until_shown opened "line['events'] > 0"
window=$(xdotool search --sync --onlyvisible --name '^Foldline$' | head -n 1)
xdotool windowmove "$window" 0 0 windowsize --sync "$window" 1280 800 windowfocus --sync "$window"
sleep 1

until_shown state "line['stream'] == '$stream' and line['version'] is not None" select_stream
shot 1-selected
# Dragging along the ruler: states of earlier moments come by.
until_shown state "len({l['version'] for l in lines if l['stream'] == '$stream'}) > 1" drag_the_cursor
shot 2-scrubbed
until_shown state "str(line['state'].get('$field')) == '$baseline'" to_the_last_event
# Deleting is a toggle: it is pressed once, and waited for.
leave_it_out
until_shown state "str((line.get('branch') or {}).get('$field')) == '$branch'"
shot 3-left-out
until_shown copied "line['events'] > 0" save_the_copy
shot 5-saved
until_shown opened "line['path'] == '$copy'" open_the_copy
sleep 0.5
until_shown state "line['stream'] == '$stream' and not line.get('branch')" select_stream
shot 6-reopened

after=$(cd "$work/stores" && ls -lA --time-style=full-iso && sha256sum ./*)
[ "$before" = "$after" ] || { echo "e2e: the opened store or its folder changed" >&2; exit 1; }
python3 - "$work/log" <<'PY'
import json, sys
lines = [json.loads(text) for text in open(sys.argv[1])]
def p(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")
frames = [line["cpu_ms"] for line in lines if line["what"] == "frame"]
states = [line["latency_ms"] for line in lines if line["what"] == "state"]
print(f"e2e: {len(frames)} frames, CPU p50 {p(frames, .5):.1f} ms, p99 {p(frames, .99):.1f} ms;"
      f" {len(states)} states, latency p50 {p(states, .5):.1f} ms, p99 {p(states, .99):.1f} ms")
PY
echo "e2e: $(basename "$store"): 1 passed, 0 failed"
