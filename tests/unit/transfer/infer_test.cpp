// The model found for a file takes every row of it, whatever the values, and is the same for any
// number of ranks.
#include "transfer/infer.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <mutex>
#include <random>
#include <set>

#include "backend/sqlite/connection.hpp"
#include "base/error.hpp"
#include "dialect/loose_text.hpp"
#include "diff/diff.hpp"
#include "import/converter.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "support/temp_dir.hpp"
#include "support/thread_communicator.hpp"
#include "transfer/evidence.hpp"

namespace dbmig::test {
namespace {

using ::testing::HasSubstr;
using transfer::Evidence;
using transfer::Inferred;

class Unheard final : public EventSink {
 public:
  void on(const Event&) override {}
};

std::atomic<bool> never_cancelled{false};

std::string type_of(const std::vector<std::string>& values) {
  Evidence evidence;
  for (const std::string& value : values) evidence.add(value);
  return schema::to_string(evidence.type());
}

TEST(Infer, TheNarrowestTypeThatHoldsAll) {
  EXPECT_EQ(type_of({"1", "-5", "0"}), "integer");
  EXPECT_EQ(type_of({"1", "3000000000"}), "bigint");
  EXPECT_EQ(type_of({"1", "9223372036854775807"}), "bigint");
  EXPECT_EQ(type_of({"-9223372036854775808"}), "bigint");
  EXPECT_EQ(type_of({"1", "9223372036854775808"}), "decimal(19,0)");
  Evidence large;
  for (const char* value : {"2", "18446744073709551615"}) large.add(value);
  EXPECT_EQ(large.describe(), "2 rows, 2 different, at most 20 digits");
  EXPECT_EQ(type_of({"1", "2.50", "-100"}), "decimal(5,2)");
  EXPECT_EQ(type_of({"1.5", "1e3"}), "double");
  EXPECT_EQ(type_of({".5", "-.75", "3"}), "decimal(3,2)");
  EXPECT_EQ(type_of({"true", "FALSE", "t"}), "boolean");
  EXPECT_EQ(type_of({"0", "1"}), "integer");
  EXPECT_EQ(type_of({"2020-02-29"}), "date");
  EXPECT_EQ(type_of({"2020-02-29", "2020-01-01 10:00"}), "datetime");
  EXPECT_EQ(type_of({"2020-01-01T10:00:00.5"}), "datetime(3)");
  EXPECT_EQ(type_of({"2020-01-01 10:00:00.123456"}), "datetime(6)");
  EXPECT_EQ(type_of({"10:00", "23:59:59"}), "time");
  EXPECT_EQ(type_of({"31/12/1999", "01/02/2003"}), "date");
  EXPECT_EQ(type_of({"Jan 1 2000", "Dec 31 1999"}), "date");
  EXPECT_EQ(type_of({"2015/01/01 01:00:00", "2015/05/30 11:00:00"}), "datetime");
  EXPECT_EQ(type_of({"13-04-2015 9:05", "14-04-2015 23:59"}), "datetime");
  EXPECT_EQ(type_of({"123e4567-e89b-12d3-a456-426655440000"}), "uuid");
  EXPECT_EQ(type_of({"{\"a\": 1}", "[]"}), "json");
  EXPECT_EQ(type_of({}), "text");
}

TEST(Infer, ANumberWithAnExponentCostsNoWholeNumberItsDigits) {
  EXPECT_EQ(type_of({"9007199254740993", "12345678901234567890", "1e3"}), "decimal(20,0)");
  EXPECT_EQ(type_of({"9007199254740993", "1.5e3", "0.25"}), "decimal(18,2)");
  EXPECT_EQ(type_of({"9007199254740993", "1e20"}), "decimal(21,0)");
  EXPECT_EQ(type_of({"9007199254740993", "1e-3"}), "varchar(20)");
  EXPECT_EQ(type_of({"9007199254740993", "1e70"}), "varchar(20)");
  // Doubles hold these, and what programs print of doubles is no more than that.
  EXPECT_EQ(type_of({"9007199254740992", "18446744073709551616", "1e3"}), "double");
  EXPECT_EQ(type_of({"1.234567890123456789e-05", "2.000000000000000000e+00"}), "double");
  EXPECT_EQ(type_of({"0.123456789012345678", "1e-5", "9007199254740993.0"}), "double");
  // Nor does a later file.
  Evidence later;
  for (const char* value : {"9007199254740993", "1e3"}) later.add(value);
  EXPECT_EQ(schema::to_string(later.wider_than(schema::parse_type("double")).value()),
            "varchar(50)");
  EXPECT_FALSE(later.wider_than(schema::parse_type("decimal(20,0)")));
}

TEST(Infer, SpellingsOfOneIntegerAreOneValue) {
  for (const auto& [one, other] : {std::pair("-0", "0"), {" 5", "5"}, {"5", "5 "}, {"\t7", "7"}}) {
    for (const bool is_turned : {false, true}) {
      Evidence evidence;
      evidence.add(is_turned ? other : one);
      evidence.add(is_turned ? one : other);
      EXPECT_FALSE(evidence.is_unique()) << one;
      EXPECT_EQ(schema::to_string(evidence.type()), "integer") << one;
      EXPECT_THAT(evidence.describe(), HasSubstr("2 rows, 1 different")) << one;
    }
  }
}

TEST(Infer, ADecimalCommaIsOneOfNumbers) {
  Evidence evidence(',');
  for (const char* value : {"1,5", "-22,25", "3"}) evidence.add(value);
  EXPECT_EQ(schema::to_string(evidence.type()), "decimal(4,2)");
  evidence.add("1.5");
  EXPECT_EQ(schema::to_string(evidence.type()), "varchar(10)");
}

TEST(Infer, WhatIsNoNumberOrDateIsText) {
  // Codes, postcodes, days that do not exist, numbers with their separators.
  for (const std::string value :
       {"007", "01234", "+5", "2020-02-30", "1,5", "1_000", "0x1F", "1.", "1 2", "NaN", "inf",
        "31/02/2020", "24:60", "12:5", "--1", "1e", "2020-1-2", "00.5"}) {
    EXPECT_EQ(type_of({value}), "varchar(" + std::string(value.size() > 8 ? "20" : "10") + ")")
        << value;
  }
  // The last row counts as the first.
  std::vector<std::string> many(5000, "12");
  many.push_back("012");
  EXPECT_EQ(type_of(many), "varchar(10)");
}

TEST(Infer, AmbiguousDatesAreNamed) {
  Evidence evidence;
  for (const char* value : {"01/02/2003", "03/04/2005"}) evidence.add(value);
  EXPECT_EQ(evidence.ambiguous_dates(), (std::vector<std::string>{"%d/%m/%Y", "%m/%d/%Y"}));
  evidence.add("13/04/2005");
  EXPECT_EQ(evidence.ambiguous_dates(), std::vector<std::string>{});
  EXPECT_EQ(evidence.date_format(), "%d/%m/%Y");
}

std::string random_value(std::mt19937& random, unsigned kind) {
  switch (kind) {
    case 0:
      return std::to_string(static_cast<int>(random()));
    case 1:
      return std::to_string(random()) + std::to_string(random() % 100000);
    case 2:
      return fmt::format("{}.{:0{}}", static_cast<int>(random() % 2000) - 1000, random() % 10,
                         1 + random() % 6);
    case 3:
      return fmt::format("{}e{}", random() % 100, static_cast<int>(random() % 40) - 20);
    case 4:
      return random() % 2 == 0 ? "yes" : "No";
    case 5:
      return fmt::format("{:04}-{:02}-{:02}", 1000 + random() % 8000, 1 + random() % 12,
                         1 + random() % 28);
    case 6:
      return fmt::format("2020-01-01 {:02}:00:00.{}", random() % 24, random() % 1000000);
    case 7:
      return fmt::format("{:02}/{:02}/{}", 1 + random() % 28, 1 + random() % 12,
                         1900 + random() % 200);
    case 8:
      return fmt::format("{:02}:{:02}:{:02}", random() % 24, random() % 60, random() % 60);
    case 9:
      return std::string(random() % 40, 'x') + (random() % 2 == 0 ? "ñ😀" : "\"\n,");
    case 10:
      return random() % 2 == 0 ? "red" : "blue";
    case 11:
      return fmt::format("{:07}", random() % 100000);
    case 12:
      return fmt::format("{}{:018}.{}", 1 + random() % 900, random(), random() % 100);
    default:
      return fmt::format("{{\"k\": {}}}", random());
  }
}

struct Sample {
  std::string csv;
  std::size_t rows = 0;
};

Sample random_sample(std::mt19937& random) {
  const std::size_t columns = 1 + random() % 5;
  std::vector<unsigned> kinds;
  Sample sample;
  for (std::size_t i = 0; i < columns; ++i) {
    kinds.push_back(random() % 14);
    sample.csv += (i == 0 ? "Col " : ",Col ") + std::to_string(i);
  }
  sample.csv += "\n";
  sample.rows = 1 + random() % 150;
  for (std::size_t row = 0; row < sample.rows; ++row) {
    for (std::size_t i = 0; i < columns; ++i) {
      if (i != 0) sample.csv += ",";
      if (random() % 30 == 0) {
        sample.csv += i == 0 && columns == 1 ? "\"\"" : "";
        continue;
      }
      // Now and then one of another kind.
      std::string quoted = "\"";
      for (const char c : random_value(random, random() % 200 == 0 ? random() % 14 : kinds[i])) {
        quoted.append(c == '"' ? 2 : 1, c);
      }
      sample.csv += quoted + "\"";
    }
    sample.csv += "\n";
  }
  return sample;
}

Inferred infer_file(const std::string& path, int ranks, std::size_t chunk) {
  import::Options options;
  options.files = {path};
  options.chunk_bytes = chunk;
  options.find_delimiter = true;
  Inferred result;
  std::mutex mutex;
  ThreadJob job(ranks);
  std::exception_ptr failure;
  job.run([&](import::Communicator& communicator) {
    try {
      Inferred own = transfer::infer(options, communicator, never_cancelled);
      const std::lock_guard lock(mutex);
      if (communicator.is_root()) result = std::move(own);
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
    }
  });
  if (failure) std::rethrow_exception(failure);
  return result;
}

void expect_every_row_goes_in(backend::Connection& database, const Inferred& inferred,
                              const std::string& path, std::size_t rows) {
  schema::Schema schema;
  schema.tables.emplace(inferred.table.name, inferred.table);
  const auto operations = diff::diff({}, schema).operations;
  for (const auto& statement : database.dialect().plan({}, operations, {})) {
    database.execute(statement.sql);
  }
  import::Options options;
  options.files = {path};
  options.table = inferred.table.name;
  options.find_delimiter = true;
  for (std::size_t at = 0;;) {
    at = inferred.import_options.find("--date-format ", at);
    if (at == std::string::npos) break;
    at += 14;
    const bool is_quoted = inferred.import_options[at] == '\'';
    if (is_quoted) ++at;
    const std::string one = inferred.import_options.substr(
        at, inferred.import_options.find(is_quoted ? '\'' : ' ', at) - at);
    options.date_formats.push_back({one.substr(0, one.find('=')), one.substr(one.find('=') + 1)});
  }
  Unheard events;
  const auto alone = import::local_communicator();
  const import::Summary summary = import::run(
      options, *alone, [&]() -> backend::Connection& { return database; }, events, never_cancelled);
  EXPECT_EQ(summary.rows, rows);
}

TEST(Infer, TheModelTakesEveryRowOfItsFile) {
  const TempDir folder;
  for (std::uint64_t seed = 1; seed <= property_seeds(120); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(static_cast<unsigned>(seed));
    const Sample sample = random_sample(random);
    const std::string path = (folder / "Some Data.csv").string();
    std::ofstream(path, std::ios::binary) << sample.csv;
    const Inferred alone = infer_file(path, 1, 1U << 20U);
    EXPECT_EQ(alone.rows, sample.rows);
    EXPECT_EQ(alone.table.name, "some_data");
    // Several ranks; the threads of one.
    for (const int ranks : {1, 2, 3}) {
      const Inferred shared = infer_file(path, ranks, 64 + random() % 512);
      EXPECT_EQ(shared.table, alone.table) << ranks;
      EXPECT_EQ(shared.evidence, alone.evidence) << ranks;
    }
    const auto database = backend::sqlite::connect(Url::parse("sqlite://"), {.create = true});
    ASSERT_NO_THROW(expect_every_row_goes_in(*database, alone, path, sample.rows)) << sample.csv;
  }
}

class InferOnMariadb : public MariadbTest {};

TEST_F(InferOnMariadb, TheModelTakesEveryRowOfItsFile) {
  const TempDir folder;
  MariadbDatabase database;
  for (std::uint64_t seed = 1; seed <= property_seeds(25); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(static_cast<unsigned>(seed));
    const Sample sample = random_sample(random);
    const std::string path = (folder / "t.csv").string();
    std::ofstream(path, std::ios::binary) << sample.csv;
    const Inferred alone = infer_file(path, 1, 1U << 20U);
    ASSERT_NO_THROW(expect_every_row_goes_in(database.connection(), alone, path, sample.rows))
        << sample.csv;
    database.run("DROP TABLE t");
  }
}

/// A column whose type is made wider for a later file takes that, and all that it held.
TEST(Infer, WiderTypesHoldWhatWasThereAndWhatCame) {
  std::size_t widened = 0;
  for (std::uint64_t seed = 1; seed <= property_seeds(400); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    const auto some = [&] {
      unsigned kind = random() % 13;
      if (kind == 7) kind = 0;  // its dates want --date-format
      std::vector<std::string> values;
      for (std::size_t n = 1 + random() % 8; n > 0; --n) {
        values.push_back(random_value(random, kind));
      }
      return values;
    };
    const std::vector<std::string> before = some();
    const std::vector<std::string> later = some();
    Evidence first;
    Evidence second;
    for (const std::string& value : before) first.add(value);
    for (const std::string& value : later) second.add(value);
    const schema::Type own = first.type();
    const auto wider = second.wider_than(own);
    widened += wider ? 1 : 0;
    import::TargetColumn column;
    column.type = wider.value_or(own);
    import::Converter converter(column, DialectKind::mariadb);
    for (const auto& values : {before, later}) {
      for (const std::string& value : values) {
        backend::Cell cell;
        std::string reason;
        EXPECT_TRUE(converter.convert(value, cell, reason))
            << "seed " << seed << ": '" << value << "' " << reason << ": from "
            << schema::to_string(own) << " to " << schema::to_string(column.type);
      }
    }
  }
  EXPECT_GT(widened, test::property_seeds(400) / 4);
}

TEST(Infer, PartsAddUpInAnyOrder) {
  for (std::uint64_t seed = 1; seed <= property_seeds(300); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    Evidence whole;
    std::vector<Evidence> parts(1 + random() % 4);
    for (std::size_t i = 0, n = random() % 40; i < n; ++i) {
      const std::string value = random_value(random, random() % 13);
      const bool is_null = random() % 9 == 0;
      const auto given = is_null ? std::nullopt : std::optional<std::string_view>(value);
      whole.add(given);
      parts[random() % parts.size()].add(given);
    }
    std::shuffle(parts.begin(), parts.end(), random);
    Evidence sum;
    for (const Evidence& part : parts) {
      import::Bytes message;
      part.encode(message);
      import::WireReader reader({message.data(), message.size()});
      sum.add(Evidence::decode(reader));
    }
    ASSERT_EQ(sum.type(), whole.type()) << "seed " << seed;
    ASSERT_EQ(sum.describe(), whole.describe()) << "seed " << seed;
    ASSERT_EQ(sum.is_unique(), whole.is_unique()) << "seed " << seed;
  }
}

/// Of several records that cannot be read the first one is named, whoever reads it.
TEST(Infer, TheFirstMistakeIsNamed) {
  const TempDir folder;
  const std::string path = (folder / "t.csv").string();
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    std::set<unsigned> wrong;
    while (wrong.size() < 4) wrong.insert(2 + random() % 400);
    std::string text = "a,b\n";
    for (unsigned line = 2; line <= 400; ++line) {
      text += std::to_string(line) + (wrong.count(line) != 0 ? "\n" : ",x\n");
    }
    std::ofstream(path) << text;
    for (const int ranks : {1, 2, 3}) {
      try {
        infer_file(path, ranks, 16 + random() % 64);
        ADD_FAILURE() << "seed " << seed;
      } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr(fmt::format("t.csv:{}:", *wrong.begin())))
            << "seed " << seed << ", ranks " << ranks;
      }
    }
  }
}

