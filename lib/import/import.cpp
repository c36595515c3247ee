#include "import/import.hpp"

#include <fmt/core.h>

#include <chrono>
#include <exception>
#include <new>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "import/root_import.hpp"
#include "import/wire.hpp"

namespace dbmig::import {
namespace {

// What the root tells the other ranks between files, as the first byte of a broadcast.
enum class Notice : char { file, done, failed };

void announce(Communicator& ranks, Notice notice, const std::function<void(Bytes&)>& fill = {}) {
  Bytes message;
  WireWriter(message).put(notice);
  if (fill) fill(message);
  bcast(ranks, message);
}

void announce_failure(Communicator& ranks, const Error& error) {
  announce(ranks, Notice::failed, [&](Bytes& message) {
    WireWriter writer(message);
    writer.put(static_cast<std::int32_t>(error.code()));
    writer.put_text(error.message());
  });
}

Summary lead(const Options& options, Communicator& ranks, const Open& open, EventSink& events,
             const std::atomic<bool>& stop) {
  const AnnouncePlan announce_plan = [&ranks](const Plan& plan) {
    announce(ranks, Notice::file, [&](Bytes& message) { encode(plan, message); });
  };
  try {
    Summary summary = RootImport(options, ranks, open, events, stop, announce_plan).run();
    announce(ranks, Notice::done);
    return summary;
  } catch (const Error& error) {
    announce_failure(ranks, error);
    throw;
  } catch (const std::bad_alloc&) {
    const Error error(ErrorCode::failed, "not enough memory");
    announce_failure(ranks, error);
    throw error;
  } catch (const std::exception& unforeseen) {
    const Error error(ErrorCode::failed, fmt::format("internal error: {}", unforeseen.what()));
    announce_failure(ranks, error);
    throw error;
  }
}

/// Works until the root says how it ended: nothing, or the failure that all ranks end with.
std::optional<Error> follow(Communicator& ranks, const std::atomic<bool>& stop) {
  while (true) {
    Bytes message;
    bcast(ranks, message);
    WireReader reader({message.data(), message.size()});
    switch (reader.get<Notice>()) {
      case Notice::file:
        work_on_chunks(decode_plan(reader.rest()), ranks, stop);
        break;
      case Notice::done:
        return std::nullopt;
      case Notice::failed: {
        const auto code = static_cast<ErrorCode>(reader.get<std::int32_t>());
        return Error(code, std::string(reader.get_text()));
      }
    }
  }
}

}  // namespace

Summary run(const Options& options, Communicator& ranks, const Open& open, EventSink& events,
            const std::atomic<bool>& stop) {
  if (ranks.is_root()) return lead(options, ranks, open, events, stop);
  std::optional<Error> failure;
  try {
    failure = follow(ranks, stop);
  } catch (...) {
    // The other ranks do not know of it: they would wait for this one for ever.
    ranks.abort();
    throw;
  }
  if (failure) throw Error(*failure);
  Summary summary;
  summary.ranks = ranks.size();
  return summary;
}

}  // namespace dbmig::import
