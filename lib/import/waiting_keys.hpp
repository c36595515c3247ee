#pragma once

#include <set>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "import/waiting_rows.hpp"

namespace dbmig::import {

/// The columns of waiting rows in which foreign keys start or end, in a temporary table for each
/// file, so that the database compares them; dropped with the object. `connection` and `files` must
/// outlive it.
class WaitingKeys {
 public:
  /// The column with the number of the row in its file's waiting rows.
  static constexpr const char* kNumber = "dbmig_row";

  WaitingKeys(backend::Connection& connection, const std::vector<WaitingFile*>& files)
      : connection_(connection), files_(files) {}
  ~WaitingKeys();
  WaitingKeys(const WaitingKeys&) = delete;
  WaitingKeys& operator=(const WaitingKeys&) = delete;

  /// Makes the tables and fills them. Throws Error{access} without the right to temporary tables.
  void keep();

  /// The table of a file, as SQL names it.
  std::string table(std::size_t file) const;
  /// Whether the rows of the file have a value for `column`.
  bool has(std::size_t file, const std::string& column) const;
  /// Whether rows of the file may be what `key` refers to.
  bool is_parent(std::size_t file, const schema::ForeignKey& key) const;

 private:
  bool on_server() const;
  std::string quoted(const std::string& name) const;
  std::vector<std::string> key_columns(std::size_t file) const;
  std::set<std::string> searched_columns(std::size_t file) const;
  std::string indexes_of(std::size_t file) const;
  void create_indexes(std::size_t file);
  void create_table(std::size_t file, const std::vector<std::string>& columns);
  void fill_table(std::size_t file, const std::vector<std::string>& columns);

  backend::Connection& connection_;
  const std::vector<WaitingFile*>& files_;
  std::size_t made_ = 0;  ///< number of tables
};

}  // namespace dbmig::import
