#include <algorithm>

#include "base/identifier.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/query.hpp"

namespace dbmig::dialect::mariadb {
namespace {

/// A table, query or common table that names may belong to.
struct Source {
  std::string alias;
  std::optional<std::vector<std::string>> columns;  ///< nothing: not known
};

struct Scope {
  const Scope* outer = nullptr;
  std::vector<Source> sources;
  const std::vector<SelectItem>* items = nullptr;
};

/// Common tables in force, the innermost last.
using CommonTables = std::vector<Source>;

bool same(std::string_view a, std::string_view b) {
  return same_identifier(a, b);
}

const std::string* find_column(const Source& source, std::string_view column) {
  if (!source.columns) return nullptr;
  for (const std::string& known : *source.columns) {
    if (same(known, column)) return &known;
  }
  return nullptr;
}

class Printer {
 public:
  Printer(const schema::Schema& schema, CommonTables common)
      : schema_(schema), common_(std::move(common)) {}

  /// `aliased`: the names of its columns are seen from outside.
  std::string query(const Query& query, const Scope* outer, bool aliased,
                    const std::vector<std::string>& columns = {}) {
    const std::size_t common = common_.size();
    std::string out = with(query, outer);
    // The first part, so that ORDER BY can see its aliases and tables.
    Scope scope;
    scope.outer = outer;
    for (std::size_t i = 0; i < query.parts.size(); ++i) {
      const QueryPart& part = query.parts[i];
      if (i > 0) out += ' ' + part.operation + ' ';
      if (part.nested != nullptr) {
        out += '(' + this->query(*part.nested, outer, aliased) + ')';
        continue;
      }
      Select select = part.select;
      if (i == 0) name_columns(select, columns);
      Scope own;
      own.outer = outer;
      collect(select.from.get(), own.sources);
      expand_stars(select, own);
      own.items = &select.items;
      if (query.parts.size() == 1) {
        out += print_select(select, own, aliased) + print_order(query, own);
      } else {
        out += print_select(select, own, aliased);
      }
    }
    if (query.parts.size() > 1 || query.parts.front().nested != nullptr) {
      out += print_order(query, scope);
    }
    if (!query.limit.empty()) out += " limit " + query.limit;
    if (!query.offset.empty()) out += " offset " + query.offset;
    common_.resize(common);
    return out;
  }

 private:
  std::string with(const Query& query, const Scope* outer) {
    if (query.with.empty()) return {};
    std::string out = query.recursive ? "with recursive " : "with ";
    for (std::size_t i = 0; i < query.with.size(); ++i) {
      const CommonTable& table = query.with[i];
      Source source{table.name, output_columns(*table.query)};
      if (!table.columns.empty()) source.columns = table.columns;
      if (query.recursive) common_.push_back(source);
      std::string names;
      for (const std::string& column : table.columns) {
        names += (names.empty() ? "" : ", ") + readable_name(column);
      }
      out += (i > 0 ? ", " : "") + readable_name(table.name) +
             (names.empty() ? "" : " (" + names + ')') + " as (" +
             this->query(*table.query, outer, true) + ')';
      if (!query.recursive) common_.push_back(source);
    }
    return out + ' ';
  }

  /// The names of a query's columns, as far as they can be told without a scope.
  std::optional<std::vector<std::string>> output_columns(const Query& query) const {
    const QueryPart& first = query.parts.front();
    if (first.nested != nullptr) return output_columns(*first.nested);
    Select select = first.select;
    Scope scope;
    collect(select.from.get(), scope.sources);
    expand_stars(select, scope);
    std::vector<std::string> names;
    for (const SelectItem& item : select.items) {
      if (item.star) return std::nullopt;
      names.push_back(item.alias.empty() ? item.expression.parts.back() : item.alias);
    }
    return names;
  }

