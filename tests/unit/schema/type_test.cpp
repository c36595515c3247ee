#include "schema/type.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/random_source.hpp"

namespace dbmig::schema {
namespace {

std::string canonical(std::string_view text) {
  return to_string(parse_type(text));
}

std::string message_of(std::string_view text) {
  try {
    parse_type(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    return error.what();
  }
  return "accepted";
}

/// Any valid type but native ones.
Type random_type(test::RandomSource& random) {
  Type type;
  type.kind = static_cast<TypeKind>(random.below(static_cast<std::size_t>(TypeKind::native)));
  const bool is_float = type.kind == TypeKind::float_ || type.kind == TypeKind::double_;
  const bool has_sign = is_integer(type.kind) || is_float || type.kind == TypeKind::decimal;
  if (has_sign) {
    type.is_unsigned = random.chance(30);
    type.zerofill = type.is_unsigned && random.chance(30);
  }
  if (is_integer(type.kind) && random.chance(30)) type.length = random.between(0, 255);
  if (type.kind == TypeKind::decimal && random.chance(80)) type.length = random.between(1, 65);
  if (is_float && random.chance(30)) type.length = random.between(1, 255);
  if (type.length && (is_float || (type.kind == TypeKind::decimal && random.chance(70)))) {
    type.scale = random.between(0, *type.length);
  }
  if (type.kind == TypeKind::char_ || type.kind == TypeKind::varchar ||
      type.kind == TypeKind::binary || type.kind == TypeKind::varbinary ||
      type.kind == TypeKind::vector) {
    type.length = random.between(0, 70000);
  }
  if (type.kind == TypeKind::bit) type.length = random.between(1, 64);
  if (type.kind == TypeKind::year && random.chance(20)) type.length = 2;
  if (is_temporal(type.kind) && type.kind != TypeKind::date && random.chance(50)) {
    type.length = random.between(1, 6);
  }
  if (type.kind == TypeKind::enum_ || type.kind == TypeKind::set) {
    static const std::vector<std::string> kPieces = {"a", "'", "\"", "\\", " b", "(",
                                                     ")", "ñ", "''", "%",  "\n", "unsigned"};
    const int count = random.between(1, 12);
    for (int i = 0; i < count; ++i) {
      type.values.push_back(random.pick(kPieces) + random.pick(kPieces) + std::to_string(i));
    }
  }
  return type;
}

TEST(Type, ParsesWhatItPrints) {
  test::RandomSource random(1);
  for (int i = 0; i < 20000; ++i) {
    const Type type = random_type(random);
    ASSERT_EQ(parse_type(to_string(type)), type) << to_string(type);
    ASSERT_EQ(parse_type(text::upper(name_of(type.kind)) + "  " +
                         to_string(type).substr(name_of(type.kind).size())),
              type);
  }
}

TEST(Type, EveryKindHasItsName) {
  for (int i = 0; i < static_cast<int>(TypeKind::native); ++i) {
    const auto kind = static_cast<TypeKind>(i);
    std::string text(name_of(kind));
    if (kind == TypeKind::varchar || kind == TypeKind::varbinary || kind == TypeKind::vector) {
      text += "(1)";
    }
    if (kind == TypeKind::enum_ || kind == TypeKind::set) text += "('a')";
    EXPECT_EQ(parse_type(text).kind, kind) << text;
  }
}

TEST(Type, KnowsTheAliasesOfBothDatabases) {
  const std::pair<const char*, const char*> kCases[] = {
      {"int", "integer"},
      {"INT", "integer"},
      {"int(11)", "integer(11)"},
      {"int(11) unsigned", "integer(11) unsigned"},
      {"int unsigned zerofill", "integer unsigned zerofill"},
      {"int zerofill", "integer unsigned zerofill"},
      {"int signed", "integer"},
      {"int1", "tinyint"},
      {"int2", "smallint"},
      {"int3", "mediumint"},
      {"middleint", "mediumint"},
      {"int4", "integer"},
      {"int8", "bigint"},
      {"UNSIGNED BIG INT", "bigint unsigned"},
      {"tinyint(1)", "tinyint(1)"},
      {"bool", "boolean"},
      {"dec(5)", "decimal(5)"},
      {"numeric ( 10 , 2 )", "decimal(10,2)"},
      {"fixed(4,2) unsigned", "decimal(4,2) unsigned"},
      {"decimal(10,0)", "decimal(10,0)"},
      {"real", "double"},
      {"DOUBLE PRECISION", "double"},
      {"double  precision(10,2)", "double(10,2)"},
      {"float8", "double"},
      {"float4", "float"},
      {"float(24)", "float"},
      {"float(25)", "double"},
      {"float(7,4)", "float(7,4)"},
      {"char", "char(1)"},
      {"CHARACTER(20)", "char(20)"},
      {"nchar(55)", "char(55)"},
      {"NATIVE CHARACTER(70)", "char(70)"},
      {"national char(3)", "char(3)"},
      {"nvarchar(100)", "varchar(100)"},
      {"character varying(12)", "varchar(12)"},
      {"char varying(12)", "varchar(12)"},
      {"VARYING CHARACTER(255)", "varchar(255)"},
      {"varcharacter(5)", "varchar(5)"},
      {"national character varying(9)", "varchar(9)"},
      {"nchar varchar(3)", "varchar(3)"},
      {"clob", "longtext"},
      {"long", "mediumtext"},
      {"long varchar", "mediumtext"},
      {"long varbinary", "mediumblob"},
      {"tinytext", "tinytext"},
      {"text(63)", "tinytext"},
      {"text(64)", "text"},
      {"text(16383)", "text"},
      {"text(16384)", "mediumtext"},
      {"text(4194304)", "longtext"},
      {"text(0)", "text"},
      {"blob(255)", "tinyblob"},
      {"blob(256)", "blob"},
      {"blob(65536)", "mediumblob"},
      {"blob(4294967295)", "longblob"},
      {"binary", "binary(1)"},
      {"bit", "bit(1)"},
      {"bit(64)", "bit(64)"},
      {"year(4)", "year"},
      {"year(2)", "year(2)"},
      {"datetime(0)", "datetime"},
      {"timestamp(6)", "timestamp(6)"},
      {"time(3)", "time(3)"},
      {"geomcollection", "geometrycollection"},
      {"enum('it''s','b\\c')", "enum('it''s','b\\c')"},
      {" ENUM (\n'a' ,\t'b' ) ", "enum('a','b')"},
      {"enum(\"x\",\"say \"\"hi\"\"\")", "enum('x','say \"hi\"')"},
      {"enum('a ','b')", "enum('a','b')"},
      {"set('a','b')", "set('a','b')"},
      {"enum('')", "enum('')"},
  };
  for (const auto& [text, expected] : kCases) EXPECT_EQ(canonical(text), expected) << text;
}

TEST(Type, SaysWhatIsWrongAndWhatToDo) {
  const std::pair<const char*, const char*> kCases[] = {
      {"", "a type is missing; write one, as in varchar(64)"},
      {"intt", "unknown type 'intt'; did you mean 'int'?"},
      {"varchr(20)", "unknown type 'varchr'; did you mean 'varchar'?"},
      {"serial", "unknown type 'serial'; use 'bigint' with autoincrement: true"},
      {"string", "unknown type 'string'; use 'varchar(n)' for up to n characters, or 'text'"},
      {"varchar", "varchar needs a length; as in varchar(64)"},
      {"nvarchar", "varchar needs a length; as in varchar(64)"},
      {"enum", "enum needs its values; as in enum('a','b')"},
      {"date(3)", "date takes no length, in type 'date(3)'; write 'date'"},
      {"datetime(7)",
       "the fraction's length 7 is out of range, in type 'datetime(7)'; "
       "it can be 0 to 6"},
      {"bit(65)", "the number of bits 65 is out of range, in type 'bit(65)'; it can be 1 to 64"},
      {"varchar(10) unsigned",
       "varchar cannot be unsigned, in type 'varchar(10) unsigned'; "
       "only integers, decimal, float and double can"},
      {"int not null",
       "'not' is not part of a type, in 'int not null'; "
       "write nullable, default, autoincrement and comment as keys of the column"},
      {"varchar(10) collate utf8mb4_bin",
       "'collate' is not part of a type, in 'varchar(10) collate utf8mb4_bin'; "
       "write charset and collation in the column's mariadb: block"},
      {"decimal(2,5)",
       "the scale 5 is larger than the precision 2, in type 'decimal(2,5)'; "
       "the precision counts all digits, those after the point included"},
      {"enum('a','a')",
       "the value 'a' is listed twice, in type 'enum('a','a')'; "
       "remove one of the two"},
      {"set('a,b')",
       "the value 'a,b' of a set has a comma, in type 'set('a,b')'; "
       "commas separate the values of a set"},
      {"varchar(99999999999)",
       "99999999999 is too large, in type 'varchar(99999999999)'; use fewer digits"},
      {"enum('a",
       "a quote is not closed in type 'enum('a'; "
       "write a quote inside a value twice: 'it''s'"},
  };
  for (const auto& [text, expected] : kCases) EXPECT_EQ(message_of(text), expected) << text;
}

TEST(Type, RefusesWhatIsNoType) {
  for (const char* text : {"varchar(",
                           "varchar(10",
                           "varchar(10))",
                           "varchar(10,2)",
                           "varchar('a')",
                           "varchar()",
                           "decimal(10,2,3)",
                           "decimal(10 2)",
                           "decimal(-1)",
                           "int(11)(5)",
                           "(10)",
                           "unsigned",
                           "enum(1,2)",
                           "enum()",
                           "varchar(10) x",
                           "int;",
                           "int -- x",
                           "int/**/",
                           "boolean unsigned",
                           "tinytext(10)",
                           "double(5,6)",
                           "float(54)",
                           "year(3)",
                           "json unsigned",
                           "native",
                           "table",
                           "time with time zone",
                           "'int'",
                           "\xff"}) {
    EXPECT_NE(message_of(text), "accepted") << text;
  }
}

TEST(Type, FamiliesDoNotOverlap) {
  for (int i = 0; i <= static_cast<int>(TypeKind::native); ++i) {
    const auto kind = static_cast<TypeKind>(i);
    const int families = (is_text(kind) ? 1 : 0) + (is_binary(kind) ? 1 : 0) +
                         (is_temporal(kind) ? 1 : 0) + (is_geometry(kind) ? 1 : 0) +
                         (is_numeric(kind) ? 1 : 0);
    EXPECT_LE(families, 1) << name_of(kind);
    EXPECT_TRUE(is_numeric(kind) || !is_integer(kind));
  }
}

}  // namespace
}  // namespace dbmig::schema
