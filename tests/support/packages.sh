# The Debian 12 packages that dbmig needs, in one place. Sourced by scripts.

BUILD_PACKAGES=(
  build-essential cmake ninja-build pkg-config
  libsoci-dev libboost-dev libmariadb-dev libssl-dev libsqlite3-dev
  tcl libcli11-dev libyaml-cpp-dev libfmt-dev nlohmann-json3-dev
  libopenmpi-dev openmpi-bin zlib1g-dev libzstd-dev liblzma-dev libsimdjson-dev libxxhash-dev libkainjow-mustache-dev libcpp-httplib-dev
)
TEST_PACKAGES=(mold mariadb-server libgtest-dev libgmock-dev sqlite3 ieee-data git python3-jsonschema python3-yaml
  zsh fish help2man)
# Where node comes from elsewhere, npm comes with it, and Debian's does not go beside it.
for program in chromium nodejs:node npm; do
  command -v "${program#*:}" >/dev/null || TEST_PACKAGES+=("${program%:*}")
done
LINT_PACKAGES=(clang-format)
# GCC takes three times as long for what its sanitizers need; and a second compiler reads the code.
SANITIZER_PACKAGES=(clang-16 libclang-rt-16-dev llvm-16)
# For man pages and packages.
PACKAGE_PACKAGES=(help2man dpkg-dev file git)
BENCH_PACKAGES=(alembic hyperfine)

# install_packages NAME...: installs those that are missing, with sudo when not root; asks nothing.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local sudo=()
  [ "$(id -u)" = 0 ] || sudo=(sudo)
  echo "Installing: ${missing[*]}"
  "${sudo[@]}" apt-get update -qq
  # No service is wanted: tests start servers of their own.
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
