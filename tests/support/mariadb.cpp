#include "support/mariadb.hpp"

#include <cstdlib>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "run/ask_spelling.hpp"
#include "run/spelling.hpp"

namespace dbmig::test {

std::optional<Url> mariadb_url() {
  const char* text = std::getenv("DBMIG_TEST_MARIADB_URL");
  if (text == nullptr || *text == '\0') return std::nullopt;
  return Url::parse(text);
}

MariadbDatabase::MariadbDatabase(const std::string& options) : url_(mariadb_url().value()) {
  url_.database.clear();
  const std::string name = "dbmig_test_" + random_hex(10);
  const auto server = backend::mariadb::connect(url_, {});
  server->execute("CREATE DATABASE " + text::quote(name, '`') + ' ' + options);
  url_.database = name;
  connection_ = backend::mariadb::connect(url_, {});
}

MariadbDatabase::~MariadbDatabase() {
  try {
    connection_.reset();
    Url server = url_;
    server.database.clear();
    backend::mariadb::connect(server, {})->execute("DROP DATABASE " + text::quote(name(), '`'));
  } catch (const Error&) {
    // The server is gone, and its databases are somebody else's care.
  }
}

std::unique_ptr<backend::mariadb::MariadbConnection> MariadbDatabase::open() const {
  return backend::mariadb::connect(url_, {});
}

void MariadbDatabase::run(std::string_view script) {
  for (const std::string& sql : connection_->dialect().split_statements(script)) {
    connection_->execute(sql);
  }
}

std::vector<std::string> MariadbDatabase::migrate(const schema::Schema& before,
                                                  const std::vector<ops::Operation>& operations) {
  std::vector<std::string> sent;
  connection_->begin_migration();
  for (const auto& statement : connection_->dialect().plan(before, operations, {})) {
    sent.push_back(statement.sql);
    connection_->execute(statement.sql);
  }
  connection_->commit_migration();
  return sent;
}

schema::Schema MariadbDatabase::inspect_beside(const schema::Schema& model) {
  const run::AskSpelling ask = [this](const schema::Schema& schema,
                                      const std::set<dialect::DefinitionKey>& keys) {
    return run::ask_spelling({.kind = DialectKind::mariadb, .server = url_}, schema, keys);
  };
  const schema::Schema live = run::with_expected_spelling(
      *connection_, model, connection_->inspect({}).schema, {.recorded = false, .ask = ask});
  return connection_->dialect().reconciled(connection_->canonical(live),
                                           connection_->canonical(model));
}

schema::Schema MariadbDatabase::inspect() {
  return connection_->canonical(connection_->inspect({}).schema);
}

std::string MariadbDatabase::rows(std::string_view sql) {
  std::string out;
  for (const auto& row : connection_->query(sql).rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out += '|';
      out += row[i].value_or("NULL");
    }
    out += '\n';
  }
  return out;
}

std::string MariadbDatabase::show(const std::string& table) {
  const auto rows = connection_->query("SHOW CREATE TABLE " + text::quote(table, '`')).rows;
  return rows.at(0).at(1).value_or("");
}

}  // namespace dbmig::test
