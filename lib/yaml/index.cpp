#include "yaml/index.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/error.hpp"
#include "history/arrangement.hpp"
#include "yaml/bytes.hpp"

namespace dbmig::yaml {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSecond = 1'000'000'000;
/// The coarsest clock of a file system that is in use.
constexpr std::int64_t kTick = 2 * kSecond;

template <class Bytes, class Replaces>
void replaced_parts(Bytes& bytes, Replaces& replaces) {
  if constexpr (Bytes::is_reading) {
    for (std::uint32_t left = bytes.length(); left > 0 && bytes.is_good; --left) {
      replaces.emplace_back();
      bytes(replaces.back().id, replaces.back().checksum);
      replaced_parts(bytes, replaces.back().replaces);
    }
  } else {
    bytes(static_cast<std::uint32_t>(replaces.size()));
    for (const auto& one : replaces) {
      bytes(one.id, one.checksum);
      replaced_parts(bytes, one.replaces);
    }
  }
}

template <class Bytes, class Header>
void header_parts(Bytes& bytes, Header& header, std::string& checksum) {
  const auto list = [&](auto& texts) {
    if constexpr (Bytes::is_reading) {
      texts.resize(bytes.length());
      for (std::string& text : texts) bytes(text);
    } else {
      bytes(static_cast<std::uint32_t>(texts.size()));
      for (const std::string& text : texts) bytes(text);
    }
  };
  // These two are looked at alone, see header_start().
  bytes(checksum, header.id);
  bytes(header.message, header.created, header.changes_rows);
  list(header.parents);
  list(header.depends_on);
  list(header.labels);
  if constexpr (Bytes::is_reading) {
    for (std::uint32_t left = bytes.length(); left > 0 && bytes.is_good; --left) {
      std::string tool;
      bytes(tool);
      list(header.adopts[tool]);
    }
  } else {
    bytes(static_cast<std::uint32_t>(header.adopts.size()));
    for (const auto& [tool, versions] : header.adopts) {
      bytes(tool);
      list(versions);
    }
  }
  replaced_parts(bytes, header.replaces);
}

template <class Bytes, class Stamp>
void stamp_parts(Bytes& bytes, Stamp& stamp) {
  bytes(stamp.device, stamp.inode, stamp.size, stamp.modified, stamp.changed);
}

/// A text that stays where it is.
std::string_view view(ByteReader& bytes) {
  const std::uint32_t size = bytes.length();
  const std::string_view text = bytes.rest.substr(0, size);
  bytes.rest.remove_prefix(text.size());
  return text;
}

/// The checksum and the id in the bytes of a header.
std::pair<std::string_view, std::string_view> header_start(std::string_view header) {
  ByteReader bytes(header);
  const std::string_view checksum = view(bytes);
  return {checksum, view(bytes)};
}

std::optional<history::Header> header_from(std::string_view bytes) {
  ByteReader reader(bytes);
  history::Header header;
  std::string checksum;
  header_parts(reader, header, checksum);
  if (!reader.is_good || !reader.rest.empty()) return std::nullopt;
  header.checksum = Lazy<std::string>(std::move(checksum));
  return header;
}

using Numbers = std::vector<std::uint32_t>;

void put_numbers(ByteWriter& bytes, const Numbers& numbers) {
  bytes(static_cast<std::uint32_t>(numbers.size()));
  for (const std::uint32_t number : numbers) bytes(number);
}

/// All below `end`.
Numbers get_numbers(ByteReader& bytes, std::uint32_t end) {
  Numbers numbers(bytes.length());
  for (std::uint32_t& number : numbers) {
    bytes(number);
    if (number >= end) bytes.fail();
  }
  return numbers;
}

void put_edges(ByteWriter& bytes, const history::EdgeLists& edges) {
  put_numbers(bytes, edges.ends);
  put_numbers(bytes, edges.all);
}

history::EdgeLists get_edges(ByteReader& bytes, std::uint32_t size) {
  constexpr auto kAny = std::numeric_limits<std::uint32_t>::max();
  history::EdgeLists edges{get_numbers(bytes, kAny), get_numbers(bytes, size)};
  const bool is_whole = edges.ends.size() == size &&
                        std::is_sorted(edges.ends.begin(), edges.ends.end()) &&
                        (size == 0 || edges.ends.back() == edges.all.size());
  if (!is_whole) bytes.fail();
  return edges;
}

/// `records` are the numbers of the revisions' files, in topological order.
std::string arrangement_bytes(const history::Arrangement& arranged, const Numbers& records) {
  ByteWriter bytes;
  put_numbers(bytes, records);
  put_edges(bytes, arranged.parents);
  put_edges(bytes, arranged.needs);
  bytes(static_cast<std::uint32_t>(arranged.labels.size()));
  for (const auto& [label, id] : arranged.labels) bytes(label, id);
  bytes(static_cast<std::uint32_t>(arranged.replaced.size()));
  for (const auto& [id, end] : arranged.replaced) bytes(id, end.first, end.second);
  return std::move(bytes.bytes);
}

/// Without the order. `files`: how many there are.
std::optional<std::pair<history::Arrangement, Numbers>> arrangement_from(std::string_view from,
                                                                         std::uint32_t files) {
  ByteReader bytes(from);
  history::Arrangement arranged;
  Numbers records = get_numbers(bytes, files);
  const auto size = static_cast<std::uint32_t>(records.size());
  arranged.parents = get_edges(bytes, size);
  arranged.needs = get_edges(bytes, size);
  for (std::uint32_t left = bytes.length(); left > 0 && bytes.is_good; --left) {
    std::string label;
    bytes(label);
    bytes(arranged.labels[label]);
  }
  for (std::uint32_t left = bytes.length(); left > 0 && bytes.is_good; --left) {
    std::string id;
    bytes(id);
    auto& [squash, is_inside] = arranged.replaced[id];
    bytes(squash, is_inside);
  }
  if (!bytes.is_good || !bytes.rest.empty()) return std::nullopt;
  return std::pair(std::move(arranged), std::move(records));
}

/// Headers where the index has them.
class IndexedRevisions final : public history::Catalog {
 public:
  struct File {
    std::uint32_t number = 0;
    FileStamp stamp;
    std::string_view header;
  };

