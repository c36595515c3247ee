#include "serve/changes.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "schema/type.hpp"
#include "yaml/changed_lines.hpp"
#include "yaml/files.hpp"

namespace dbmig::serve {
namespace {

namespace fs = std::filesystem;
using EditKind = yaml::ModelEdit::Kind;

constexpr std::chrono::seconds kForMigrate{300};

constexpr std::array<std::pair<std::string_view, EditKind>, 8> kEditKinds{{
    {"create_table", EditKind::create_table},
    {"drop_table", EditKind::drop_table},
    {"rename_table", EditKind::rename_table},
    {"add_column", EditKind::add_column},
    {"drop_column", EditKind::drop_column},
    {"rename_column", EditKind::rename_column},
    {"add_index", EditKind::add_index},
    {"drop_index", EditKind::drop_index},
}};

std::string word(const Json& request, const char* name, const char* what) {
  const auto found = request.find(name);
  if (found != request.end() && found->is_string() && !found->get<std::string>().empty()) {
    return *found;
  }
  throw Error(ErrorCode::invalid, fmt::format("{} is missing", what)).hint("fill it in");
}

bool flag(const Json& request, const char* name) {
  const auto found = request.find(name);
  return found != request.end() && found->is_boolean() && found->get<bool>();
}

std::optional<schema::Default> default_of(const std::string& given) {
  const std::string text(text::trim(given));
  const std::string lower = text::lower(text);
  if (text.empty() || lower == "none" || lower == "null") return std::nullopt;
  schema::Default value;
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  value.literal = text;
  if (read.ec == std::errc() && read.ptr == text.data() + text.size()) {
    value.kind = schema::Default::Kind::number;
  } else if (lower == "true" || lower == "false") {
    value.kind = schema::Default::Kind::boolean;
    value.literal = lower;
  } else if (lower == "current_timestamp" || lower == "current_date") {
    value.kind = schema::Default::Kind::sql;
    value.literal.clear();
    value.sql.any = text::upper(text);
  } else if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
    value.literal = text::replace_all(text.substr(1, text.size() - 2), "''", "'");
  }
  return value;
}

schema::Column column_of(const Json& request) {
  schema::Column column;
  column.name = word(request, "name", "the column's name");
  column.type = schema::parse_type(word(request, "type", "the column's type"));
  const auto nullable = request.find("nullable");
  column.nullable = nullable == request.end() || !nullable->is_boolean() || nullable->get<bool>();
  const auto value = request.find("default");
  if (value != request.end() && value->is_string()) column.default_value = default_of(*value);
  return column;
}

schema::Table new_table(const Json& request) {
  schema::Table table;
  table.name = word(request, "name", "the table's name");
  const auto columns = request.find("columns");
  if (columns == request.end() || !columns->is_array() || columns->empty()) {
    throw Error(ErrorCode::invalid, "a table needs a column").hint("add one");
  }
  std::vector<std::string> key;
  for (const Json& one : *columns) {
    if (!one.is_object())
      throw Error(ErrorCode::invalid, "a column of the request is not a JSON object")
          .hint("reload the page");
    schema::Column column = column_of(one);
    if (flag(one, "key")) {
      column.nullable = false;
      key.push_back(column.name);
    }
    table.columns.push_back(std::move(column));
  }
  if (key.size() == 1) {
    schema::Column* column = table.find_column(key.front());
    column->autoincrement = is_integer(column->type.kind);
  }
  if (!key.empty()) {
    table.primary_key.emplace();
    table.primary_key->columns = key;
  }
  return table;
}

void add_index_of(const Json& request, schema::Table& table, const std::string& on) {
  const auto columns = request.find("columns");
  std::vector<std::string> names;
  if (columns != request.end() && columns->is_array()) {
    for (const Json& one : *columns) {
      if (one.is_string()) names.push_back(one);
    }
  }
  if (names.empty()) throw Error(ErrorCode::invalid, "an index needs a column").hint("choose one");
  const bool is_unique = flag(request, "unique");
  constexpr std::size_t kMaxName = 64;
  std::string name = fmt::format("{}_{}_{}", is_unique ? "uq" : "ix", on, text::join(names, "_"));
  const auto given = request.find("name");
  if (given != request.end() && given->is_string() && !given->get<std::string>().empty()) {
    name = *given;
  } else if (text::utf8_length(name) > kMaxName) {
    throw Error(ErrorCode::invalid, fmt::format("the name '{}' is too long", name))
        .hint("write the index into the model's file with a shorter one");
  }
  if (is_unique) {
    schema::Unique unique;
    unique.name = name;
    unique.columns = names;
    table.uniques.push_back(std::move(unique));
    return;
  }
  schema::Index index;
  index.name = name;
  for (const std::string& column : names) {
    schema::IndexPart part;
    part.column = column;
    index.parts.push_back(std::move(part));
  }
  table.indexes.push_back(std::move(index));
}

/// What a command that failed said, as an error of ours.
Error told_by(const CommandResult& result) {
  const Json& document = result.document;
  if (!document.is_object() || !document.contains("error")) {
    return Error(ErrorCode::failed, fmt::format("`{}` failed", result.command)).hint(result.errors);
  }
  const Json& error = document["error"];
  std::vector<Diagnostic> list;
  for (const Json& one : error.value("diagnostics", Json::array())) {
    list.push_back({{one.value("file", ""), one.value("line", 0), one.value("column", 0)},
                    one.value("message", ""),
                    one.value("hint", "")});
  }
  if (list.empty()) list.push_back({{}, error.value("message", "the command failed"), ""});
  const bool is_refused = error.value("code", "") == "refused";
  return Error(is_refused ? ErrorCode::refused : ErrorCode::invalid, std::move(list))
      .sql(error.value("statement", ""));
}

}  // namespace

