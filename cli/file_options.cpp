#include "cli/file_options.hpp"

#include <filesystem>

#include "base/shell_word.hpp"
#include "project/file_formats.hpp"

namespace dbmig::cli {

using import::Options;

void add_file_options(Command& command, FileOptions& options) {
  const auto flag = [&](const char* name, bool& value, const char* help) {
    options.all.push_back(command.add_flag(name, value, help));
  };
  const auto option = [&](const char* name, auto& value, const char* text, const char* help) {
    Option* const added = command.add_option(name, value, help)->option_text(text);
    options.all.push_back(added);
    return added;
  };
  flag("--header", options.header, "The first line is a header (unless --columns is given)");
  flag("--no-header", options.no_header, "The first line is data");
  option("--format", options.format.name, "NAME",
         "csv, tsv, jsonl, mysql, mysql-batch, pg-csv, pg-text: see below (from the file)");
  option("--delimiter", options.format.delimiter, "C",
         "The separator of fields: one byte, \\t, or auto to detect it (csv: auto)");
  option("--quote", options.format.quote, "C", "The quote around fields, one byte or none (\")");
  option("--escape", options.format.escape, "C", "The escape character, one byte or none (none)");
  option("--line-end", options.format.line_end, "WHAT",
         "lf, crlf, cr, or any for LF and CRLF (any)");
  option("--null", options.format.nulls, "TEXT",
         "Text of a field that means NULL, may be repeated (the empty field)")
      ->allow_extra_args(false);
  option("--encoding", options.encoding, "NAME",
         "The file's encoding (utf-8): latin1, windows-1252, utf-16…; see iconv -l");
  option("--skip-lines", options.skip_lines, "N", "Skip the first N lines of each file")
      ->range(0, 1LL << 40);
  option("--comment", options.format.comment, "TEXT", "Skip lines that begin with this");
  flag("--trim", options.format.trim, "Remove blanks around fields");
  flag("--null-quoted", options.format.null_quoted, "NULL markers also count in quotes");
  option("--decimal", options.format.decimal, "C", "The decimal mark of numbers, . or , (.)");
}

std::string typed(const FileOptions& options) {
  std::string out;
  for (const Option* option : options.all) {
    for (const std::string& word : option->given()) out += " " + shell_word(word);
  }
  return out;
}

std::string in_working_folder(const Context& context, const std::string& path) {
  if (path.empty() || path == "-" || context.globals.directory.empty()) return path;
  return (std::filesystem::path(context.globals.directory) / path).string();
}

Options read_options(const Context& context, const FileOptions& request,
                     const std::vector<std::string>& files) {
  Options options = import::options_for(import::file_format(request.format));
  options.own_format = [said = request.format](const std::string& path) {
    return project::own_format(said, path);
  };
  for (const std::string& file : files) options.files.push_back(in_working_folder(context, file));
  options.encoding = request.encoding;
  options.skip_lines = request.skip_lines;
  if (request.header && request.no_header) {
    throw Error(ErrorCode::usage, "--header and --no-header contradict each other");
  }
  if (request.header) options.header = true;
  if (request.no_header) options.header = false;
  return options;
}

}  // namespace dbmig::cli
