// A plan as CBOR (RFC 8949): for the ranks, and in the record of an import that may be continued
// later.

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "import/plan.hpp"

namespace dbmig::import {
namespace {

using nlohmann::json;

// The members of each struct, by name: `visit` packs or unpacks each of them.

template <class Visit>
void parts(schema::Type& type, Visit& visit) {
  visit("kind", type.kind);
  visit("length", type.length);
  visit("scale", type.scale);
  visit("unsigned", type.is_unsigned);
  visit("zerofill", type.zerofill);
  visit("values", type.values);
  visit("native", type.native);
}

template <class Visit>
void parts(TargetColumn& column, Visit& visit) {
  visit("name", column.name);
  visit("type", column.type);
  visit("nullable", column.nullable);
  visit("fills_null", column.fills_null);
  visit("numeric_affinity", column.numeric_affinity);
  visit("date_formats", column.date_formats);
}

template <class Visit>
void parts(CsvFormat& format, Visit& visit) {
  visit("delimiter", format.delimiter);
  visit("quote", format.quote);
  visit("escape", format.escape);
  visit("escapes", format.escapes);
  visit("line_end", format.line_end);
  visit("comment", format.comment);
  visit("trim", format.trim);
}

template <class Visit>
void parts(KeyColumn& column, Visit& visit) {
  visit("at", column.at);
  visit("compare", column.compare);
  visit("pads", column.pads);
  visit("has_idle_zeros", column.has_idle_zeros);
  visit("is_filled", column.is_filled);
  visit("prefix", column.prefix);
  visit("charset", column.charset);
  visit("collation", column.collation);
}

template <class Visit>
void parts(FileKey& key, Visit& visit) {
  visit("key", key.key);
  visit("columns", key.columns);
}

template <class Visit>
void parts(Plan& plan, Visit& visit) {
  visit("table", plan.table);
  visit("dialect", plan.dialect);
  visit("format", plan.format);
  visit("null_texts", plan.nulls.texts);
  visit("null_quoted", plan.nulls.quoted);
  visit("binary", plan.binary);
  visit.or_default("bits", plan.bits);
  visit("decimal", plan.decimal);
  visit.or_default("zero_dates", plan.zero_dates);
  visit.or_default("file_encoding", plan.file_encoding);
  visit("time_zone", plan.time_zone);
  visit("ignore_unknown", plan.ignore_unknown);
  visit("fill_missing", plan.fill_missing);
  visit("keys", plan.keys);
  visit.or_default("columns_without_key", plan.columns_without_key);
  visit("rejects", plan.rejects);
  visit("every_field", plan.every_field);
  visit("columns", plan.columns);
  visit("targets", plan.targets);
  visit("constants", plan.constants);
  visit("encoding", plan.encoding);
  visit.or_default("watched", plan.watched);
}

template <class Value, class Visit>
concept HasParts = requires(Value& value, Visit& visit) {
  parts(value, visit);
};

class Packer {
 public:
  template <class Value>
  void operator()(const char* name, Value& value) {
    object_[name] = packed(value);
  }

  /// A member that older records of an import do not have.
  template <class Value>
  void or_default(const char* name, Value& value) {
    if (value != Value{}) (*this)(name, value);
  }

  template <class Value>
  static json packed(Value& value) {
    if constexpr (HasParts<Value, Packer>) {
      Packer packer;
      parts(value, packer);
      return std::move(packer.object_);
    } else {
      return value;
    }
  }
  template <class Value>
  static json packed(std::optional<Value>& value) {
    return value ? packed(*value) : json(nullptr);
  }
  template <class Value>
  static json packed(std::vector<Value>& values) {
    json list = json::array();
    for (Value& value : values) list.push_back(packed(value));
    return list;
  }

 private:
  json object_ = json::object();
};

class Unpacker {
 public:
  explicit Unpacker(const json& object) : object_(object) {}

  template <class Value>
  void operator()(const char* name, Value& value) {
    unpack(object_.at(name), value);
  }

  template <class Value>
  void or_default(const char* name, Value& value) {
    value = Value{};
    if (object_.contains(name)) (*this)(name, value);
  }

  template <class Value>
  static void unpack(const json& from, Value& value) {
    if constexpr (HasParts<Value, Unpacker>) {
      Unpacker unpacker(from);
      parts(value, unpacker);
    } else {
      from.get_to(value);
    }
  }
  template <class Value>
  static void unpack(const json& from, std::optional<Value>& value) {
    value.reset();
    if (!from.is_null()) unpack(from, value.emplace());
  }
  template <class Value>
  static void unpack(const json& from, std::vector<Value>& values) {
    values.clear();
    for (const json& one : from) unpack(one, values.emplace_back());
  }

 private:
  const json& object_;
};

}  // namespace

void encode(const Plan& plan, Bytes& out) {
  Plan copy = plan;
  const std::vector<std::uint8_t> bytes = json::to_cbor(Packer::packed(copy));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

Plan decode_plan(std::string_view message) {
  try {
    Plan plan;
    Unpacker::unpack(json::from_cbor(message), plan);
    return plan;
  } catch (const json::exception&) {
    throw Error(ErrorCode::failed,
                "the plan of an import is incomplete, or comes from another version");
  }
}

}  // namespace dbmig::import
