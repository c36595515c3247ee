// A file means the same in every form in which it may come: compressed, in another encoding, with
// another delimiter, with comments and lines in front. Damaged, it means nothing.
#include <gtest/gtest.h>
#include <iconv.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <ctime>
#include <random>

#include "import/date_format.hpp"
#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

std::string gzipped(const std::string& text) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd_frame(const std::string& text) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return out;
}

std::string xz_stream(const std::string& text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  std::size_t size = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr,
                                    reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                    reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size()),
            LZMA_OK);
  out.resize(size);
  return out;
}

using Compress = std::string (*)(const std::string&);
const std::vector<std::pair<const char*, Compress>>& compressions() {
  static const std::vector<std::pair<const char*, Compress>> kAll = {
      {".gz", gzipped}, {".zst", zstd_frame}, {".xz", xz_stream}};
  return kAll;
}

std::string converted(std::string text, const char* encoding) {
  const ::iconv_t handle = ::iconv_open(encoding, "UTF-8");
  std::string out(text.size() * 4 + 16, '\0');
  char* in = text.data();
  char* to = out.data();
  std::size_t in_left = text.size();
  std::size_t out_left = out.size();
  EXPECT_NE(::iconv(handle, &in, &in_left, &to, &out_left), static_cast<std::size_t>(-1))
      << encoding;
  ::iconv_close(handle);
  out.resize(out.size() - out_left);
  return out;
}

struct Sample {
  std::string csv;
  std::string rows;
};

/// A file with texts of `characters`, and what the table must hold.
Sample random_sample(std::mt19937& random, const std::vector<std::string>& characters,
                     std::size_t most_rows, const std::string& between = ",") {
  Sample sample{"n" + between + "a\n", ""};
  for (std::size_t i = 0, count = 1 + random() % most_rows; i < count; ++i) {
    std::string text;
    for (std::size_t n = 1 + random() % 12; n > 0; --n) {
      text += characters[random() % characters.size()];
    }
    const std::string number = std::to_string(random() % 100000);
    sample.csv += number + between + "\"" + text + "\"\n";
    sample.rows += number + "|" + text + "\n";
  }
  return sample;
}

const std::vector<std::string> kLatin = {"a", "Z", " ", ",", ";", "ñ", "É", "ß", "\n", "\t"};
const std::vector<std::string> kAny = {"a", ",", "ñ", "€", "漢", "😀", "\n", "é", "ы"};
constexpr const char* kFormTable = "CREATE TABLE t (n BIGINT, a TEXT)";
constexpr const char* kRows = "SELECT n, a FROM t ORDER BY rowid";

TEST(ImportForms, CompressedFilesAreReadByTheirContent) {
  std::mt19937 random(5);
  for (int round = 0; round < 10; ++round) {
    for (const auto& [ending, compress] : compressions()) {
      const Sample sample = random_sample(random, kAny, 400);
      ImportJob job(kFormTable);
      // In one member or several, cut anywhere.
      std::string bytes;
      std::size_t at = 0;
      for (int members = 1 + round % 3; members > 0; --members) {
        const std::size_t end =
            members == 1 ? sample.csv.size() : at + random() % (sample.csv.size() - at);
        bytes += compress(sample.csv.substr(at, end - at));
        at = end;
      }
      // Its name does not have to say so.
      import::Options options = options_for(job.write("t.csv", bytes));
      options.chunk_bytes = std::size_t{1} << (random() % 12);
      EXPECT_EQ(job.run(options, 1 + round % 3).bytes, sample.csv.size());
      ASSERT_EQ(job.rows(kRows), sample.rows) << ending << ", round " << round;
    }
  }
}

/// A frame that decoders skip, as other programs write before, between and after the data.
TEST(ImportForms, FramesOfZstdThatAreSkippedAreNoData) {
  for (const char kind : {'\x50', '\x57', '\x5F'}) {
    const std::string skipped =
        std::string(1, kind) + "\x2A\x4D\x18" + std::string("\5\0\0\0", 4) + "hello";
    ImportJob job(kFormTable);
    const std::string bytes =
        skipped + zstd_frame("n,a\n1,x\n") + skipped + zstd_frame("2,y\n") + skipped;
    job.run(options_for(job.write("t.csv", bytes)));
    EXPECT_EQ(job.rows(kRows), "1|x\n2|y\n");
  }
}