TEST(Infer, BytesThatAreNotUtf8AreNamedAndAHeaderAloneForbidsNoNull) {
  const TempDir folder;
  const std::string path = (folder / "t.csv").string();
  std::ofstream(path) << "a,b\n1,Ana\n2,Jos\xE9\n3\n";
  for (const int ranks : {1, 2}) {
    for (const std::size_t chunk : {std::size_t{16}, std::size_t{1} << 20U}) {
      try {
        infer_file(path, ranks, chunk);
        ADD_FAILURE() << ranks << " ranks, " << chunk;
      } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("t.csv:3: a byte that is not UTF-8: 0xE9"));
      }
    }
  }
  std::ofstream(path) << "a,b\n";
  EXPECT_TRUE(infer_file(path, 1, 1U << 20U).table.columns[0].nullable);
}

TEST(Infer, KeysAndNullsAreFound) {
  const TempDir folder;
  const std::string path = (folder / "people.csv").string();
  std::ofstream(path) << "n,Person ID,mail\n1,10,a@x\n1,11,\n2,12,b@x\n";
  const Inferred found = infer_file(path, 1, 1U << 20U);
  ASSERT_TRUE(found.table.primary_key);
  EXPECT_EQ(found.table.primary_key->columns, (std::vector<std::string>{"person_id"}));
  EXPECT_FALSE(found.table.columns[0].nullable);
  EXPECT_TRUE(found.table.columns[2].nullable);
  EXPECT_THAT(found.evidence[1], HasSubstr("3 rows, 3 different, 10 to 12, unique"));
}

