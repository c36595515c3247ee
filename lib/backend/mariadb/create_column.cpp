#include "backend/mariadb/create_column.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "dialect/mariadb/types.hpp"

namespace dbmig::backend::mariadb {
namespace {

using dialect::mariadb::canonical_charset_name;
using dialect::mariadb::Token;
using dialect::mariadb::TokenKind;

class ColumnReader {
 public:
  ColumnReader(CreateReader& reader, std::string_view database, schema::Table& table,
               std::vector<std::string>& lacking)
      : reader_(reader), database_(database), table_(table), lacking_(lacking) {}

  void run() {
    column_.name = reader_.name();
    type();
    while (!ends_here()) attribute();
    // Copies of information_schema's tables have such: an INSERT must name the column, though it
    // takes NULL.
    const bool bare = column_.nullable && !has_default_ && !column_.generated &&
                      !column_.autoincrement && column_.mariadb.period == schema::RowPeriod::none;
    if (bare) {
      lacking_.push_back(
          fmt::format("column '{}': it has no default, not even NULL", column_.name));
    }
    is_json();
    table_.columns.push_back(std::move(column_));
    if (check_) {
      schema::Check check;
      check.name = table_.columns.back().name;
      check.sql.any = *check_;
      table_.checks.push_back(std::move(check));
    }
  }

 private:
  bool ends_here() const {
    return reader_.at_end() || reader_.is_symbol(",") || reader_.is_symbol(")");
  }

  void type() {
    const std::size_t begin = reader_.peek().begin;
    reader_.take();
    if (reader_.is_symbol("(")) reader_.parenthesized();
    while (reader_.accept("unsigned") || reader_.accept("zerofill")) {
    }
    column_.type =
        dialect::mariadb::parse_column_type(reader_.text_between(begin, reader_.last_finish()));
  }

  void attribute() {
    if (reader_.accept("character", "set")) {
      column_.mariadb.charset = canonical_charset_name(reader_.name());
    } else if (reader_.accept("collate")) {
      column_.mariadb.collation = canonical_charset_name(reader_.name());
    } else if (reader_.accept("compressed")) {
      column_.mariadb.compressed = true;
    } else if (reader_.accept("not", "null")) {
      column_.nullable = false;
    } else if (reader_.accept("null")) {
      column_.nullable = true;
    } else if (reader_.accept("invisible")) {
      column_.mariadb.invisible = true;
    } else if (reader_.accept("auto_increment")) {
      column_.autoincrement = true;
    } else if (reader_.accept("without", "system", "versioning")) {
      column_.mariadb.without_system_versioning = true;
    } else if (reader_.accept("comment")) {
      column_.comment = reader_.take().text;
    } else if (reader_.accept("check")) {
      check_ = reader_.parenthesized();
    } else if (reader_.accept("on", "update")) {
      column_.mariadb.on_update = expression();
    } else if (reader_.accept("default")) {
      default_value();
    } else if (reader_.accept("generated", "always", "as")) {
      generated();
    } else {
      unknown();
    }
  }

  void generated() {
    if (reader_.accept("row", "start")) {
      column_.mariadb.period = schema::RowPeriod::start;
      column_.nullable = false;
      return;
    }
    if (reader_.accept("row", "end")) {
      column_.mariadb.period = schema::RowPeriod::end;
      column_.nullable = false;
      return;
    }
    schema::Generated generated;
    generated.sql.any = without_database(reader_.parenthesized(), database_);
    generated.stored = reader_.accept("stored") || reader_.accept("persistent");
    if (!generated.stored) reader_.accept("virtual");
    column_.generated = std::move(generated);
  }

  void default_value() {
    schema::Default value;
    value.kind = schema::Default::Kind::sql;
    value.sql.any = without_database(expression(), database_);
    const auto canonical = dialect::mariadb::canonical_default(value, column_.type);
    has_default_ = true;
    const char first = value.sql.any.empty() ? '\0' : value.sql.any.front();
    const bool is_number = (first >= '0' && first <= '9') || first == '-' || first == '.';
    if (is_number && canonical && canonical->kind == schema::Default::Kind::string) {
      lacking_.push_back(
          fmt::format("column '{0}': its default, the number {1}, is read as the text '{1}'",
                      column_.name, value.sql.any));
    }
    // A literal takes the form that a person would write; an expression stays as it is.
    const bool literal = canonical && canonical->kind != schema::Default::Kind::sql;
    if (canonical) column_.default_value = literal ? *canonical : value;
  }

