#!/bin/sh
# Every test, in one run of node's test runner: pure rooms share one process, what touches the kernel has one of its own and
# runs alone. Needs what tools/set-up.sh installs.
set -eu
cd "$(dirname "$0")/.."
node=$PWD/node_modules/.bin/node

say() { echo "test: $1"; }

say 'format, lint, import rules, types, generated files'
sh tools/check.sh
say 'unit, kernel and sandbox suites'
# shellcheck disable=SC2046
exec "$node" --test --test-concurrency=1 --test-reporter=spec tools/pure.test.ts $(find src sandbox bpf tests -name '*.root.test.ts' | sort)
