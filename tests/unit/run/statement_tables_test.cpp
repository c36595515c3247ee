#include "run/statement_tables.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace dbmig::run {
namespace {

TEST(StatementTables, AreThoseThatAPlainStatementIsAbout) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"ALTER TABLE `t` ADD COLUMN `name` varchar(20) NULL DEFAULT NULL", "ALTER TABLE `t`"},
      {"ALTER TABLE `t` ADD KEY `u` (`a`, `b`)", "ALTER TABLE `t`"},
      {"ALTER TABLE `t` RENAME TO `u`", "ALTER TABLE `t`, `u`"},
      {"ALTER TABLE `t` RENAME COLUMN `a` TO `b`, RENAME `u`", "ALTER TABLE `t`, `u`"},
      {"ALTER TABLE `t` ADD CONSTRAINT `k` FOREIGN KEY (`p`) REFERENCES `u` (`id`)",
       "ALTER TABLE `t`, `u`"},
      {"CREATE TABLE `t` (`id` int, CONSTRAINT `k` FOREIGN KEY (`id`) REFERENCES `u` (`id`))",
       "ALTER TABLE `t`, `u`"},
      {"ALTER TABLE `a ``b` ADD COLUMN `c` int COMMENT 'references `x`'", "ALTER TABLE `a ``b`"}};
  for (const auto& [sql, tables] : cases) EXPECT_EQ(statement_tables(sql), tables) << sql;
}

TEST(StatementTables, WhatMayBeAboutMoreComesBackWhole) {
  for (const char* sql :
       {"ALTER TABLE t ADD COLUMN c int", "ALTER TABLE `d`.`t` ADD COLUMN c int",
        "CREATE TABLE `t` AS SELECT * FROM `u`", "CREATE TABLE `t` LIKE `u`",
        "ALTER TABLE `t` EXCHANGE PARTITION `p` WITH TABLE `u`", "DROP TABLE `t`",
        "CREATE VIEW `v` AS SELECT 1", "RENAME TABLE `a` TO `b`", "ALTER TABLE `t` UNION = (`u`)",
        "ALTER TABLE `t` ADD COLUMN `g` int AS (`a` + 1)", "UPDATE `t` SET `a` = 1", ""}) {
    EXPECT_EQ(statement_tables(sql), sql);
  }
}

}  // namespace
}  // namespace dbmig::run
