#include "backend/mariadb/create_table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "backend/mariadb/create_column.hpp"
#include "backend/mariadb/create_reader.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/types.hpp"

namespace dbmig::backend::mariadb {
namespace {

using dialect::mariadb::canonical_charset_name;
using dialect::mariadb::TokenKind;

class TableReader {
 public:
  TableReader(std::string_view sql, std::string_view database)
      : sql_(sql), database_(database), reader_(sql) {}

  CreateTable run() {
    if (!reader_.accept("create")) reader_.fail();
    reader_.accept("temporary");
    if (!reader_.accept("table")) reader_.fail();
    table().name = reader_.name();
    reader_.expect_symbol("(");
    do item();
    while (reader_.accept_symbol(","));
    reader_.expect_symbol(")");
    while (!reader_.at_end() && !reader_.is_word("partition")) option();
    partition();
    checks_on_columns();
    return std::move(out_);
  }

 private:
  schema::Table& table() { return out_.table; }

  void lack(std::string what) { out_.lacking.push_back(std::move(what)); }

  void item() {
    if (reader_.is_name()) return read_column(reader_, database_, table(), out_.lacking);
    if (reader_.accept("primary", "key")) return primary_key();
    if (reader_.accept("unique", "key")) return key(schema::IndexKind::plain, true);
    if (reader_.accept("fulltext", "key")) return key(schema::IndexKind::fulltext, false);
    if (reader_.accept("spatial", "key")) return key(schema::IndexKind::spatial, false);
    if (reader_.accept("vector", "key")) return key(schema::IndexKind::vector, false);
    if (reader_.accept("key")) return key(schema::IndexKind::plain, false);
    if (reader_.accept("constraint")) return constraint();
    if (reader_.accept("period", "for")) return period();
    const std::size_t begin = reader_.peek().begin;
    while (!reader_.at_end() && !reader_.is_symbol(",") && !reader_.is_symbol(")")) {
      if (reader_.is_symbol("(")) {
        reader_.parenthesized();
      } else {
        reader_.take();
      }
    }
    lack(reader_.text_between(begin, reader_.last_finish()));
  }

  /// The columns of SYSTEM_TIME say so themselves.
  void period() {
    const std::string name = reader_.name();
    if (text::equals_ignoring_case(name, "system_time")) {
      reader_.parenthesized();
      return;
    }
    const std::vector<std::string> columns = reader_.names();
    table().mariadb.period = schema::ApplicationPeriod{name, columns.at(0), columns.at(1)};
  }

  void primary_key() {
    const std::size_t begin = reader_.peek().begin;
    schema::Index index;
    over_period_ = false;
    parts(index);
    const bool known = key_options(index);
    schema::PrimaryKey key;
    bool plain = true;
    for (const schema::IndexPart& part : index.parts) {
      key.columns.push_back(part.column);
      key.parts.push_back({part.length, part.descending, {}});
      plain = plain && part.length == 0 && !part.descending;
    }
    if (plain) key.parts.clear();
    key.method = index.method;
    key.without_overlaps = over_period_;
    table().primary_key = std::move(key);
    if (!known || !index.comment.empty() || index.ignored) {
      lack("primary key: all but the columns of " +
           reader_.text_between(begin, reader_.last_finish()));
    }
  }

  void key(schema::IndexKind kind, bool unique) {
    const std::size_t begin = reader_.peek().begin;
    schema::Index index;
    index.kind = kind;
    index.unique = unique;
    index.name = reader_.name();
    over_period_ = false;
    parts(index);
    const bool known = key_options(index);
    // A key over the period is a constraint in the model, which has no comment and no method.
    const bool plain_constraint =
        !over_period_ || (index.comment.empty() && index.method.empty() && !index.ignored);
    if (!known || !plain_constraint) {
      lack("key " + reader_.text_between(begin, reader_.last_finish()));
    }
    // A constraint would be written before the indexes: the order of unique keys shows.
    const bool plain = over_period_ || is_plain(index);
    if (!plain) {
      has_unique_index_ = has_unique_index_ || unique;
      table().indexes.push_back(std::move(index));
      return;
    }
    schema::Unique constraint;
    constraint.name = index.name;
    constraint.without_overlaps = over_period_;
    for (const schema::IndexPart& part : index.parts) constraint.columns.push_back(part.column);
    table().uniques.push_back(std::move(constraint));
  }

  bool is_plain(const schema::Index& index) const {
    return index.unique && !has_unique_index_ && index.comment.empty() && index.method.empty() &&
           !index.ignored &&
           std::none_of(index.parts.begin(), index.parts.end(),
                        [](const auto& part) { return part.length > 0 || part.descending; });
  }

  void parts(schema::Index& index) {
    reader_.expect_symbol("(");
    do {
      schema::IndexPart part;
      part.column = reader_.name();
      if (reader_.accept("without", "overlaps")) {
        over_period_ = true;
        continue;
      }
      if (reader_.is_symbol("(")) part.length = number(reader_.parenthesized());
      if (index.kind == schema::IndexKind::spatial) part.length = 0;
      part.descending = reader_.accept("desc");
      index.parts.push_back(std::move(part));
    } while (reader_.accept_symbol(","));
    reader_.expect_symbol(")");
  }

