#include "transfer/copy_transaction.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::transfer {
namespace {

constexpr std::size_t kNamedPlaces = 5;

[[noreturn]] void fail(std::size_t count, const std::string& examples) {
  throw Error(ErrorCode::constraint, fmt::format("{} {} no parent: {}", text::count(count, "row"),
                                                 count == 1 ? "has" : "have", examples))
      .hint("nothing was copied; fix the source's rows, or leave the table out with --exclude");
}

}  // namespace

CopyTransaction::CopyTransaction(backend::Connection& target, bool fire_triggers)
    : target_(target), is_sqlite_(target.dialect().kind() == DialectKind::sqlite) {
  try {
    if (!fire_triggers) target_.fire_triggers(false);
    if (is_sqlite_) {
      target_.begin_migration();
    } else {
      target_.execute("SET SESSION foreign_key_checks = 0");
      target_.begin();
    }
    orphans_ = target_.watch_orphans();
  } catch (...) {
    abandon();
    target_.fire_triggers(true);
    throw;
  }
}

CopyTransaction::~CopyTransaction() {
  if (!done_) abandon();
  target_.fire_triggers(true);
}

void CopyTransaction::check_foreign_keys(const std::vector<TablePair>& pairs) {
  if (orphans_) {
    const auto added = orphans_->added(kNamedPlaces);
    if (added.count != 0) fail(added.count, text::join(added.examples, "; "));
    return;
  }
  for (const TablePair& pair : pairs) {
    for (const schema::ForeignKey& key : pair.target().foreign_keys) check(pair, key);
  }
}

void CopyTransaction::commit() {
  if (is_sqlite_) {
    target_.commit_migration();
  } else {
    target_.commit();
    target_.execute("SET SESSION foreign_key_checks = 1");
  }
  done_ = true;
}

void CopyTransaction::abandon() noexcept {
  if (is_sqlite_) return target_.abort_migration();
  target_.rollback();
  try {
    target_.execute("SET SESSION foreign_key_checks = 1");
  } catch (...) {
    return;  // the connection is lost, and its settings with it
  }
}

void CopyTransaction::check(const TablePair& pair, const schema::ForeignKey& key) {
  const dialect::Dialect& dialect = target_.dialect();
  std::string joined;
  std::string wanted;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    const std::string own = "c." + dialect.quote_identifier(key.columns[i]);
    const std::string other = "p." + dialect.quote_identifier(key.referenced_columns.at(i));
    joined += fmt::format("{}{} = {}", joined.empty() ? "" : " AND ", own, other);
    wanted += fmt::format(" AND {} IS NOT NULL", own);
  }
  const std::string from = fmt::format(
      "FROM {} c LEFT JOIN {} p ON {} WHERE p.{} IS NULL{}", dialect.quote_identifier(pair.name()),
      dialect.quote_identifier(key.referenced_table), joined,
      dialect.quote_identifier(key.referenced_columns.front()), wanted);
  const auto count = target_.query("SELECT count(*) " + from).rows.at(0).at(0).value_or("0");
  if (count == "0") return;
  const auto some = target_.query(
      fmt::format("SELECT c.{} {} LIMIT 3", dialect.quote_identifier(key.columns.front()), from));
  std::string values;
  for (const auto& row : some.rows) {
    values += fmt::format("{}'{}'", values.empty() ? "" : ", ", row[0].value_or("NULL"));
  }
  fail(std::stoull(count), fmt::format("'{}.{}' refers to {} of '{}'", pair.name(),
                                       key.columns.front(), values, key.referenced_table));
}

}  // namespace dbmig::transfer