/// Texts that MariaDB takes for one, unless their collation is exact, with its own answers beside.
TEST(Infer, ATextKeyIsOneOnMariadbToo) {
  const TempDir folder;
  const std::string path = (folder / "words.csv").string();
  const auto collation_of_key = [&](const std::string& other) {
    std::ofstream(path) << "code,n\nCafe,1\n\"" << other << "\",1\n";
    std::string collation;
    for (const int ranks : {1, 2}) {
      const Inferred found = infer_file(path, ranks, 1U << 20U);
      EXPECT_EQ(found.table.primary_key->columns, (std::vector<std::string>{"code"}));
      collation = found.table.columns[0].mariadb.collation;
      EXPECT_EQ(found.notes.empty(), collation.empty()) << other;
    }
    return collation;
  };
  EXPECT_EQ(collation_of_key("caffe"), "");
  for (const char* other : {"cafe", "Café", "cafe "}) {
    EXPECT_EQ(collation_of_key(other), "utf8mb4_nopad_bin") << other;
  }
  std::ofstream(path) << "id,n\n123e4567-e89b-12d3-a456-42665544000a,1\n"
                         "123e4567-e89b-12d3-a456-42665544000A,1\n";
  EXPECT_FALSE(infer_file(path, 1, 1U << 20U).table.primary_key);
}

