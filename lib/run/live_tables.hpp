#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dialect/dialect.hpp"
#include "ops/operation.hpp"

namespace dbmig::run {

/// A live table as the operations so far would have left it.
struct LiveTable {
  std::string name;  ///< in the database, now
  /// Column → the SQL that gives its value from the live table; columns that nobody can tell the
  /// value of yet are not in it.
  std::map<std::string, std::string> sources;
  bool changed = false;         ///< names or columns differ from the live ones
  std::set<std::string> fresh;  ///< columns that the operations added

  bool knows(const std::vector<std::string>& columns) const;
};

/// The tables of a database, with what can be told of their rows before operations are carried out:
/// renamed tables and columns are followed, new columns hold their defaults. What becomes of values
/// that change on the way (a type that narrows, another collation) is not known.
class LiveTables {
 public:
  /// `before` is the schema that the database has.
  LiveTables(const dialect::Dialect& dialect, const schema::Schema& before);

  /// `before` is the schema that the operation meets.
  void follow(const ops::Operation& operation, const schema::Schema& before);

  /// Nothing for a table that is not there, or whose rows nobody knows any more.
  const LiveTable* find(const std::string& table) const;
  /// It is new, so that it has no rows.
  bool is_created(const std::string& table) const { return created_.count(table) != 0; }
  /// Plain SQL has been met, which may have changed any row.
  bool is_blind() const { return blind_; }

  /// `FROM` item that has the table's columns under the names they have by now.
  std::string relation(const std::string& table, const std::string& alias) const;

 private:
  template <class Operation>
  void track(const Operation&, const schema::Schema&) {}
  void track(const ops::CreateTable& create, const schema::Schema& before);
  void track(const ops::DropTable& drop, const schema::Schema& before);
  void track(const ops::RenameTable& rename, const schema::Schema& before);
  void track(const ops::AlterTable& alter, const schema::Schema& before);
  void track(const ops::AddColumn& add, const schema::Schema& before);
  void track(const ops::DropColumn& drop, const schema::Schema& before);
  void track(const ops::AlterColumn& alter, const schema::Schema& before);
  void track(const ops::BulkInsert& rows, const schema::Schema& before);
  void track(const ops::BulkDelete& rows, const schema::Schema& before);
  void track(const ops::Execute& execute, const schema::Schema& before);

  LiveTable* at(const std::string& table);
  void lose_sight(const std::string& table);
  std::optional<std::string> literal_of(const schema::Default& value) const;
  std::string quoted(const std::string& name) const { return dialect_.quote_identifier(name); }

  const dialect::Dialect& dialect_;
  std::map<std::string, LiveTable> tables_;
  std::set<std::string> created_;
  bool blind_ = false;
};

}  // namespace dbmig::run
