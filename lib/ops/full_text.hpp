#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbmig::ops {

/// Where one of SQLite's full-text tables has its text that keeps an index alone: in another table
/// or view. Source: https://www.sqlite.org/fts5.html#external_content_tables and
/// https://www.sqlite.org/fts3.html#_external_content_fts4_tables_
struct FullTextContent {
  std::string table;
  std::vector<std::string> columns;  ///< of `table`
  std::string rowid;  ///< the column of `table` with the number of a row; empty: its rowid
};

/// Of the full-text table that is made with `module`; nothing for one that has its text itself, or
/// none, and for every other module.
std::optional<FullTextContent> full_text_content(std::string_view module);

/// `module` when the table `from` is called `to`.
std::string rename_content(const std::string& module, std::string_view from, std::string_view to);

/// `module` when the column `from` of `table` is called `to`: the full-text table's own column has
/// that name as well.
std::string rename_content_column(const std::string& module, std::string_view table,
                                  std::string_view from, std::string_view to);

}  // namespace dbmig::ops
