#include "project/table_for_files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>

#include "base/file.hpp"
#include "base/text.hpp"
#include "import/column_finder.hpp"
#include "import/input_files.hpp"
#include "project/edit_columns.hpp"
#include "project/generate_revision.hpp"
#include "project/inferred_table.hpp"
#include "project/revisions.hpp"
#include "project/run_settings.hpp"
#include "transfer/infer.hpp"
#include "transfer/name_columns.hpp"

namespace dbmig::project {
namespace {

constexpr int kTableLockTimeout = 60;

/// Tells the other ranks whether the root has succeeded.
void tell(import::Communicator& ranks, bool is_done) {
  const char word = is_done ? 1 : 0;
  for (int rank = 1; rank < ranks.size(); ++rank) {
    import::wait(*ranks.isend({&word, 1}, rank));
  }
}

void wait_for_root(import::Communicator& ranks) {
  import::Bytes word;
  import::wait(*ranks.irecv(word, 0));
  if (word.empty() || word.front() == 0) {
    throw Error(ErrorCode::failed, "the first rank could not prepare a table for the file");
  }
}

void require_no_options(const import::Options& options, const TableForFilesOptions& wanted) {
  const char* option = wanted.create ? "--create" : "--evolve";
  const bool has_input = std::find(options.files.begin(), options.files.end(),
                                   import::kStandardInput) != options.files.end();
  if (has_input) {
    throw Error(
        ErrorCode::usage,
        fmt::format("{} reads its files twice, and standard input can be read only once", option))
        .hint("give it a file");
  }
  if (!options.columns.empty() || !options.map.empty() || !options.set.empty()) {
    throw Error(ErrorCode::usage,
                fmt::format("{} takes the columns from the header: leave out --columns, --map and "
                            "--set",
                            option));
  }
  if (wanted.evolve && options.header == false) {
    throw Error(ErrorCode::usage, "--evolve uses the names in the header: leave out --no-header")
        .hint("for a file without a header, leave out --evolve");
  }
}

class TableMaker {
 public:
  TableMaker(Workspace& workspace, const TableForFilesOptions& wanted, import::Options& options,
             transfer::Inferred inferred, MadeForFiles& made)
      : workspace_(workspace),
        wanted_(wanted),
        options_(options),
        inferred_(std::move(inferred)),
        made_(made) {}

  void run() {
    const std::string& name = inferred_.table.name;
    options_.table = name;
    for (const std::string& note : inferred_.notes) {
      workspace_.events().warning("dbmig.infer", note);
    }
    const schema::Table* table = workspace_.model().schema.find_table(name);
    // A header that the import would refuse is no reason to change the schema.
    if (table != nullptr && wanted_.evolve) {
      require_header();
      require_all_values(*table);
    }
    if (table != nullptr) {
      if (wanted_.evolve) {
        evolve(*table);
      } else {
        workspace_.events().info("dbmig.import",
                                 fmt::format("Table '{}' already exists; --evolve changes it "
                                             "where the file needs more",
                                             name));
      }
    } else if (wanted_.create) {
      create();
    } else {
      throw Error(ErrorCode::not_found, fmt::format("the model has no table '{}'", name))
          .hint("--create creates it; --table NAME names another one");
    }
    upgrade();
    use_findings();
  }

 private:
  /// The column of `table` for each field of the file that is not left out; null: it needs a new
  /// one. Throws Error{invalid} if two fields would have the same.
  std::vector<const schema::Column*> columns_in(const schema::Table& table) const {
    const import::ColumnFinder finder(table);
    const std::size_t count = inferred_.table.columns.size();
    std::vector<const schema::Column*> columns(count);
    std::map<const schema::Column*, std::size_t> uses;
    for (std::size_t i = 0; i < count; ++i) {
      columns[i] = finder.find(inferred_.names[i]);
      ++uses[columns[i]];
    }
    std::set<const schema::Column*> taken;
    for (std::size_t i = 0; i < count; ++i) {
      // Names that mean the same column are told apart as in the file that made the table.
      const bool is_clear = columns[i] != nullptr && uses[columns[i]] == 1;
      if (!is_clear) {
        const schema::Column* const meant = columns[i];
        columns[i] = table.find_column(inferred_.table.columns[i].name);
        if (columns[i] == nullptr && meant != nullptr) refuse_repeated_name(i);
      }
      if (columns[i] != nullptr && !taken.insert(columns[i]).second) refuse_repeated_name(i);
    }
    return columns;
  }

