#include "cli/file_options.hpp"

#include <filesystem>

#include "project/file_formats.hpp"

namespace dbmig::cli {

using import::Options;

void add_file_options(Command& command, FileOptions& options) {
  command.add_flag("--header", options.header,
                   "The first line is a header (unless --columns is given)");
  command.add_flag("--no-header", options.no_header, "The first line is data");
  command
      .add_option("--format", options.format.name,
                  "csv, tsv, jsonl, mysql, mysql-batch, pg-csv, pg-text: see below (from the file)")
      ->option_text("NAME");
  command
      .add_option("--delimiter", options.format.delimiter,
                  "The separator of fields: one byte, \\t, or auto to detect it (csv: auto)")
      ->option_text("C");
  command
      .add_option("--quote", options.format.quote, "The quote around fields, one byte or none (\")")
      ->option_text("C");
  command
      .add_option("--escape", options.format.escape,
                  "The escape character, one byte or none (none)")
      ->option_text("C");
  command
      .add_option("--line-end", options.format.line_end,
                  "lf, crlf, cr, or any for LF and CRLF (any)")
      ->option_text("WHAT");
  command
      .add_option("--null", options.format.nulls,
                  "Text of a field that means NULL, may be repeated (the empty field)")
      ->option_text("TEXT")
      ->allow_extra_args(false);
  command
      .add_option("--encoding", options.encoding,
                  "The file's encoding (utf-8): latin1, windows-1252, utf-16…; see iconv -l")
      ->option_text("NAME");
  command.add_option("--skip-lines", options.skip_lines, "Skip the first N lines of each file")
      ->option_text("N")
      ->range(0, 1LL << 40);
  command.add_option("--comment", options.format.comment, "Skip lines that begin with this")
      ->option_text("TEXT");
  command.add_flag("--trim", options.format.trim, "Remove blanks around fields");
  command.add_flag("--null-quoted", options.format.null_quoted,
                   "NULL markers also count in quotes");
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