TEST(ImportForms, OtherDataAfterCompressedDataIsNamed) {
  for (const auto& [ending, compress] : compressions()) {
    for (const std::string junk : {"x", "more than a few bytes of junk"}) {
      if (std::string(ending) == ".zst") continue;  // told as an unknown frame
      ImportJob job(kFormTable);
      const std::string bytes = compress("n,a\n1,x\n") + junk;
      EXPECT_THAT(job.failure(options_for(job.write("t.csv", bytes))),
                  HasSubstr("there is other data after the compressed data"))
          << ending;
    }
  }
}

TEST(ImportForms, AFileThatIsCompressedTwiceIsNamed) {
  ImportJob job(kFormTable);
  const std::string bytes = zstd_frame(gzipped("n,a\n1,x\n"));
  EXPECT_THAT(job.failure(options_for(job.write("t.csv", bytes))),
              HasSubstr("is compressed twice: with gzip, and that with zstd; zstd -dc FILE"));
}

TEST(ImportForms, ACompressedFileThatIsCutOrDamagedLoadsNothing) {
  std::mt19937 random(6);
  for (const auto& [ending, compress] : compressions()) {
    const Sample sample = random_sample(random, kAny, 60);
    const std::string bytes = compress(sample.csv);
    ImportJob job(kFormTable);
    for (std::size_t length = 7; length < bytes.size(); length += 1 + bytes.size() / 40) {
      const std::string file = job.write("t.csv", bytes.substr(0, length));
      EXPECT_THROW(job.run(options_for(file)), Error) << ending << ", " << length << " bytes";
      ASSERT_EQ(job.rows(kRows), "") << ending << ", " << length << " bytes";
    }
    for (int round = 0; round < 40; ++round) {
      std::string broken = bytes;
      const std::size_t at = 6 + random() % (bytes.size() - 6);
      broken[at] = static_cast<char>(broken[at] ^ (1 << (random() % 8)));
      job.database().execute("DELETE FROM t");
      // A name or time in the header may be another; the rows may not.
      try {
        job.run(options_for(job.write("t.csv", broken)));
        ASSERT_EQ(job.rows(kRows), sample.rows) << ending << ", byte " << at;
      } catch (const Error&) {
        ASSERT_EQ(job.rows(kRows), "") << ending << ", byte " << at;
      }
    }
    const std::string followed = job.write("t.csv", bytes + "n,a\n1,x\n");
    EXPECT_THROW(job.run(options_for(followed)), Error) << ending;
  }
}

TEST(ImportForms, OtherEncodingsGiveTheSameTable) {
  std::mt19937 random(7);
  struct InputFormCase {
    const char* encoding;
    bool has_mark;  ///< a byte order mark says it
    bool any_text;
  };
  for (const InputFormCase& one :
       {InputFormCase{"LATIN1", false, false}, InputFormCase{"WINDOWS-1252", false, false},
        InputFormCase{"UTF-16", true, true}, InputFormCase{"UTF-16LE", false, true},
        InputFormCase{"UTF-16BE", false, true}, InputFormCase{"UTF-32", true, true},
        InputFormCase{"GB18030", false, true}, InputFormCase{"MACINTOSH", false, false}}) {
    for (int round = 0; round < 4; ++round) {
      const Sample sample = random_sample(random, one.any_text ? kAny : kLatin, 300);
      ImportJob job(kFormTable);
      std::string bytes = converted(sample.csv, one.encoding);
      if (round == 3) bytes = gzipped(bytes);
      import::Options options = options_for(job.write("t.csv", bytes));
      if (!one.has_mark || round % 2 == 0) options.encoding = one.encoding;
      options.chunk_bytes = std::size_t{1} << (random() % 12);
      job.run(options, 1 + round % 2);
      ASSERT_EQ(job.rows(kRows), sample.rows) << one.encoding << ", round " << round;
    }
  }
}