  [[noreturn]] void refuse_repeated_name(std::size_t field) const {
    throw Error(ErrorCode::invalid,
                fmt::format("column '{}' is named twice, the second time in field {}",
                            text::trim(inferred_.names[field]), field + 1))
        .at({options_.files.front(), 1, 0})
        .hint("nothing was changed; name each column once");
  }

  void require_all_values(const schema::Table& table) const {
    Diagnostics missing;
    const std::vector<const schema::Column*> given = columns_in(table);
    for (const schema::Column& column : table.columns) {
      const bool is_filled = column.nullable || column.default_value || column.generated ||
                             column.autoincrement || is_key(table, column.name);
      const bool is_given = std::find(given.begin(), given.end(), &column) != given.end();
      if (is_filled || is_given) continue;
      missing.add(
          {options_.files.front(), 1, 0},
          fmt::format(
              "column '{}' of '{}' needs a value in every row, and the file does not have it",
              column.name, table.name),
          "nothing was changed; add it to the file, use this name in the header, or give the "
          "column a default");
    }
    missing.throw_if_any(ErrorCode::invalid);
  }

  void create() {
    require_no_binary();
    require_migrated_model(workspace_, "then import with --create again");
    add_parents(workspace_, inferred_);
    const std::filesystem::path path =
        workspace_.project().schemas / (inferred_.table.name + ".yaml");
    workspace_.show_work(fmt::format("Generating {}", workspace_.shown(path)),
                         [&] { write_file(path, model_with_evidence(inferred_), false); });
    workspace_.forget_files();
    try {
      MigrateOptions options;
      options.revision.message = "create " + inferred_.table.name;
      const auto generated = generate_revision(workspace_, options);
      if (generated) made_.made(generated->written.revision.id, inferred_.table.name);
    } catch (...) {
      std::error_code ignored;
      std::filesystem::remove(path, ignored);
      workspace_.forget_files();
      throw;
    }
    workspace_.forget_files();
  }

  /// Whether digits are a number, a text or bytes cannot be seen in them.
  void require_no_binary() const {
    if (wanted_.binary.empty() || wanted_.binary == "raw") return;
    throw Error(
        ErrorCode::usage,
        fmt::format("--create makes no binary columns, so --binary {} would have no effect: "
                    "a file does not tell which of its columns are binary",
                    wanted_.binary))
        .hint(fmt::format("write the model with `dbmig infer FILE -o schemas/{}.yaml`, make the "
                          "type of the binary columns blob there, then run `dbmig migrate`, `dbmig "
                          "upgrade` and this import without --create",
                          inferred_.table.name));
  }

  void evolve(const schema::Table& table) {
    std::vector<ColumnChange> changes;
    AddedColumns added{table.name, {}};
    const std::vector<const schema::Column*> columns = columns_in(table);
    for (std::size_t i = 0; i < inferred_.table.columns.size(); ++i) {
      const transfer::Evidence& evidence = inferred_.columns[i];
      const schema::Column* const column = columns[i];
      if (column == nullptr) {
        added.columns.push_back(inferred_.table.columns[i]);
        // Existing rows have no value for it.
        added.columns.back().nullable = true;
        continue;
      }
      ColumnChange change{table.name, column->name, evidence.wider_than(column->type), false};
      change.may_be_null = !column->nullable && !is_key(table, column->name) &&
                           !column->default_value && evidence.has_nulls();
      if (change.type || change.may_be_null) changes.push_back(std::move(change));
    }
    if (changes.empty() && added.columns.empty()) return;
    for (const ColumnChange& change : changes) say(table, change);
    for (const schema::Column& column : added.columns) {
      workspace_.events().info("dbmig.import",
                               fmt::format("'{}' gets column {}: {}", table.name, column.name,
                                           schema::to_string(column.type)));
    }
    require_migrated_model(workspace_, "then import with --evolve again");
    std::vector<AddedColumns> more;
    if (!added.columns.empty()) more.push_back(added);
    // `table` becomes invalid when the model is read again.
    const std::string name = table.name;
    made_.made(edit_columns(workspace_, changes, more, fmt::format("evolve {}", name)), name);
  }

