#!/bin/sh
# What can be said without running anything: format, lint, who imports whom, types, generated files.
set -eu
cd "$(dirname "$0")/.."
bin=node_modules/.bin
node=$bin/node

"$bin/biome" format .
"$bin/oxlint" --type-aware --deny-warnings src sandbox tools tests bench conformance
"$node" tools/architecture.ts
"$node" node_modules/ts7/bin/tsc.js -p .
"$node" tools/generate-kernel.ts --check
"$node" tools/generate-kinds.ts --check
