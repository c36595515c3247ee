#include "backend/sqlite/names_at_start.hpp"

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "dialect/sqlite/token.hpp"

namespace dbmig::backend::sqlite {
namespace {

using dialect::sqlite::Token;

/// No name of the start has an upper-case letter of ASCII.
constexpr const char* kNew = "NEW ";

template <class Names>
void move_name(Names& names, const std::string& from, const std::string& to) {
  auto entry = names.extract(text::lower(from));
  if (entry.empty()) return;
  entry.key() = text::lower(to);
  names.erase(entry.key());
  names.insert(std::move(entry));
}

template <class Names>
bool has_value(const Names& names, const std::string& value) {
  return std::any_of(names.begin(), names.end(),
                     [&](const auto& entry) { return entry.second == value; });
}

}  // namespace

void NamesAtStart::add(const std::string& table, const std::vector<std::string>& columns) {
  const std::string name = text::lower(table);
  tables_[name] = name;
  for (const std::string& column : columns)
    columns_[name][text::lower(column)] = text::lower(column);
}

std::string NamesAtStart::table(const std::string& now) const {
  const auto found = tables_.find(text::lower(now));
  return found == tables_.end() ? kNew + text::lower(now) : found->second;
}

std::string NamesAtStart::column(const std::string& table, const std::string& now) const {
  const auto columns = columns_.find(this->table(table));
  if (columns == columns_.end()) return kNew + text::lower(now);
  const auto found = columns->second.find(text::lower(now));
  return found == columns->second.end() ? kNew + text::lower(now) : found->second;
}

std::optional<std::vector<std::string>> NamesAtStart::columns_now(
    const std::string& table, const std::vector<std::string>& at_start) const {
  const auto columns = columns_.find(this->table(table));
  if (columns == columns_.end()) return std::nullopt;
  std::vector<std::string> out;
  for (const std::string& wanted : at_start) {
    const auto found =
        std::find_if(columns->second.begin(), columns->second.end(),
                     [&](const auto& entry) { return entry.second == text::lower(wanted); });
    if (found == columns->second.end()) return std::nullopt;
    out.push_back(found->first);
  }
  return out;
}

void NamesAtStart::create(const std::string& table) {
  tables_[text::lower(table)] = kNew + text::lower(table);
  columns_.erase(kNew + text::lower(table));
}

void NamesAtStart::rename(const std::string& from, const std::string& to) {
  move_name(tables_, from, to);
}

void NamesAtStart::rename_column(const std::string& table, const std::string& from,
                                 const std::string& to) {
  move_name(columns_[this->table(table)], from, to);
}

void NamesAtStart::follow(const ops::Operation& operation) {
  std::visit(
      overloaded{
          [&](const ops::CreateTable& op) { create(op.table.name); },
          [&](const ops::DropTable& op) { tables_.erase(text::lower(op.name)); },
          [&](const ops::RenameTable& op) { rename(op.name, op.to); },
          [&](const ops::AlterColumn& op) {
            if (op.rename) rename_column(op.table, op.name, *op.rename);
          },
          [&](const ops::DropColumn& op) { columns_[table(op.table)].erase(text::lower(op.name)); },
          [&](const ops::Execute& op) {
            const dialect::Dialect& sqlite = dialect::dialect(DialectKind::sqlite);
            for (const std::string& sql :
                 sqlite.split_statements(op.sql.for_dialect(DialectKind::sqlite))) {
              follow_sql(sql);
            }
          },
          [](const auto&) {},
      },
      operation);
}

/// ALTER TABLE x RENAME TO y, RENAME [COLUMN] a TO b, DROP [COLUMN] a; DROP TABLE x; CREATE TABLE x
void NamesAtStart::follow_sql(std::string_view statement) {
  const std::vector<Token> tokens = dialect::sqlite::tokenize(statement);
  std::size_t at = 0;
  const auto is = [&](std::string_view word) {
    return at < tokens.size() && tokens[at].is_word(word);
  };
  const auto value = [&]() { return at < tokens.size() ? tokens[at++].value() : std::string(); };
  const bool alters = is("ALTER");
  const bool drops = is("DROP");
  if (!alters && !drops && !is("CREATE")) return;
  ++at;
  if (is("TEMP") || is("TEMPORARY") || !is("TABLE")) return;
  ++at;
  while (is("IF") || is("NOT") || is("EXISTS")) ++at;
  if (at + 1 < tokens.size() && tokens[at + 1].is_symbol('.')) at += 2;
  const std::string table = value();
  if (drops) {
    tables_.erase(text::lower(table));
  } else if (!alters) {
    // IF NOT EXISTS
    if (tables_.count(text::lower(table)) == 0) create(table);
  } else if (is("RENAME")) {
    ++at;
    if (is("TO")) {
      ++at;
      return rename(table, value());
    }
    if (is("COLUMN")) ++at;
    const std::string from = value();
    ++at;
    rename_column(table, from, value());
  } else if (is("DROP")) {
    ++at;
    if (is("COLUMN")) ++at;
    columns_[this->table(table)].erase(text::lower(value()));
  }
}

void NamesAtStart::resolve(
    const std::vector<std::string>& tables,
    const std::function<std::vector<std::string>(const std::string&)>& columns) {
  std::set<std::string> there;
  for (const std::string& name : tables) there.insert(text::lower(name));
  std::erase_if(tables_, [&](const auto& entry) { return there.count(entry.first) == 0; });
  for (const std::string& name : there) {
    const bool was_there = columns_.count(name) != 0;
    if (was_there && table(name).starts_with(kNew) && !has_value(tables_, name)) {
      tables_[name] = name;
    }
  }
  for (const std::string& name : there) {
    const auto known = columns_.find(table(name));
    if (known == columns_.end() || table(name).starts_with(kNew)) continue;
    Names& names = known->second;
    std::set<std::string> now;
    for (const std::string& column : columns(name)) now.insert(text::lower(column));
    std::erase_if(names, [&](const auto& entry) { return now.count(entry.first) == 0; });
    for (const std::string& column : now) {
      if (names.count(column) == 0 && !has_value(names, column)) names[column] = column;
    }
  }
}

}  // namespace dbmig::backend::sqlite
