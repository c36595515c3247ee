#include <array>

#include "lint/codes.hpp"

namespace dbmig::lint {
namespace {

using enum Level;

// Destructive changes are errors: they want a reason in the revision, or a lower level in
// dbmig.yaml. What depends on rows or on applications is a warning, what is a matter of taste an
// info.
constexpr std::array kCodes{
    Code{"DS101", error, "drops a table",
         "All its rows are lost, and a downgrade brings the table back empty. Copy what is worth "
         "keeping, and drop the table one release after the last application that uses it."},
    Code{
        "DS102", error, "drops a column",
        "All its values are lost, and a downgrade brings the column back without them. Drop it one "
        "release after the last application that reads it."},
    Code{"DS103", error, "narrows a type or character set",
         "Values that do not fit the new type are cut, changed or stop the migration. If a "
         "database is reachable, the values are counted, and nothing is reported when all fit."},
    Code{"DS104", error, "makes a column generated",
         "The column's values are replaced by those of the expression, and a downgrade does not "
         "bring them back. "
         "Add a generated column beside it, compare, and drop the old one later."},
    Code{"DS105", error, "plain SQL drops or empties",
         "DROP and TRUNCATE in an execute lose rows that dbmig neither counts nor brings back. Use "
         "drop_table or drop_column, which can be undone."},
    Code{"DS106", warning, "plain SQL deletes every row",
         "A DELETE without WHERE empties its table. If that is intended, suppress the finding; to "
         "remove rows that belong to the schema, use bulk_delete."},
    Code{"DS107", info, "drops a constraint",
         "Without the foreign key, unique constraint or check, rows that violate it can be "
         "written, and then a downgrade cannot add it again. One that is replaced in the same "
         "revision is not reported."},
    Code{"DS108", warning, "moves a column or table without its values",
         "The dropped and the added column or table look like one that moves. The new one exists "
         "before the old one is dropped: an execute between the two operations (INSERT … SELECT or "
         "UPDATE) copies the values and resolves the finding."},
    Code{"DD201", warning, "adds a NOT NULL column without default",
         "It fails on a table with rows: they would have no value in it. Give it a default, "
         "or add it as nullable, fill it with execute and make it NOT NULL after that."},
    Code{"DD202", warning, "makes a column NOT NULL",
         "It fails when rows hold NULL there. Fill them in an execute before this operation, which "
         "also resolves the warning."},
    Code{"DD203", warning, "makes values unique",
         "It fails when existing rows hold the same values. Look for duplicates first; an execute "
         "before this operation that removes them resolves the warning."},
    Code{"DD204", warning, "adds a primary key to a table with rows",
         "It fails when existing rows hold NULL or the same values in the columns of the key."},
    Code{"DD205", warning, "adds a check",
         "It fails when existing rows violate it. Correct them first, in an execute before this "
         "operation."},
    Code{"DD206", warning, "adds a foreign key",
         "It fails when existing rows refer to a parent that does not exist. Add the parents, or "
         "clear the references, in an execute before this operation."},
    Code{
        "DD207", warning, "changes the collation under a unique key",
        "Values that differed, in case or accents, may be equal from then on: the change fails, or "
        "the key refuses rows that it used to take."},
    Code{"DD208", info, "inserts rows that may exist already",
         "The table is older than this revision and may hold rows with these keys; the insert then "
         "fails."},
    Code{"DD209", warning, "rows that another change cannot keep",
         "Rows of the database would make the operation fail, or would be changed by it. They are "
         "counted, so this is only reported when a database is reachable."},
    Code{"BC301", warning, "renames a table",
         "Applications that run during the upgrade still use the old name. Rename in two releases: "
         "a view with the old name serves them until then."},
    Code{"BC302", warning, "renames a column",
         "Applications that run during the upgrade still use the old name. Add the new column, "
         "write both, and drop the old one in a later release."},
    Code{
        "BC303", warning, "changes what kind of value a column holds",
        "Text instead of a number, a date instead of text: applications bind and read another "
        "type, and comparisons and sorting change. A wider type of the same kind is not reported."},
    Code{"BC304", warning, "reorders the values of an enum or set",
         "MariaDB keeps and sorts by their numbers: the table is copied, and applications that use "
         "the numbers read other values. Add new values at the end."},
    Code{"BC305", warning, "inserts that leave the column out fail",
         "A NOT NULL column without default has to be in every INSERT; applications that run "
         "during the upgrade do not set it. Keep its default, or give it one."},
    Code{"BC306", warning, "drops a view, trigger or routine",
         "Applications that use it fail. One that is created again in the same revision is not "
         "reported."},
    Code{"BC307", warning, "still mentions what is dropped",
         "A view, trigger or routine still mentions the table or column: it fails when it is used, "
         "not when the revision runs. Change it in the same revision."},
    Code{"BC308", info, "changes the order of columns",
         "An INSERT without a list of columns, and a SELECT * read by position, get another column "
         "than before."},
    Code{"BC309", warning, "a view cannot be read for a while",
         "On MariaDB each statement takes effect at once: from the operation that drops what the "
         "view reads until the one that replaces the view, reading it fails (error 1356). Replace "
         "the view first, with a query that does not need what is dropped. On SQLite nobody sees a "
         "revision before it is complete."},
    Code{"BC310", warning, "a body names what does not exist",
         "MariaDB stores the bodies of procedures, functions, events and triggers as they are, and "
         "looks for tables and columns when they run: what is misspelled fails in the "
         "application. A table is reported when another one has nearly its name, a column when "
         "it is certain of which table it is. Dynamic SQL and tables of other databases are not "
         "looked at."},
    Code{"BL401", warning, "copies the table",
         "The server writes every row again: this takes long on a large table, and needs as much "
         "disk space. Only reported when a server was asked."},
    Code{"BL402", warning, "locks the table",
         "Other sessions cannot write to the table, or not even read it, while the statement runs. "
         "Only reported when a server was asked."},
    Code{"IR501", warning, "has no downgrade",
         "No downgrade can be derived, as for plain SQL, and none is written: `dbmig downgrade` "
         "cannot go past this revision. Write a `downgrade:`; `[]` says that there is nothing to "
         "do."},
    Code{"IR502", warning, "plain SQL changes the schema without `state:`",
         "dbmig knows the schema from the operations: what an execute creates, alters or drops "
         "must be repeated under `state:`, or `migrate` and `check` assume another schema than the "
         "database has."},
    Code{"IR503", error, "plain SQL ends the transaction",
         "BEGIN, COMMIT, ROLLBACK, LOCK TABLES and autocommit end dbmig's transaction: a revision "
         "that fails afterwards is not rolled back as a whole."},
    Code{"ND601", warning, "plain SQL reads the clock",
         "now() and similar functions give another value on every database and in every run. Write "
         "the "
         "value, or make it the column's default."},
    Code{"ND602", warning, "plain SQL makes random values",
         "random(), uuid() and the like give other values on every database, so that two databases "
         "with the same history differ."},
    Code{"ND603", warning, "plain SQL depends on the session",
         "The user, the connection and user variables are those of the session that upgrades; a "
         "run that continues after a kill has another session."},
    Code{"ND604", warning, "LIMIT without ORDER BY",
         "Which rows it takes is up to the database. Order them by a key."},
    Code{"ND605", info, "view over SELECT *",
         "MariaDB fixes the columns when the view is created, SQLite shows those that the tables "
         "have now: the same revisions give different views. Name the columns."},
    Code{"ND606", info, "text compared by the collation",
         "With = SQLite distinguishes all letters, and MariaDB's default collations ignore case "
         "and accents, so a row may satisfy a check on one database and not on the other. For "
         "LIKE SQLite ignores the case of ASCII letters."},
    Code{"ND607", warning, "plain SQL with two meanings",
         "Plain SQL is sent to both databases unchanged. \"a\" is a name on SQLite and a text on "
         "MariaDB; || joins texts, or means OR; 7 / 2 is 3, or 3.5. Write it "
         "for each: {sqlite: …, mariadb: …}."},
    Code{"ND608", warning, "text in double quotes",
         "Where no column has the name, SQLite takes what stands in double quotes for a text, "
         "without a word: a check over a misspelt column passes always or never. Correct the name, "
         "or write the text in single quotes."},
    Code{"FK701", warning, "no index under a foreign key",
         "SQLite creates none: every change of a parent then reads the whole child table. MariaDB "
         "creates one. Add an index that begins with the key's columns."},
    Code{"FK702", warning, "charset or collation missing on one side",
         "One side of the foreign key says its character set or collation, the other takes the "
         "database's: where they differ, MariaDB refuses the key (error 150), and joins cannot use "
         "an index. Write it on both sides or on neither."},
    Code{"FK703", warning, "drops the index of a foreign key",
         "MariaDB needs an index on both sides of a foreign key and refuses to drop the last one "
         "(error 1553); SQLite refuses writes to a child whose parent key is not unique."},
    Code{"PK801", warning, "table without a primary key",
         "Rows cannot be told apart: replication, paging and the downgrade of bulk_insert suffer. "
         "InnoDB numbers them by a counter that all such tables share."},
    Code{"PK802", warning, "drops the primary key",
         "The table is left without one. Create the new key in the same revision."},
    Code{
        "PK803", warning, "autoincrement in a small type",
        "A tinyint, smallint or mediumint runs out after 127, 32,767 or 8.4 million rows (twice as "
        "many unsigned), deleted ones included. SQLite's keys have 64 bits."},
    Code{"PK804", off, "autoincrement in 32 bits",
         "An integer runs out after 2.1 billion rows (4.3 unsigned), deleted ones included. Off "
         "unless dbmig.yaml asks for it: bigint costs four bytes more a row and index."},
    Code{"PK805", warning, "inexact number in a key",
         "Numbers that look equal may differ as float or double: the key accepts duplicates and "
         "does not find its rows. Use decimal or an integer."},
    Code{"PK806", info, "key that only SQLite fills",
         "SQLite fills an INTEGER PRIMARY KEY that an INSERT leaves out, MariaDB refuses the row "
         "(error 1364): the same program works on only one of them. Write autoincrement: true, "
         "unless every INSERT sets the key."},
    Code{"IX001", warning, "index that exists already",
         "Two indexes over the same columns make every write slower and no query faster."},
    Code{"IX002", info, "index that another begins with",
         "A longer index, or a key, that begins with the same columns serves the same queries."},
    Code{"IX003", error, "key that MariaDB refuses",
         "InnoDB's keys hold at most 3072 bytes (four for each character of utf8mb4), and texts in "
         "a primary key need a length. Give a prefix, as in `body(100)`, or shorten the columns."},
    Code{"IX004", warning, "key that MariaDB cuts or hashes",
         "A column too long for a key (text, varchar over 768 characters of utf8mb4) is silently "
         "indexed by its beginning only; a unique one becomes a hash, which is of no use for "
         "sorting and ranges. Give a prefix length, or shorten the column."},
    Code{"IX005", info, "index that only SQLite has",
         "MariaDB has no indexes over expressions, so it is left out there: queries for which "
         "SQLite uses it read the whole table. Index a generated column with that expression to "
         "have it on both."},
    Code{"TY001", info, "money in an inexact type",
         "float and double cannot hold 0.10 exactly: sums drift by cents. Use decimal(p,s). "
         "Recognised by the column's name."},
    Code{
        "TY002", info, "timestamp ends in 2038",
        "MariaDB's TIMESTAMP holds 1970 to 2038 (2106 from 11.5) and is converted by the session's "
        "time zone. datetime has neither limit."},
    Code{"TY003", warning, "zero date as a default",
         "0000-00-00 is not a date: MariaDB refuses it under NO_ZERO_DATE, and SQLite's date "
         "functions give NULL. Use NULL."},
    Code{"TY004", warning, "engine without transactions",
         "Of MariaDB's usual engines only InnoDB has transactions, foreign keys and crash safety; "
         "the others accept foreign keys and ignore them."},
    Code{"TY005", warning, "character set without all of Unicode",
         "utf8 (utf8mb3) has no emoji and misses CJK characters, latin1 most of the world; ascii "
         "and binary are assumed to be intended. Use utf8mb4."},
    Code{"TY006", warning, "character set changed without a collation",
         "Each character set has a default collation that ignores case: texts that differed "
         "(`_bin`, `_cs`) may then be equal. Name the collation as well."},
    Code{"TY007", warning, "decimal without precision",
         "MariaDB takes it for decimal(10,0) and silently rounds every value to a whole number; "
         "SQLite keeps every value. Write the digits, as in decimal(10,2)."},
    Code{"TY008", warning, "fraction of a second that is cut",
         "MariaDB keeps as many digits of a second as the type says, none by default, and silently "
         "drops the others; SQLite keeps all. Write the number, as in datetime(6)."},
    Code{"TY009", info, "collation left to the server",
         "A table without a collation takes that of the database or server, which depends on "
         "version and settings: utf8mb4_uca1400_ai_ci from MariaDB 11.5 on, "
         "utf8mb4_general_ci before. Text then compares and sorts differently from one server to "
         "the next. Name the collation in the table's mariadb: block."},
    Code{"NM901", error, "name too long",
         "MariaDB's names have at most 64 characters. SQLite has no limit."},
    Code{"NM902", warning, "reserved word as a name",
         "It must be quoted in every statement that is written by hand, `x` on MariaDB and \"x\" "
         "on "
         "SQLite."},
    Code{"NM903", warning, "name that needs quotes",
         "A name with spaces, dashes or other signs, or with a digit first, must be quoted in "
         "every statement."},
    Code{"NM904", info, "upper case in a table's name",
         "Whether `Users` and `users` are one table on MariaDB depends on the server's file system "
         "(lower_case_table_names): a dump that loads on one server fails on another."},
    Code{"NM905", error, "names that differ only in case",
         "For SQLite they are the same name, and for MariaDB too on some file systems."},
    Code{"NM906", error, "name of dbmig's own tables",
         "Names that begin with `dbmig_` are dbmig's bookkeeping: such tables are left out of "
         "`inspect` and `check`."},
    Code{"LI001", info, "suppression that suppresses nothing",
         "The revision has no such finding (any more): remove the code from `lint_ignore`, so that "
         "it does not hide the next one. Findings that need a database are not considered."},
};

}  // namespace

std::span<const Code> codes() {
  return kCodes;
}

}  // namespace dbmig::lint
