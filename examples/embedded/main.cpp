// A notebook that keeps its own database up to date: no files beside the program, no dbmig to be
// run.
#include <dbmig/soci.hpp>
#include <iostream>
#include <string>

#include "notes_migrations.hpp"

namespace {

void tell(const dbmig::Message& message) {
  if (message.level == dbmig::Message::Level::info ||
      message.level == dbmig::Message::Level::warning) {
    std::cerr << message.text << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::cerr
        << "usage: notes URL                  as in notes sqlite:///notes.db\n"
           "       notes BACKEND CONNECTION   a soci::session, as in notes sqlite3 db=notes.db\n";
    return 2;
  }
  try {
    dbmig::UpgradeOptions options;
    options.on_message = tell;
    if (argc == 2) {
      const auto ran = dbmig::upgrade(notes_migrations(), argv[1], options);
      std::cout << ran.size() << " revisions ran\n";
      return 0;
    }
    const std::string backend = argv[1];
    soci::session sql(backend, argv[2]);
    const auto ran = dbmig::upgrade(notes_migrations(), sql, options);
    sql << "INSERT INTO note (title) VALUES ('hello')";
    int notes = 0;
    sql << "SELECT count(*) FROM note", soci::into(notes);
    std::cout << ran.size() << " revisions ran, " << notes << " notes\n";
    return 0;
  } catch (const dbmig::Error& error) {
    std::cerr << "cannot upgrade the database: " << error.what() << '\n';
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
  }
  return 1;
}
