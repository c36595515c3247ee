#include "ops/trigger_head.hpp"

#include "base/text.hpp"
#include "ops/sql_tokens.hpp"

namespace dbmig::ops {
namespace {

bool is_event(const Token& token) {
  return is_word(token, "insert") || is_word(token, "update") || is_word(token, "delete");
}

}  // namespace

TriggerHead trigger_head(std::string_view sql, std::optional<DialectKind> dialect) {
  TriggerHead head;
  bool in_columns = false;
  for (const Token& token : tokenize(sql, dialect)) {
    if (is_word(token, "on")) break;
    if (in_columns) {
      if (is_name(token)) head.columns.push_back(identifier(token));
    } else if (head.event.empty()) {
      if (is_event(token)) head.event = text::upper(token.text);
    } else {
      in_columns = is_word(token, "of");
    }
  }
  return head;
}

}  // namespace dbmig::ops
