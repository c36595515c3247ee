# What the benchmarks measure with. Sourced; `work` is their temporary folder.

# once NAME COMMAND...: appends its wall time in microseconds to $work/NAME.times
once() {
  local name=$1 start end
  shift
  start=${EPOCHREALTIME/[.,]/}  # starting a program to ask for the time would be counted, too
  "$@" >"$work/$name.out" 2>&1 || { echo "$name failed:"; tail -5 "$work/$name.out"; exit 1; }
  end=${EPOCHREALTIME/[.,]/}
  echo $((end - start)) >>"$work/$name.times"
}
median() { sort -n "$work/$1.times" | awk '{v[NR]=$1} END {print v[int((NR+1)/2)]}'; }

# build_release: the program that is measured, in $BUILD unless that names one already.
build_release() {
  if [ -z "${BUILD:-}" ]; then
    source tests/support/packages.sh
    install_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
    BUILD=build/release
    cmake --preset release >/dev/null
    cmake --build --preset release --target dbmig >/dev/null
  fi
  dbmig=$(realpath "$BUILD")/dbmig
}
