#!/usr/bin/env bash
# reproducible.sh [CMAKE ARGUMENT…]: builds dbmig and its packages twice, in two folders of different names
# and at different times, and compares the packages byte for byte. A release build each, without a compiler cache.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CCACHE_DISABLE=1
SOURCE_DATE_EPOCH=$(git -C "$source" log -1 --format=%ct)
export SOURCE_DATE_EPOCH
for copy in one the_other; do
  mkdir "$work/$copy"
  git -C "$source" archive HEAD | tar -x -C "$work/$copy"
  cmake -S "$work/$copy" -B "$work/$copy/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DDBMIG_UNITY=ON \
    -DDBMIG_TESTS=OFF "$@" >"$work/log" || { tail -20 "$work/log"; exit 1; }
  cmake --build "$work/$copy/build" >"$work/log" || { tail -20 "$work/log"; exit 1; }
  (cd "$work/$copy/build" && umask 022 && cpack >"$work/log") ||
    { tail -20 "$work/log"; exit 1; }
done
status=0
for file in "$work"/one/build/dbmig[_-]*.{deb,tar.gz}; do
  other=$work/the_other/build/${file##*/}
  if cmp "$file" "$other"; then sha256sum "$file" | sed "s|$work/one/build/||"; else status=1; fi
done
exit $status
