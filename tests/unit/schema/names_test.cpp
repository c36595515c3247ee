#include "schema/names.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/text.hpp"

namespace dbmig::schema {
namespace {

TEST(ConstraintName, SaysWhatItIsAbout) {
  EXPECT_EQ(constraint_name("uq", "usuario", {"email"}), "uq_usuario_email");
  EXPECT_EQ(constraint_name("ix", "t", {"a", "b"}), "ix_t_a_b");
  EXPECT_EQ(constraint_name("pk", "t", {}), "pk_t");
}

TEST(ConstraintName, FitsAndStaysDeterministicAndUnique) {
  EXPECT_EQ(constraint_name("ix", std::string(61, 'x'), {}).size(), 64U);
  const std::string table(80, 'x');
  const std::string name = constraint_name("ix", table, {"a"});
  EXPECT_EQ(name, constraint_name("ix", table, {"a"}));
  EXPECT_NE(name, constraint_name("ix", table, {"b"}));
  EXPECT_EQ(name.size(), kMaxIdentifier);
  EXPECT_EQ(name.substr(0, 56), "ix_" + std::string(52, 'x') + "_");
}

TEST(ConstraintName, CountsCharactersAndCutsBetweenThem) {
  for (std::size_t before = 0; before < 4; ++before) {
    for (std::size_t count = 40; count < 80; ++count) {
      std::string table(before, 'x');
      for (std::size_t i = 0; i < count; ++i) table += "日";
      const std::string name = constraint_name("fk", table, {"ñ"});
      ASSERT_FALSE(text::find_invalid_utf8(name)) << name;
      const std::size_t whole = 3 + before + count + 2;
      ASSERT_EQ(text::utf8_length(name), std::min(whole, kMaxIdentifier)) << name;
    }
  }
}

Table unnamed() {
  Table table;
  table.name = "t";
  table.primary_key = PrimaryKey{"", {"id"}, {}};
  table.uniques = {{"", {"a"}, {}}, {"mine", {"b"}, {}}};
  table.indexes = std::vector<Index>(2);
  table.indexes[0].parts.resize(2);
  table.indexes[0].parts[0].column = "a";
  table.indexes[0].parts[1].expression = "lower(b)";
  table.indexes[1].parts.resize(1);
  table.indexes[1].parts[0].column = "b";
  table.foreign_keys = std::vector<ForeignKey>(1);
  table.foreign_keys[0].columns = {"a", "b"};
  table.checks = {{"", {"a > 0", {}, {}}}, {"named", {"b > 0", {}, {}}}, {"", {"a < 9", {}, {}}}};
  return table;
}

TEST(WithNames, FillsInWhatIsMissing) {
  const Table table = with_names(unnamed());
  EXPECT_EQ(table.primary_key->name, "pk_t_id");
  EXPECT_EQ(table.uniques[0].name, "uq_t_a");
  EXPECT_EQ(table.uniques[1].name, "mine");
  EXPECT_EQ(table.indexes[0].name, "ix_t_a_expr");
  EXPECT_EQ(table.indexes[1].name, "ix_t_b");
  EXPECT_EQ(table.foreign_keys[0].name, "fk_t_a_b");
  EXPECT_EQ(table.checks[0].name, "ck_t_1");
  EXPECT_EQ(table.checks[1].name, "named");
  EXPECT_EQ(table.checks[2].name, "ck_t_2");
  EXPECT_EQ(with_names(table), table);
}

TEST(WithNames, GivesNoNameTwice) {
  Table table = unnamed();
  table.foreign_keys.push_back(table.foreign_keys[0]);
  table.uniques.push_back({"IX_T_B", {"b"}, {}});
  table.checks.push_back({"ck_t_1", {"b > 9", {}, {}}});
  table = with_names(table);
  EXPECT_EQ(table.foreign_keys[1].name, "fk_t_a_b_2");
  EXPECT_EQ(table.indexes[1].name, "ix_t_b_2");
  EXPECT_EQ(table.checks[0].name, "ck_t_1_2");
  std::set<std::string> names;
  for (const Check& check : table.checks) EXPECT_TRUE(names.insert(check.name).second);
}

}  // namespace
}  // namespace dbmig::schema
