#!/bin/sh
# Installs the programs that `npm run bench` compares with. Nothing else of this project needs them.
# Debian starts what it installs: those that were not there before are stopped and disabled again.
#
#   sh bench/install.sh            --dry-run only says what is missing
set -eu
PACKAGES='haproxy nginx libnginx-mod-stream openssl'
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

say() { echo "bench: $1" >&2; }
fail() { say "$1"; exit 1; }

missing=
for package in $PACKAGES; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
say "will install with apt-get:$missing"
[ "${1:-}" != --dry-run ] || exit 0
[ "$(id -u)" = 0 ] || fail 'install packages: needs root (run it with sudo)'
command -v apt-get >/dev/null 2>&1 || fail "install$missing: no apt-get here"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
  # shellcheck disable=SC2086  # a list of words
  apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends $missing >"$log" 2>&1
}
install || { apt-get update >/dev/null 2>&1 && install; } || { tail -n 20 "$log" >&2; fail 'apt-get install failed, see above'; }
for service in haproxy nginx; do
  case $missing in
  *" $service"*) systemctl disable --now "$service" >/dev/null 2>&1 || true ;; # no systemd here
  esac
done
