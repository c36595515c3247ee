// Changes made in the files of a model: what the edit says comes out, everything else stays byte
// for byte.

#include "yaml/edit_model.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.hpp"
#include "support/property.hpp"
#include "support/random_schema.hpp"
#include "yaml/changed_lines.hpp"

namespace dbmig::yaml {
namespace {

using EditKind = ModelEdit::Kind;

schema::Schema read(const std::string& text) {
  return parse_model({{"schemas/app.yaml", text}}).schema;
}

std::string edited(const std::string& text, const ModelEdit& edit) {
  const auto files = edit_model({{"schemas/app.yaml", text}}, edit);
  EXPECT_EQ(files.size(), 1U);
  return files.empty() ? text : files[0].after;
}

ModelEdit add_column(const std::string& table, const std::string& name, const std::string& type,
                     bool nullable = true) {
  ModelEdit edit{.kind = EditKind::add_column, .table = table};
  schema::Column column;
  column.name = name;
  column.type = schema::parse_type(type);
  column.nullable = nullable;
  edit.definition.columns.push_back(column);
  return edit;
}

ModelEdit add_index(const std::string& table, const std::string& name,
                    const std::vector<std::string>& columns, bool unique = false) {
  ModelEdit edit{.kind = EditKind::add_index, .table = table};
  if (unique) {
    schema::Unique one;
    one.name = name;
    one.columns = columns;
    edit.definition.uniques.push_back(one);
    return edit;
  }
  schema::Index one;
  one.name = name;
  for (const std::string& column : columns) {
    schema::IndexPart part;
    part.column = column;
    one.parts.push_back(part);
  }
  edit.definition.indexes.push_back(one);
  return edit;
}

/// One layout after another of the same model: table t with columns a and b.
const std::vector<std::string> kLayouts = {
    "tables:\n  t:\n    columns:\n      a: integer\n      b: {type: text, nullable: false}\n"
    "    primary_key: [a]\n",
    "# top\ntables:\n\n  # about t\n  t:   # t\n    comment: 'it''s # no comment'\n    columns:\n"
    "      a: integer   # the key\n\n      # b\n      b:\n        type: text\n        nullable: "
    "false\n\n    # the key\n    primary_key:\n    - a\n\n  # about u\n  u:\n    columns: {x: "
    "text}\n",
    "tables:\n  t:\n    columns: {a: integer, b: {type: text, nullable: false}}\n    primary_key: "
    "[a]\n",
    "tables: {t: {columns: {a: integer, b: {type: text, nullable: false}}, primary_key: [a]}}\n",
    "tables:\r\n  t:\r\n    columns:\r\n      a: integer\r\n      b: {type: text, nullable: "
    "false}\r\n    primary_key: [a]\r\n",
    "tables:\n  t:\n    primary_key: [a]\n    columns:\n      a: integer\n      b: {type: text, "
    "nullable: false}",
    "tables:\n    \"t\":\n        columns:\n            'a': integer\n            \"b\": "
    "{\"type\": "
    "\"text\", \"nullable\": false}\n        primary_key: [a]\n",
    "\xEF\xBB\xBFtables:\n  t:\n    comment: \"}{][,: \xC3\xA4\"\n    columns: { a: integer , b: { "
    "type: text , nullable: false } }\n    primary_key: [ a ]\n",
};

TEST(EditModel, ColumnsComeAndGoInEveryLayout) {
  for (const std::string& text : kLayouts) {
    const schema::Schema before = read(text);
    const std::string with = edited(text, add_column("t", "c", "decimal(10,2)", false));
    const schema::Schema after = read(with);
    ASSERT_NE(after.table("t").find_column("c"), nullptr) << with;
    EXPECT_EQ(to_string(after.table("t").column("c").type), "decimal(10,2)") << with;
    EXPECT_FALSE(after.table("t").column("c").nullable);
    EXPECT_EQ(after.table("t").columns.size(), 3U);
    const std::string back =
        edited(with, {.kind = EditKind::drop_column, .table = "t", .name = "c"});
    EXPECT_EQ(read(back), before) << back;
    const bool is_tight = text.back() == '\n' && text.find(" }") == std::string::npos;
    if (is_tight) {
      EXPECT_EQ(back, text);
    }

    const std::string without =
        edited(text, {.kind = EditKind::drop_column, .table = "t", .name = "b"});
    EXPECT_EQ(read(without).table("t").column_names(), std::vector<std::string>{"a"}) << without;
  }
}

TEST(EditModel, IndexesComeAndGoInEveryLayout) {
  for (const std::string& text : kLayouts) {
    const schema::Schema before = read(text);
    std::string with = edited(text, add_index("t", "ix_1", {"a", "b"}));
    with = edited(with, add_index("t", "ix_2", {"b"}));
    with = edited(with, add_index("t", "uq_1", {"b"}, true));
    const schema::Schema after = read(with);
    ASSERT_NE(after.table("t").find_index("ix_1"), nullptr) << with;
    EXPECT_EQ(after.table("t").find_index("ix_1")->parts.size(), 2U);
    ASSERT_NE(after.table("t").find_index("ix_2"), nullptr) << with;
    ASSERT_NE(after.table("t").find_unique("uq_1"), nullptr) << with;
    for (const char* name : {"ix_1", "uq_1", "ix_2"}) {
      with = edited(with, {.kind = EditKind::drop_index, .table = "t", .name = name});
    }
    EXPECT_EQ(read(with), before) << with;
  }
}

TEST(EditModel, RenamesLeaveTheOldNameAndFollowIntoKeys) {
  for (const std::string& text : kLayouts) {
    const std::string renamed =
        edited(text, {.kind = EditKind::rename_column, .table = "t", .name = "a", .to = "id"});
    const schema::Model model = parse_model({{"f.yaml", renamed}});
    EXPECT_EQ(model.schema.table("t").primary_key->columns, std::vector<std::string>{"id"})
        << renamed;
    EXPECT_EQ(model.renames.columns.at({"t", "id"}), "a") << renamed;
    const std::string b =
        edited(text, {.kind = EditKind::rename_column, .table = "t", .name = "b", .to = "no: way"});
    EXPECT_EQ(parse_model({{"f.yaml", b}}).renames.columns.at({"t", "no: way"}), "b") << b;

    const std::string moved =
        edited(text, {.kind = EditKind::rename_table, .table = "t", .to = "on"});
    EXPECT_EQ(parse_model({{"f.yaml", moved}}).renames.tables.at("on"), "t") << moved;
    EXPECT_EQ(parse_model({{"f.yaml", moved}}).schema.find_table("t"), nullptr);
  }
}

TEST(EditModel, ForeignKeysFollowAcrossFiles) {
  const std::string parent =
      "tables:\n  p:\n    columns: {id: integer, x: text}\n    primary_key: [id]\n";
  const std::string child =
      "tables:\n  c:\n    columns:\n      p_id: {type: integer, references: p(id)}   # to p\n"
      "      q_id: integer\n    foreign_keys:\n      fk_q: {columns: [q_id], references: "
      "\"p(id)\"}\n"
      "      fk_self: {columns: [q_id], references: pp(id)}\n  pp:\n    columns: {id: integer}\n"
      "    primary_key: [id]\n";
  for (const ModelEdit& edit :
       {ModelEdit{.kind = EditKind::rename_table, .table = "p", .to = "parent"},
        ModelEdit{.kind = EditKind::rename_column, .table = "p", .name = "id", .to = "number"}}) {
    const auto files = edit_model({{"p.yaml", parent}, {"c.yaml", child}}, edit);
    ASSERT_EQ(files.size(), 2U);
    const schema::Schema after =
        parse_model({{"p.yaml", files[0].after}, {"c.yaml", files[1].after}}).schema;
    for (const schema::ForeignKey& key : after.table("c").foreign_keys) {
      const bool is_other = key.referenced_table == "pp";
      EXPECT_EQ(key.referenced_table, is_other                              ? "pp"
                                      : edit.kind == EditKind::rename_table ? "parent"
                                                                            : "p");
      EXPECT_EQ(key.referenced_columns[0],
                !is_other && edit.kind == EditKind::rename_column ? "number" : "id");
    }
    EXPECT_NE(files[1].after.find("# to p"), std::string::npos);
  }
}

TEST(EditModel, TablesComeAndGo) {
  const std::string text = kLayouts[1];
  const std::string without = edited(text, {.kind = EditKind::drop_table, .table = "t"});
  EXPECT_EQ(read(without).tables.size(), 1U) << without;
  EXPECT_NE(without.find("# about u"), std::string::npos) << without;
  ModelEdit edit;
  edit.definition = read(kLayouts[0]).table("t");
  edit.definition.name = "../<script>";
  const auto files = edit_model({}, edit);
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].name, "____script_.yaml");
  EXPECT_EQ(read(files[0].after).tables.size(), 1U);
}

