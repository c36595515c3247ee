#include "backend/read_only.hpp"

#include "backend/mariadb/read_only.hpp"
#include "backend/sqlite/read_only.hpp"

namespace dbmig::backend {

std::unique_ptr<ReadOnlyConnection> connect_read_only(const Url& url) {
  if (url.dialect == DialectKind::mariadb) return mariadb::connect_read_only(url);
  return sqlite::connect_read_only(url);
}

std::optional<dialect::SqlRefusal> query_refusal(DialectKind kind, std::string_view sql) {
  if (sql.find('\0') != std::string_view::npos) {
    return dialect::SqlRefusal{"the SQL contains a zero byte", "remove it"};
  }
  const std::size_t statements = dialect::dialect(kind).split_statements(sql).size();
  if (statements == 0) return dialect::SqlRefusal{"the SQL is empty", "write a SELECT"};
  if (statements > 1) {
    return dialect::SqlRefusal{"the SQL has more than one statement", "run them one at a time"};
  }
  return kind == DialectKind::mariadb ? mariadb::query_refusal(sql) : sqlite::query_refusal(sql);
}

}  // namespace dbmig::backend
