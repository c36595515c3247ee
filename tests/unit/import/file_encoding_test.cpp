// Files in another encoding than UTF-8: their binary values, and bytes that are no character.
#include "import/file_encoding.hpp"

#include <gmock/gmock.h>

#include "job.hpp"

namespace dbmig::test {
namespace {

using import::FileEncoding;
using ::testing::HasSubstr;

constexpr const char* kEncodedTable = "CREATE TABLE t (id INT, b BLOB, s TEXT)";

TEST(ImportEncoding, ABinaryValueHasTheFilesOwnBytes) {
  for (const char* encoding : {"latin1", "windows-1252", "iso-8859-15", "koi8-r", "cp437"}) {
    std::string all;
    std::string hex;
    for (int byte = 1; byte < 256; ++byte) {
      if (byte == ',' || byte == '"' || byte == '\n' || byte == '\r') continue;
      all.push_back(static_cast<char>(byte));
      hex += fmt::format("{:02X}", byte);
    }
    for (const int ranks : {1, 3}) {
      ImportJob job(kEncodedTable);
      Options options =
          options_for(job.write("t.csv", "id,b,s\n1,\xFF\xFE,\xE4\n2," + all + ",x\n"));
      options.encoding = encoding;
      options.chunk_bytes = 16;
      job.run(options, ranks);
      EXPECT_EQ(job.rows("SELECT id, hex(b) FROM t"), "1|FFFE\n2|" + hex + "\n") << encoding;
    }
  }
}

TEST(ImportEncoding, ABinaryValueWhoseBytesAreLostIsRefused) {
  for (const char* encoding : {"shift_jis", "utf-16le", "euc-jp"}) {
    ASSERT_FALSE(FileEncoding::of(encoding)->is_single_byte());
    ImportJob job(kEncodedTable);
    const bool is_wide = std::string(encoding) == "utf-16le";
    std::string text = "id,b,s\n1,abc,x\n";
    std::string letter = is_wide                             ? "\xE9"
                         : std::string(encoding) == "euc-jp" ? "\xA4\xA2"
                                                             : "\x82\xA0";
    std::string last = "2," + letter + ",x\n";
    if (is_wide) {
      std::string wide;
      for (const char c : text + last) wide += std::string{c, '\0'};
      text = wide;
    } else {
      text += last;
    }
    Options options = options_for(job.write("t.csv", text));
    options.encoding = encoding;
    EXPECT_THAT(job.failure(options), HasSubstr(std::string("the bytes of the file cannot be had "
                                                            "back from ") +
                                                encoding));
    options.on_error = import::OnError::reject;
    job.run(options);
    EXPECT_EQ(job.rows("SELECT id, hex(b) FROM t"), "1|616263\n") << encoding;
  }
}

TEST(ImportEncoding, DigitsOfABinaryValueStayAsTheyAre) {
  ImportJob job(kEncodedTable);
  Options options = options_for(job.write("t.csv", "id,b,s\n1,fffe,\xE4\n"));
  options.encoding = "latin1";
  options.binary = import::BinaryText::hex;
  job.run(options);
  EXPECT_EQ(job.rows("SELECT hex(b), s FROM t"), "FFFE|ä\n");
}

/// The records of a reject file were converted by the import that wrote it.
TEST(ImportEncoding, TheRejectFileKeepsBinaryValues) {
  ImportJob job(kEncodedTable);
  Options options =
      options_for(job.write("t.csv", "id,b,s\nx,\xFF\x81,\xE4\n2,\xFF\xFE,\x81\n3,\x81,b\n"));
  options.encoding = "windows-1252";
  options.on_error = import::OnError::reject;
  job.run(options);
  EXPECT_EQ(job.rows("SELECT id, hex(b), s FROM t"), "3|81|b\n");
  std::string rejects = job.read("t.rejects.csv");
  rejects.replace(rejects.find("x,"), 1, "1");
  options.files = {job.write("t.rejects.csv", rejects)};
  EXPECT_EQ(job.run(options).rejected, 1U);
  EXPECT_EQ(job.rows("SELECT id, hex(b), s FROM t"), "3|81|b\n1|FF81|ä\n");
}

TEST(ImportEncoding, AByteThatIsNoCharacterMakesOnlyItsRecordWrong) {
  for (const int ranks : {1, 3}) {
    ImportJob job(kEncodedTable);
    Options options = options_for(
        job.write("t.csv", "id,b,s\n1,,\xE4\n2,,a\x81\n3,,\xD2\xAA\n4,,\x8D\x90\n\x81,,c\n"));
    options.encoding = "windows-1252";
    options.chunk_bytes = 8;
    EXPECT_THAT(job.failure(options, ranks),
                HasSubstr("t.csv:3: column 's' (field 3): 'a\\x81' has the byte 81, which is not a "
                          "character of windows-1252"));
    options.on_error = import::OnError::reject;
    const Summary summary = job.run(options, ranks);
    EXPECT_EQ(summary.rows, 2U);
    EXPECT_EQ(summary.rejected, 3U);
    EXPECT_EQ(job.rows("SELECT id, s FROM t"), "1|ä\n3|Òª\n");
    EXPECT_THAT(job.read("t.rejects.csv"), HasSubstr("has the byte 8D"));
  }
}

/// Two bytes that are no characters may look like one of UTF-8.
TEST(ImportEncoding, BytesThatTogetherLookLikeACharacterStayWrong) {
  ImportJob job(kEncodedTable);
  Options options = options_for(job.write("t.csv", "id,b,s\n1,,\xD2\xAA\n"));
  options.encoding = "windows-1253";
  EXPECT_THAT(job.failure(options), HasSubstr("has the byte D2, which is not a character"));
}

TEST(ImportEncoding, AFieldThatIsLeftOutMayHaveAnyBytes) {
  ImportJob job(kEncodedTable);
  Options options = options_for(job.write("t.csv", "id,x,s\n1,\x81,a\n"));
  options.encoding = "windows-1252";
  options.ignore_unknown = true;
  EXPECT_EQ(job.run(options).rows, 1U);
}

/// Where characters have several bytes, what follows cannot be told.
TEST(ImportEncoding, ABrokenCharacterOfSeveralBytesEndsTheImport) {
  ImportJob job(kEncodedTable);
  Options options = options_for(job.write("t.csv", "id,b,s\n1,,a\n2,,\xFF\n3,,b\n"));
  options.encoding = "euc-jp";
  EXPECT_THAT(job.failure(options), HasSubstr("t.csv:3: the byte FF is not a character of euc-jp"));
}

}  // namespace
}  // namespace dbmig::test
