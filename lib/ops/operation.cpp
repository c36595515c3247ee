#include "ops/operation.hpp"

#include <type_traits>

#include "base/overloaded.hpp"
#include "ops/rules.hpp"

namespace dbmig::ops {

bool operator==(const Execute& a, const Execute& b) {
  return a.sql == b.sql && a.state == b.state && a.undo == b.undo;
}

std::string_view name_of(const Operation& operation) {
  return std::visit(
      overloaded{
          [](const CreateRoutine& one) { return rules::create_name(one.routine.kind); },
          [](const DropRoutine& one) { return rules::drop_name(one.kind); },
          [](const auto& one) { return rules::kName<std::remove_cvref_t<decltype(one)>>; },
      },
      operation);
}

std::string_view table_of(const Operation& operation) {
  return std::visit(
      overloaded{
          [](const CreateTable& one) -> std::string_view { return one.table.name; },
          [](const DropTable& one) -> std::string_view { return one.name; },
          [](const RenameTable& one) -> std::string_view { return one.name; },
          [](const CreateTrigger& one) -> std::string_view { return one.trigger.table; },
          [](const DropTrigger&) -> std::string_view { return {}; },
          [](const CreateView&) -> std::string_view { return {}; },
          [](const DropView&) -> std::string_view { return {}; },
          [](const CreateRoutine&) -> std::string_view { return {}; },
          [](const DropRoutine&) -> std::string_view { return {}; },
          [](const Execute&) -> std::string_view { return {}; },
          [](const auto& one) -> std::string_view { return one.table; },
      },
      operation);
}

std::string describe(const Operation& operation) {
  return std::visit([](const auto& one) { return rules::summary(one); }, operation);
}

}  // namespace dbmig::ops
