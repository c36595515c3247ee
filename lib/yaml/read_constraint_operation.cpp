#include "yaml/read_constraint_operation.hpp"

#include <fmt/core.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "schema/names.hpp"
#include "yaml/parts.hpp"
#include "yaml/read_constraint.hpp"

namespace dbmig::yaml {
namespace {

/// The kind as given (in dbmig's or Alembic's words), or according to the usual prefix of the name.
std::optional<ops::ConstraintKind> read_kind(Fields& fields, const std::string& name) {
  using Kind = ops::ConstraintKind;
  struct Word {
    const char* text;
    Kind kind;
  };
  static constexpr std::array kWords{
      Word{"primary_key", Kind::primary_key}, Word{"unique", Kind::unique},
      Word{"foreign_key", Kind::foreign_key}, Word{"check", Kind::check},
      Word{"primary", Kind::primary_key},     Word{"foreignkey", Kind::foreign_key},
      Word{"pk_", Kind::primary_key},         Word{"uq_", Kind::unique},
      Word{"fk_", Kind::foreign_key},         Word{"ck_", Kind::check}};
  const char* key = fields.has("kind") ? "kind" : "type";
  if (!fields.has(key)) {
    for (const Word& word : kWords) {
      const std::string_view text = word.text;
      if (text.ends_with('_') && name.starts_with(text)) return word.kind;
    }
    fields.reader().error(fields.node(), fmt::format("{} has no 'kind'", fields.what()),
                          "say primary_key, unique, foreign_key or check");
    return std::nullopt;
  }
  const auto said = fields.text(key);
  if (!said) return std::nullopt;
  for (const Word& word : kWords) {
    if (*said == word.text && !said->ends_with('_')) return word.kind;
  }
  fields.reader().error(*fields.find(key), fmt::format("'{}' is not a kind of constraint", *said),
                        text::suggest(*said, {"primary_key", "unique", "foreign_key", "check"}));
  return std::nullopt;
}

}  // namespace

std::optional<ops::Operation> read_create_primary_key(Reader& reader, const Node& key,
                                                      const Node& body) {
  Fields fields(reader, body, key.text, with_keys({"table", "name", "method"}, unique_keys()));
  const auto table = fields.required_text("table");
  auto primary = read_primary_key(fields);
  if (!table || !primary) return {};
  primary->name = fields.text_or_empty("name");
  if (primary->name.empty()) {
    primary->name = schema::constraint_name("pk", *table, primary->columns);
  }
  return ops::CreatePrimaryKey{*table, std::move(*primary)};
}

std::optional<ops::Operation> read_create_unique_constraint(Reader& reader, const Node& key,
                                                            const Node& body) {
  Fields fields(reader, body, key.text, with_keys({"table", "name"}, unique_keys()));
  const auto table = fields.required_text("table");
  const auto name = fields.required_text("name");
  auto unique = read_unique(fields);
  if (!table || !name || !unique) return {};
  unique->name = *name;
  return ops::CreateUniqueConstraint{*table, std::move(*unique)};
}

std::optional<ops::Operation> read_create_foreign_key(Reader& reader, const Node& key,
                                                      const Node& body) {
  Fields fields(reader, body, key.text, with_keys({"table", "name"}, foreign_key_keys()));
  const auto table = fields.required_text("table");
  const auto name = fields.required_text("name");
  auto foreign = read_foreign_key(fields);
  if (!table || !name || !foreign) return {};
  if (foreign->referenced_columns.empty() && !foreign->external) {
    const std::string& parent = foreign->referenced_table;
    reader.error(*fields.find("references"),
                 fmt::format("the foreign key to '{}' does not name the columns there", parent),
                 fmt::format("write them out, as in {}(id)", parent));
    return {};
  }
  foreign->name = *name;
  return ops::CreateForeignKey{*table, std::move(*foreign)};
}

std::optional<ops::Operation> read_create_check_constraint(Reader& reader, const Node& key,
                                                           const Node& body) {
  Fields fields(reader, body, key.text, with_keys({"table", "name"}, check_keys()));
  const auto table = fields.required_text("table");
  const auto name = fields.required_text("name");
  auto check = fields.valid() ? read_check(fields) : std::nullopt;
  if (!table || !name || !check) return {};
  check->name = *name;
  return ops::CreateCheckConstraint{*table, std::move(*check)};
}

std::optional<ops::Operation> read_drop_constraint(Reader& reader, const Node& key,
                                                   const Node& body) {
  Fields fields(reader, body, key.text, {"table", "name", "kind", "type"});
  if (!fields.valid()) return {};
  const auto table = fields.required_text("table");
  const std::string name = fields.text_or_empty("name");
  const auto kind = read_kind(fields, name);
  if (!table || !kind) return {};
  if (name.empty() && *kind != ops::ConstraintKind::primary_key) {
    fields.require("name");
    return {};
  }
  return ops::DropConstraint{*table, name, *kind};
}

}  // namespace dbmig::yaml
