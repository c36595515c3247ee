#pragma once

#include <map>
#include <string>
#include <vector>

#include "dialect/mariadb/alter.hpp"

namespace dbmig::dialect::mariadb {

/// How the primary key, unique keys and indexes of a table change, as clauses of ALTER TABLE.
/// `change` must outlive it.
class KeyChanges {
 public:
  explicit KeyChanges(const TableChange& change);

  /// Before columns change: keys that go, that are called otherwise, or that are to be ignored.
  std::vector<std::string> drops() const;
  /// After that: keys that come, or come again in another form.
  std::vector<std::string> additions() const;

 private:
  using Definitions = std::map<std::string, std::string>;  ///< of keys, by name

  bool makes_keys_anew() const;
  bool makes_primary_key() const;
  bool is_under_new_foreign_key(const schema::Index& index) const;
  bool is_covered_by_new_key(const schema::Index& index) const;
  bool only_ignored_differs(const std::string& name) const;
  bool is_made_again(const std::string& name, const Definitions& old, const Definitions& now) const;
  bool is_over_other_period(const schema::Unique& key) const;
  bool is_over_other_period(const schema::Index& key) const;
  std::map<std::string, std::string> renamed_keys() const;

  const TableChange& change_;
  const schema::Table& before_;
  const schema::Table& after_;
  const schema::Table& built_;
  std::map<std::string, std::string> renamed_keys_;  ///< old → new
};

}  // namespace dbmig::dialect::mariadb