yaml::ModelEdit edit_of(const Json& request) {
  const std::string kind = word(request, "kind", "the kind of the change");
  const auto known = std::find_if(kEditKinds.begin(), kEditKinds.end(),
                                  [&](const auto& one) { return one.first == kind; });
  if (known == kEditKinds.end()) {
    throw Error(ErrorCode::invalid, fmt::format("unknown kind of change '{}'", kind))
        .hint("choose one of the list");
  }
  yaml::ModelEdit edit;
  edit.kind = known->second;
  if (edit.kind == EditKind::create_table) {
    edit.definition = new_table(request);
    return edit;
  }
  edit.table = word(request, "table", "the table");
  switch (edit.kind) {
    case EditKind::rename_table:
      edit.to = word(request, "to", "the new name");
      break;
    case EditKind::add_column:
      edit.definition.columns.push_back(column_of(request));
      break;
    case EditKind::rename_column:
      edit.to = word(request, "to", "the new name");
      edit.name = word(request, "column", "the column");
      break;
    case EditKind::drop_column:
      edit.name = word(request, "column", "the column");
      break;
    case EditKind::add_index:
      add_index_of(request, edit.definition, edit.table);
      break;
    case EditKind::drop_index:
      edit.name = word(request, "index", "the index");
      break;
    case EditKind::create_table:
    case EditKind::drop_table:
      break;
  }
  return edit;
}

fs::path Changes::path_of(const yaml::EditedFile& file) const {
  return file.before.empty() ? project_.schemas / file.name : project_.root / file.name;
}

void Changes::put_back(const std::vector<yaml::EditedFile>& files) {
  for (const yaml::EditedFile& file : files) {
    std::error_code ignored;
    if (file.before.empty()) {
      fs::remove(path_of(file), ignored);
    } else {
      write_file(path_of(file), file.before, true);
    }
  }
}

