#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/context.hpp"
#include "import/import.hpp"
#include "import/named_format.hpp"

namespace dbmig::cli {

/// What the command line says of the files that `import` and `infer` read.
struct FileOptions {
  import::FormatRequest format;
  std::string encoding;
  std::uint64_t skip_lines = 0;
  bool header = false;
  bool no_header = false;
  std::vector<const Option*> all;  ///< those of add_file_options(), of the command
};

/// --format, --delimiter, --quote, --escape, --line-end, --null, --null-quoted, --encoding,
/// --skip-lines, --comment, --trim, --decimal, --header, --no-header.
void add_file_options(Command& command, FileOptions& options);

/// Those of add_file_options() that were given, as typed for another command that reads the files
/// alike: each after a blank.
std::string typed(const FileOptions& options);

/// `files` as if started in the folder that -C names, and how they are read. Throws Error{usage}
/// for options that are not understood or contradict each other.
import::Options read_options(const Context& context, const FileOptions& options,
                             const std::vector<std::string>& files);

/// `path` as if started in the folder that -C names.
std::string in_working_folder(const Context& context, const std::string& path);

}  // namespace dbmig::cli
