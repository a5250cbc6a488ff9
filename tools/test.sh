#!/bin/sh
# Every test, in one run of node's test runner: what needs neither root nor a kernel shares one process (tools/pure.test.ts),
# each suite that touches the machine has its own, one after the other. The last looks for what was left behind.
# Needs what tools/set-up.sh installs.
#
#   tools/test.sh                   everything, npm run check included
#   tools/test.sh FILE.test.ts …    these only
set -eu
cd "$(dirname "$0")/.."
# As in ./sealane: tests call the same programs.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
node=$PWD/node_modules/.bin/node

say() { echo "test: $1"; }
fail() { echo "test: $1" >&2; exit 1; }

# Tests that are stopped half-way, or whose hooks fail, do not take down what they brought up.
clean() {
  trap - EXIT INT TERM
  if [ -s "$before" ]; then
    for name in $("$node" tools/left-behind.ts "$before" | sed -n 's|^state folder /run/sealane/||p'); do
      ./sealane sandbox down --name "$name" || true
    done
    left=$("$node" tools/left-behind.ts "$before") || true
    [ -z "$left" ] || say "left behind: $left" >&2
  fi
  rm -rf "$TMPDIR" "$before" "$refusals" "$coverage"
}

[ "$(id -u)" = 0 ] || fail 'make namespaces, cgroups and load programs into the kernel: needs root (run it with sudo)'

whole=
if [ $# = 0 ]; then
  whole=yes
  # shellcheck disable=SC2046  # no file of the checkout has a blank in its name
  set -- $(find bench bpf conformance sandbox sim src tests tools -name '*.test.ts' -path '*.root.test.ts' | sort) \
    $(find tools -maxdepth 1 -name '*.test.ts' ! -name '*.root.test.ts' | sort)
  [ $# -ge 25 ] || fail "found only $# files of tests"
fi

# Whatever the tests put into the temporary folder is theirs to take away again.
TMPDIR=$(mktemp -d /tmp/sealane-test.XXXXXX)
before=$TMPDIR.before
refusals=$TMPDIR.refusals
coverage=$TMPDIR.coverage
trap clean EXIT
trap 'exit 130' INT TERM
chmod 755 "$TMPDIR"
export TMPDIR
export SEALANE_TEST_RUN=$$.$(date +%s)
"$node" tools/left-behind.ts >"$before"
if [ -n "$whole" ]; then
  export SEALANE_TEST_BEFORE="$before" SEALANE_TEST_REFUSALS="$refusals" SEALANE_TEST_COVERAGE="$coverage"
fi

[ -z "$whole" ] || say "$# files, in this order"
"$node" --test --test-concurrency=1 --test-timeout=600000 --test-reporter=spec "$@"
