#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schema/validate.hpp"

namespace dbmig::schema {

/// What every rule of validate() needs: the schema, where to put its findings, and which database
/// asks. Internal to this module; holds references, so it lives no longer than one validate().
class Rules {
 public:
  using Path = std::vector<std::string>;

  Rules(const Schema& schema, const Locate& locate, Diagnostics& diagnostics,
        std::optional<DialectKind> target)
      : schema_(schema), locate_(locate), diagnostics_(diagnostics), target_(target) {}

  const Schema& schema() const { return schema_; }

  /// Reports a mistake at the nearest known place to `path`.
  void add(Path path, std::string message, std::string hint) const;

  /// Whether an object that is `only` for a database, or for both, lives on `kind`.
  bool lives_on(const std::optional<DialectKind>& only, DialectKind kind) const {
    return (!only || *only == kind) && (!target_ || *target_ == kind);
  }
  /// Whether it lives on `kind` and nowhere else.
  bool only_on(const std::optional<DialectKind>& only, DialectKind kind) const {
    return lives_on(only, kind) && (only || target_);
  }
  /// Whether two objects meet on `kind`.
  bool meet_on(const std::optional<DialectKind>& a, const std::optional<DialectKind>& b,
               DialectKind kind) const {
    return lives_on(a, kind) && lives_on(b, kind);
  }

  /// A name as the databases that the object lives on compare those of columns and indexes.
  std::string folded(const std::string& name, const std::optional<DialectKind>& only) const;

  /// The name of a table, column, index…: not empty, not over-long, nothing MariaDB refuses.
  void check_name(const Path& path, const std::string& what, const std::string& name,
                  const std::optional<DialectKind>& only) const;

 private:
  const Schema& schema_;
  const Locate& locate_;
  Diagnostics& diagnostics_;
  std::optional<DialectKind> target_;
};

/// The rules of the columns of one table, among themselves and with its keys.
void check_columns(const Rules& rules, const Table& table);
/// The rules of the keys, indexes and checks of one table.
void check_keys(const Rules& rules, const Table& table);
/// The rules of one table's foreign keys towards their parents.
void check_foreign_keys(const Rules& rules, const Table& table);

/// Whether MariaDB can compare the two columns of a foreign key; false only when it is certain to
/// refuse them. `child_table` and `parent_table` give the columns' default charsets.
bool comparable_on_mariadb(const Table& child_table, const Column& child, const Table& parent_table,
                           const Column& parent);

}  // namespace dbmig::schema
