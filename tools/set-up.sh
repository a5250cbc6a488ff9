#!/bin/sh
# Makes a checkout ready to run: packages of the system, of npm, the programs for the kernel, the bundles.
# Root on Debian 12 (or a relative) with Node 20 or newer; nothing else is needed. Done twice, it takes no time.
#
#   sh tools/set-up.sh            everything
#   sh tools/set-up.sh --dry-run  only says what is missing
set -eu

# clang, libbpf-dev, linux-libc-dev: compile the kernel's half; libbpf1: loads it.  nftables, iproute2, util-linux, mount: the
# sandbox's network and namespaces.
PACKAGES='clang libbpf-dev libbpf1 linux-libc-dev nftables iproute2 util-linux mount'
NODE_AT_LEAST=20

# `su` leaves an ordinary user's PATH, in which apt does not find what it needs.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
dry=
[ "${1:-}" = --dry-run ] && dry=yes

say() { echo "set-up: $1"; }
fail() { echo "set-up: $1" >&2; exit 1; }

check_machine() {
  [ "$(uname -s)" = Linux ] || fail "run on $(uname -s): only Linux has what this needs"
  case $(uname -m) in
  x86_64 | aarch64) ;;
  *) fail "run on $(uname -m): x86_64 and aarch64 are supported" ;;
  esac
  command -v node >/dev/null 2>&1 || fail "find node: not installed (Node $NODE_AT_LEAST or newer, such as from nodejs.org)"
  version=$(node -p 'process.versions.node.split(".")[0]')
  [ "$version" -ge $NODE_AT_LEAST ] || fail "use Node $(node -v): Node $NODE_AT_LEAST or newer is needed"
  command -v npm >/dev/null 2>&1 || fail 'find npm: not installed (it comes with Node)'
}

missing_packages() {
  for package in $PACKAGES; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf ' %s' "$package"
  done
}

need_folder() {
  [ -w . ] || fail "$1: user $(id -u) may not write into $root"
}

need_root() {
  [ "$(id -u)" = 0 ] || fail "$1: needs root (run it with sudo)"
}

system_packages() {
  command -v dpkg-query >/dev/null 2>&1 || { other_system; return; }
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  say "will install with apt-get:$missing"
  [ -z "$dry" ] || return 0
  need_root 'install packages'
  command -v apt-get >/dev/null 2>&1 || fail "install$missing: no apt-get here"
  export DEBIAN_FRONTEND=noninteractive
  # What goes wrong with lists of packages that are old or not there is told only if it still does with new ones.
  install_packages >/dev/null 2>&1 && return 0
  say 'package lists may be old: updating them (apt-get update)'
  quietly apt-get update || fail 'apt-get update failed, see above'
  quietly install_packages || fail 'apt-get install failed, see above'
}

install_packages() {
  # shellcheck disable=SC2086  # a list of words
  apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends $missing
}

# Not Debian: whatever brought them there, the programs must be there.
other_system() {
  for program in clang nft ip nsenter unshare mount; do
    command -v $program >/dev/null 2>&1 || fail "find $program: not installed, and there is no apt here to install it with"
  done
}

# Shows the output only if it fails.
quietly() {
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then rm -f "$log"; return 0; fi
  grep -v "npm warn EBADENGINE" "$log" | head -n 40 >&2
  rm -f "$log"
  return 1
}

npm_packages() {
  stamp=node_modules/.sealane-lock
  [ -e "$stamp" ] && cmp -s package-lock.json "$stamp" && return 0
  if installed_by_hand; then [ -n "$dry" ] || cp package-lock.json "$stamp"; return 0; fi
  say 'will install the packages of package-lock.json into node_modules (npm ci)'
  [ -z "$dry" ] || return 0
  need_folder 'install packages of npm'
  # Set to 1 or "production", these would leave out what the build needs.
  quietly env NODE_ENV=development npm ci --include=dev --include=optional --no-audit --no-fund || fail 'npm ci failed, see above'
  cp package-lock.json "$stamp"
}

# npm writes its own copy of the lock after an install; newer than ours, it is up to date.
installed_by_hand() {
  [ -e node_modules/.package-lock.json ] && [ -z "$(find package-lock.json -newer node_modules/.package-lock.json)" ]
}

own_node() {
  for candidate in node_modules/node-linux-*/bin/node node_modules/.bin/node; do
    [ -x "$candidate" ] && { echo "$candidate"; return; }
  done
  fail 'find the Node of package.json: not in node_modules (optional packages left out?)'
}

kernel_programs() {
  [ -e tools/build-bpf.sh ] || return 0
  said=$(sh tools/build-bpf.sh 2>&1) || { echo "$said" >&2; fail 'the programs for the kernel could not be compiled, see above'; }
  case $said in *': 0 of '*) ;; *) say "$(echo "$said" | tail -n 1)" ;; esac
}

bundles() {
  sources='src sandbox package.json package-lock.json tools/build.ts'
  # shellcheck disable=SC2086
  if [ -e dist/sealane.mjs ] && [ -e dist/sealane-sandbox.mjs ] &&
    [ -z "$(find $sources -newer dist/sealane.mjs \( -name '*.ts' -o -name '*.json' -o -type d \) ! -name '*.test.ts' -print -quit)" ]; then
    return 0
  fi
  need_folder 'build the bundles'
  "$(own_node)" tools/build.ts || fail 'the bundles could not be built, see above'
}

check_machine
system_packages
npm_packages
[ -z "$dry" ] || exit 0
kernel_programs
bundles
