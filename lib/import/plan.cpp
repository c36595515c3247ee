#include "import/plan.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/shell_word.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/row_storage.hpp"
#include "import/column_finder.hpp"
#include "import/renamed_header.hpp"
#include "import/shown.hpp"

namespace dbmig::import {
namespace {

using schema::Column;
using schema::Table;

constexpr std::string_view kLeftOut = "-";

/// `name` as --map takes it.
std::string escaped_for_map(const std::string& name) {
  std::string out;
  for (const char c : name) out += c == '=' ? std::string("\\=") : std::string(1, c);
  return out;
}

bool is_reject_column(std::string_view name) {
  return name == kRejectFile || name == kRejectLine || name == kRejectReason;
}

/// The names, up to a limit that people still read.
std::string listed(std::vector<std::string> names) {
  constexpr std::size_t kMaxShown = 30;
  const std::size_t more = names.size() > kMaxShown ? names.size() - kMaxShown : 0;
  if (more != 0) names.resize(kMaxShown);
  return text::join(names, ", ") + (more != 0 ? fmt::format(" and {} more", more) : "");
}

/// Errors by kind: the first ten of each, and the number of others.
class Mistakes {
 public:
  enum class Kind : std::uint8_t { unnamed, unknown, twice, generated, missing };

  /// `make` returns the message and the hint.
  template <class Make>
  void add(Kind kind, const SourcePosition& where, Make make) {
    Count& count = counts_[kind];
    count.where = where;
    if (++count.found > kMaxShown) return;
    const auto [message, hint] = make();
    list_.add(where, message, hint);
  }

  void throw_if_any() {
    for (const auto& [kind, count] : counts_) {
      if (count.found <= kMaxShown) continue;
      list_.add(count.where, fmt::format("and {} {}", count.found - kMaxShown, what(kind)));
    }
    list_.throw_if_any();
  }

 private:
  static constexpr std::size_t kMaxShown = 10;
  struct Count {
    std::size_t found = 0;
    SourcePosition where;
  };
  static const char* what(Kind kind) {
    switch (kind) {
      case Kind::unnamed:
        return "more fields without a name";
      case Kind::unknown:
        return "more fields that match no column";
      case Kind::twice:
        return "more columns that are named twice";
      case Kind::generated:
        return "more generated columns";
      case Kind::missing:
        return "more columns that need a value";
    }
    return "more";
  }

  std::map<Kind, Count> counts_;
  Diagnostics list_;
};

class Mapper {
 public:
  Mapper(const Table& table, DialectKind dialect, const ColumnRequest& request)
      : table_(table), finder_(table), request_(request) {
    if (request.columns.empty() && request.header) {
      names_ = renamed_header(*request.header, request.map, where());
    }
    plan_.table = table.name;
    plan_.dialect = dialect;
  }

  Plan map() {
    if (!request_.columns.empty()) {
      map_names(request_.columns, {});
    } else if (request_.header) {
      refuse_foreign_header();
      map_names(names_, where());
    } else {
      for (const Column& column : table_.columns) {
        if (!column.generated && !column.mariadb.invisible) add(column);
      }
    }
    add_constants();
    require_columns();
    mistakes_.throw_if_any();
    if (plan_.columns.empty()) {
      throw Error(ErrorCode::invalid, "no field of the file matches a column");
    }
    return std::move(plan_);
  }

 private:
  SourcePosition where() const {
    return {request_.file, static_cast<int>(request_.header_line), 0};
  }

  void add_constants() {
    for (const auto& [name, value] : request_.set) {
      const Column* column = finder_.find(name);
      if (column == nullptr) {
        throw Error(ErrorCode::usage, fmt::format("--set names '{}', which is not a column of '{}'",
                                                  name, table_.name))
            .hint(text::suggest(name, table_.column_names()));
      }
      if (column->generated) {
        throw Error(ErrorCode::usage,
                    fmt::format("--set names '{}', which the database computes", column->name))
            .hint("leave it out");
      }
      const auto same = [&](const TargetColumn& one) { return one.name == column->name; };
      const auto of_set = plan_.columns.end() - static_cast<std::ptrdiff_t>(plan_.constants.size());
      if (std::any_of(of_set, plan_.columns.end(), same)) {
        throw Error(ErrorCode::usage, fmt::format("--set names '{}' twice", column->name))
            .hint("give each column one value");
      }
      if (!taken_.insert(column).second) {
        throw Error(
            ErrorCode::usage,
            fmt::format("column '{}' has a value in the file and one from --set", column->name))
            .hint(request_.columns.empty()
                      ? fmt::format("--map '{}=-' leaves the field out",
                                    escaped_for_map(name_in_file(column->name)))
                      : "put '-' into its place in --columns");
      }
      plan_.columns.push_back(target(*column));
      plan_.constants.push_back(value);
    }
  }