Json Changes::make(const Json& request) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) {
    throw Error(ErrorCode::busy, "another change is running").hint("wait until it is done");
  }
  const yaml::ModelEdit edit = edit_of(request);
  // What migrate would write now is somebody's work that is not done: it is not to be mixed in.
  const CommandResult open = commands_.run_alone(
      {"migrate", "--dry-run", "--no-proof", "--allow-destructive"}, kForMigrate);
  if (open.code != 0) throw told_by(open);
  if (open.document.is_object() && !open.document.value("operations", Json::array()).empty()) {
    throw Error(ErrorCode::refused, "the model has changes that are not in a revision yet")
        .hint("write a revision with `dbmig migrate`, or undo them");
  }
  std::vector<yaml::SourceFile> sources;
  for (const fs::path& path : yaml::yaml_files(project_.schemas, yaml::Subfolders::yes)) {
    sources.push_back({yaml::display_name(path, project_.root), read_file(path)});
  }
  const std::vector<yaml::EditedFile> files = edit_model(sources, edit);
  const bool has_changes = std::any_of(files.begin(), files.end(),
                                       [](const auto& one) { return one.before != one.after; });
  if (!has_changes)
    throw Error(ErrorCode::invalid, "this would change nothing").hint("choose something else");
  std::vector<yaml::EditedFile> written;
  CommandResult result;
  try {
    for (const yaml::EditedFile& file : files) {
      // A new file does not take the place of one that is there.
      write_file(path_of(file), file.after, !file.before.empty());
      written.push_back(file);
    }
    std::vector<std::string> words = {"migrate"};
    const auto message = request.find("message");
    if (message != request.end() && message->is_string() && !message->get<std::string>().empty()) {
      words.push_back("--message=" + message->get<std::string>());
    }
    if (flag(request, "allow_destructive")) words.emplace_back("--allow-destructive");
    result = commands_.run_alone(words, kForMigrate);
    if (result.code != 0) throw told_by(result);
    if (!result.document.is_object() || !result.document.value("written", false)) {
      throw Error(ErrorCode::invalid, "this would not change the schema")
          .hint("choose something else");
    }
  } catch (...) {
    put_back(written);
    throw;
  }
  Json names = Json::array();
  std::string difference;
  for (const yaml::EditedFile& file : files) {
    const std::string name = yaml::display_name(path_of(file), project_.root);
    names.push_back(name);
    difference += name + "\n" + yaml::changed_lines(file.before, file.after);
  }
  names.push_back(result.document["path"]);
  const fs::path path = project_.root / result.document["path"].get<std::string>();
  made_ = Made{result.document["revision"], path, read_file(path), files};
  return {{"revision", result.document}, {"files", names}, {"difference", difference}};
}

void Changes::discard(const std::string& revision) {
  const std::lock_guard lock(mutex_);
  if (!made_ || made_->revision != revision) {
    throw Error(ErrorCode::refused,
                fmt::format("'{}' is not the last revision written here", revision))
        .hint("remove its file yourself, and change the model back");
  }
  const auto is_as_left = [](const fs::path& path, const std::string& text) {
    std::error_code ignored;
    return fs::exists(path, ignored) && read_file(path) == text;
  };
  bool is_same = is_as_left(made_->path, made_->text);
  for (const yaml::EditedFile& file : made_->files) {
    is_same = is_same && is_as_left(path_of(file), file.after);
  }
  if (!is_same) {
    throw Error(ErrorCode::refused, "files were changed since the revision was written")
        .hint("remove the revision's file yourself, and change the model back");
  }
  const CommandResult status = commands_.run_alone({"history", "--indicate-current"}, kForMigrate);
  if (status.code != 0) throw told_by(status);
  for (const Json& one : status.document) {
    if (one.value("revision", "") != revision) continue;
    if (one.contains("applied_at") && !one["applied_at"].is_null()) {
      throw Error(ErrorCode::refused, "the revision has been applied to the database")
          .hint("run `dbmig downgrade` first");
    }
    if (!one.value("is_head", false)) {
      throw Error(ErrorCode::refused, "another revision follows it").hint("remove that one first");
    }
  }
  fs::remove(made_->path);
  put_back(made_->files);
  made_.reset();
}

}  // namespace dbmig::serve
