#!/bin/bash
# The fuzzer by hand, guided by coverage (clang's libFuzzer, with the sanitizers for addresses and
# undefined behaviour):
#
#   tests/fuzz/run.sh [SECONDS]        an hour by default; what is new and short goes into corpus.txt
#
# What is found lies in the working folder as crash-*; put it into the corpus once it is mended.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v clang++ >/dev/null || { echo "clang++ is not installed: apt-get install clang" >&2; exit 1; }
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
sources=(tests/fuzz/target.cpp tests/fuzz/reference.cpp lib/base/error.cpp lib/base/text.cpp lib/base/ascii.cpp)
for name in splitter record_parser structural_index indexed_records csv_format chunk_reader file_kind converter \
    convert_number convert_text convert_temporal date_format number_text binary_text shown wkt; do
  sources+=("lib/import/$name.cpp")
done
sources+=(lib/schema/type*.cpp lib/schema/parse_type.cpp)
existing=()
for source in "${sources[@]}"; do [ -f "$source" ] && existing+=("$source"); done
# What converters could ask a dialect is nothing that is called here.
clang++ -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Ilib -Itests \
  "${existing[@]}" -o "$build/fuzz_import" -lfmt -no-pie -Wl,--unresolved-symbols=ignore-all
# A line of hexadecimal digits for each input.
mkdir "$build/corpus" "$build/merged"
python3 -c '
import pathlib, sys
for number, line in enumerate(open("tests/fuzz/corpus.txt")):
    pathlib.Path(sys.argv[1], str(number)).write_bytes(bytes.fromhex(line))' "$build/corpus"
"$build/fuzz_import" -max_len=400 -max_total_time="${1:-3600}" "$build/corpus"
"$build/fuzz_import" -merge=1 -max_len=40 "$build/merged" "$build/corpus" 2>/dev/null
python3 -c '
import pathlib, sys
inputs = {bytes.fromhex(line) for line in open("tests/fuzz/corpus.txt")}
inputs |= {file.read_bytes() for file in pathlib.Path(sys.argv[1]).iterdir()}
lines = sorted((one.hex() for one in inputs), key=lambda one: (len(one), one))
open("tests/fuzz/corpus.txt", "w").write("\n".join(lines) + "\n")' "$build/merged"
