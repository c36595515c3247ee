#include <map>

#include "base/text.hpp"
#include "dialect/mariadb/expression_tree.hpp"

namespace dbmig::dialect::mariadb {
namespace {

// Precedence, low binds loosest. Source: https://mariadb.com/kb/en/operator-precedence/
enum Level {
  kOr = 1,
  kXor,
  kAnd,
  kNot,
  kComparison,
  kPredicate,
  kBitOr,
  kBitAnd,
  kShift,
  kAdditive,
  kMultiplicative,
  kPower,
  kUnary,
  kCollate,
  kPrimary,
};

Level binary_level(std::string_view op) {
  static const std::map<std::string_view, Level> levels = {{"xor", kXor},
                                                           {"|", kBitOr},
                                                           {"&", kBitAnd},
                                                           {"<<", kShift},
                                                           {">>", kShift},
                                                           {"+", kAdditive},
                                                           {"-", kAdditive},
                                                           {"*", kMultiplicative},
                                                           {"/", kMultiplicative},
                                                           {"%", kMultiplicative},
                                                           {"div", kMultiplicative},
                                                           {"^", kPower}};
  const auto found = levels.find(op);
  return found == levels.end() ? kComparison : found->second;
}

Level level_of(const Node& node) {
  switch (node.kind) {
    case NodeKind::chain:
      return node.text == "or" ? kOr : kAnd;
    case NodeKind::binary:
      return binary_level(node.text);
    case NodeKind::prefix:
      return node.text == "not" ? kNot : kUnary;
    case NodeKind::is:
      return kComparison;
    case NodeKind::in:
    case NodeKind::between:
    case NodeKind::like:
    case NodeKind::regexp:
      return kPredicate;
    case NodeKind::collate:
      return kCollate;
    case NodeKind::raw:
      return node.text.starts_with('-') ? kUnary : kPrimary;
    case NodeKind::string:
    case NodeKind::name:
    case NodeKind::call:
    case NodeKind::special:
    case NodeKind::interval:
    case NodeKind::case_:
    case NodeKind::row:
    case NodeKind::words:
    case NodeKind::list:
    case NodeKind::subquery:
      break;
  }
  return kPrimary;
}

/// `node` where something of at least `level` must stand.
std::string at_least(const Node& node, int level) {
  std::string out = print(node);
  return level_of(node) >= level ? out : '(' + out + ')';
}

std::string list(const std::vector<Node>& args, std::size_t first) {
  std::string out;
  for (std::size_t i = first; i < args.size(); ++i) {
    if (i > first) out += ", ";
    out += print(args[i]);
  }
  return out;
}

std::string print_name(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += '.';
    out += readable_name(part);
  }
  return out;
}

std::string print_case(const Node& node) {
  std::string out = "case";
  std::size_t i = 0;
  if (node.has_subject) out += ' ' + print(node.args[i++]);
  const std::size_t end = node.args.size() - (node.has_else ? 1 : 0);
  for (; i + 2 <= end; i += 2) {
    out += " when " + print(node.args[i]) + " then " + print(node.args[i + 1]);
  }
  if (node.has_else) out += " else " + print(node.args.back());
  return out + " end";
}

std::string print_call(const Node& node) {
  if (!node.parts.empty()) return print_name(node.parts) + '(' + list(node.args, 0) + ')';
  const bool clock = node.text == "current_timestamp" || node.text == "utc_timestamp";
  if (clock && node.args.empty()) return node.text;
  return node.text + '(' + list(node.args, 0) + ')';
}

std::string print_chain(const Node& node) {
  std::string out;
  for (const Node& arg : node.args) {
    if (!out.empty()) out += ' ' + node.text + ' ';
    out += at_least(arg, level_of(node) + 1);
  }
  return out;
}

std::string joined(const std::vector<Node>& args, std::string_view separator) {
  std::string out;
  for (const Node& arg : args) {
    if (!out.empty()) out += separator;
    out += print(arg);
  }
  return out;
}

std::string print_special(const Node& node) {
  return node.text + '(' + joined(node.args, " ") + ')';
}

}  // namespace

std::string print(const Node& node) {
  const std::string no = node.negated ? " not" : "";
  switch (node.kind) {
    case NodeKind::raw:
      return node.text;
    case NodeKind::words:
      return joined(node.args, " ");
    case NodeKind::list:
      return joined(node.args, ", ");
    case NodeKind::subquery:
      if (node.query != nullptr) throw NotUnderstood{};
      return node.text;
    case NodeKind::string:
      return string_literal(node.text);
    case NodeKind::name:
      return print_name(node.parts);
    case NodeKind::call:
      return print_call(node);
    case NodeKind::special:
      return print_special(node);
    case NodeKind::prefix: {
      const std::string arg = at_least(node.args[0], level_of(node));
      return node.text == "not" ? "not " + arg
                                : node.text + (arg.starts_with('-') ? " " : "") + arg;
    }
    case NodeKind::binary: {
      const Level level = level_of(node);
      return at_least(node.args[0], level) + ' ' + node.text + ' ' +
             at_least(node.args[1], level + 1);
    }
    case NodeKind::chain:
      return print_chain(node);
    case NodeKind::is:
      return at_least(node.args[0], kComparison) + " is" + no + ' ' + node.text;
    case NodeKind::in:
      if (node.args[1].kind == NodeKind::subquery) {
        return at_least(node.args[0], kBitOr) + no + " in " + print(node.args[1]);
      }
      return at_least(node.args[0], kBitOr) + no + " in (" + list(node.args, 1) + ')';
    case NodeKind::between:
      return at_least(node.args[0], kBitOr) + no + " between " + at_least(node.args[1], kBitOr) +
             " and " + at_least(node.args[2], kPredicate);
    case NodeKind::like:
      return at_least(node.args[0], kBitOr) + no + " like " + at_least(node.args[1], kUnary) +
             (node.args.size() > 2 ? " escape " + at_least(node.args[2], kUnary) : "");
    case NodeKind::regexp:
      return at_least(node.args[0], kBitOr) + no + " regexp " + at_least(node.args[1], kBitOr);
    case NodeKind::interval:
      return "interval " + print(node.args[0]) + ' ' + node.text;
    case NodeKind::case_:
      return print_case(node);
    case NodeKind::row:
      return '(' + list(node.args, 0) + ')';
    case NodeKind::collate:
      return at_least(node.args[0], kCollate) + " collate " + node.text;
  }
  return node.text;
}

}  // namespace dbmig::dialect::mariadb
