#!/usr/bin/env bash
# deb.sh PACKAGE.deb [ROOT]: installs the package on a bare Debian 12, makes a first migration and runs the
# first tour of README there,
# reads its man pages, completes a word, and removes it: nothing of it may be left.
#
# The bare Debian is made with debootstrap in a temporary folder, or copied from ROOT, one that debootstrap
# made. Needs root, debootstrap and the network; about two minutes, most of it for the downloads.
set -euo pipefail
package=$(realpath "$1") base=${2:-}
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
root=$work/root
cleanup() {
  umount -q "$root/proc" "$root/dev/shm" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT
step() { printf '== %s\n' "$*"; }
in_root() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }

step "A bare Debian 12"
if [ -n "$base" ]; then cp -a "$base" "$root"; else debootstrap --variant=minbase bookworm "$root" >"$work/log"; fi
mount -t proc proc "$root/proc"
cp /etc/resolv.conf "$root/etc/" 2>/dev/null || true
printf '127.0.0.1 localhost %s\n' "$(uname -n)" >"$root/etc/hosts"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod +x "$root/usr/sbin/policy-rc.d"
cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
in_root apt-get update -qq
in_root find / -xdev -path /proc -prune -o -print | sort >"$work/before"

step "Install"
cp "$package" "$root/tmp/dbmig.deb"
begin=$SECONDS
in_root apt-get install -y -qq --no-install-recommends /tmp/dbmig.deb >"$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }
rm "$root/tmp/dbmig.deb"
in_root dbmig --version
in_root dpkg -s dbmig | sed -n '/^Depends/p;/^Recommends/p;/^Suggests/p'
! in_root ldd /usr/bin/dbmig | grep 'not found'
! in_root ldd /usr/lib/dbmig/libdbmig_mpi.so | grep 'not found'

in_root bash -c 'mkdir /root/first && cd /root/first && dbmig -q init && rm schemas/example.yaml &&
  echo "tables: {customer: {columns: {id: integer}}}" >schemas/a.yaml && dbmig -q migrate -m first && dbmig -q upgrade &&
  dbmig check'
step "The first migration: $((SECONDS - begin)) seconds after the download"

step "The tour of README, with the programs that the package suggests"
in_root apt-get install -y -qq --no-install-recommends mariadb-server sqlite3 >"$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }
in_root mkdir -p /root/shop
python3 "$source/tests/packaging/tour.py" "$source/README.md" "Five minutes" >"$root/root/tour.sh"
in_root bash -c 'cd /root/shop && bash /root/tour.sh'

step "Man pages and completion"
for command in $(in_root dbmig __complete '' | cut -f1); do
  test -s "$root/usr/share/man/man1/dbmig-$command.1.gz" || { echo "no man page of $command"; exit 1; }
done
zcat "$root/usr/share/man/man1/dbmig-upgrade.1.gz" | grep -q 'Bring the database to a revision'
in_root bash -c 'source /usr/share/bash-completion/completions/dbmig; COMP_LINE="dbmig upgr" COMP_POINT=10
  COMP_WORDS=(dbmig upgr) COMP_CWORD=1; _dbmig; [ "${COMPREPLY[*]}" = upgrade ]'

step "Remove"
in_root dbmig scratch --stop || true
in_root apt-get purge -y -qq dbmig >"$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }
in_root find / -xdev -path /proc -prune -o -print | sort >"$work/after"
left=$(comm -13 "$work/before" "$work/after" | grep -i dbmig | grep -v '^/tmp/\|^/root/\|^/var/lib/apt\|^/var/cache/apt\|/root/.cache' || true)
[ -z "$left" ] || { printf 'left behind:\n%s\n' "$left"; exit 1; }
echo "The package installs, runs and removes cleanly."
