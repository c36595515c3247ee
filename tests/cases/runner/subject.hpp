#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "schema/table.hpp"

namespace dbmig::cases {

/// An empty database of one kind to try a case on, gone with the value. Knows how to look at itself
/// without dbmig's own reading of schemas, so that a fault there cannot hide.
class Subject {
 public:
  virtual ~Subject() = default;

  backend::Connection& connection() { return *connection_; }
  DialectKind kind() { return connection_->dialect().kind(); }
  std::string quote(std::string_view name) { return connection_->dialect().quote_identifier(name); }

  /// Each statement of a script, as the database's own client takes it.
  void run(std::string_view script);

  /// Everything that the database itself says of its objects, a fact a line, in an order that does
  /// not depend on when they were made. dbmig's own tables are left out.
  virtual std::vector<std::string> facts() = 0;

  /// The expression that reads `column` so that equal texts are equal values. `exact`: the column's
  /// type is the same on both sides of the comparison, so that its storage must be, too.
  virtual std::string readable(const schema::Column& column, bool exact) = 0;

  /// What is wrong with the rows as the database itself sees it: broken references, pages,
  /// counters.
  virtual std::vector<std::string> complaints() = 0;

 protected:
  explicit Subject(std::unique_ptr<backend::Connection> connection)
      : connection_(std::move(connection)) {}
  std::unique_ptr<backend::Connection> connection_;
};

/// In memory for SQLite; a database of its own on the tests' server for MariaDB, which must be
/// there (test::mariadb_url).
std::unique_ptr<Subject> make_subject(DialectKind kind);

}  // namespace dbmig::cases
