// Without libFuzzer: every input of the corpus, a line of hexadecimal digits each, then seeded
// changes of them, for some seconds.
//
//   fuzz_import CORPUS.txt SECONDS [SEED]
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

void try_one(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string from_hex(const std::string& line) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < line.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

/// A few bytes other, mostly those that mean something.
std::string changed(std::string input, const std::vector<std::string>& corpus,
                    std::mt19937_64& random) {
  static const std::string kBytes = "\"\"\"\"\\\\,,;\n\n\r\r\n\t #N.x07+-e:Z|a ";
  for (std::uint64_t n = 1 + random() % 6; n > 0; --n) {
    const std::size_t at = input.empty() ? 0 : random() % input.size();
    const char byte =
        random() % 8 == 0 ? static_cast<char>(random() % 256) : kBytes[random() % kBytes.size()];
    switch (random() % 5) {
      case 0:
        if (!input.empty()) input[at] = byte;
        break;
      case 1:
        input.insert(at, 1, byte);
        break;
      case 2:
        if (!input.empty()) input.erase(at, 1 + random() % 3);
        break;
      case 3: {
        const std::string& other = corpus[random() % corpus.size()];
        const std::size_t from = other.empty() ? 0 : random() % other.size();
        input.insert(at, other.substr(from, random() % 12));
        break;
      }
      default:
        if (input.size() > 3) input[random() % 3] = static_cast<char>(random() % 256);
    }
  }
  return input.substr(0, 200);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "fuzz_import CORPUS SECONDS [SEED]\n");
    return 2;
  }
  std::vector<std::string> corpus;
  std::ifstream file(argv[1]);
  for (std::string line; std::getline(file, line);) {
    corpus.push_back(from_hex(line));
    try_one(corpus.back());
  }
  if (corpus.empty()) return 1;
  std::mt19937_64 random(argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1);
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::seconds(std::strtol(argv[2], nullptr, 10));
  std::uint64_t tried = 0;
  while (std::chrono::steady_clock::now() < end) {
    for (int i = 0; i < 200; ++i, ++tried) {
      std::string input = changed(corpus[random() % corpus.size()], corpus, random);
      try_one(input);
      // What was tried is changed further, so that inputs wander off.
      if (random() % 50 == 0) corpus[random() % corpus.size()] = std::move(input);
    }
  }
  std::printf("%llu inputs\n", static_cast<unsigned long long>(tried));
  return 0;
}
