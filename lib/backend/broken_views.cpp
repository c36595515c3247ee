#include "backend/broken_views.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "dialect/capabilities.hpp"

namespace dbmig::backend {
namespace {

std::optional<Error> failure_of(Connection& connection, const std::string& sql) {
  try {
    connection.execute(sql);
  } catch (const Error& error) {
    if (is_of_surroundings(error.code())) throw;
    return error;
  }
  return std::nullopt;
}

/// Why the query of `view` cannot be prepared; nothing if it can. No row is read.
std::optional<Error> why_not_prepared(Connection& connection, const schema::View& view) {
  const dialect::Dialect& dialect = connection.dialect();
  const std::string prepare = "PREPARE dbmig_view FROM ";
  auto failure =
      failure_of(connection, prepare + dialect.quote_string(view.sql.for_dialect(dialect.kind())));
  if (!failure) connection.execute("DEALLOCATE PREPARE dbmig_view");
  return failure;
}

/// Whether `message`, of a view that cannot be read, is about the view `name`.
bool is_about_view(const std::string& message, const std::string& name) {
  return message.find("." + name + "'") != message.npos;
}

}  // namespace

std::map<std::string, BrokenView> broken_views(
    Connection& connection, const schema::SharedMap<std::string, schema::View>& views) {
  if (!dialect::capabilities(connection.dialect().kind()).resolves_views) return {};
  std::map<std::string, BrokenView> broken;
  std::map<std::string, Error> doubtful;
  for (const auto& [name, view] : views) {
    const std::string read =
        "SELECT * FROM " + connection.dialect().quote_identifier(name) + " LIMIT 0";
    if (!failure_of(connection, read)) continue;
    const auto failure = why_not_prepared(connection, view);
    if (!failure) continue;
    if (auto missing = missing_object(connection, *failure)) {
      broken.emplace(name, BrokenView{*failure, std::move(*missing)});
    } else {
      doubtful.emplace(name, *failure);
    }
  }
  // Views that read broken views; each round finds those that read the last one's.
  for (bool is_changed = true; is_changed;) {
    is_changed = std::erase_if(doubtful, [&](const auto& one) {
                   const std::string& message = one.second.message();
                   const auto read = std::find_if(
                       broken.begin(), broken.end(),
                       [&](const auto& other) { return is_about_view(message, other.first); });
                   if (read == broken.end()) return false;
                   broken.emplace(one.first, BrokenView{one.second, read->second.missing, true});
                   return true;
                 }) != 0;
  }
  return broken;
}

}  // namespace dbmig::backend
