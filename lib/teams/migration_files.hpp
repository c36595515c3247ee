#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dbmig::teams {

/// One step of a history of SQL files.
struct MigrationFile {
  std::string version;  ///< as the tool writes it into its table: "1.1", "20260101120000", "3"
  std::string message;  ///< of the file's name, in words
  std::filesystem::path path;
  std::string up;
  std::string down;  ///< may be empty
};

/// The files of a folder, oldest first.
struct MigrationFiles {
  /// "flyway", "golang-migrate", "dbmate", "goose", or empty for plain numbered files.
  std::string tool;
  std::vector<MigrationFile> files;
  std::vector<std::string> notes;  ///< what was left out, a sentence each
};

/// Reads the SQL files of `folder`: Flyway's `V1_1__text.sql` (with `U1_1__text.sql`),
/// golang-migrate's `0001_text.up.sql` and `.down.sql`, dbmate's and goose's with up and down in
/// one file, marked `-- migrate:up` and `-- +goose Up`, and plain `001_text.sql`. Which of them it
/// is shows in names and marks. Throws Error{not_found} without any, Error{invalid} for a mixture,
/// two files of one version, and a mark that is missing. Source:
/// https://documentation.red-gate.com/fd/migrations-184127470.html,
/// https://github.com/golang-migrate/migrate/blob/master/MIGRATIONS.md,
/// https://github.com/amacneil/dbmate, https://pressly.github.io/goose/documentation/annotations/
MigrationFiles read_migration_files(const std::filesystem::path& folder);

}  // namespace dbmig::teams
