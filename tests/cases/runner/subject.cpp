#include "runner/subject.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "dialect/script.hpp"
#include "runner/sqlite_facts.hpp"
#include "support/mariadb.hpp"

namespace dbmig::cases {
namespace {

class SqliteSubject final : public Subject {
 public:
  SqliteSubject() : Subject(backend::connect(Url::parse("sqlite:///:memory:"), {.create = true})) {}

  std::vector<std::string> facts() override { return sqlite_facts(*connection_); }

  std::string readable(const schema::Column& column, bool exact) override {
    const std::string name = quote(column.name);
    return exact ? fmt::format("quote({})", name) : fmt::format("CAST({} AS TEXT)", name);
  }

  std::vector<std::string> complaints() override {
    std::vector<std::string> all = connection_->foreign_key_violations(3);
    for (const auto& row : connection_->query("PRAGMA integrity_check").rows) {
      if (row[0] != "ok") all.push_back(row[0].value_or(""));
    }
    return all;
  }
};

/// `SHOW CREATE TABLE` with its keys and constraints in the order of their text: the server lists
/// them in the order in which they came to be.
std::string with_sorted_keys(const std::string& text) {
  std::vector<std::string> lines = text::split(text, '\n');
  const auto is_key = [](const std::string& line) {
    const std::string_view trimmed = text::trim(line);
    return !trimmed.empty() && trimmed.front() != '`' && trimmed.front() != ')' &&
           !trimmed.starts_with("CREATE");
  };
  const auto first = std::find_if(lines.begin(), lines.end(), is_key);
  const auto last = std::find_if_not(first, lines.end(), is_key);
  for (auto line = first; line != last; ++line) {
    if (line->ends_with(',')) line->pop_back();
    // The same as nothing, and printed only where somebody wrote it.
    *line = text::replace_all(*line, " ON DELETE NO ACTION", "");
    *line = text::replace_all(*line, " ON UPDATE NO ACTION", "");
  }
  std::sort(first, last);
  return text::join(lines, "\n");
}

/// Databases come and go on one server by the hundred: one connection makes and drops them all.
class MariadbSubject final : public Subject {
 public:
  MariadbSubject() : Subject(server()), name_("dbmig_case_" + random_hex(10)) {
    connection_->execute("CREATE DATABASE " + quote(name_) +
                         " CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci");
    Url url = test::mariadb_url().value();
    url.database = name_;
    connection_ = backend::connect(url, {});
  }
  MariadbSubject(const MariadbSubject&) = delete;
  MariadbSubject& operator=(const MariadbSubject&) = delete;
  ~MariadbSubject() override {
    try {
      connection_->execute("DROP DATABASE " + quote(name_));
    } catch (const Error&) {
      // The server is gone, and its databases are somebody else's care.
    }
  }

  std::vector<std::string> facts() override {
    std::vector<std::string> all;
    for (const auto& row : connection_->query("SHOW FULL TABLES").rows) {
      if (row[0]->starts_with("dbmig_")) continue;
      const bool is_view = row[1] == "VIEW";
      // Of a sequence this is its table, with the options in the comment-like tail.
      const char* what = is_view ? "VIEW " : row[1] == "SEQUENCE" ? "SEQUENCE " : "TABLE ";
      all.push_back(with_sorted_keys(shown(what + quote(*row[0]), 1)));
    }
    for (const auto& row : connection_->query("SHOW TRIGGERS").rows) {
      const std::string of = "TRIGGER " + quote(*row[0]);
      // In quotes or not, as its author wrote it.
      const std::string text = text::replace_all(shown(of, 2), of, "TRIGGER " + *row[0]);
      all.push_back(text + " sql_mode " + shown(of, 1));
    }
    for (const char* kind : {"PROCEDURE", "FUNCTION"}) {
      const backend::Value name = name_;
      for (const auto& row :
           connection_->query(fmt::format("SHOW {} STATUS WHERE Db = ?", kind), {&name, 1}).rows) {
        const std::string of = fmt::format("{} {}", kind, quote(*row[1]));
        all.push_back(shown(of, 2) + " sql_mode " + shown(of, 1));
      }
    }
    for (const auto& row : connection_->query("SHOW EVENTS").rows) {
      const std::string of = "EVENT " + quote(*row[1]);
      all.push_back(shown(of, 3) + " sql_mode " + shown(of, 1));
    }
    std::sort(all.begin(), all.end());
    return all;
  }

  std::string readable(const schema::Column& column, bool) override {
    const std::string name = quote(column.name);
    const schema::TypeKind type = column.type_on(DialectKind::mariadb).kind;
    if (schema::is_geometry(type)) return fmt::format("ST_AsText({})", name);
    if (schema::is_binary(type)) return fmt::format("HEX({})", name);
    if (type == schema::TypeKind::bit) return fmt::format("{} + 0", name);
    return fmt::format("CAST({} AS CHAR)", name);
  }

  std::vector<std::string> complaints() override { return {}; }

 private:
  static std::unique_ptr<backend::Connection> server() {
    Url url = test::mariadb_url().value();
    url.database.clear();
    return backend::connect(url, {});
  }

  std::string shown(const std::string& what, std::size_t column) {
    const std::string text =
        connection_->query("SHOW CREATE " + what).rows.at(0).at(column).value_or("");
    return text::replace_all(text, quote(name_) + ".", "");
  }

  std::string name_;
};

}  // namespace

void Subject::run(std::string_view script) {
  for (const dialect::ScriptStatement& one : dialect::split_script(kind(), script, "the case")) {
    connection_->execute(one.sql);
  }
}

std::unique_ptr<Subject> make_subject(DialectKind kind) {
  if (kind == DialectKind::sqlite) return std::make_unique<SqliteSubject>();
  return std::make_unique<MariadbSubject>();
}

}  // namespace dbmig::cases
