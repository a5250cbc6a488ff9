#!/bin/sh
# Compiles bpf/*.bpf.c to dist/bpf/*.bpf.o, those only whose sources are newer. A failing clang leaves the old object.
#   CLANG=clang-16 tools/build-bpf.sh [--force] [file.bpf.c …]
#   OUT=dir  puts the objects elsewhere
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
clang=${CLANG:-clang}
out=${OUT:-$root/dist/bpf}
force=
[ "${1:-}" = --force ] && { force=yes; shift; }

fail() { echo "build-bpf: $1" >&2; exit 1; }

command -v "$clang" >/dev/null 2>&1 || fail "find $clang: not installed (apt-get install clang llvm)"
[ -e /usr/include/bpf/bpf_helpers.h ] || fail 'find bpf/bpf_helpers.h: not installed (apt-get install libbpf-dev)'
case $(uname -m) in
x86_64) machine=x86_64-linux-gnu ;;
aarch64) machine=aarch64-linux-gnu ;;
*) fail "build on $(uname -m): x86_64 and aarch64 are supported" ;;
esac

mkdir -p "$out"
if [ $# = 0 ]; then
  set -- "$root"/bpf/*.bpf.c
  for object in "$out"/*.bpf.o; do # of a program that is no more
    [ -e "$root/bpf/$(basename "$object" .o).c" ] || rm -f "$object"
  done
fi

is_current() { # source object
  [ -z "$force" ] && [ -e "$2" ] && [ -z "$(find "$1" "$root/bpf/include" "$root/tools/build-bpf.sh" -type f -newer "$2" | head -n 1)" ]
}

compile() { # source object
  half=$2.$$.half
  if ! "$clang" -O2 -g -Wall -Wextra -Werror -Wno-unused-function -Wno-unused-parameter -Wno-missing-declarations \
    -target bpf -mcpu=v3 -I"/usr/include/$machine" -I"$root/bpf" -c "$1" -o "$half"; then
    rm -f "$half"
    fail "compile ${1#"$root"/}: clang failed, see above"
  fi
  mv "$half" "$2"
}

built=0
for source; do
  object=$out/$(basename "$source" .c).o
  if is_current "$source" "$object"; then continue; fi
  compile "$source" "$object"
  built=$((built + 1))
done
echo "build-bpf: $built of $# objects compiled into ${out#"$root"/}"
