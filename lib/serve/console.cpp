#include "serve/console.hpp"

#include <fmt/core.h>

#include <cmath>
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "transfer/row_writer.hpp"

namespace dbmig::serve {
namespace {

using std::chrono::steady_clock;

/// Statements end with `;` where people type them, and not where they are prepared.
std::string without_semicolon(const std::string& sql) {
  std::string_view text = text::trim(sql);
  while (text.ends_with(';')) text = text::trim(text.substr(0, text.size() - 1));
  return std::string(text);
}

std::size_t size_of(const std::vector<backend::Cell>& row) {
  std::size_t bytes = 0;
  for (const backend::Cell& cell : row) bytes += 8 + cell.bytes.size();
  return bytes;
}

/// Closes the snapshot when the rows are gone, also when reading them fails.
class EndOfReading {
 public:
  explicit EndOfReading(backend::ReadOnlyConnection& database) : database_(database) {}
  EndOfReading(const EndOfReading&) = delete;
  EndOfReading& operator=(const EndOfReading&) = delete;
  ~EndOfReading() { database_.end(); }

 private:
  backend::ReadOnlyConnection& database_;
};

/// As JSON numbers where every reader takes them exactly, else as text.
Json plain_json(const backend::Cell& cell) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53U;
  using Kind = backend::Cell::Kind;
  if (cell.kind == Kind::null) return nullptr;
  if (cell.kind == Kind::integer && cell.integer < kExact && cell.integer > -kExact) {
    return cell.integer;
  }
  if (cell.kind == Kind::unsigned_integer && cell.integer >= 0 && cell.integer < kExact) {
    return cell.integer;
  }
  if (cell.kind == Kind::real && std::isfinite(cell.real)) return cell.real;
  const Json exact = exact_json(cell);
  if (exact[0] == "b" || exact[0] == "x") return "0x" + exact[1].get<std::string>();
  return exact[1];
}

Json run_query(backend::ReadOnlyConnection& database, const std::string& sql,
               const QueryLimits& limits) {
  const auto start = steady_clock::now();
  Json rows = Json::array();
  std::vector<std::string> columns;
  bool more = false;
  std::size_t bytes = 0;
  const EndOfReading end(database);
  {
    const auto source = database.read(sql, {}, limits.time, limits.rows + 1);
    columns = source->columns();
    std::vector<backend::Cell> cells;
    while (source->next(cells)) {
      bytes += size_of(cells);
      more = rows.size() == limits.rows || bytes > limits.bytes;
      if (more) break;
      Json row = Json::array();
      for (const backend::Cell& cell : cells) row.push_back(value_json(cell));
      rows.push_back(std::move(row));
    }
  }
  const std::chrono::duration<double, std::milli> took = steady_clock::now() - start;
  return {{"columns", columns},
          {"rows", std::move(rows)},
          {"more", more},
          {"milliseconds", std::round(took.count() * 10) / 10}};
}

}  // namespace

Json query_json(backend::ReadOnlyConnection& database, const std::string& sql,
                const QueryLimits& limits) {
  Json answer = run_query(database, without_semicolon(sql), limits);
  // SHOW GRANTS and the list of sessions show what was said to the server.
  for (Json& row : answer["rows"]) {
    for (Json& value : row) {
      if (value.is_array() && value[0] == "t") {
        value[1] = without_passwords(value[1].get<std::string>());
      }
    }
  }
  return answer;
}

Json plan_json(backend::ReadOnlyConnection& database, const std::string& sql,
               const QueryLimits& limits) {
  const std::string query = without_semicolon(sql);
  if (const auto refusal = backend::query_refusal(database.connection().dialect().kind(), query)) {
    throw Error(ErrorCode::refused, refusal->reason).hint(refusal->hint);
  }
  const std::string first = text::lower(query.substr(0, query.find_first_of(" \t\r\n(")));
  if (first == "explain" || first == "show" || first == "pragma" || first == "desc" ||
      first == "describe") {
    throw Error(ErrorCode::invalid,
                fmt::format("{} does not have a query plan", text::upper(first)))
        .hint("explain a SELECT");
  }
  const bool is_mariadb = database.connection().dialect().kind() == DialectKind::mariadb;
  if (is_mariadb) return run_query(database, "EXPLAIN " + query, limits);
  Json answer = run_query(database, "EXPLAIN QUERY PLAN " + query, limits);
  // id, parent, notused, detail: a tree, whose depth is worked out here.
  std::map<std::string, int> depths;
  Json rows = Json::array();
  Json indents = Json::array();
  for (const Json& row : answer["rows"]) {
    const auto parent = depths.find(row[1][1].get<std::string>());
    const int depth = parent == depths.end() ? 0 : parent->second + 1;
    depths[row[0][1].get<std::string>()] = depth;
    rows.push_back(Json::array({row[3]}));
    indents.push_back(depth);
  }
  answer["columns"] = Json::array({"step"});
  answer["rows"] = std::move(rows);
  answer["depths"] = std::move(indents);
  return answer;
}

std::string file_of(backend::ReadOnlyConnection& database, const std::string& sql,
                    const std::vector<backend::Cell>& values, const std::string& format,
                    const QueryLimits& limits, bool& is_cut) {
  if (format != "csv" && format != "json") {
    throw Error(ErrorCode::usage, fmt::format("unknown format '{}'", format))
        .hint("it can be csv or json");
  }
  const EndOfReading end(database);
  const std::string query = without_semicolon(sql);
  const auto source = database.read(query, values, limits.time, limits.rows + 1);
  const std::vector<std::string> columns = source->columns();
  std::string out;
  std::size_t rows = 0;
  std::vector<backend::Cell> cells;
  const auto is_full = [&] {
    is_cut = rows == limits.rows || out.size() > limits.bytes;
    return is_cut;
  };
  if (format == "csv") {
    const auto writer = transfer::row_writer("csv", {"", columns}, database.connection().dialect());
    writer->begin(out);
    for (; source->next(cells) && !is_full(); ++rows) writer->add(cells, out);
    writer->end(out);
    return out;
  }
  out = "[";
  for (; source->next(cells) && !is_full(); ++rows) {
    Json object = Json::object();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      std::string name = columns[i];
      // Two columns of one name are two members.
      for (int n = 2; object.contains(name); ++n) name = fmt::format("{}_{}", columns[i], n);
      object[name] = plain_json(cells[i]);
    }
    out += rows == 0 ? "\n" : ",\n";
    out += object.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return out + "\n]\n";
}

}  // namespace dbmig::serve