TEST(EditModel, WhatItDoesNotKnowIsSaidWithItsPlace) {
  const std::vector<SourceFile> files = {{"app.yaml", kLayouts[0]}};
  for (const ModelEdit& edit :
       {ModelEdit{.kind = EditKind::drop_table, .table = "x"}, add_column("x", "a", "text"),
        add_column("t", "a", "text"),
        ModelEdit{.kind = EditKind::drop_column, .table = "t", .name = "x"},
        ModelEdit{.kind = EditKind::rename_column, .table = "t", .name = "x", .to = "y"},
        ModelEdit{.kind = EditKind::drop_index, .table = "t", .name = "x"}}) {
    EXPECT_THROW(edit_model(files, edit), Error);
  }
}

/// On printed random models: a column and an index come, and go again without a trace.
TEST(EditModel, WhatCameGoesWithoutATrace) {
  std::size_t tried = 0;
  for (std::uint64_t seed = 1; seed <= test::property_seeds(60); ++seed) {
    const schema::Schema schema = test::random_schema(seed);
    const std::string text = print_model(schema);
    for (const auto& [name, table] : schema.tables) {
      if (table.columns.empty()) continue;
      const std::string column = edited(text, add_column(name, "zz new", "varchar(9)"));
      schema::Schema wanted = read(text);
      wanted.table(name).columns.push_back(read(column).table(name).column("zz new"));
      EXPECT_EQ(read(column), wanted) << seed << "\n" << changed_lines(text, column);
      EXPECT_EQ(edited(column, {.kind = EditKind::drop_column, .table = name, .name = "zz new"}),
                text)
          << seed;
      const std::string index = edited(text, add_index(name, "zz new", {table.columns[0].name}));
      EXPECT_EQ(edited(index, {.kind = EditKind::drop_index, .table = name, .name = "zz new"}),
                text)
          << seed;
      ++tried;
    }
  }
  EXPECT_GT(tried, test::property_seeds(60));
}

TEST(ChangedLines, AreTheLinesThatChanged) {
  EXPECT_EQ(changed_lines("a\nb\nc\n", "a\nx\nc\nd\n"), "@@ line 2\n- b\n+ x\n@@ line 4\n+ d\n");
  EXPECT_EQ(changed_lines("a\n", "a\n"), "");
}

}  // namespace
}  // namespace dbmig::yaml
