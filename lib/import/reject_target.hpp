#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbmig::import {

/// A file that must not be used for rejected records, whether it exists or not.
struct KeptFile {
  std::string path;
  std::string what;  ///< for messages: "the database"
};

/// A possible destination of rejected records.
struct RejectTarget {
  std::string path;  ///< of a link: its target
  /// A device, pipe or /dev/stderr: written to, never replaced.
  bool is_device = false;
  /// The reject file of an earlier import exists there, and will be replaced.
  bool replaces = false;
};

/// A file to import.
struct NamedInput {
  std::string path;
  bool is_json = false;  ///< JSON lines
};

/// The default reject file for each of `files`: `data.rejects.csv` next to `data.csv`,
/// `data.rejects.jsonl` next to `data.jsonl`. If two files
/// would share it, both keep their extension: `data.csv.rejects.csv` and `data.tsv.rejects.csv`.
/// Throws Error{refused} if that does not distinguish them, for example if a file is given twice.
std::vector<std::string> default_reject_paths(const std::vector<NamedInput>& files);

/// Checks `path` before anything is loaded, without creating anything. Throws Error{refused},
/// naming the existing file, if it is one of `inputs` or `kept`, under any name or link, or any
/// other file except a reject file (see is_reject_file()); and Error{io} if no file can be created
/// there.
RejectTarget check_reject_target(const std::string& path, const std::vector<std::string>& inputs,
                                 const std::vector<KeptFile>& kept);

/// Whether a file that begins with `head`, of which 16 bytes are enough, seems to be one that
/// RejectFile wrote.
bool begins_as_rejects(std::string_view head);

/// Whether the file begins as RejectFile writes it.
bool is_reject_file(const std::string& path);

/// The table that a file belongs to by its name: `people` for `dir/people.csv`, and for its reject
/// files.
std::string table_of(const std::string& path);

}  // namespace dbmig::import
