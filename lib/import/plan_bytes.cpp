// A plan as CBOR (RFC 8949): for the ranks, and in the record of an import that may go on later.

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "import/plan.hpp"

namespace dbmig::import {
namespace {

using nlohmann::json;

template <typename Value>
json or_null(const std::optional<Value>& value) {
  return value ? json(*value) : json(nullptr);
}

template <typename Value>
void read_into(const json& from, const char* key, Value& to) {
  from.at(key).get_to(to);
}
template <typename Value>
void read_into(const json& from, const char* key, std::optional<Value>& to) {
  const json& value = from.at(key);
  to = value.is_null() ? std::nullopt : std::optional(value.get<Value>());
}

json packed(const schema::Type& type) {
  return {{"kind", type.kind},
          {"length", or_null(type.length)},
          {"scale", or_null(type.scale)},
          {"unsigned", type.is_unsigned},
          {"zerofill", type.zerofill},
          {"values", type.values},
          {"native", type.native}};
}

schema::Type unpacked_type(const json& from) {
  schema::Type type;
  read_into(from, "kind", type.kind);
  read_into(from, "length", type.length);
  read_into(from, "scale", type.scale);
  read_into(from, "unsigned", type.is_unsigned);
  read_into(from, "zerofill", type.zerofill);
  read_into(from, "values", type.values);
  read_into(from, "native", type.native);
  return type;
}

json packed(const TargetColumn& column) {
  return {{"name", column.name},
          {"type", packed(column.type)},
          {"nullable", column.nullable},
          {"fills_null", column.fills_null},
          {"numeric_affinity", column.numeric_affinity},
          {"date_formats", column.date_formats}};
}

TargetColumn unpacked_column(const json& from) {
  TargetColumn column;
  read_into(from, "name", column.name);
  column.type = unpacked_type(from.at("type"));
  read_into(from, "nullable", column.nullable);
  read_into(from, "fills_null", column.fills_null);
  read_into(from, "numeric_affinity", column.numeric_affinity);
  read_into(from, "date_formats", column.date_formats);
  return column;
}

json packed(const CsvFormat& format) {
  return {{"delimiter", format.delimiter},
          {"quote", or_null(format.quote)},
          {"escape", or_null(format.escape)},
          {"escapes", format.escapes},
          {"line_end", format.line_end},
          {"comment", format.comment},
          {"trim", format.trim}};
}

CsvFormat unpacked_format(const json& from) {
  CsvFormat format;
  read_into(from, "delimiter", format.delimiter);
  read_into(from, "quote", format.quote);
  read_into(from, "escape", format.escape);
  read_into(from, "escapes", format.escapes);
  read_into(from, "line_end", format.line_end);
  read_into(from, "comment", format.comment);
  read_into(from, "trim", format.trim);
  return format;
}

json packed(const Plan& plan) {
  json columns = json::array();
  for (const TargetColumn& column : plan.columns) columns.push_back(packed(column));
  json constants = json::array();
  for (const auto& value : plan.constants) constants.push_back(or_null(value));
  return {{"table", plan.table},
          {"dialect", plan.dialect},
          {"format", packed(plan.format)},
          {"null_texts", plan.nulls.texts},
          {"null_quoted", plan.nulls.quoted},
          {"binary", plan.binary},
          {"decimal", plan.decimal},
          {"ignore_unknown", plan.ignore_unknown},
          {"fill_missing", plan.fill_missing},
          {"keys", plan.keys},
          {"rejects", plan.rejects},
          {"every_field", plan.every_field},
          {"columns", std::move(columns)},
          {"targets", plan.targets},
          {"constants", std::move(constants)},
          {"encoding", plan.encoding}};
}

Plan unpacked_plan(const json& from) {
  Plan plan;
  read_into(from, "table", plan.table);
  read_into(from, "dialect", plan.dialect);
  plan.format = unpacked_format(from.at("format"));
  read_into(from, "null_texts", plan.nulls.texts);
  read_into(from, "null_quoted", plan.nulls.quoted);
  read_into(from, "binary", plan.binary);
  read_into(from, "decimal", plan.decimal);
  read_into(from, "ignore_unknown", plan.ignore_unknown);
  read_into(from, "fill_missing", plan.fill_missing);
  read_into(from, "keys", plan.keys);
  read_into(from, "rejects", plan.rejects);
  read_into(from, "every_field", plan.every_field);
  for (const json& column : from.at("columns")) plan.columns.push_back(unpacked_column(column));
  read_into(from, "targets", plan.targets);
  for (const json& value : from.at("constants")) {
    plan.constants.push_back(value.is_null() ? std::nullopt
                                             : std::optional(value.get<std::string>()));
  }
  read_into(from, "encoding", plan.encoding);
  return plan;
}

}  // namespace

void encode(const Plan& plan, Bytes& out) {
  const std::vector<std::uint8_t> bytes = json::to_cbor(packed(plan));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

Plan decode_plan(std::string_view message) {
  try {
    return unpacked_plan(json::from_cbor(message));
  } catch (const json::exception&) {
    throw Error(ErrorCode::failed, "the plan of an import is cut short, or another version's");
  }
}

}  // namespace dbmig::import
