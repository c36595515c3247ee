// `mpirun --host a,b dbmig import`: two hosts, played by two network namespaces that a cable (veth)
// connects. The second one sees neither the file nor the database: those are the root's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::HasSubstr;

class TwoHosts : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    const std::string id = std::to_string(::getpid());
    const Result made = shell(
        "set -e\n"
        "ip netns add dbmig_a" +
            id + "; ip netns add dbmig_b" + id +
            "\n"
            "ip link add va" +
            id + " netns dbmig_a" + id + " type veth peer name vb" + id + " netns dbmig_b" + id +
            "\n"
            "ip -n dbmig_a" +
            id + " addr add 10.213.77.1/24 dev va" + id +
            "\n"
            "ip -n dbmig_b" +
            id + " addr add 10.213.77.2/24 dev vb" + id +
            "\n"
            "for host in a b; do\n"
            "  ip -n dbmig_${host}" +
            id +
            " link set lo up\n"
            "  ip -n dbmig_${host}" +
            id + " link set v${host}" + id +
            " up\n"
            "done\n"
            "ip netns exec dbmig_b" +
            id + " unshare -m mount -t tmpfs none /mnt\n",
        project.path());
    if (made.code != 0) GTEST_SKIP() << "no network namespaces can be made here: " << made.out;
    // What ssh does: a command for another host. There the folder of the files is empty.
    project.write("agent.sh", "#!/bin/bash\nshift\nexec ip netns exec dbmig_b" + id +
                                  " unshare -m bash -c \"mount -t tmpfs none " +
                                  (project.path() / "data").string() + " && $*\"\n");
    shell("chmod +x agent.sh; mkdir data", project.path());
    sql("CREATE TABLE t (n INT PRIMARY KEY, name VARCHAR(20))");
  }
  void TearDown() override {
    const std::string id = std::to_string(::getpid());
    shell("ip netns del dbmig_a" + id + "; ip netns del dbmig_b" + id, project.path());
    OnEachDatabase::TearDown();
  }

  Result import(const std::string& arguments) const {
    return shell(
        "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1\n"
        "exec ip netns exec dbmig_a" +
            std::to_string(::getpid()) +
            " timeout -k 5 60 mpirun --mca plm_rsh_agent ./agent.sh --mca btl tcp,self"
            " --mca oob_tcp_if_include 10.213.77.0/24"
            " --mca btl_tcp_if_include 10.213.77.0/24"
            " --host 10.213.77.1:1,10.213.77.2:2 " +
            dbmig_binary().string() + " import data/t.csv --url '" + url + "' " + arguments,
        project.path());
  }
};

TEST_P(TwoHosts, ShareTheWorkOfAFileThatOnlyTheFirstOneHas) {
  std::string csv = "n,name\n";
  for (int i = 0; i < 20000; ++i) csv += std::to_string(i) + ",name " + std::to_string(i) + "\n";
  project.write("data/t.csv", csv);
  const Result result = import("--chunk-size 10000 --json");
  ASSERT_EQ(result.code, 0) << result;
  EXPECT_THAT(result.out, HasSubstr("\"ranks\": 3"));
  EXPECT_EQ(sql("SELECT count(*), sum(n) FROM t WHERE name LIKE 'name %'"), "20000|199990000\n");
}

TEST_P(TwoHosts, EndTogetherAtABadRecord) {
  std::string csv = "n,name\n";
  for (int i = 0; i < 5000; ++i) csv += std::to_string(i) + ",x\n";
  project.write("data/t.csv", csv + "none,x\n");
  const Result result = import("--chunk-size 1000");
  EXPECT_EQ(result.code, 1) << result;
  EXPECT_THAT(result.out, HasSubstr("data/t.csv:5002: column 'n' (field 1): 'none'")) << result;
  EXPECT_EQ(sql("SELECT count(*) FROM t"), "0\n");
}

DBMIG_ON_EACH_DATABASE(TwoHosts);

}  // namespace
}  // namespace dbmig::test
