#include "ops/alteration.hpp"

#include "base/overloaded.hpp"

namespace dbmig::ops {

bool is_alteration(const Operation& operation) {
  return std::visit(overloaded{[](const AddColumn&) { return true; },
                               [](const DropColumn&) { return true; },
                               [](const AlterColumn&) { return true; },
                               [](const CreateIndex&) { return true; },
                               [](const DropIndex&) { return true; },
                               [](const RenameIndex&) { return true; },
                               [](const CreatePrimaryKey&) { return true; },
                               [](const CreateUniqueConstraint&) { return true; },
                               [](const CreateForeignKey&) { return true; },
                               [](const CreateCheckConstraint&) { return true; },
                               [](const DropConstraint&) { return true; },
                               [](const AlterTable&) { return true; },
                               [](const CreateTable&) { return false; },
                               [](const DropTable&) { return false; },
                               [](const RenameTable&) { return false; },
                               [](const CreateView&) { return false; },
                               [](const DropView&) { return false; },
                               [](const CreateTrigger&) { return false; },
                               [](const DropTrigger&) { return false; },
                               [](const CreateRoutine&) { return false; },
                               [](const DropRoutine&) { return false; },
                               [](const BulkInsert&) { return false; },
                               [](const BulkDelete&) { return false; },
                               [](const Execute&) { return false; }},
                    operation);
}

}  // namespace dbmig::ops