TEST(ImportForms, BytesThatTheEncodingDoesNotHaveAreNamed) {
  ImportJob job(kFormTable);
  import::Options options = options_for(job.write("t.csv", "n,a\n1,x\n2,\x81\xFF\n"));
  options.encoding = "SHIFT_JIS";
  EXPECT_EQ(job.failure(options),
            job.path("t.csv") +
                ":3: the bytes 81 FF are not a character of SHIFT_JIS; nothing was imported; name "
                "the file's encoding with --encoding");
  options = options_for(job.write("t.csv", std::string("\xFF\xFEn\0,\0a\0\n\0001", 11)));
  EXPECT_EQ(job.failure(options),
            job.path("t.csv") +
                ":2: the file ends in the middle of a character of UTF-16; nothing was imported; "
                "name the file's encoding with --encoding");
  // What iconv would leave out in silence.
  options = options_for(job.write("t.csv", "n,a\n1,x\n"));
  options.encoding = "ASCII//IGNORE";
  EXPECT_EQ(job.failure(options).substr(0, 43), "--encoding 'ASCII//IGNORE' is not known; fo");
  EXPECT_EQ(job.rows(kRows), "");
}

TEST(ImportForms, TheDelimiterIsFoundByTheTablesColumns) {
  std::mt19937 random(8);
  for (const std::string between : {",", ";", "\t", "|"}) {
    for (const bool has_header : {true, false}) {
      const Sample sample = random_sample(random, kLatin, 30, between);
      ImportJob job(kFormTable);
      std::string csv = sample.csv;
      if (!has_header) csv = csv.substr(csv.find('\n') + 1);
      import::Options options = options_for(job.write("t.csv", csv));
      options.find_delimiter = true;
      if (!has_header) options.header = false;
      job.run(options, 2);
      ASSERT_EQ(job.rows(kRows), sample.rows) << between << has_header;
    }
  }
}

TEST(ImportForms, WhatTheDelimiterIsIsSaid) {
  ImportJob job(kFormTable);
  import::Options options = options_for(job.write("t.csv", "'a';'n'\n'x;''y';1\n"));
  options.find_delimiter = true;
  job.run(options);
  EXPECT_EQ(job.rows(kRows), "1|x;'y\n");
  std::string said;
  for (const Event& event : job.events.events) {
    if (const auto* note = std::get_if<event::Log>(&event)) said += note->message + "\n";
  }
  EXPECT_NE(
      said.find("fields are separated by ';' (--delimiter ';') and fields are in single quotes"),
      std::string::npos)
      << said;
  // A comma that the user names is a comma.
  options.find_delimiter = false;
  options.files = {job.write("t.csv", "a;n\nx;1\n")};
  EXPECT_NE(job.failure(options).find("--delimiter ';'"), std::string::npos);
}

TEST(ImportForms, TheLineForSpreadsheetsSaysTheDelimiter) {
  ImportJob job(kFormTable);
  import::Options options = options_for(job.write("t.csv", "sep=|\nn|a\n1|x,y\n"));
  options.find_delimiter = true;
  job.run(options);
  EXPECT_EQ(job.rows(kRows), "1|x,y\n");
}

TEST(ImportForms, CommentsAndLinesInFrontAreLeftOut) {
  std::mt19937 random(9);
  const std::vector<std::string> notes = {"# plain", "#", "# \"open", "#,\"\"\",", "# a,b\r", "#'"};
  for (int round = 0; round < 60; ++round) {
    std::string csv = "Report of \"today\n\"\n";
    const auto note = [&] {
      while (random() % 3 == 0) csv += notes[random() % notes.size()] + "\n";
    };
    note();
    csv += "n,a\n";
    std::string rows;
    for (std::size_t i = 0, count = random() % 20; i < count; ++i) {
      note();
      csv += std::to_string(i) + ",\"x\n# no comment\"\n";
      rows += std::to_string(i) + "|x\n# no comment\n";
    }
    note();
    ImportJob job(kFormTable);
    import::Options options = options_for(job.write("t.csv", csv));
    options.skip_lines = 2;
    options.format.comment = "#";
    options.chunk_bytes = std::size_t{1} << (random() % 9);
    job.run(options, 1 + round % 3);
    ASSERT_EQ(job.rows(kRows), rows) << csv;
  }
  ImportJob job(kFormTable);
  import::Options options = options_for(job.write("t.csv", "# one\n\nn,a\nx,1\n"));
  options.skip_lines = 1;
  options.format.comment = "#";
  options.header = true;
  options.skip_lines = 2;
  EXPECT_NE(job.failure(options).find("t.csv:4:"), std::string::npos) << job.failure(options);
  options.skip_lines = 9;
  EXPECT_NE(job.failure(options).find("has fewer than the 9 lines"), std::string::npos);
}