  static void name_columns(Select& select, const std::vector<std::string>& columns) {
    for (std::size_t i = 0; i < select.items.size() && i < columns.size(); ++i) {
      if (select.items[i].star) throw NotUnderstood{};
      select.items[i].alias = columns[i];
    }
  }

  void collect(const TableReference* reference, std::vector<Source>& sources) const {
    if (reference == nullptr) return;
    if (reference->left != nullptr) {
      collect(reference->left.get(), sources);
      collect(reference->right.get(), sources);
      return;
    }
    Source source{reference->alias, std::nullopt};
    if (reference->query != nullptr) {
      source.columns = output_columns(*reference->query);
    } else {
      source.columns = columns_of(reference->table);
    }
    sources.push_back(std::move(source));
  }

  std::optional<std::vector<std::string>> columns_of(const std::string& table) const {
    for (std::size_t i = common_.size(); i-- > 0;) {
      if (same(common_[i].alias, table)) return common_[i].columns;
    }
    const schema::Table* found = schema_.find_table(table);
    return found == nullptr ? std::nullopt : std::optional(found->column_names());
  }

  static void expand_stars(Select& select, const Scope& scope) {
    std::vector<SelectItem> items;
    for (SelectItem& item : select.items) {
      if (!item.star) {
        items.push_back(std::move(item));
        continue;
      }
      for (const Source& source : scope.sources) {
        if (!item.qualifier.empty() && !same(item.qualifier, source.alias)) continue;
        if (!source.columns) {
          SelectItem star = item;
          star.qualifier = source.alias;
          items.push_back(std::move(star));
          continue;
        }
        for (const std::string& column : *source.columns) {
          SelectItem expanded;
          expanded.expression.kind = NodeKind::name;
          expanded.expression.parts = {source.alias, column};
          items.push_back(std::move(expanded));
        }
      }
    }
    select.items = std::move(items);
  }

  /// One part of a name for a column of the only table around, else `alias.column`.
  static void resolve_name(Node& name, const Scope& scope) {
    const std::string column = name.parts.back();
    const std::string qualifier =
        name.parts.size() > 1 ? name.parts[name.parts.size() - 2] : std::string();
    for (const Scope* at = &scope; at != nullptr; at = at->outer) {
      for (const Source& source : at->sources) {
        const std::string* known = find_column(source, column);
        const bool mine = qualifier.empty() ? known != nullptr : same(source.alias, qualifier);
        if (!mine) continue;
        const std::string& spelled = known == nullptr ? column : *known;
        const bool bare = at == &scope && at->sources.size() == 1;
        name.parts = bare ? std::vector{spelled} : std::vector{source.alias, spelled};
        return;
      }
    }
    if (!qualifier.empty()) name.parts = {qualifier, column};
  }

  void resolve(Node& node, const Scope& scope) {
    if (node.kind == NodeKind::name) resolve_name(node, scope);
    for (Node& arg : node.args) resolve(arg, scope);
    if (node.kind != NodeKind::subquery || node.query == nullptr) return;
    Query inner = *node.query;
    if (node.text == "exists") forget_items(inner);
    node.text += (node.text.empty() || node.text == "exists" ? "(" : " (") +
                 query(inner, &scope, false) + ')';
    node.query.reset();
  }

  /// What EXISTS selects does not matter; the server writes `select 1 … limit 1`.
  static void forget_items(Query& query) {
    if (query.parts.size() != 1 || query.parts.front().nested != nullptr) return;
    SelectItem one;
    one.expression = raw("1");
    query.parts.front().select.items = {one};
    query.order.clear();
    if (query.limit == "1") query.limit.clear();
  }

  /// ORDER BY, GROUP BY and HAVING may use an alias; the server puts the expression there.
  static void unalias(Node& node, const Scope& scope) {
    if (node.kind == NodeKind::name && node.parts.size() == 1 && scope.items != nullptr) {
      for (const SelectItem& item : *scope.items) {
        if (!item.star && same(item.alias, node.parts.front())) {
          node = item.expression;
          return;
        }
      }
    }
    for (Node& arg : node.args) unalias(arg, scope);
  }

