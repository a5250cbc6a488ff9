#!/bin/sh
# What can be said without running anything: format, lint, who imports whom, types, generated files.
set -eu
cd "$(dirname "$0")/.."
# The programs are started by `node`: by the one of package.json, not whatever the machine has.
PATH=$PWD/node_modules/.bin:$PATH
rooms='bench bpf conformance sandbox src tests tools'

biome format .
# shellcheck disable=SC2086  # a list of folders
oxlint --type-aware --deny-warnings $rooms
node tools/architecture.ts
node node_modules/ts7/bin/tsc -p .
node tools/generate-kernel.ts --check
node tools/generate-kinds.ts --check
