#!/bin/sh
# Measures edits against Redux DevTools on the same actions, and prints the ratios. Needs Node.js with npm and Rust.
#   benches/redux/run.sh [FOLDER]     where to install @redux-devtools/instrument; a temporary folder by default
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
if [ ! -d "$folder/node_modules/@redux-devtools/instrument" ]; then
  printf '{ "private": true }\n' > "$folder/package.json"
  npm install --prefix "$folder" --no-audit --no-fund --silent redux@5.0.1 @redux-devtools/instrument@3.0.0
fi
cd "$root"
FOLDLINE_BENCH_REDUX=$folder cargo bench -- edit
