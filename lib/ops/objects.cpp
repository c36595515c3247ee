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

}  // namespace dbmig::ops::rules
