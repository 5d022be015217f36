#!/usr/bin/env bash
# The three tasks of support staff, in the real window: find a customer, see the balance at a moment, copy a summary
# for a reply. Once with mouse and keyboard, once by keyboard alone; then frames and scrubbing are measured, on the
# sample and on a large store. After that the stories of the samples are explained by what-ifs.
#
# usage: e2e-tasks.sh BINARY
#   E2E_EVENTS   events of the large store (1000000; it is generated once and kept in the cache folder); 0: none
#   E2E_SHOTS    a folder for pictures of each step
set -euo pipefail

binary=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'status=$?; kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"; exit $status' EXIT

events=${E2E_EVENTS:-1000000}
large=
if [ "$events" -gt 0 ]; then
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/foldline-e2e
  large=$cache/bank-$events.db
  mkdir -p "$cache"
  if [ ! -e "$large" ]; then
    # Whole or not at all: an interrupted run leaves nothing that looks like a store. Its rules come with it.
    making=$(mktemp -d "$cache/making.XXXX")
    "$binary" sample bank "$making/$(basename "$large")" --events "$events" >/dev/null
    mv "$making"/*.projection.json "$cache/"
    mv "$making"/*.db "$large"
    rmdir "$making"
  fi
fi

# A display of its own, so that several runs do not meet.
display=:$((500 + RANDOM % 400))
# Keys don't repeat: on a busy machine a key that is pressed and let go can be down for long.
Xvfb "$display" -screen 0 1280x800x24 -nolisten tcp -r 2>/dev/null &
export DISPLAY=$display XDG_RUNTIME_DIR="$work" WINIT_UNIX_BACKEND=x11 TZ=UTC LC_ALL=C.UTF-8
unset WAYLAND_DISPLAY
for _ in $(seq 100); do xdotool getdisplaygeometry >/dev/null 2>&1 && break; sleep 0.1; done

python3 "$here/e2e_tasks.py" "$binary" "$work" "$large"
mkdir "$work/what-if"
python3 "$here/e2e_what_if.py" "$binary" "$work/what-if"
mkdir "$work/live"
python3 "$here/e2e_live.py" "$binary" "$work/live"