  void say(const schema::Table& table, const ColumnChange& change) {
    if (change.type) {
      workspace_.events().info(
          "dbmig.import", fmt::format("'{}.{}' becomes {} from {}", table.name, change.column,
                                      schema::to_string(*change.type),
                                      schema::to_string(table.find_column(change.column)->type)));
    }
    if (change.may_be_null) {
      workspace_.events().info("dbmig.import",
                               fmt::format("'{}.{}' may be NULL", table.name, change.column));
    }
  }

  static bool is_key(const schema::Table& table, const std::string& column) {
    if (!table.primary_key) return false;
    const std::vector<std::string>& key = table.primary_key->columns;
    return std::find(key.begin(), key.end(), column) != key.end();
  }

  void upgrade() {
    run::Runner runner = make_runner(workspace_, Workspace::Access::create);
    run::RunOptions how = run_options(workspace_, kTableLockTimeout);
    how.lock_wait = options_.lock_wait;
    how.listener = project::hook_listener(workspace_, workspace_.url(), workspace_.events());
    runner.upgrade("heads", how);
  }

  /// Sets the column of each field, the delimiter and the date formats for the import.
  void use_findings() {
    const schema::Table& table = workspace_.model().schema.table(options_.table);
    const std::vector<const schema::Column*> columns = columns_in(table);
    if (inferred_.has_header) {
      std::vector<std::string> of_fields = inferred_.columns_of_fields;
      for (std::size_t i = 0; i < columns.size(); ++i) {
        // The import says which names have no column.
        of_fields[i] = columns[i] != nullptr ? columns[i]->name : inferred_.names[i];
      }
      transfer::FieldColumns fields =
          transfer::columns_of_fields(table, inferred_.names, of_fields, inferred_.has_order);
      options_.map = std::move(fields.map);
      options_.columns = std::move(fields.in_order);
      if (!options_.columns.empty()) {
        options_.header = true;
        options_.skip_lines = std::max(options_.skip_lines, inferred_.lines_before_header);
      }
    }
    if (!options_.columns.empty() || !inferred_.has_header) use_delimiter();
    for (const import::DateOption& date : inferred_.date_formats) {
      const schema::Column* column = table.find_column(date.column);
      const bool is_said = std::any_of(options_.date_formats.begin(), options_.date_formats.end(),
                                       [&](const import::DateOption& one) {
                                         return one.column.empty() || one.column == date.column;
                                       });
      if (column == nullptr || is_said || !schema::is_temporal(column->type.kind)) continue;
      options_.date_formats.push_back(date);
    }
  }

  /// The one that was found: without names, an import might not find it.
  void use_delimiter() {
    if (!options_.own_format) return;
    options_.own_format = [own = options_.own_format,
                           delimiter = inferred_.format.delimiter](const std::string& path) {
      import::OwnFormat format = own(path);
      if (format.format.find_delimiter && path != import::kStandardInput) {
        format.format.csv.delimiter = delimiter;
        format.format.find_delimiter = false;
      }
      return format;
    };
  }

  void require_header() const {
    if (inferred_.has_header) return;
    throw Error(ErrorCode::usage, "--evolve uses the names in the header, and the file has none")
        .hint("use --header if the first line has them; otherwise leave out --evolve");
  }

  Workspace& workspace_;
  const TableForFilesOptions& wanted_;
  import::Options& options_;
  transfer::Inferred inferred_;
  MadeForFiles& made_;
};

}  // namespace

MadeForFiles prepare_table(Workspace& workspace, const TableForFilesOptions& wanted,
                           import::Options& options, import::Communicator& ranks) {
  require_no_options(options, wanted);
  options.files = import::expand_patterns(options.files);
  static const std::atomic<bool> never{false};
  const transfer::Inferred inferred =
      transfer::infer(options, ranks, workspace.stop() == nullptr ? never : *workspace.stop());
  if (!ranks.is_root()) {
    wait_for_root(ranks);
    return MadeForFiles::nothing(workspace);
  }
  MadeForFiles made(workspace);
  try {
    TableMaker(workspace, wanted, options, inferred, made).run();
  } catch (...) {
    made.undo();
    tell(ranks, false);
    throw;
  }
  tell(ranks, true);
  return made;
}

}  // namespace dbmig::project
