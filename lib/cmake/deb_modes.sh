#!/bin/sh
# deb_modes.sh PACKAGE.deb: its members have mode 644 in the archive, whatever umask cpack ran with. A header of an ar
# archive is 60 bytes: the mode stands at 40, the length of the member at 48 (https://manpages.debian.org/ar.5).
set -eu
offset=8
size=$(stat -c %s "$1")
while [ "$offset" -lt "$size" ]; do
  printf '100644  ' | dd of="$1" bs=1 seek=$((offset + 40)) conv=notrunc status=none
  length=$(dd if="$1" bs=1 skip=$((offset + 48)) count=10 status=none | tr -d ' ')
  offset=$((offset + 60 + length + length % 2))
done
