#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "cli/context.hpp"

namespace dbmig::cli {

/// A command as its help shows it.
struct CommandText {
  std::string name;
  std::string summary;   ///< one line
  std::string examples;  ///< lines `  dbmig … # why`, without the heading
};

/// Adds a command with the global options, so that they may stand before or after it.
CLI::App& add_command(CLI::App& program, Context& context, const CommandText& text);

/// What the command does. Under mpirun every rank runs the whole command line, so the ranks above 0
/// do it only when `every_rank` is set.
void set_action(CLI::App& command, Context& context, std::function<void()> action,
                bool every_rank = false);

/// `--table TABLE`, a name or a pattern, as often as wanted.
void add_table_option(CLI::App& command, std::vector<std::string>& tables);

// One per file of this folder.
void add_init(CLI::App& program, Context& context);
void add_adopt(CLI::App& program, Context& context);
void add_diff(CLI::App& program, Context& context);
void add_migrate(CLI::App& program, Context& context);
void add_revision(CLI::App& program, Context& context);
void add_merge(CLI::App& program, Context& context);
void add_edit(CLI::App& program, Context& context);
void add_embed(CLI::App& program, Context& context);
void add_squash(CLI::App& program, Context& context);
void add_rebase(CLI::App& program, Context& context);
void add_sum(CLI::App& program, Context& context);
void add_upgrade(CLI::App& program, Context& context);
void add_downgrade(CLI::App& program, Context& context);
void add_switch(CLI::App& program, Context& context);
void add_stamp(CLI::App& program, Context& context);
void add_status(CLI::App& program, Context& context);
void add_current(CLI::App& program, Context& context);
void add_heads(CLI::App& program, Context& context);
void add_branches(CLI::App& program, Context& context);
void add_history(CLI::App& program, Context& context);
void add_show(CLI::App& program, Context& context);
void add_check(CLI::App& program, Context& context);
void add_verify(CLI::App& program, Context& context);
void add_lint(CLI::App& program, Context& context);
void add_repair(CLI::App& program, Context& context);
void add_inspect(CLI::App& program, Context& context);
void add_scratch(CLI::App& program, Context& context);
void add_docs(CLI::App& program, Context& context);
void add_import(CLI::App& program, Context& context);
void add_export(CLI::App& program, Context& context);
void add_copy(CLI::App& program, Context& context);
void add_infer(CLI::App& program, Context& context);
void add_serve(CLI::App& program, Context& context);

}  // namespace dbmig::cli
