#!/usr/bin/env bash
# install.sh BUILD: installs a build, moves the tree elsewhere, imports there with two ranks (the program finds its
# module), and uninstalls: nothing is left but what somebody else put there.
set -euo pipefail
build=$(realpath "$1") source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
DESTDIR=$work/tree cmake --install "$build" --component program --prefix /opt >"$work/log"
for file in bin/dbmig lib/dbmig/libdbmig_mpi.so share/man/man1/dbmig-upgrade.1.gz share/doc/dbmig/README.md \
  share/bash-completion/completions/dbmig share/zsh/vendor-completions/_dbmig \
  share/fish/vendor_completions.d/dbmig.fish; do
  [ -s "$work/tree/opt/$file" ] || { echo "$file is missing"; exit 1; }
done

cp -a "$work/tree/opt" "$work/moved to"
mkdir "$work/shop"
cd "$work/shop"
dbmig="$work/moved to/bin/dbmig"
"$dbmig" -q init
echo 'tables: {customer: {columns: {id: integer, name: varchar(20)}}}' >schemas/example.yaml
"$dbmig" -q migrate -m first --rev-id a1
"$dbmig" -q upgrade
printf 'id,name\n1,Ada\n2,Grace\n' >customer.csv
"$dbmig" -q import -j2 customer.csv
"$dbmig" check --offline

touch "$work/tree/opt/lib/dbmig/.mine"
DESTDIR=$work/tree cmake "-DMANIFESTS=$build" -P "$source/lib/cmake/uninstall.cmake" >"$work/log" 2>&1 ||
  { cat "$work/log"; exit 1; }
left=$(find "$work/tree" -type f -not -name .mine)
[ -z "$left" ] || { printf 'left behind:\n%s\n' "$left"; exit 1; }
[ -e "$work/tree/opt/lib/dbmig/.mine" ] || { echo "a file of somebody else went along"; exit 1; }
[ ! -e "$work/tree/opt/share/doc/dbmig" ] || { echo "an empty folder is left behind"; exit 1; }
echo "installed, moved, used, uninstalled"
