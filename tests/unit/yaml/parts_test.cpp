#include "yaml/parts.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support.hpp"
#include "yaml/slug.hpp"

namespace dbmig::yaml {
namespace {

TEST(IndexPart, IsWrittenAsInSql) {
  using schema::IndexPart;
  EXPECT_EQ(parse_index_part("nombre"), (IndexPart{"nombre", "", false, 0, ""}));
  EXPECT_EQ(parse_index_part("nombre DESC"), (IndexPart{"nombre", "", true, 0, ""}));
  EXPECT_EQ(parse_index_part("nombre asc"), (IndexPart{"nombre", "", false, 0, ""}));
  EXPECT_EQ(parse_index_part("body(20)"), (IndexPart{"body", "", false, 20, ""}));
  EXPECT_EQ(parse_index_part("body(20) collate nocase desc"),
            (IndexPart{"body", "", true, 20, "nocase"}));
  // What only looks like it is a name.
  EXPECT_EQ(parse_index_part("desc"), (IndexPart{"desc", "", false, 0, ""}));
  EXPECT_EQ(parse_index_part("(20)"), (IndexPart{"(20)", "", false, 0, ""}));
  EXPECT_EQ(parse_index_part("x(0)"), (IndexPart{"x(0)", "", false, 0, ""}));
  EXPECT_EQ(parse_index_part("total eur"), (IndexPart{"total eur", "", false, 0, ""}));
}

TEST(IndexPart, TextIsGivenOnlyWhenItReadsBack) {
  test::RandomSource random(3);
  const std::vector<std::string> names = {"a",     "a desc", "desc", "a(3)", "(3)", "a collate b",
                                          "f(x)",  " a",     "a ",   "",     "x y", "collate x",
                                          "a asc", "ñ",      "a(b",  "a)"};
  for (int i = 0; i < 2000; ++i) {
    schema::IndexPart part;
    part.column = random.chance(70) ? random.pick(names) : test::nasty_text(random);
    part.descending = random.chance(40);
    part.length = random.chance(30) ? random.between(1, 300) : 0;
    if (random.chance(30)) part.collation = random.chance(50) ? "nocase" : "a b";
    const auto text = index_part_text(part);
    if (text) {
      EXPECT_EQ(parse_index_part(*text), part) << *text;
      EXPECT_FALSE(looks_like_expression(*text)) << *text;
    }
  }
  EXPECT_EQ(index_part_text({"a desc", "", false, 0, ""}), std::nullopt);
  EXPECT_EQ(index_part_text({"", "lower(a)", false, 0, ""}), std::nullopt);
  EXPECT_EQ(index_part_text({"a", "", true, 5, "nocase"}), "a(5) collate nocase desc");
}

TEST(Reference, ReadsBackOrTakesTheLongForm) {
  EXPECT_EQ(parse_reference("pais(id)"), (Reference{"pais", {"id"}}));
  EXPECT_EQ(parse_reference(" pais ( a , b ) "), (Reference{"pais", {"a", "b"}}));
  EXPECT_EQ(parse_reference("pais"), (Reference{"pais", {}}));
  for (const char* text : {"", "(id)", "pais()", "pais(a,)", "pais(a", "pais)a(", "a(b)(c)"}) {
    EXPECT_EQ(parse_reference(text), std::nullopt) << text;
  }
  test::RandomSource random(4);
  for (int i = 0; i < 2000; ++i) {
    Reference reference{test::nasty_text(random), {test::nasty_text(random)}};
    if (random.chance(50)) reference.columns.push_back("b");
    if (const auto text = reference_text(reference)) {
      EXPECT_EQ(parse_reference(*text), reference) << *text;
    }
  }
}

TEST(SqlDefault, IsRecognised) {
  for (const char* text :
       {"CURRENT_TIMESTAMP", "current_timestamp()", "now()", "NOW(6)", "uuid()", "CURRENT_DATE"}) {
    EXPECT_TRUE(looks_like_sql_default(text)) << text;
  }
  for (const char* text : {"now", "uuid", "current", "nowhere()", "hola (x)", ""}) {
    EXPECT_FALSE(looks_like_sql_default(text)) << text;
  }
}

TEST(Slug, IsReadableAndSafe) {
  EXPECT_EQ(slug("migracion mariaDB", 40), "migracion_mariadb");
  EXPECT_EQ(slug("  ¡Añade la ÑANDÚ!  — 2ª vez ", 40), "añade_la_ñandú_2ª_vez");
  EXPECT_EQ(slug("../../etc/passwd\n", 40), "etc_passwd");
  EXPECT_EQ(slug("初期 スキーマ", 40), "初期_スキーマ");
  EXPECT_EQ(slug("🎉 party 🎉", 40), "party");
  EXPECT_EQ(slug("!!!", 40), "");
  EXPECT_EQ(slug("", 40), "");
  EXPECT_EQ(slug("one two three four", 12), "one_two");
  EXPECT_EQ(slug("one two three four", 13), "one_two_three");
  EXPECT_EQ(slug("a incomprehensibilities", 12), "a_incomprehe");
  EXPECT_EQ(slug(std::string(60, 'x'), 40), std::string(40, 'x'));
}

}  // namespace
}  // namespace dbmig::yaml
