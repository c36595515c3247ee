#include "project/broken_views.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "backend/missing_object.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"

namespace dbmig::project {
namespace {

std::optional<Error> failure_of(backend::Connection& connection, const std::string& sql) {
  try {
    connection.execute(sql);
  } catch (const Error& error) {
    if (is_of_surroundings(error.code())) throw;
    return error;
  }
  return std::nullopt;
}

/// Why the query of `view` cannot be prepared; nothing if it can. No row is read.
std::optional<Error> why_not_prepared(backend::Connection& connection, const schema::View& view) {
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

std::vector<backend::Unsupported> take_out_broken_views(backend::Connection& connection,
                                                        schema::Schema& schema) {
  if (!dialect::capabilities(connection.dialect().kind()).resolves_views) return {};
  std::map<std::string, std::string> broken;
  std::map<std::string, Error> doubtful;
  for (const auto& [name, view] : schema.views) {
    const std::string read =
        fmt::format("SELECT * FROM {} LIMIT 0", connection.dialect().quote_identifier(name));
    if (!failure_of(connection, read)) continue;
    const auto failure = why_not_prepared(connection, view);
    if (!failure) continue;
    if (backend::missing_object(connection, *failure)) {
      broken.emplace(name, failure->message());
    } else {
      doubtful.emplace(name, *failure);
    }
  }
  // Views that read broken views; each round finds those that read the last one's.
  for (bool is_changed = true; is_changed;) {
    is_changed = std::erase_if(doubtful, [&](const auto& one) {
                   const std::string& message = one.second.message();
                   const bool is_broken = std::any_of(
                       broken.begin(), broken.end(),
                       [&](const auto& other) { return is_about_view(message, other.first); });
                   if (is_broken) broken.emplace(one.first, message);
                   return is_broken;
                 }) != 0;
  }
  std::vector<backend::Unsupported> taken;
  for (const auto& [name, message] : broken) {
    schema.views.erase(name);
    taken.push_back({fmt::format("view '{}'", name),
                     fmt::format("it cannot be read, so it could not be created again ({}); "
                                 "correct or drop it, then adopt it",
                                 message)});
  }
  return taken;
}

}  // namespace dbmig::project