TEST(ImportForms, BlanksAroundFieldsGoWithTrim) {
  std::mt19937 random(10);
  for (int round = 0; round < 40; ++round) {
    const auto blanks = [&] { return std::string(random() % 3, random() % 2 == 0 ? ' ' : '\t'); };
    std::string csv = " n , a \n";
    std::string rows;
    for (std::size_t i = 0, count = random() % 20; i < count; ++i) {
      const bool quoted = random() % 2 == 0;
      const std::string text = quoted ? " x, \"\" \ny " : "x y";
      csv += blanks() + std::to_string(i) + blanks() + "," + blanks() +
             (quoted ? "\"" + text + "\"" : text) + blanks() + "\n";
      rows += std::to_string(i) + "|" + (quoted ? " x, \" \ny " : "x y") + "\n";
    }
    csv += "7," + blanks() + "\n";  // an empty field
    rows += "7|NULL\n";
    ImportJob job(kFormTable);
    import::Options options = options_for(job.write("t.csv", csv));
    options.format.trim = true;
    options.chunk_bytes = std::size_t{1} << (random() % 9);
    job.run(options, 1 + round % 2);
    ASSERT_EQ(job.rows(kRows), rows) << csv;
  }
}

TEST(ImportForms, WhatTheSystemWritesByAFormatIsReadByIt) {
  std::mt19937 random(11);
  for (const char* format : {"%d/%m/%Y", "%m/%d/%y", "%e. %B %Y", "%a, %d %b %Y %H:%M:%S", "%Y%m%d",
                             "%m/%d/%Y %I:%M %p", "%FT%T", "%D %R", "%d.%m.%Y %H.%M"}) {
    const import::DateFormat read{format};
    for (int round = 0; round < 200; ++round) {
      // 1970 to 2037: %y tells them apart.
      const std::time_t when = static_cast<std::time_t>(random() % 2145916800U);
      std::tm parts = {};
      ::gmtime_r(&when, &parts);
      char text[80];
      const std::size_t size = std::strftime(text, sizeof text, format, &parts);
      const auto moment = read.parse(std::string_view(text, size));
      ASSERT_TRUE(moment) << format << ": " << text;
      ASSERT_EQ(moment->year, parts.tm_year + 1900) << format << ": " << text;
      ASSERT_EQ(moment->month, parts.tm_mon + 1) << format << ": " << text;
      ASSERT_EQ(moment->day, parts.tm_mday) << format << ": " << text;
      if (moment->has_time) {
        ASSERT_EQ(moment->hour, parts.tm_hour) << format << ": " << text;
        ASSERT_EQ(moment->minute, parts.tm_min) << format << ": " << text;
      }
    }
  }
  for (const char* wrong : {"", "%", "%d/%m", "%Y-%m", "%Y-%d", "%Y-%m-%d %q", "%d/%m/%Y %I"}) {
    EXPECT_THROW(import::DateFormat{wrong}, Error) << wrong;
  }
}

TEST(ImportForms, DatesNumbersAndNamesAsTheFileWritesThem) {
  ImportJob job("CREATE TABLE t (n DECIMAL(10,2), d DATE, at DATETIME, who TEXT NOT NULL, v INT)");
  const std::string csv =
      "Amount;Day;When;Comment;v\n"
      "1234,5;31/12/1999;31/12/1999 11:05 PM;x;1\n"
      "-,25;1/2/2003;01/02/2003 12:00 AM;;2\n";
  import::Options options = options_for(job.write("t.csv", csv));
  options.format.delimiter = ';';
  options.decimal = ',';
  options.date_formats = {{"", "%d/%m/%Y"}, {"At", "%d/%m/%Y %I:%M %p"}};
  options.map = {{"Amount", "n"}, {"Day", "d"}, {"When", "at"}, {"Comment", "-"}};
  options.set = {{"who", "(lower('WEB'))"}};
  const import::Summary summary = job.run(options, 2);
  EXPECT_EQ(job.rows("SELECT n, d, at, who, v FROM t"),
            "1234.5|1999-12-31|1999-12-31 23:05:00|web|1\n"
            "-0.25|2003-02-01|2003-02-01 00:00:00|web|2\n");
  options.files = {job.write("t.csv", "n;d\n1.5;2003-01-02\n")};
  options.map.clear();
  options.dry_run = true;
  const import::Summary problems = job.run(options);
  ASSERT_EQ(problems.problems.size(), 2U);  // the date is another way too
  EXPECT_EQ(problems.problems[0].reason, "has a decimal point, but --decimal sets ','");
}