TEST(LooseText, IsEqualWhereACollationOfMariadbTakesTextsForOne) {
  if (!mariadb_url()) GTEST_SKIP() << kNoMariadb;
  MariadbDatabase database;
  std::mt19937 random(20);
  const std::vector<std::string> letters{"a", "A", "á", "Å", "e",  "É",  "ß", "s", "S", "ñ",
                                         "N", "ё", "Е", "е", "й",  "И",  "σ", "Σ", "ς", "ø",
                                         "😀", "😁", " ", "1", "本", "日", "ı", "I", "ü", "u"};
  std::vector<std::string> words;
  for (int i = 0; i < 60; ++i) {
    std::string word;
    for (std::size_t n = 1 + random() % 2; n > 0; --n) word += letters[random() % letters.size()];
    words.push_back(word);
  }
  int equal = 0;
  for (const char* collation :
       {"utf8mb4_general_ci", "utf8mb4_unicode_ci", "utf8mb4_uca1400_ai_ci"}) {
    std::string pairs;
    for (const std::string& word : words) {
      pairs += fmt::format("{}SELECT _utf8mb4'{}' COLLATE {} AS w",
                           pairs.empty() ? "" : " UNION ALL ", word, collation);
    }
    database.run("CREATE OR REPLACE TABLE word (w varchar(9)) CHARACTER SET utf8mb4 COLLATE " +
                 std::string(collation));
    database.run("INSERT INTO word " + pairs);
    const auto rows = database.connection().query(
        "SELECT a.w, b.w FROM word a JOIN word b ON a.w = b.w AND BINARY a.w < BINARY b.w");
    for (const auto& row : rows.rows) {
      ++equal;
      EXPECT_EQ(dialect::loose_text(*row[0]), dialect::loose_text(*row[1]))
          << collation << ": '" << *row[0] << "', '" << *row[1] << "'";
    }
  }
  EXPECT_GT(equal, 10);
}

