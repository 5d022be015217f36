#!/usr/bin/env bash
# Copies of a store, opened, replayed and continued by the libraries that wrote it. Needs the registries of Python,
# Node.js and Rust, or what an earlier run fetched from them.
#
#   .ci/libraries.sh FOLDLINE [eventsourcing|eventsource-py|emmett|sqlite-es]…
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
foldline=$(realpath "$1")
shift
cache=${XDG_CACHE_HOME:-$HOME/.cache}/foldline-libraries
mkdir -p "$cache"
export PYTHONDONTWRITEBYTECODE=1
wanted=("$@")
[ ${#wanted[@]} -gt 0 ] || wanted=(eventsourcing eventsource-py emmett sqlite-es)

# What a command says is shown only if it fails: then it is the reason.
quietly() {
  local what=$1 log
  shift
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    rm -f "$log"
    echo "libraries: can't $what: is its registry reachable?" >&2
    exit 1
  fi
  rm -f "$log"
}

# A folder of its own for each set of pinned versions.
folder() {
  echo "$cache/$1-$(cat "$root"/tests/libraries/"$1"/$2 | sha256sum | cut -c1-16)"
}

check() {
  python3 tests/libraries/check.py "$foldline" "$@"
}

for library in "${wanted[@]}"; do
  case $library in
    eventsourcing | eventsource-py)
      home=$(folder "$library" requirements.txt)
      if [ ! -e "$home/ready" ]; then
        quietly "make a Python environment" python3 -m venv "$home"
        quietly "install $library from PyPI" "$home/bin/pip" install --disable-pip-version-check -r \
          "tests/libraries/$library/requirements.txt"
        touch "$home/ready"
      fi
      version=$("$home/bin/pip" list 2>/dev/null | awk -v name="$library" '$1 == name { print $2 }')
      echo "$library: $version from PyPI"
      check "$library" "$home/bin/python" "tests/libraries/$library/bank.py"
      [ "$library" != eventsourcing ] || check eventsourcing "$home/bin/python" tests/libraries/eventsourcing/bank.py -- zlib
      ;;
    emmett)
      home=$(folder emmett package-lock.json)
      mkdir -p "$home"
      cp tests/libraries/emmett/{package.json,package-lock.json,.npmrc,bank.mjs} "$home/"
      if [ ! -e "$home/ready" ]; then
        # Its SQLite is compiled where no built one can be fetched, by the headers that are here.
        prefix=$(dirname "$(dirname "$(realpath "$(command -v node)")")")
        [ ! -e "$prefix/include/node/node.h" ] || export npm_config_nodedir=$prefix
        (cd "$home" && quietly "install @event-driven-io/emmett-sqlite from npm" npm ci --foreground-scripts)
        touch "$home/ready"
      fi
      version=$(node -p "require('$home/node_modules/@event-driven-io/emmett-sqlite/package.json').version")
      echo "emmett-sqlite: $version from npm, Node.js $(node -v)"
      check emmett-sqlite node "$home/bank.mjs"
      ;;
    sqlite-es)
      export CARGO_TARGET_DIR=$cache/sqlite-es-target
      quietly "build sqlite-es from crates.io" cargo build --locked --manifest-path tests/libraries/sqlite-es/Cargo.toml
      echo "sqlite-es: $(sed -n 's/^sqlite-es = "=\(.*\)"/\1/p' tests/libraries/sqlite-es/Cargo.toml) from crates.io"
      check sqlite-es "$CARGO_TARGET_DIR/debug/sqlite-es-bank"
      ;;
    *)
      echo "libraries: there is no library $library here" >&2
      exit 2
      ;;
  esac
done
echo "libraries: all copies were read, replayed and continued by ${wanted[*]}"