TEST(ImportForms, WhatIsNotInTheFileIsNamed) {
  ImportJob job("CREATE TABLE t (n INT, a TEXT DEFAULT 'x', b TEXT, c INT AS (n + 1))");
  const import::Summary summary = job.run(options_for(job.write("t.csv", "n\n1\n")));
  EXPECT_EQ(summary.files.at(0).defaulted, (std::vector<std::string>{"a", "b"}));
}

TEST(ImportForms, PatternsMatchFilesByName) {
  ImportJob job(kFormTable);
  for (const char* name : {"b2.csv", "b10.csv", "c.csv", "b[1].csv"}) {
    job.write(name, std::string("n,a\n1,") + name + "\n");
  }
  import::Options options = options_for(job.path("b[0-9]*.csv"));
  job.run(options);
  EXPECT_EQ(job.rows("SELECT a FROM t ORDER BY rowid"), "b10.csv\nb2.csv\n");
  // The name of a file that is there is no pattern.
  options.files = {job.path("b[1].csv")};
  job.run(options);
  EXPECT_EQ(job.rows("SELECT a FROM t ORDER BY rowid"), "b10.csv\nb2.csv\nb[1].csv\n");
  options.files = {job.path("z*.csv")};
  EXPECT_EQ(job.failure(options), "no file matches " + job.path("z*.csv"));
}

TEST(ImportForms, TheRejectedRecordsOfAnyFormComeBackByTheSameCommand) {
  ImportJob job("CREATE TABLE t (n INT, a TEXT)");
  const std::string csv = "made by hand\nN o;a\n1;ñ\n# no record\nx;é\n3;ü\n";
  import::Options options = options_for(job.write("t.csv.gz", gzipped(converted(csv, "LATIN1"))));
  options.encoding = "latin1";
  options.skip_lines = 1;
  options.format.comment = "#";
  options.find_delimiter = true;
  options.map = {{"N o", "n"}};
  options.on_error = import::OnError::reject;
  job.run(options);
  EXPECT_EQ(job.rows("SELECT * FROM t"), "1|ñ\n3|ü\n");
  std::string rejected = job.read("t.rejects.csv");
  ASSERT_NE(rejected.find(";x;é"), std::string::npos) << rejected;
  rejected.replace(rejected.find(";x;é"), 2, ";2");
  options.files = {job.write("t.rejects.csv", rejected)};
  job.run(options);
  EXPECT_EQ(job.rows("SELECT * FROM t"), "1|ñ\n3|ü\n2|é\n");
}

TEST(ImportDryRun, FindsWhatAnImportWouldAndLeavesTheTableAlone) {
  std::mt19937 random(12);
  for (int round = 0; round < 30; ++round) {
    std::string csv = "id,age\n";
    for (std::size_t i = 0, count = random() % 60; i < count; ++i) {
      csv += std::to_string(random() % 40) + "," + (random() % 5 == 0 ? "old" : "7") + "\n";
    }
    ImportJob job(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, age INT CHECK (id <> 13));"
        "INSERT INTO t VALUES (3, 3), (5, 5)");
    const std::string before = job.rows("SELECT * FROM t");
    import::Options options = options_for(job.write("t.csv", csv));
    options.chunk_bytes = std::size_t{1} << (random() % 9);
    options.dry_run = true;
    const import::Summary dry = job.run(options, 1 + round % 3);
    EXPECT_EQ(job.rows("SELECT * FROM t"), before);
    EXPECT_EQ(job.files(), (std::vector<std::string>{"t.csv"}));
    options.dry_run = false;
    options.on_error = import::OnError::reject;
    const import::Summary wet = job.run(options);
    EXPECT_EQ(dry.rows, wet.rows);
    EXPECT_EQ(dry.rejected, wet.rejected);
    EXPECT_EQ(dry.problems, wet.problems);
  }
}

