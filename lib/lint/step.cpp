#include "lint/step.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "ops/sql_references.hpp"

namespace dbmig::lint {

/// What each operation changes about it.
struct RevisionSoFar::Follower {
  RevisionSoFar& past;
  const Scripts& scripts;
  const schema::Schema& before;
  bool declared;

  void operator()(const ops::CreateTable& create) const {
    past.tables_.insert(create.table.name);
    if (declared) past.filled_.insert(create.table.name);
  }

  void operator()(const ops::DropTable& drop) const {
    past.tables_.erase(drop.name);
    past.filled_.erase(drop.name);
  }

  void operator()(const ops::RenameTable& rename) const {
    if (past.tables_.erase(rename.name) != 0) past.tables_.insert(rename.to);
    if (past.filled_.erase(rename.name) != 0) past.filled_.insert(rename.to);
    std::set<std::pair<std::string, std::string>> columns;
    for (const auto& [table, column] : past.columns_) {
      columns.emplace(table == rename.name ? rename.to : table, column);
    }
    past.columns_ = std::move(columns);
    for (auto& [table, constraint] : past.dropped_) {
      if (table == rename.name) table = rename.to;
    }
  }

  void operator()(const ops::AddColumn& add) const {
    past.columns_.emplace(add.table, add.column.name);
  }

  void operator()(const ops::DropColumn& drop) const {
    past.columns_.erase({drop.table, drop.name});
  }

  void operator()(const ops::AlterColumn& alter) const {
    if (alter.rename && past.columns_.erase({alter.table, alter.name}) != 0) {
      past.columns_.emplace(alter.table, *alter.rename);
    }
  }

  void operator()(const ops::DropConstraint& drop) const {
    const schema::Table* table = before.find_table(drop.table);
    if (table == nullptr) return;
    const auto keep = [&](const auto* constraint) {
      if (constraint != nullptr) past.dropped_.emplace_back(drop.table, *constraint);
    };
    switch (drop.kind) {
      case ops::ConstraintKind::primary_key:
        return keep(table->primary_key ? &*table->primary_key : nullptr);
      case ops::ConstraintKind::unique:
        return keep(table->find_unique(drop.name));
      case ops::ConstraintKind::foreign_key:
        return keep(table->find_foreign_key(drop.name));
      case ops::ConstraintKind::check:
        return keep(table->find_check(drop.name));
    }
  }

  void operator()(const ops::DropIndex& drop) const {
    const schema::Table* table = before.find_table(drop.table);
    const schema::Index* index = table == nullptr ? nullptr : table->find_index(drop.name);
    if (index == nullptr || !index->unique || !index->where.empty()) return;
    schema::Unique unique;
    for (const schema::IndexPart& part : index->parts) {
      if (part.column.empty() || part.length != 0) return;
      unique.columns.push_back(part.column);
    }
    past.dropped_.emplace_back(drop.table, std::move(unique));
  }

  void operator()(const ops::DropView& drop) const {
    const auto view = before.views.find(drop.name);
    if (view != before.views.end()) past.dropped_views_.insert(*view);
  }

  void operator()(const ops::CreateView& create) const {
    past.dropped_views_.erase(create.view.name);
  }

  void operator()(const ops::BulkInsert& insert) const {
    if (!insert.rows.empty()) past.filled_.insert(insert.table);
  }

  void operator()(const ops::Execute& execute) const {
    if (execute.sql.empty()) return;
    past.sql_.push_back(execute.sql);
    for (const std::string& table : past.tables_) {
      if (ops::may_mention(execute.sql, table)) past.filled_.insert(table);
    }
    for (const DialectKind kind : {DialectKind::sqlite, DialectKind::mariadb}) {
      for (const SqlStatement& statement : scripts.on(kind)) {
        if (const auto name = statement.created_table()) {
          past.sql_tables_.insert(text::lower(*name));
        }
      }
    }
  }

  template <class Operation>
  void operator()(const Operation&) const {}
};

void RevisionSoFar::follow(const ops::Operation& operation, const Scripts& scripts,
                           const schema::Schema& before, bool declared) {
  std::visit(Follower{*this, scripts, before, declared}, operation);
}

bool RevisionSoFar::is_empty(std::string_view table) const {
  return made(table) && filled_.count(table) == 0;
}

bool RevisionSoFar::made(const std::string& table, const std::string& column) const {
  return made(table) || columns_.count({table, column}) != 0;
}

bool RevisionSoFar::tended(const std::string& table,
                           const std::vector<std::string>& columns) const {
  return std::any_of(sql_.begin(), sql_.end(), [&](const schema::SqlText& sql) {
    if (!ops::may_mention(sql, table)) return false;
    return columns.empty() || std::any_of(columns.begin(), columns.end(), [&](const auto& column) {
             return ops::may_mention(sql, column);
           });
  });
}

std::vector<schema::Constraint> RevisionSoFar::dropped(const std::string& table) const {
  std::vector<schema::Constraint> list;
  for (const auto& [name, constraint] : dropped_) {
    if (name == table) list.push_back(constraint);
  }
  return list;
}

}  // namespace dbmig::lint
