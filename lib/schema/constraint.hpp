#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "schema/sql_text.hpp"

namespace dbmig::schema {

// Names may be empty in what a database reports (SQLite allows unnamed constraints); the model
// loader always fills them in (schema/names.hpp).

/// How a key takes one of its columns.
struct KeyPart {
  int length = 0;  ///< MariaDB prefix length, 0 for the whole column
  bool descending = false;
  std::string collation = {};  ///< SQLite COLLATE of this part
  friend bool operator==(const KeyPart&, const KeyPart&) = default;
};

struct PrimaryKey {
  std::string name;  ///< MariaDB ignores it
  std::vector<std::string> columns;
  std::string on_conflict;  ///< SQLite
  /// A part for each of `columns`; empty when they are all taken whole, ascending, as they are.
  std::vector<KeyPart> parts = {};
  std::string method = {};  ///< MariaDB: "btree" or "hash" when said
  /// MariaDB: rows that are equal in `columns` have periods (MariadbTable::period) without
  /// overlaps, instead of being forbidden.
  bool without_overlaps = false;
  friend bool operator==(const PrimaryKey&, const PrimaryKey&) = default;
};

struct Unique {
  std::string name;
  std::vector<std::string> columns;
  std::string on_conflict;          ///< SQLite
  std::vector<KeyPart> parts = {};  ///< as those of a primary key
  bool without_overlaps = false;    ///< as of a primary key
  friend bool operator==(const Unique&, const Unique&) = default;
};

/// What happens to a child when its parent goes. NO ACTION and RESTRICT are different in SQLite and
/// the same in MariaDB; `none` is "not said", which both read as NO ACTION, and which MariaDB's
/// SHOW CREATE TABLE distinguishes from an explicit NO ACTION.
enum class ReferentialAction { none, restrict, cascade, set_null, set_default, no_action };

struct ForeignKey {
  std::string name;
  std::vector<std::string> columns;
  std::string referenced_table;
  std::vector<std::string> referenced_columns;
  ReferentialAction on_delete = ReferentialAction::none;
  ReferentialAction on_update = ReferentialAction::none;
  bool deferrable = false;  ///< SQLite: DEFERRABLE INITIALLY DEFERRED
  /// The referenced table need not be in the schema: others manage it. No part of what the key is
  /// in a database, and of no comparison.
  bool external = false;
  friend bool operator==(const ForeignKey& a, const ForeignKey& b);
};

struct Check {
  std::string name;
  SqlText sql;
  friend bool operator==(const Check&, const Check&) = default;
};

/// One part of an index: a column or, on SQLite, an expression.
struct IndexPart {
  std::string column;      ///< empty when `expression` is used
  std::string expression;  ///< SQL
  bool descending = false;
  int length = 0;         ///< MariaDB prefix length, 0 for the whole column
  std::string collation;  ///< SQLite COLLATE of this part
  friend bool operator==(const IndexPart&, const IndexPart&) = default;
};

enum class IndexKind { plain, fulltext, spatial, vector };

struct Index {
  std::string name;
  std::vector<IndexPart> parts;
  bool unique = false;
  SqlText where;  ///< partial index, SQLite only
  IndexKind kind = IndexKind::plain;
  std::string comment;   ///< MariaDB
  std::string method;    ///< MariaDB: "btree" or "hash" when said
  std::string parser;    ///< MariaDB FULLTEXT … WITH PARSER
  bool ignored = false;  ///< MariaDB IGNORED
  /// MariaDB: of a vector index, by their names in lower case: `m`, `distance`.
  std::map<std::string, std::string> options = {};
  friend bool operator==(const Index&, const Index&) = default;
};

/// A constraint of a table, for operations that treat them alike.
using Constraint = std::variant<PrimaryKey, Unique, ForeignKey, Check>;

const std::string& name_of(const Constraint& constraint);

/// "cascade", "set null"…; `none` gives "no action" too.
std::string_view to_string(ReferentialAction action);
/// Any case, with blanks or underscores; throws Error{invalid} for anything else.
ReferentialAction parse_action(std::string_view text);

}  // namespace dbmig::schema
