#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/context.hpp"

namespace dbmig::cli {

/// A command as its help shows it.
struct CommandText {
  std::string name;
  std::string summary;   ///< one line
  std::string examples;  ///< lines `  dbmig … # why`, without the heading
};

/// Adds a command with the global options, so that they may stand before or after it.
Command& add_command(Command& program, Context& context, const CommandText& text);

/// What the command does. Under mpirun every rank runs the whole command line, so the ranks above 0
/// do it only when `every_rank` is set.
void set_action(Command& command, Context& context, std::function<void()> action,
                bool every_rank = false);

/// `--plan`, or `--dry-run`: every command that changes a database or the files of a project has it
/// and then changes nothing (decision 029). `what` is what it prints or looks at instead.
Option* add_plan_flag(Command& command, bool& plan, const std::string& what);

/// `--table TABLE`, a name or a pattern, as often as wanted.
void add_table_option(Command& command, std::vector<std::string>& tables);

// One per file of this folder.
void add_init(Command& program, Context& context);
void add_adopt(Command& program, Context& context);
void add_diff(Command& program, Context& context);
void add_migrate(Command& program, Context& context);
void add_revision(Command& program, Context& context);
void add_merge(Command& program, Context& context);
void add_edit(Command& program, Context& context);
void add_embed(Command& program, Context& context);
void add_squash(Command& program, Context& context);
void add_rebase(Command& program, Context& context);
void add_sum(Command& program, Context& context);
void add_upgrade(Command& program, Context& context);
void add_downgrade(Command& program, Context& context);
void add_switch(Command& program, Context& context);
void add_stamp(Command& program, Context& context);
void add_status(Command& program, Context& context);
void add_current(Command& program, Context& context);
void add_heads(Command& program, Context& context);
void add_branches(Command& program, Context& context);
void add_history(Command& program, Context& context);
void add_show(Command& program, Context& context);
void add_check(Command& program, Context& context);
void add_verify(Command& program, Context& context);
void add_test(Command& program, Context& context);
void add_lint(Command& program, Context& context);
void add_repair(Command& program, Context& context);
void add_inspect(Command& program, Context& context);
void add_scratch(Command& program, Context& context);
void add_docs(Command& program, Context& context);
void add_import(Command& program, Context& context);
void add_export(Command& program, Context& context);
void add_copy(Command& program, Context& context);
void add_infer(Command& program, Context& context);
void add_serve(Command& program, Context& context);

}  // namespace dbmig::cli
