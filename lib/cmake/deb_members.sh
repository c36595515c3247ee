#!/bin/sh
# deb_members.sh PACKAGE.deb: packs the members of a package anew, so that they tell nothing of the machine. cpack gives
# them the modes of its umask, and an Installed-Size that counts folders as large as the file system makes them. The
# size is in KiB, each file rounded up and 1 for each folder, as dpkg-gencontrol has it.
set -eu
package=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ar x "$package"
mkdir control
tar -xpzf control.tar.gz -C control
when=$(stat -c %Y control/control)
size=$(tar -tvzf data.tar.gz |
  LC_ALL=C awk '/^-/ {kib += int(($3 + 1023) / 1024); next} {kib += 1} END {print kib}')
sed -i "s/^Installed-Size: .*/Installed-Size: $size/" control/control
chmod 644 control/control
(cd control && find . -type f | LC_ALL=C sort |
  tar -cf - --no-recursion --owner=0 --group=0 --numeric-owner --mtime="@$when" -T -) |
  gzip -9n >control.tar.gz
rm -f packed.deb
ar rcD packed.deb debian-binary control.tar.gz data.tar.gz
cat packed.deb >"$package"