  /// What the header calls a column.
  std::string name_in_file(const std::string& column) const {
    if (!request_.header) return column;
    for (const std::string& name : *request_.header) {
      const Column* const found = finder_.find(name);
      if (found != nullptr && found->name == column) return name;
    }
    return column;
  }

  void refuse_foreign_header() const {
    const auto known = [this](const std::string& name) { return finder_.find(name) != nullptr; };
    if (std::any_of(names_.begin(), names_.end(), known)) return;
    const std::string columns =
        fmt::format("use --columns when the file has no header; the columns are {}",
                    listed(table_.column_names()));
    throw Error(ErrorCode::invalid,
                fmt::format("the first line, {}, does not name any column of '{}'",
                            shown(text::join(*request_.header, ",")), table_.name))
        .at(where())
        .hint(request_.guess.empty() ? columns : fmt::format("{}; {}", request_.guess, columns));
  }

  void map_names(const std::vector<std::string>& names, const SourcePosition& where) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string& name = names[i];
      if (name == kLeftOut) {
        plan_.targets.push_back(Plan::kSkipped);
        continue;
      }
      const Column* column = finder_.find(name);
      if (column == nullptr) {
        plan_.targets.push_back(Plan::kSkipped);
        const bool left_out = request_.ignore_unknown && request_.columns.empty();
        if (!left_out && !is_reject_column(text::trim(name))) report_unknown(name, i, where);
        continue;
      }
      if (column->generated) {
        mistakes_.add(Mistakes::Kind::generated, where, [&] {
          return std::pair(fmt::format("column '{}' of '{}' is generated: the database computes it",
                                       column->name, table_.name),
                           left_out(name));
        });
      }
      if (taken_.contains(column)) report_repeated(*column, name, where);
      add(*column);
    }
  }

  void report_repeated(const Column& column, const std::string& name, const SourcePosition& where) {
    mistakes_.add(Mistakes::Kind::twice, where, [&] {
      const bool has_header = request_.header && request_.columns.empty();
      return std::pair(fmt::format("column '{}' is named twice{}", column.name,
                                   text::trim(name) == column.name
                                       ? ""
                                       : fmt::format(", the second time as {}", shown(name))),
                       fmt::format("name each column once; {}'-' in --columns leaves a field out",
                                   has_header ? "--header --columns A,B,C names those of all "
                                                "fields, and "
                                              : ""));
    });
  }

  /// What is typed to leave the fields without a name out.
  std::string without_unnamed() const {
    const auto is_unnamed = [](const std::string& name) { return text::trim(name).empty(); };
    if (std::count_if(names_.begin(), names_.end(), is_unnamed) == 1) return "--map '=-'";
    constexpr std::size_t kMaxTyped = 30;
    if (names_.size() > kMaxTyped) return "--header --columns A,B,C, where - leaves a field out";
    std::vector<std::string> columns;
    for (const std::string& name : names_) {
      columns.emplace_back(is_unnamed(name) ? kLeftOut : text::trim(name));
    }
    return "--header --columns " + shell_word(text::join(columns, ","));
  }

  void report_unknown(const std::string& name, std::size_t field, const SourcePosition& where) {
    if (text::trim(name).empty()) {
      mistakes_.add(Mistakes::Kind::unnamed, where, [&] {
        return std::pair(fmt::format("field {} has no name", field + 1),
                         request_.columns.empty()
                             ? fmt::format("name it, or leave it out with {}", without_unnamed())
                             : "name it; '-' leaves a field out");
      });
      return;
    }
    mistakes_.add(Mistakes::Kind::unknown, where, [&] {
      const auto near = text::closest(name, table_.column_names());
      return std::pair(
          fmt::format("table '{}' has no column {}", table_.name, shown(name)),
          (near ? fmt::format("did you mean '{}'?", *near)
                : "known: " + listed(table_.column_names())) +
              (request_.columns.empty() ? "; --ignore-unknown ignores such fields" : ""));
    });
  }

