#include "import/import.hpp"

#include <fmt/core.h>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "import/root_import.hpp"
#include "import/wire.hpp"

namespace dbmig::import {
namespace {

// The first byte of the root's messages to the other ranks between files.
enum class Notice : char { file, key_scan, done, failed };

/// Sends messages to all other ranks without waiting: they may still be starting.
class Announcer {
 public:
  explicit Announcer(Communicator& ranks) : ranks_(ranks) {}

  void send(Notice notice, const std::function<void(Bytes&)>& fill = {}) {
    finish();
    message_.clear();
    WireWriter(message_).put(notice);
    if (fill) fill(message_);
    for (int rank = 1; rank < ranks_.size(); ++rank) {
      sending_.push_back(ranks_.isend(message_, rank));
    }
  }

  void send_failure(const Error& error) {
    if (ranks_.was_left()) return;
    try {
      send(Notice::failed, [&](Bytes& message) {
        WireWriter writer(message);
        writer.put(static_cast<std::int32_t>(error.code()));
        writer.put_text(error.message());
      });
      finish();
    } catch (const Error&) {
      // A rank was given up just now: the job ends without it.
    }
  }

  /// Waits until the last one was received. Gives up a rank that does not receive it.
  void finish() {
    int rank = 0;
    for (const auto& request : sending_) wait_for_rank(*request, ranks_, ++rank);
    sending_.clear();
  }

 private:
  Communicator& ranks_;
  Bytes message_;
  std::vector<std::unique_ptr<Request>> sending_;
};

/// With several writers, it is a matter of chance which one finds an error first, and one may wait
/// for rows of another: if rows are wrong, one writer loads them again in order, to find the first
/// error.
Summary lead_writers(const Options& options, Communicator& ranks, const Open& open,
                     EventSink& events, const std::atomic<bool>& stop,
                     const Announcements& announce) {
  Options again = options;
  while (true) {
    bool was_lock = false;
    RootImport import(again, ranks, open, events, stop, announce);
    try {
      return import.run();
    } catch (const Error& error) {
      if (ranks.was_left()) throw;
      if (import.was_watch_wrong() || import.failed_deferred_check()) {
        again.watch_keys = again.watch_keys && !import.was_watch_wrong();
        again.defers_constraints = false;
        if (import.failed_deferred_check()) {
          events.info("dbmig.import",
                      import.lacked_parent()
                          ? "A row refers to one that is not there yet: loading again, row by row"
                          : "A row is wrong: loading again, row by row, to find the first bad "
                            "record");
        }
        continue;
      }
      was_lock = error.code() == ErrorCode::busy;
      const bool may_be_of_rows = is_of_rows(error) || was_lock;
      // A repeated key that was found before it was written is known to be the first error.
      if (!may_be_of_rows || !import.had_writers() || import.has_named_repeated_key()) throw;
    }
    events.info("dbmig.import",
                was_lock ? "The writers waited for a lock: loading again with one writer"
                         : "A row is wrong: loading again with one writer to find the first bad "
                           "record");
    again.writers = 1;
  }
}

Summary lead(const Options& options, Communicator& ranks, const Open& open, EventSink& events,
             const std::atomic<bool>& stop) {
  Announcer announcer(ranks);
  Announcements announce;
  announce.file = [&announcer](const Plan& plan, const std::optional<SharedFile>& file) {
    announcer.send(Notice::file, [&](Bytes& message) {
      encode(file, message);
      encode(plan, message);
    });
  };
  announce.key_scan = [&announcer](const Bytes& job) {
    announcer.send(Notice::key_scan,
                   [&](Bytes& message) { message.insert(message.end(), job.begin(), job.end()); });
    // No message may be in flight when the ranks work together.
    announcer.finish();
  };
  try {
    Summary summary = lead_writers(options, ranks, open, events, stop, announce);
    announcer.send(Notice::done);
    announcer.finish();
    return summary;
  } catch (const Error& error) {
    announcer.send_failure(error);
    throw;
  } catch (const std::bad_alloc&) {
    const Error error(ErrorCode::failed, "not enough memory");
    announcer.send_failure(error);
    throw error;
  } catch (const std::exception& unforeseen) {
    const Error error(ErrorCode::failed, fmt::format("internal error: {}", unforeseen.what()));
    announcer.send_failure(error);
    throw error;
  }
}

/// Works until the root says how the import ended: nothing, or the error with which all ranks end.
std::optional<Error> follow(Communicator& ranks, const std::atomic<bool>& stop) {
  while (true) {
    Bytes message;
    wait(*ranks.irecv(message, 0));
    WireReader reader({message.data(), message.size()});
    switch (reader.get<Notice>()) {
      case Notice::file: {
        std::string_view rest = reader.rest();
        const auto file = decode_shared_file(rest);
        work_on_chunks(decode_plan(rest), file, ranks, stop);
        break;
      }
      case Notice::key_scan:
        help_find_repeated_keys(ranks, reader.rest(), stop);
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

namespace {

void set_format(Options& options, const FileFormat& format) {
  options.format = format.csv;
  options.nulls = format.nulls;
  options.binary = format.binary;
  options.bits = format.bits;
  options.find_delimiter = format.find_delimiter;
  options.decimal = format.decimal;
  options.time_zone = format.time_zone;
  options.has_header = format.has_header;
  options.is_json = format.is_json;
  options.check_line_end = format.check_line_end;
}

}  // namespace

Options options_for(const FileFormat& format) {
  Options options;
  set_format(options, format);
  return options;
}

Options options_for_file(const Options& options, const std::string& path, std::string* note) {
  Options own = options;
  if (!options.own_format) return own;
  const OwnFormat format = options.own_format(path);
  set_format(own, format.format);
  if (own.table.empty()) own.table = format.table;
  if (own.columns.empty() && own.is_json) own.columns = format.columns;
  if (note != nullptr) *note = format.note;
  return own;
}

Summary run(const Options& options, Communicator& ranks, const Open& open, EventSink& events,
            const std::atomic<bool>& stop) {
  if (ranks.is_root()) return lead(options, ranks, open, events, stop);
  std::optional<Error> failure;
  try {
    failure = follow(ranks, stop);
  } catch (...) {
    // The other ranks do not know of the failure and would wait for this one for ever.
    ranks.abort();
    throw;
  }
  if (failure) throw Error(*failure);
  Summary summary;
  summary.ranks = ranks.size();
  return summary;
}

}  // namespace dbmig::import
