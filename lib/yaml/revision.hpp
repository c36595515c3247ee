#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "history/graph.hpp"
#include "history/revision.hpp"

namespace dbmig::yaml {

/// A revision file's content. `name` stands in messages. Throws Error{invalid} with every mistake
/// and its line and column: unknown keys, unknown operations ("unknown operation 'add_colunm'; did
/// you mean 'add_column'?"), missing or badly formed ids. Fills in text, checksum and positions.
history::Revision parse_revision(std::string_view content, const std::string& name);

/// The same; mistakes go to `diagnostics`, and the revision is an empty one after any.
history::Revision read_revision(std::string_view content, const std::string& name,
                                Diagnostics& diagnostics);

/// The file's content: `parse_revision(print_revision(r))` equals r in everything a file holds.
std::string print_revision(const history::Revision& revision);

/// `migrations/2026-11-22_2fa6cb75c75d_migracion_mariadb.yaml`'s last part: date of `created`, id,
/// slug of the message (lower case, words joined by `_`, at most 40 characters, other alphabets
/// kept as they are as far as a file name allows).
std::string file_name(const history::Revision& revision);

/// "v1:" and the SHA-256 of what the revision does to a database: id, parents, dependencies where
/// there are any, and operations, in a
/// canonical form of their own (yaml/emit.hpp). Line endings, comments, key order and YAML style do
/// not change it, nor do message, date and label. Databases keep it: for equal operations it must
/// stay the same from release to release.
std::string checksum(const history::Revision& revision);

/// All revisions of `folders` (`*.yaml`, `*.yml`; not hidden files; of a folder whose name ends in
/// `/**` those of its subfolders, too), as a graph. An absent folder is Error{not_found}; an empty
/// one an empty graph. `index`, a folder that may be missing, is where what was read is kept for
/// the next time (yaml/index.hpp); empty: nowhere.
history::Graph load_graph(const std::vector<std::filesystem::path>& folders,
                          const std::filesystem::path& base,
                          const std::filesystem::path& index = {});
/// The same of one folder.
history::Graph load_graph(const std::filesystem::path& folder, const std::filesystem::path& base);

/// `operations` as YAML, as they stand under `upgrade:`; for `show` and `migrate --dry-run`.
std::string print_operations(const std::vector<ops::Operation>& operations);

}  // namespace dbmig::yaml