  /// How to leave the field `name` out.
  std::string left_out(const std::string& name) const {
    if (!request_.columns.empty()) return "leave it out: put '-' in its place in --columns";
    return fmt::format("--map '{}=-' leaves the field out", escaped_for_map(name));
  }

  void add(const Column& column) {
    taken_.insert(&column);
    plan_.targets.push_back(static_cast<std::int32_t>(plan_.columns.size()));
    plan_.columns.push_back(target(column));
  }

  TargetColumn target(const Column& column) const {
    TargetColumn target = target_column(table_, column, plan_.dialect);
    target.fills_null = target.fills_null || request_.is_filled_by_trigger;
    return target;
  }

  void require_columns() {
    for (const Column& column : table_.columns) {
      const bool given = taken_.contains(&column);
      const TargetColumn wanted = target_column(table_, column, plan_.dialect);
      if (given || wanted.nullable || wanted.fills_null || column.default_value ||
          column.generated) {
        continue;
      }
      if (request_.is_filled_by_trigger && request_.fills_missing) {
        // In strict mode, the server wants a value to be named, even if a trigger sets another.
        plan_.columns.push_back(target(column));
        plan_.constants.emplace_back();
        continue;
      }
      const bool by_header = request_.header && request_.columns.empty();
      mistakes_.add(
          Mistakes::Kind::missing, by_header ? where() : SourcePosition{request_.file, 0, 0}, [&] {
            return std::pair(
                fmt::format(
                    "column '{}' of '{}' needs a value in every row, and the file does not have it",
                    column.name, table_.name),
                fmt::format("add it to the file, give the column a default, or add --set {}=VALUE",
                            column.name));
          });
    }
  }

  const Table& table_;
  ColumnFinder finder_;
  const ColumnRequest& request_;
  std::vector<std::string> names_;  ///< of the header, after --map
  std::set<const Column*> taken_;   ///< those in plan_.columns
  Plan plan_;
  Mistakes mistakes_;
};

}  // namespace

std::vector<std::string> Plan::column_names() const {
  std::vector<std::string> names;
  for (const TargetColumn& column : columns) names.push_back(column.name);
  return names;
}

TargetColumn target_column(const Table& table, const Column& column, DialectKind dialect) {
  TargetColumn target;
  target.name = column.name;
  // SQLite allows NULL in keys of old tables, see schema::SqliteColumn.
  target.nullable = dialect == DialectKind::sqlite
                        ? column.nullable || column.sqlite.null_key
                        : column.nullable && !table.in_primary_key(column.name);
  // NULL gets the next number.
  target.fills_null = column.autoincrement || dialect::is_rowid(dialect, table, column);
  target.type = column.type_on(dialect);
  if (dialect::capabilities(dialect).flexible_typing) {
    // That of numbers and dates does not matter, nor does it outlast another type.
    const schema::TypeKind kind = target.type.kind;
    const bool takes_texts = column.sqlite.type || schema::is_text(kind) ||
                             schema::is_geometry(kind) || kind == schema::TypeKind::native ||
                             kind == schema::TypeKind::json || kind == schema::TypeKind::enum_ ||
                             kind == schema::TypeKind::set;
    target.numeric_affinity =
        takes_texts && !table.sqlite.strict && dialect::is_numeric(dialect::affinity(column));
    // A type that only SQLite knows, besides the portable one: the portable type determines the
    // checks, SQLite's affinity for the native one determines the storage.
    if (column.sqlite.type && column.type.kind != schema::TypeKind::native) {
      target.type = column.type;
    }
  }
  return target;
}

const Column* find_column(const Table& table, std::string_view name) {
  return ColumnFinder(table).find(name);
}

Plan map_columns(const Table& table, DialectKind dialect, const ColumnRequest& request) {
  return Mapper(table, dialect, request).map();
}

}  // namespace dbmig::import
