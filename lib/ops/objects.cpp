#include <fmt/core.h>

#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/rules.hpp"

namespace dbmig::ops::rules {
namespace {

template <class Map>
const typename Map::mapped_type& existing(const Map& map, const std::string& name,
                                          std::string_view what) {
  const auto found = map.find(name);
  if (found != map.end()) return found->second;
  Error error(ErrorCode::invalid, fmt::format("there is no {} '{}' at this point", what, name));
  std::vector<std::string> names;
  for (const auto& [known, value] : map) names.push_back(known);
  if (names.empty()) throw error;
  throw std::move(error).hint(text::suggest(name, names));
}

}  // namespace

void step(Schema& schema, const CreateView& operation) {
  require_free(schema, operation.view.name);
  schema.views.emplace(operation.view.name, operation.view);
}

std::vector<Operation> undo(const Schema&, const CreateView& operation) {
  return {DropView{operation.view.name}};
}

std::vector<Risk> find_risks(const Schema&, const CreateView&) {
  return {};
}

std::string summary(const CreateView& operation) {
  return fmt::format("create view '{}'", operation.view.name);
}

void step(Schema& schema, const DropView& operation) {
  existing(schema.views, operation.name, "view");
  erase_triggers_on(schema, operation.name);
  schema.views.erase(operation.name);
}

std::vector<Operation> undo(const Schema& before, const DropView& operation) {
  std::vector<Operation> operations = {CreateView{existing(before.views, operation.name, "view")}};
  for (schema::Trigger& trigger : triggers_on(before, operation.name)) {
    operations.emplace_back(CreateTrigger{std::move(trigger)});
  }
  return operations;
}

std::vector<Risk> find_risks(const Schema&, const DropView&) {
  return {};
}

std::string summary(const DropView& operation) {
  return fmt::format("drop view '{}'", operation.name);
}

void step(Schema& schema, const CreateTrigger& operation) {
  const schema::Trigger& trigger = operation.trigger;
  if (trigger.name.empty()) throw Error(ErrorCode::invalid, "a trigger needs a name");
  if (schema.triggers.count(trigger.name) != 0) {
    throw Error(ErrorCode::invalid,
                fmt::format("there is a trigger '{}' already at this point", trigger.name))
        .hint("drop it first, or choose another name");
  }
  if (schema.views.count(trigger.table) == 0) existing_table(schema, trigger.table);
  schema.triggers.emplace(trigger.name, trigger);
}

std::vector<Operation> undo(const Schema&, const CreateTrigger& operation) {
  return {DropTrigger{operation.trigger.name}};
}

std::vector<Risk> find_risks(const Schema&, const CreateTrigger&) {
  return {};
}

std::string summary(const CreateTrigger& operation) {
  return fmt::format("create trigger '{}' on '{}'", operation.trigger.name,
                     operation.trigger.table);
}

void step(Schema& schema, const DropTrigger& operation) {
  existing(schema.triggers, operation.name, "trigger");
  schema.triggers.erase(operation.name);
}

std::vector<Operation> undo(const Schema& before, const DropTrigger& operation) {
  return {CreateTrigger{existing(before.triggers, operation.name, "trigger")}};
}

std::vector<Risk> find_risks(const Schema&, const DropTrigger&) {
  return {};
}

std::string summary(const DropTrigger& operation) {
  return fmt::format("drop trigger '{}'", operation.name);
}

std::string_view create_name(schema::RoutineKind kind) {
  using enum schema::RoutineKind;
  switch (kind) {
    case sequence:
      return "create_sequence";
    case function:
      return "create_function";
    case procedure:
      return "create_procedure";
    case event:
      return "create_event";
  }
  return {};
}

std::string_view drop_name(schema::RoutineKind kind) {
  using enum schema::RoutineKind;
  switch (kind) {
    case sequence:
      return "drop_sequence";
    case function:
      return "drop_function";
    case procedure:
      return "drop_procedure";
    case event:
      return "drop_event";
  }
  return {};
}

void step(Schema& schema, const CreateRoutine& operation) {
  const schema::Routine& routine = operation.routine;
  if (routine.name.empty()) {
    throw Error(ErrorCode::invalid, fmt::format("a {} needs a name", to_string(routine.kind)));
  }
  if (routine.kind == schema::RoutineKind::sequence) require_free(schema, routine.name);
  if (!schema.routines.try_emplace({routine.kind, routine.name}, routine).second) {
    throw Error(ErrorCode::invalid, fmt::format("there is a {} '{}' already at this point",
                                                to_string(routine.kind), routine.name))
        .hint("drop it first, or choose another name");
  }
}

std::vector<Operation> undo(const Schema&, const CreateRoutine& operation) {
  return {DropRoutine{operation.routine.kind, operation.routine.name}};
}

std::vector<Risk> find_risks(const Schema&, const CreateRoutine&) {
  return {};
}

std::string summary(const CreateRoutine& operation) {
  return fmt::format("create {} '{}'", to_string(operation.routine.kind), operation.routine.name);
}

namespace {

const schema::Routine& existing_routine(const Schema& schema, const DropRoutine& operation) {
  std::map<std::string, schema::Routine> same_kind;
  for (const auto& [key, routine] : schema.routines) {
    if (key.first == operation.kind) same_kind.emplace(key.second, routine);
  }
  existing(same_kind, operation.name, to_string(operation.kind));
  return schema.routines.at({operation.kind, operation.name});
}

}  // namespace

void step(Schema& schema, const DropRoutine& operation) {
  existing_routine(schema, operation);
  schema.routines.erase({operation.kind, operation.name});
}

std::vector<Operation> undo(const Schema& before, const DropRoutine& operation) {
  return {CreateRoutine{existing_routine(before, operation)}};
}

std::vector<Risk> find_risks(const Schema&, const DropRoutine&) {
  return {};
}

std::string summary(const DropRoutine& operation) {
  return fmt::format("drop {} '{}'", to_string(operation.kind), operation.name);
}

}  // namespace dbmig::ops::rules
