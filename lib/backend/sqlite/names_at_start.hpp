#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ops/operation.hpp"

namespace dbmig::backend::sqlite {

/// What tables and columns were called when a migration began, through all the names that it gives
/// them. Names of the start are in lower case; what came later has a name that none of those is.
class NamesAtStart {
 public:
  void add(const std::string& table, const std::vector<std::string>& columns);

  /// `operation` is carried out; plain SQL is followed as far as ALTER, CREATE and DROP TABLE go.
  void follow(const ops::Operation& operation);

  /// The tables that there are now. A new table with the name of one that is gone takes its
  /// place: it was rebuilt by hand.
  void resolve(const std::vector<std::string>& tables,
               const std::function<std::vector<std::string>(const std::string&)>& columns);

  std::string table(const std::string& now) const;
  std::string column(const std::string& table, const std::string& now) const;
  /// What the columns `at_start` of the table are called now; nothing when one is gone.
  std::optional<std::vector<std::string>> columns_now(
      const std::string& table, const std::vector<std::string>& at_start) const;

 private:
  using Names = std::map<std::string, std::string>;  ///< lower case now → at the start

  void create(const std::string& table);
  void rename(const std::string& from, const std::string& to);
  void rename_column(const std::string& table, const std::string& from, const std::string& to);
  void follow_sql(std::string_view statement);

  Names tables_;
  std::map<std::string, Names> columns_;  ///< by the table's name at the start
};

}  // namespace dbmig::backend::sqlite
