#!/bin/sh
# What can be said without running anything.
#   tools/check.sh                  everything
#   tools/check.sh lint types …     these only: format, lint, rooms (who imports whom), types, generated (files up to date)
set -eu
cd "$(dirname "$0")/.."
# The programs are started by `node`: by the one of package.json, not whatever the machine has.
export PATH="$PWD/node_modules/.bin:$PATH"

[ $# -gt 0 ] || set -- format lint rooms types generated
for what; do
  case $what in
  format) biome format . ;;
  lint) oxlint --type-aware --deny-warnings bench bpf conformance sandbox sim src tests tools ;;
  rooms) node tools/architecture.ts ;;
  types) node node_modules/ts7/bin/tsc -p . ;;
  generated)
    node tools/generate-kernel.ts --check
    node tools/generate-kinds.ts --check
    node tools/generate-docs.ts --check
    ;;
  *)
    echo "check: \"$what\" is none of format, lint, rooms, types, generated" >&2
    exit 2
    ;;
  esac
done
node tools/generate-docs.ts --check