/// Of tables of generated rows: what is said to be a key is one, as few columns as possible, and
/// the same for any number of ranks; what is a key and small enough is found.
TEST(Infer, KeysOfSeveralColumnsTellRowsApart) {
  const TempDir folder;
  const std::string path = (folder / "t.csv").string();
  std::size_t found_keys = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::mt19937 random(seed);
    const std::size_t columns = 2 + random() % 4;
    const std::size_t rows = 2 + random() % 12;
    std::vector<std::vector<std::string>> table(rows);
    std::string text = "a,b,c,d,e";
    text.resize(2 * columns - 1);
    for (auto& row : table) {
      for (std::size_t i = 0; i < columns; ++i) {
        row.push_back(std::string("k") + static_cast<char>('0' + random() % 4));
        text += (i == 0 ? "\n" : ",") + row.back();
      }
    }
    std::ofstream(path) << text << '\n';
    const auto is_key = [&](const std::vector<std::size_t>& group) {
      std::set<std::string> seen;
      return std::all_of(table.begin(), table.end(), [&](const auto& row) {
        std::string key;
        for (const std::size_t i : group) key += row[i];
        return seen.insert(key).second;
      });
    };
    bool is_single = false;
    bool is_pair = false;
    for (std::size_t i = 0; i < columns; ++i) {
      is_single = is_single || is_key({i});
      for (std::size_t j = 0; j < i; ++j) is_pair = is_pair || is_key({j, i});
    }
    const Inferred found = infer_file(path, 1, 1U << 20U);
    EXPECT_EQ(infer_file(path, 3, 16).composite_keys, found.composite_keys) << "seed " << seed;
    if (is_single) {
      EXPECT_TRUE(found.composite_keys.empty()) << "seed " << seed;
      continue;
    }
    EXPECT_TRUE(!is_pair || !found.composite_keys.empty()) << "seed " << seed << '\n' << text;
    for (const std::vector<std::string>& key : found.composite_keys) {
      std::vector<std::size_t> group;
      for (const std::string& name : key) group.push_back(static_cast<std::size_t>(name[0] - 'a'));
      EXPECT_TRUE(is_key(group)) << "seed " << seed << '\n' << text;
      EXPECT_EQ(group.size(), is_pair ? 2U : 3U) << "seed " << seed;
      ++found_keys;
    }
  }
  EXPECT_GT(found_keys, 5U);
}

TEST(Infer, ARecordThatCannotBeCutIsNamed) {
  const TempDir folder;
  const std::string path = (folder / "t.csv").string();
  std::ofstream(path) << "a,b\n1,2\n1,2,3\n";
  for (const int ranks : {1, 2}) {
    try {
      import::Options options;
      options.files = {path};
      ThreadJob job(ranks);
      std::string said;
      std::mutex mutex;
      job.run([&](import::Communicator& communicator) {
        try {
          transfer::infer(options, communicator, never_cancelled);
        } catch (const Error& error) {
          const std::lock_guard lock(mutex);
          said = error.what();
        }
      });
      EXPECT_THAT(said, HasSubstr("t.csv:3: the record has 3 fields, and the header 2"));
    } catch (const Error&) {
      ADD_FAILURE();
    }
  }
}

}  // namespace
}  // namespace dbmig::test
