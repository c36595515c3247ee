#include <fmt/core.h>

#include <array>
#include <utility>

#include "base/text.hpp"
#include "schema/type_words.hpp"

namespace dbmig::schema {
namespace {

struct Alias {
  std::string_view text;
  TypeKind kind;
};

// Every spelling but the canonical ones. Sources: https://mariadb.com/kb/en/data-types/ and the
// tables of https://www.sqlite.org/datatype3.html#affinity_name_examples
constexpr std::array kAliases = {
    Alias{"int", TypeKind::integer},
    Alias{"int1", TypeKind::tinyint},
    Alias{"int2", TypeKind::smallint},
    Alias{"int3", TypeKind::mediumint},
    Alias{"middleint", TypeKind::mediumint},
    Alias{"int4", TypeKind::integer},
    Alias{"int8", TypeKind::bigint},
    Alias{"big int", TypeKind::bigint},
    Alias{"dec", TypeKind::decimal},
    Alias{"numeric", TypeKind::decimal},
    Alias{"fixed", TypeKind::decimal},
    Alias{"float4", TypeKind::float_},
    Alias{"float8", TypeKind::double_},
    Alias{"double precision", TypeKind::double_},
    Alias{"real", TypeKind::double_},
    Alias{"bool", TypeKind::boolean},
    Alias{"character", TypeKind::char_},
    Alias{"nchar", TypeKind::char_},
    Alias{"national char", TypeKind::char_},
    Alias{"national character", TypeKind::char_},
    Alias{"native character", TypeKind::char_},
    Alias{"character varying", TypeKind::varchar},
    Alias{"char varying", TypeKind::varchar},
    Alias{"varcharacter", TypeKind::varchar},
    Alias{"varying character", TypeKind::varchar},
    Alias{"nvarchar", TypeKind::varchar},
    Alias{"nchar varchar", TypeKind::varchar},
    Alias{"nchar varying", TypeKind::varchar},
    Alias{"national varchar", TypeKind::varchar},
    Alias{"national varcharacter", TypeKind::varchar},
    Alias{"national char varying", TypeKind::varchar},
    Alias{"national character varying", TypeKind::varchar},
    Alias{"long", TypeKind::mediumtext},
    Alias{"long varchar", TypeKind::mediumtext},
    Alias{"long varcharacter", TypeKind::mediumtext},
    Alias{"long char varying", TypeKind::mediumtext},
    Alias{"long character varying", TypeKind::mediumtext},
    Alias{"clob", TypeKind::longtext},
    Alias{"char byte", TypeKind::binary},
    Alias{"long varbinary", TypeKind::mediumblob},
    Alias{"geomcollection", TypeKind::geometrycollection},
};

struct Foreigner {
  std::string_view text;
  std::string_view hint;
};

// Words that people bring along from other databases and frameworks.
constexpr std::array kForeigners = {
    Foreigner{"serial", "use 'bigint' with autoincrement: true"},
    Foreigner{"bigserial", "use 'bigint' with autoincrement: true"},
    Foreigner{"smallserial", "use 'smallint' with autoincrement: true"},
    Foreigner{"string", "use 'varchar(n)' for up to n characters, or 'text'"},
    Foreigner{"varchar2", "use 'varchar(n)'"},
    Foreigner{"nvarchar2", "use 'varchar(n)'"},
    Foreigner{"number", "use 'decimal(precision,scale)' or an integer type"},
    Foreigner{"money", "use 'decimal(19,4)'"},
    Foreigner{"bytea", "use 'blob'"},
    Foreigner{"bytes", "use 'blob' or 'varbinary(n)'"},
    Foreigner{"jsonb", "use 'json'"},
    Foreigner{"uniqueidentifier", "use 'uuid'"},
    Foreigner{"guid", "use 'uuid'"},
    Foreigner{"inet", "use 'inet4' or 'inet6'"},
    Foreigner{"datetime2", "use 'datetime(6)'"},
    Foreigner{"timestamptz", "use 'timestamp'; both databases keep it in UTC"},
    Foreigner{"timestamp with time zone", "use 'timestamp'"},
    Foreigner{"timestamp without time zone", "use 'datetime'"},
    Foreigner{"time without time zone", "use 'time'"},
};

}  // namespace

std::optional<TypeKind> find_kind(std::string_view name) {
  for (int i = 0; i < static_cast<int>(TypeKind::native); ++i) {
    if (name_of(static_cast<TypeKind>(i)) == name) return static_cast<TypeKind>(i);
  }
  for (const Alias& alias : kAliases) {
    if (alias.text == name) return alias.kind;
  }
  return std::nullopt;
}

Error unknown_type(std::string_view text, const std::vector<std::string>& words) {
  const std::string name = text::join(words, " ");
  Error error(ErrorCode::invalid, fmt::format("unknown type '{}'", name));
  for (const Foreigner& foreigner : kForeigners) {
    if (foreigner.text == name) return std::move(error).hint(std::string(foreigner.hint));
  }
  // `int not null`: the type is fine, what follows is not.
  for (std::size_t n = words.size(); n-- > 1;) {
    const std::string head = text::join({words.begin(), words.begin() + static_cast<long>(n)}, " ");
    if (find_kind(head)) return not_a_type_word(text, words[n]);
  }
  std::vector<std::string> canonical;
  for (int i = 0; i < static_cast<int>(TypeKind::native); ++i) {
    canonical.emplace_back(name_of(static_cast<TypeKind>(i)));
  }
  std::vector<std::string> known = canonical;
  for (const Alias& alias : kAliases) known.emplace_back(alias.text);
  const bool near = text::closest(name, known).has_value();
  return std::move(error).hint(text::suggest(name, near ? known : canonical));
}

}  // namespace dbmig::schema
