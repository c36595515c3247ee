// An application's soci::session of each backend. SOCI includes <sqlite3.h> into a namespace of its
// own, so nothing else may include it here before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <dbmig/soci.hpp>
#include <string>

#include "support/mariadb.hpp"
#include "support/temp_dir.hpp"
#include "unit/embed/support.hpp"

namespace dbmig::test {
namespace {

using ::testing::IsEmpty;

class EmbedSociMariadb : public MariadbTest {};

TEST(EmbedSoci, SqliteSession) {
  const TempDir folder;
  soci::session sql(soci::sqlite3, "db=" + (folder / "shop.db").string());
  sql << "PRAGMA foreign_keys = ON";
  const Embedded embedded(shop_revisions());
  EXPECT_EQ(upgrade(embedded.history(), sql).size(), 3U);
  int orders = 0;
  sql << "SELECT count(*) FROM orders", soci::into(orders);
  EXPECT_EQ(orders, 2);
  EXPECT_THROW(sql << "INSERT INTO orders VALUES (9, 99)", soci::soci_error);
  sql.begin();
  EXPECT_THROW(pending(embedded.history(), sql), Error);
  sql.rollback();
  EXPECT_THAT(pending(embedded.history(), sql), IsEmpty());
}

TEST_F(EmbedSociMariadb, Session) {
  const MariadbDatabase database;
  const Url& url = database.url();
  std::string text = "dbname=" + url.database + " user=" + url.user;
  if (const auto socket = url.parameters.find("socket"); socket != url.parameters.end()) {
    text += " unix_socket=" + socket->second;
  }
  if (url.password) text += " password=" + *url.password;
  if (!url.host.empty() && url.host != "localhost") text += " host=" + url.host;
  if (url.port != 0) text += " port=" + std::to_string(url.port);
  soci::session sql(soci::mysql, text);
  const Embedded embedded(shop_revisions());
  EXPECT_EQ(upgrade(embedded.history(), sql).size(), 3U);
  int orders = 0;
  sql << "SELECT count(*) FROM orders", soci::into(orders);
  EXPECT_EQ(orders, 2);
  sql.begin();
  EXPECT_THROW(upgrade(embedded.history(), sql), Error);
  sql.rollback();
  EXPECT_THAT(pending(embedded.history(), sql), IsEmpty());
}

}  // namespace
}  // namespace dbmig::test