  /// False when one of them is none that an index of a model has.
  bool key_options(schema::Index& index) {
    bool known = true;
    while (!reader_.at_end() && !reader_.is_symbol(",") && !reader_.is_symbol(")")) {
      if (reader_.accept("using")) {
        index.method = text::lower(reader_.name());
      } else if (reader_.accept("comment")) {
        index.comment = reader_.take().text;
      } else if (reader_.accept("with", "parser")) {
        index.parser = reader_.name();
      } else if (reader_.accept("ignored")) {
        index.ignored = true;
      } else if (index.kind == schema::IndexKind::vector && reader_.is_name()) {
        const std::string option = text::lower(reader_.name());
        reader_.expect_symbol("=");
        index.options[option] = text::lower(reader_.take().text);
      } else {
        reader_.take();
        known = false;
      }
    }
    return known;
  }

  static int number(const std::string& digits) {
    return static_cast<int>(std::strtol(digits.c_str(), nullptr, 10));
  }

  void constraint() {
    const std::string name = reader_.name();
    if (reader_.accept("check")) {
      schema::Check check;
      check.name = name;
      check.sql.any = reader_.parenthesized();
      on_table_.push_back(name);
      table().checks.push_back(std::move(check));
      return;
    }
    if (!reader_.accept("foreign", "key")) reader_.fail();
    schema::ForeignKey key;
    key.name = name;
    key.columns = reader_.names();
    if (!reader_.accept("references")) reader_.fail();
    key.referenced_table = reader_.name();
    const bool elsewhere = reader_.accept_symbol(".");
    if (elsewhere) reader_.name();
    key.referenced_columns = reader_.names();
    while (reader_.accept("on")) {
      const bool on_delete = reader_.accept("delete");
      if (!on_delete) reader_.accept("update");
      (on_delete ? key.on_delete : key.on_update) = action();
    }
    if (elsewhere) return lack(fmt::format("foreign key '{}' into another database", name));
    table().foreign_keys.push_back(std::move(key));
  }

  schema::ReferentialAction action() {
    std::string words = reader_.name();
    if (reader_.is_word("null") || reader_.is_word("action") || reader_.is_word("default")) {
      words += ' ' + reader_.name();
    }
    return schema::parse_action(words);
  }

  /// `NAME=value`, `DATA DIRECTORY='/x/'`, `WITH SYSTEM VERSIONING`, UNION=(`a`,`b`).
  void option() {
    if (reader_.accept("with", "system", "versioning")) {
      table().mariadb.system_versioned = true;
      return;
    }
    if (reader_.accept_symbol(",")) return;
    std::string name;
    const bool custom = reader_.is_name();
    do name += (name.empty() ? "" : " ") + reader_.take().text;
    while (!reader_.at_end() && !reader_.is_symbol("=") && reader_.peek().kind == TokenKind::word);
    if (!reader_.accept_symbol("=")) return lack("its option " + name);
    const std::string value = option_value();
    schema::MariadbTable& options = table().mariadb;
    if (name == "ENGINE") {
      options.engine = value;
    } else if (name == "DEFAULT CHARSET") {
      options.charset = canonical_charset_name(value);
    } else if (name == "COLLATE") {
      options.collation = canonical_charset_name(value);
    } else if (name == "ROW_FORMAT") {
      options.row_format = value;
    } else if (name == "COMMENT") {
      table().comment = value;
    } else if (name == "AUTO_INCREMENT") {
      options.auto_increment = std::strtoull(value.c_str(), nullptr, 10);
    } else if (name == "SEQUENCE") {
      lack("its option SEQUENCE");
    } else {
      options.options[custom ? name : text::upper(name)] = value;
    }
  }

  std::string option_value() {
    if (!reader_.is_symbol("(")) return reader_.take().text;
    return '(' + reader_.parenthesized() + ')';
  }

  void partition() {
    if (reader_.at_end()) return;
    std::string text = reader_.text_between(reader_.peek().begin, sql_.size());
    // Older servers print an executable comment.
    if (text.ends_with("*/")) text = std::string(text::trim(text.substr(0, text.size() - 2)));
    table().mariadb.partition = std::move(text);
  }

  /// A model's check with a column's name is the one that stands on that column.
  void checks_on_columns() {
    for (const std::string& name : on_table_) {
      if (table().find_column(name) == nullptr) continue;
      lack(fmt::format("the table's check '{}' has the name of a column", name));
    }
  }

  std::string_view sql_;
  std::string_view database_;
  CreateReader reader_;
  CreateTable out_;
  bool over_period_ = false;  ///< the key just read says WITHOUT OVERLAPS
  bool has_unique_index_ = false;
  std::vector<std::string> on_table_;
};

}  // namespace

CreateTable read_create_table(std::string_view sql, std::string_view database) {
  return TableReader(sql, database).run();
}

}  // namespace dbmig::backend::mariadb
