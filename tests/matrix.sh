#!/usr/bin/env bash
# The tests on another Debian: its compiler, its SQLite, its Open MPI and its MariaDB. Not part of CI.
#
#   tests/matrix.sh                      Debian 13: build there, and run all tests there
#   tests/matrix.sh -R cases             further arguments go to ctest
#   CMAKE_BUILD_PARALLEL_LEVEL=1 nice -n 19 tests/matrix.sh    beside other work
#   tests/matrix.sh --server COMMAND...  run COMMAND here, with DBMIG_TEST_MARIADB_URL on that Debian's server
#
# The other Debian stands in a folder, made by debootstrap when it is missing (about 2 GB with all
# packages, ten minutes): DBMIG_MATRIX, or ~/.cache/dbmig/debian-13. It is kept for the next time; removing
# the folder is safe. Needs root and, the first time, debootstrap and the network.
# For example, the corpus of schema changes from a build that stands here:
#
#   tests/matrix.sh --server build/test/cases_test --gtest_brief=1
set -euo pipefail
cd "$(dirname "$0")/.."
source tests/support/packages.sh

SUITE=trixie
root=${DBMIG_MATRIX:-${XDG_CACHE_HOME:-$HOME/.cache}/dbmig/debian-13}
source_there=/root/dbmig

[ "$(id -u)" = 0 ] || { echo "matrix.sh: needs root, for chroot; run it with sudo" >&2; exit 2; }

there() {
  chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"
}

# make_root: complete, or not at all.
make_root() {
  [ ! -d "$root" ] || return 0
  command -v debootstrap >/dev/null || install_packages debootstrap
  echo "== $SUITE in $root"
  local part=$root.part
  rm -rf "$part"
  debootstrap --variant=minbase "$SUITE" "$part" >"$part.log" 2>&1 ||
    { tail -5 "$part.log" >&2; rm -rf "$part"; exit 1; }
  rm -f "$part.log"
  # Programs ask for the host's own name and for localhost.
  printf '127.0.0.1 localhost %s\n::1 localhost\n' "$(hostname)" >"$part/etc/hosts"
  # Its packages come the way that this machine's do.
  cp -a /etc/apt/apt.conf.d/. "$part/etc/apt/apt.conf.d/" 2>/dev/null || true
  # No service is wanted there.
  printf '#!/bin/sh\nexit 101\n' >"$part/usr/sbin/policy-rc.d"
  chmod 755 "$part/usr/sbin/policy-rc.d"
  mv "$part" "$root"
}

mounted=()
unmount() {
  local folder
  for folder in "${mounted[@]}"; do umount -l "$folder" 2>/dev/null || true; done
}
stop_server() { :; }
clean_up() {
  stop_server
  unmount
}
trap clean_up EXIT
mount_there() {  # mount_there OPTIONS... FOLDER
  local folder=$root/${*: -1}
  mkdir -p "$folder"
  if ! mountpoint -q "$folder"; then
    mount "${@:1:$#-1}" "$folder"
    mounted=("$folder" "${mounted[@]}")
  fi
}

install_there() {
  there dpkg-query -W "$@" >/dev/null 2>&1 && return 0
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  there apt-get update -qq
  there DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" \
    >"$root/root/apt.log" 2>&1 || { tail -20 "$root/root/apt.log" >&2; exit 1; }
}

mkdir -p "$(dirname "$root")"
exec 9>"$root.lock"
flock -n 9 || { echo "matrix.sh: another one works in $root; wait until it ends" >&2; exit 2; }
make_root
mount_there -t proc proc proc
# Open MPI reads there which cores there are.
mount_there -t sysfs sysfs sys
mount_there --rbind --make-rslave /dev dev

if [ "${1:-}" = --server ]; then
  shift
  [ $# -gt 0 ] || { echo "matrix.sh: --server needs a command to run" >&2; exit 2; }
  install_there mariadb-server
  folder=$(mktemp -d "$root/tmp/server.XXXXXX")
  inside=${folder#"$root"}
  cp tests/support/mariadb_server.sh "$root/root/mariadb_server.sh"
  # A path of a socket has at most 107 characters.
  socket=$(mktemp -d)/mariadb.sock
  ln -s "$folder/mariadb.sock" "$socket"
  stop_server() {
    there bash /root/mariadb_server.sh stop "$inside" || true
    rm -rf "$folder" "$(dirname "$socket")"
  }
  there bash /root/mariadb_server.sh start "$inside" --debug-no-sync
  there mariadbd --version
  DBMIG_TEST_MARIADB_URL="mariadb://root@localhost/?socket=$socket" "$@"
  exit
fi

echo "== packages"
install_there "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" ca-certificates
echo "== sources"
rm -rf "$root$source_there/"{cli,lib,tests,examples,schemas,migrations}
mkdir -p "$root$source_there"
git ls-files -z | tar --null -T - -c | tar -x -C "$root$source_there"
there bash -c 'c++ --version | head -1; sqlite3 --version; mariadbd --version; mpirun --version | head -1'
there "CI=${CI:-}" "CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-}" bash "$source_there/tests/run.sh" "$@"