  /// `content` is what the headers stand in.
  IndexedRevisions(std::shared_ptr<const std::string> content, std::vector<File> files,
                   std::function<fs::path(std::uint32_t)> path_of,
                   std::function<history::Revision(std::uint32_t, const FileStamp&)> read)
      : content_(std::move(content)),
        files_(std::move(files)),
        path_of_(std::move(path_of)),
        read_(std::move(read)) {}

  history::Header header(history::Rank rank) const override {
    std::optional<history::Header> header = header_from(files_[rank].header);
    if (!header) throw Error(ErrorCode::failed, "the index of the revisions is damaged");
    header->path = path_of_(files_[rank].number);
    return std::move(*header);
  }
  std::string_view checksum(history::Rank rank) const override {
    return header_start(files_[rank].header).first;
  }
  history::Revision read(history::Rank rank) const override {
    return read_(files_[rank].number, files_[rank].stamp);
  }

 private:
  std::shared_ptr<const std::string> content_;
  std::vector<File> files_;  ///< in topological order
  std::function<fs::path(std::uint32_t)> path_of_;
  std::function<history::Revision(std::uint32_t, const FileStamp&)> read_;
};

constexpr const char* kRevisions = "revisions";

}  // namespace

std::int64_t Index::now() {
  // The clock that file systems take their times from, which is behind the exact one.
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

bool index_is_there(const fs::path& folder) {
  return stamp_of((folder / kRevisions).string()).has_value();
}

Index::Index(fs::path folder) : folder_(std::move(folder)) {
  Sealed sealed = read_sealed(folder_ / kRevisions);
  const std::size_t begin = sealed.begin;
  content_ = std::make_shared<const std::string>(std::move(sealed.whole));
  ByteReader reader(std::string_view(*content_).substr(begin));
  const std::uint32_t count = reader.length();
  records_.reserve(count);
  numbers_.reserve(count);
  for (std::uint32_t i = 0; i < count && reader.is_good; ++i) {
    Record record;
    record.name = view(reader);
    stamp_parts(reader, record.stamp);
    record.bytes = view(reader);
    numbers_.emplace(record.name, i);
    records_.push_back(record);
  }
  arrangement_ = view(reader);
  if (reader.is_good && reader.rest.empty() && numbers_.size() == records_.size()) return;
  records_.clear();
  numbers_.clear();
  arrangement_ = {};
}

std::optional<std::pair<std::uint32_t, FileStamp>> Index::look_up(std::string_view name) const {
  const auto found = numbers_.find(name);
  if (found == numbers_.end()) return std::nullopt;
  return std::pair(found->second, records_[found->second].stamp);
}

std::optional<history::Graph> Index::graph(
    std::function<fs::path(std::uint32_t)> path_of,
    std::function<history::Revision(std::uint32_t, const FileStamp&)> read) const {
  if (arrangement_.empty()) return std::nullopt;
  auto found = arrangement_from(arrangement_, static_cast<std::uint32_t>(records_.size()));
  if (!found) return std::nullopt;
  auto& [arranged, numbers] = *found;
  std::vector<IndexedRevisions::File> files;
  files.reserve(numbers.size());
  arranged.order.reserve(numbers.size());
  for (const std::uint32_t number : numbers) {
    const Record& record = records_[number];
    files.push_back({number, record.stamp, record.bytes});
    arranged.order.emplace_back(header_start(record.bytes).second);
  }
  return history::Graph::of(
      std::move(arranged), std::make_shared<IndexedRevisions>(content_, std::move(files),
                                                              std::move(path_of), std::move(read)));
}

std::optional<history::Header> Index::find(std::string_view name, const FileStamp& stamp) {
  const auto found = numbers_.find(name);
  if (found == numbers_.end()) return std::nullopt;
  const Record& record = records_[found->second];
  if (!(record.stamp == stamp)) return std::nullopt;
  std::optional<history::Header> header = header_from(record.bytes);
  if (header) wanted_.insert_or_assign(std::string(name), Entry{stamp, record.bytes, {}});
  return header;
}

void Index::keep(std::string name, const FileStamp& stamp, const history::Header& header,
                 std::int64_t read_at) {
  if (std::max(stamp.modified, stamp.changed) + kTick > read_at) return;
  ByteWriter writer;
  std::string checksum = header.checksum.get();
  header_parts(writer, header, checksum);
  wanted_.insert_or_assign(std::move(name), Entry{stamp, {}, std::move(writer.bytes)});
  is_changed_ = true;
}

void Index::save(const history::Graph& graph, std::size_t files) noexcept {
  try {
    const bool is_whole = wanted_.size() == files;
    if (!is_changed_ && wanted_.size() == records_.size() && arrangement_.empty() == !is_whole)
      return;
    ByteWriter writer;
    writer(static_cast<std::uint32_t>(wanted_.size()));
    std::unordered_map<std::string_view, std::uint32_t> numbers;  // by id
    for (const auto& [name, entry] : wanted_) {
      writer(name);
      stamp_parts(writer, entry.stamp);
      const std::string_view bytes = entry.own.empty() ? entry.bytes : std::string_view(entry.own);
      writer(std::string(bytes));
      numbers.emplace(header_start(bytes).second, static_cast<std::uint32_t>(numbers.size()));
    }
    std::string arranged;
    if (is_whole && numbers.size() == files) {
      Numbers records;
      for (const std::string& id : graph.topological()) records.push_back(numbers.at(id));
      arranged = arrangement_bytes(graph.arrangement(), records);
    }
    writer(arranged);
    save_sealed(folder_, kRevisions, writer.bytes);
    is_changed_ = false;
  } catch (...) {  // NOLINT(bugprone-empty-catch): done without
  }
}

}  // namespace dbmig::yaml