  std::string print_resolved(Node node, const Scope& scope) {
    resolve(node, scope);
    return print(node);
  }

  std::string print_select(const Select& select, const Scope& scope, bool aliased) {
    std::string out = select.distinct ? "select distinct " : "select ";
    for (std::size_t i = 0; i < select.items.size(); ++i) {
      out += (i > 0 ? ", " : "") + print_item(select.items[i], scope, aliased);
    }
    if (select.from != nullptr) out += " from " + print_reference(*select.from, scope);
    if (select.where) out += " where " + print_resolved(*select.where, scope);
    for (std::size_t i = 0; i < select.group.size(); ++i) {
      Node part = select.group[i];
      unalias(part, scope);
      out += (i > 0 ? ", " : " group by ") + print_resolved(part, scope);
    }
    if (select.rollup) out += " with rollup";
    if (select.having) {
      Node having = *select.having;
      unalias(having, scope);
      out += " having " + print_resolved(having, scope);
    }
    return out;
  }

  std::string print_item(const SelectItem& item, const Scope& scope, bool aliased) {
    if (item.star) {
      return item.qualifier.empty() || scope.sources.size() == 1
                 ? "*"
                 : readable_name(item.qualifier) + ".*";
    }
    const std::string text = print_resolved(item.expression, scope);
    if (!aliased || item.alias.empty()) return text;
    const Node& node = item.expression;
    if (node.kind == NodeKind::name && node.parts.back() == item.alias) return text;
    return text + " as " + readable_name(item.alias);
  }

  std::string print_order(const Query& query, const Scope& scope) {
    std::string out;
    for (Node part : query.order) {
      unalias(part, scope);
      out += (out.empty() ? " order by " : ", ") + print_resolved(std::move(part), scope);
    }
    return out;
  }

  std::string print_reference(const TableReference& reference, const Scope& scope) {
    if (reference.left == nullptr) {
      const std::string alias = readable_name(reference.alias);
      if (reference.query != nullptr) {
        return '(' + query(*reference.query, scope.outer, true) + ") " + alias;
      }
      return readable_name(reference.table) +
             (same(reference.table, reference.alias) ? "" : ' ' + alias);
    }
    std::string right = print_reference(*reference.right, scope);
    if (reference.right->left != nullptr) right = '(' + right + ')';
    std::string out = print_reference(*reference.left, scope) +
                      (reference.outer ? " left join " : " join ") + right;
    if (reference.on) out += " on " + print_resolved(*reference.on, scope);
    if (!reference.using_columns.empty()) out += " on " + using_condition(reference, scope);
    return out;
  }

  /// USING (a, b) as the server writes it: x.a = y.a and x.b = y.b.
  std::string using_condition(const TableReference& reference, const Scope& scope) {
    std::vector<Source> left;
    std::vector<Source> right;
    collect(reference.left.get(), left);
    collect(reference.right.get(), right);
    const auto side = [](const std::vector<Source>& sources, const std::string& column) {
      for (const Source& source : sources) {
        if (sources.size() == 1 || find_column(source, column) != nullptr) {
          Node name{.kind = NodeKind::name};
          name.parts = {source.alias, column};
          return name;
        }
      }
      throw NotUnderstood{};
    };
    std::string out;
    for (const std::string& column : reference.using_columns) {
      out += (out.empty() ? "" : " and ") +
             print_resolved(binary("=", side(left, column), side(right, column)), scope);
    }
    return out;
  }

  const schema::Schema& schema_;
  CommonTables common_;
};

}  // namespace

std::string print_query(const Query& query, const schema::Schema& schema,
                        const std::vector<std::string>& columns) {
  return Printer(schema, {}).query(query, nullptr, true, columns);
}

}  // namespace dbmig::dialect::mariadb
