#!/usr/bin/env bash
# reproducible.sh [CMAKE ARGUMENT…]: builds dbmig and its packages twice, in two folders of different names, at
# different times and with another umask and locale, and compares the packages byte for byte. Each is a release
# build without a compiler cache, packed by a plain `cpack`: nothing of the environment may count. KEEP=FOLDER keeps
# the packages.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CCACHE_DISABLE=1
unset SOURCE_DATE_EPOCH
commit=$(git -C "$source" rev-parse HEAD) # others may commit meanwhile
build() { # build COPY
  git -C "$source" archive "$commit" | tar -x --no-same-permissions -C "$work/$1" &&
    cmake -S "$work/$1" -B "$work/$1/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DDBMIG_UNITY=ON -DDBMIG_TESTS=OFF "${@:2}" &&
    cmake --build "$work/$1/build" &&
    (cd "$work/$1/build" && cpack)
}
mkdir "$work/one" "$work/the_other"
(umask 022 && export LC_ALL=C.UTF-8 TZ=UTC && build one "$@") >"$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }
(umask 077 && export LC_ALL=C TZ=Asia/Tokyo && build the_other "$@") >"$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }
status=0
for file in "$work"/one/build/dbmig[_-]*.{deb,tar.gz}; do
  other=$work/the_other/build/${file##*/}
  if cmp "$file" "$other"; then sha256sum "$file" | sed "s|$work/one/build/||"; else status=1; fi
  [ -z "${KEEP:-}" ] || { cp "$file" "$KEEP/" && cp "$other" "$KEEP/other-${file##*/}"; }
done
exit $status