  /// Where an expression that stands without parentheses ends.
  bool expression_ends() const {
    static constexpr std::string_view kWords[] = {"on",    "auto_increment", "comment",
                                                  "check", "without",        "invisible"};
    for (const std::string_view word : kWords) {
      if (reader_.is_word(word)) return true;
    }
    return ends_here() || (reader_.is_name() && reader_.is_symbol("=", 1));
  }

  std::string expression() {
    const std::size_t begin = reader_.peek().begin;
    do {
      if (reader_.is_symbol("(")) {
        reader_.parenthesized();
      } else {
        reader_.take();
      }
    } while (!expression_ends());
    return reader_.text_between(begin, reader_.last_finish());
  }

  void unknown() {
    const std::size_t begin = reader_.peek().begin;
    if (reader_.is_name() && reader_.is_symbol("=", 1)) {
      reader_.take();
      reader_.take();
    }
    if (reader_.is_symbol("(")) {
      reader_.parenthesized();
    } else {
      reader_.take();
    }
    lacking_.push_back(fmt::format("column '{}': {}", column_.name,
                                   reader_.text_between(begin, reader_.last_finish())));
  }

  /// JSON is LONGTEXT with a binary collation and this check.
  void is_json() {
    if (!check_ || column_.type.kind != schema::TypeKind::longtext || column_.generated ||
        column_.mariadb.collation != "utf8mb4_bin") {
      return;
    }
    const std::vector<Token> tokens = dialect::mariadb::tokenize(*check_);
    const bool valid = tokens.size() == 5 &&
                       text::equals_ignoring_case(tokens[0].text, "json_valid") &&
                       text::equals_ignoring_case(tokens[2].text, column_.name);
    if (!valid) return;
    check_.reset();
    column_.type.kind = schema::TypeKind::json;
    column_.mariadb.charset.clear();
    column_.mariadb.collation.clear();
  }

  CreateReader& reader_;
  std::string_view database_;
  schema::Table& table_;
  std::vector<std::string>& lacking_;
  schema::Column column_;
  std::optional<std::string> check_;
  bool has_default_ = false;
};

}  // namespace

void read_column(CreateReader& reader, std::string_view database, schema::Table& table,
                 std::vector<std::string>& lacking) {
  ColumnReader(reader, database, table, lacking).run();
}

std::string without_database(const std::string& sql, std::string_view database) {
  const std::vector<Token> tokens = dialect::mariadb::tokenize(sql);
  const auto is_name = [&](std::size_t i) {
    return i < tokens.size() && tokens[i].kind == TokenKind::name;
  };
  const auto is = [&](std::size_t i, std::string_view word) {
    return i < tokens.size() && text::equals_ignoring_case(tokens[i].text, word);
  };
  std::string out;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    // `db`.`table`.`column`, `db`.`function`(, nextval(`db`.`sequence`), from `db`.`table`: but not
    // `alias`.`column` where an alias bears the database's name.
    if (!is_name(i) || tokens[i].text != database || !is(i + 1, ".") || !is_name(i + 2)) continue;
    if (i > 0 && is(i - 1, ".")) continue;
    const bool of_sequence = i > 1 && is(i - 1, "(") &&
                             (is(i - 2, "nextval") || is(i - 2, "lastval") || is(i - 2, "setval"));
    const bool in_from = i > 0 && (is(i - 1, "from") || is(i - 1, "join") ||
                                   (is(i - 1, "(") && (is(i + 3, "join") || is(i + 3, "left"))));
    if (!is(i + 3, ".") && !is(i + 3, "(") && !of_sequence && !in_from) continue;
    out += sql.substr(copied, tokens[i].begin - copied);
    copied = tokens[i + 1].finish;
  }
  return out + sql.substr(copied);
}

}  // namespace dbmig::backend::mariadb
