#!/usr/bin/env bash
# Debian's source of SQLite, with its patches, as one C file: sqlite_source.sh FOLDER
#
# Leaves sqlite3.c, sqlite3.h and the package's version in FOLDER, or nothing and ends with 1, saying
# why: no Debian, no network, no tclsh. A FOLDER that has them already is left as it is. apt checks the
# archive's signature and with it the hash of every file; its lists and sources.list of this machine are
# left untouched.
set -euo pipefail
folder=$1
[ -s "$folder/package.txt" ] && exit 0

fail() {
  echo "$*" >&2
  exit 1
}
for tool in apt-get dpkg-source make cc tclsh; do
  command -v "$tool" >/dev/null || fail "$tool is not installed"
done
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] || fail "this is no Debian"
release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
# Of the mirror that this machine uses.
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' "Codename: $release" 2>/dev/null |
  grep -m 1 '^https\?://' || echo http://deb.debian.org/debian)

work=$(mktemp -d "${TMPDIR:-/tmp}/sqlite-source.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # apt downloads as a user of its own
mkdir -p "$work"/{lists/partial,cache/archives/partial,source,build}
cat >"$work/list.sources" <<S
Types: deb-src
URIs: $mirror
Suites: $release
Components: main
Signed-By: $keyring
S
apt=(timeout 60 apt-get -qq
  -o "Dir::Etc::sourcelist=$work/list.sources" -o Dir::Etc::sourceparts=-
  -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache"
  -o Acquire::Retries=0 -o Acquire::http::Timeout=5 -o Acquire::https::Timeout=5
  -o APT::Get::List-Cleanup=0 -o APT::Update::Error-Mode=any -o APT::Sandbox::User=root)
"${apt[@]}" update >"$work/log" 2>&1 || fail "$(tail -1 "$work/log")"
(cd "$work/source" && "${apt[@]}" source sqlite3) >"$work/log" 2>&1 || fail "$(tail -1 "$work/log")"
source=$(find "$work/source" -mindepth 1 -maxdepth 1 -type d)
make -C "$work/build" -f "$source/Makefile.linux-gcc" "TOP=$source" \
  OPTS=-DSQLITE_ENABLE_UPDATE_DELETE_LIMIT sqlite3.c >"$work/log" 2>&1 || fail "$(tail -1 "$work/log")"

mkdir -p "$folder"
cp "$work/build"/sqlite3.[ch] "$folder"
# Last: without it the folder counts as empty.
dpkg-parsechangelog -l "$source/debian/changelog" -S Version >"$folder/package.txt"