TEST(ImportDryRun, EveryFieldOfARecordIsLookedAt) {
  ImportJob job("CREATE TABLE t (a INT, b INT, c TEXT NOT NULL)");
  import::Options options = options_for(job.write("t.csv", "a,b,c\nx,y,\n1,2,z\nx,2,z\n"));
  options.dry_run = true;
  const import::Summary summary = job.run(options, 2);
  EXPECT_EQ(summary.rows, 1U);
  EXPECT_EQ(summary.rejected, 2U);
  std::string columns;
  for (const import::Problem& problem : summary.problems) {
    columns += problem.column + std::to_string(problem.records);
  }
  EXPECT_EQ(columns, "a2b1c1");
}

TEST(ImportDryRun, ProblemsAreGroupedByColumnAndReason) {
  ImportJob job("CREATE TABLE t (id INTEGER PRIMARY KEY, age INT)");
  import::Options options =
      options_for(job.write("t.csv", "id,age\n1,a\n2,b\n1,3\n1,4\n5,c\n6,a\n7,8,9\n"));
  options.dry_run = true;
  const import::Summary summary = job.run(options);
  ASSERT_EQ(summary.problems.size(), 3U);
  EXPECT_EQ(summary.problems[0].column, "age");
  EXPECT_EQ(summary.problems[0].reason, "is not an integer");
  EXPECT_EQ(summary.problems[0].records, 4U);
  EXPECT_EQ(summary.problems[0].lines, (std::vector<std::uint64_t>{2, 3, 6}));
  EXPECT_EQ(summary.problems[0].examples, (std::vector<std::string>{"'a'", "'b'", "'c'"}));
  EXPECT_EQ(summary.problems[1].reason, "UNIQUE constraint failed: t.id");
  EXPECT_EQ(summary.problems[1].lines, (std::vector<std::uint64_t>{5}));
  EXPECT_EQ(summary.problems[2].lines, (std::vector<std::uint64_t>{8}));
}

TEST(ImportForms, HaveTheNamesThatPeopleGiveThem) {
  const std::pair<const char*, const char*> names[] = {
      {"mysql-tsv", "mysql"},  {"mysqldump", "mysql"},    {"mariadb-batch", "mysql-batch"},
      {"postgres", "pg-text"}, {"postgresql", "pg-text"}, {"ndjson", "jsonl"}};
  for (const auto& [other, usual] : names) {
    import::FormatRequest by_other;
    by_other.name = other;
    import::FormatRequest by_usual;
    by_usual.name = usual;
    EXPECT_EQ(import::file_format(by_other).csv, import::file_format(by_usual).csv) << other;
    EXPECT_EQ(import::file_format(by_other).is_json, import::file_format(by_usual).is_json);
    EXPECT_EQ(import::file_format(by_other).nulls, import::file_format(by_usual).nulls);
  }
}

/// Only the stored size of a file is known beforehand.
TEST(InputForm, ProgressIsThatOfTheStoredBytes) {
  std::string csv = "id,a\n";
  for (int id = 1; id <= 5000; ++id) csv += std::to_string(id) + ",the same text\n";
  for (const auto& [ending, compress] : compressions()) {
    ImportJob job("CREATE TABLE t (id INTEGER, a TEXT)");
    const std::string bytes = compress(csv);
    Options options = options_for(job.write(std::string("t.csv") + ending, bytes));
    options.files.push_back(job.write("u.csv", csv));
    options.chunk_bytes = 1000;
    const Summary summary = job.run(options);
    EXPECT_EQ(summary.bytes, 2 * csv.size());
    event::ImportProgress last;
    for (const Event& event : job.events.events) {
      const auto* progress = std::get_if<event::ImportProgress>(&event);
      if (progress == nullptr) continue;
      EXPECT_LE(progress->bytes_done, progress->bytes_total);
      last = *progress;
    }
    EXPECT_EQ(last.bytes_total, bytes.size() + csv.size()) << ending;
    EXPECT_EQ(last.bytes_done, last.bytes_total) << ending;
  }
}

}  // namespace
}  // namespace dbmig::test
