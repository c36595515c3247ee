#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbmig::import {

/// A file that cannot be used for rejected records, whether it is there yet or not.
struct KeptFile {
  std::string path;
  std::string what;  ///< for messages: "the database"
};

/// A place that rejected records may go to.
struct RejectTarget {
  std::string path;  ///< of a link, what it leads to
  /// A device, pipe or /dev/stderr: written to as it is, never replaced.
  bool is_device = false;
  /// The reject file of an earlier import is there, and is to be replaced.
  bool replaces = false;
};

/// Where the records rejected from each of `files` go, unless the user says: `data.rejects.csv`
/// beside `data.csv`. Where two of the files would share that, both keep their ending:
/// `data.csv.rejects.csv` and `data.tsv.rejects.csv`. Throws Error{refused} when that does not tell
/// them apart, as when a file is given twice.
std::vector<std::string> default_reject_paths(const std::vector<std::string>& files);

/// Looks at `path` before anything is loaded, creating nothing. Throws Error{refused}, naming what
/// is there, when it is one of `inputs` or `kept`, by whatever name or link, or any file but a
/// reject file (see is_reject_file()); and Error{io} when no file can be made there.
RejectTarget check_reject_target(const std::string& path, const std::vector<std::string>& inputs,
                                 const std::vector<KeptFile>& kept);

/// Whether the file begins as RejectFile writes it.
bool is_reject_file(const std::string& path);

/// The table that a file is for by its name: `people` for `dir/people.csv`, and for the reject
/// files of it.
std::string table_of(const std::string& path);

}  // namespace dbmig::import
