// The other ranks of an MPI job as readers of the source. See source_readers.hpp.
//
// The root sends an order; between orders the others wait. A part is read by the rank that its
// place falls to, so batches come in order, whatever the number of ranks, and each rank has a few
// of them on the way.
#include <fmt/core.h>

#include <deque>
#include <functional>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "import/plan.hpp"
#include "import/wire.hpp"
#include "transfer/copy_source.hpp"
#include "transfer/one_moment.hpp"
#include "transfer/source_readers.hpp"

namespace dbmig::transfer {
namespace {

using import::Bytes;
using import::WireReader;
using import::WireWriter;

enum class Order : std::uint8_t { snapshot, end_snapshot, job, cancel, quit };
enum class Answer : std::uint8_t { done, failed, batch, part, cancelled };

/// The most messages that a rank may have in flight: a part's batches, so that all ranks can work.
constexpr std::size_t kMaxInFlight = 8;

Bytes order(Order what) {
  Bytes message;
  WireWriter(message).put(what);
  return message;
}

void send_message(import::Communicator& ranks, const Bytes& message, int to) {
  const auto request = ranks.isend(message, to);
  import::wait_for_rank(*request, ranks, to);
}

void send_to_all(import::Communicator& ranks, const Bytes& message) {
  for (int rank = 1; rank < ranks.size(); ++rank) send_message(ranks, message, rank);
}

/// Tells the ranks what to do next, unless one of them was given up.
void send_at_end(import::Communicator& ranks, Order what) noexcept {
  try {
    if (!ranks.was_left()) send_to_all(ranks, order(what));
  } catch (const Error&) {
    // The rank was given up just now: the job ends without it.
  }
}

void put_failure(Bytes& message, const Error& error) {
  WireWriter writer(message);
  writer.put(Answer::failed);
  writer.put(static_cast<std::int32_t>(error.code()));
  writer.put_text(error.what());
}

[[noreturn]] void throw_failure(WireReader& reader) {
  const auto code = static_cast<ErrorCode>(reader.get<std::int32_t>());
  throw Error(code, std::string(reader.get_text()));
}

/// Which rank reads this part. The root reads only in checks, where it has nothing else to do.
int reader_of(ReadJob::Kind kind, std::size_t part, int ranks) {
  const auto count = static_cast<std::size_t>(ranks);
  if (kind == ReadJob::Kind::check) return static_cast<int>((part + 1) % count);
  return static_cast<int>(part % (count - 1)) + 1;
}

void put_job(Bytes& message, const ReadJob& job, int rank, int ranks) {
  WireWriter writer(message);
  writer.put(Order::job);
  writer.put(job.kind);
  writer.put_text(job.table);
  import::Plan plan;
  plan.columns = job.columns;
  plan.dialect = job.target;
  plan.encoding = job.encoding;
  Bytes encoded;
  import::encode(plan, encoded);
  writer.put_text({encoded.data(), encoded.size()});
  writer.put_text({reinterpret_cast<const char*>(job.as_is.data()), job.as_is.size()});
  writer.put(static_cast<std::uint32_t>(job.key.size()));
  for (const std::size_t place : job.key) writer.put(static_cast<std::uint32_t>(place));
  std::vector<std::size_t> parts;
  for (std::size_t i = 0; i < job.parts.size(); ++i) {
    if (reader_of(job.kind, i, ranks) == rank) parts.push_back(i);
  }
  writer.put(static_cast<std::uint32_t>(parts.size()));
  for (const std::size_t part : parts) writer.put_text(job.parts[part]);
}

ReadJob get_job(WireReader& reader) {
  ReadJob job;
  job.kind = reader.get<ReadJob::Kind>();
  job.table = reader.get_text();
  const import::Plan plan = import::decode_plan(reader.get_text());
  job.columns = plan.columns;
  job.target = plan.dialect;
  job.encoding = plan.encoding;
  const std::string_view as_is = reader.get_text();
  job.as_is.assign(as_is.begin(), as_is.end());
  for (auto n = reader.get<std::uint32_t>(); n > 0; --n) {
    job.key.push_back(reader.get<std::uint32_t>());
  }
  for (auto n = reader.get<std::uint32_t>(); n > 0; --n) job.parts.emplace_back(reader.get_text());
  return job;
}

void put_batch(Bytes& message, const RowBatch& batch) {
  WireWriter writer(message);
  writer.put(Answer::batch);
  writer.put(batch.first);
  writer.put(batch.rows);
  const auto [high, low] = batch.hash.halves();
  writer.put(high);
  writer.put(low);
  message.insert(message.end(), batch.bytes.begin(), batch.bytes.end());
}

RowBatch get_batch(WireReader& reader) {
  RowBatch batch;
  batch.first = reader.get<std::uint64_t>();
  batch.rows = reader.get<std::uint64_t>();
  const auto high = reader.get<std::uint64_t>();
  batch.hash = RowHash(high, reader.get<std::uint64_t>());
  const std::string_view bytes = reader.rest();
  batch.bytes.assign(bytes.begin(), bytes.end());
  return batch;
}

void put_check(Bytes& message, const PartCheck& check) {
  WireWriter writer(message);
  writer.put(Answer::part);
  writer.put(check.rows);
  writer.put(static_cast<std::uint32_t>(check.problems.size()));
  for (const import::Problem& problem : check.problems) {
    writer.put_text(problem.file);
    writer.put_text(problem.column);
    writer.put_text(problem.reason);
    writer.put(problem.records);
    writer.put(static_cast<std::uint32_t>(problem.lines.size()));
    for (const std::uint64_t line : problem.lines) writer.put(line);
    writer.put(static_cast<std::uint32_t>(problem.examples.size()));
    for (const std::string& example : problem.examples) writer.put_text(example);
  }
  writer.put(static_cast<std::uint32_t>(check.needs.size()));
  for (const auto& [column, needs] : check.needs) {
    writer.put(static_cast<std::uint32_t>(column));
    writer.put(needs.taken_by);
    writer.put(static_cast<std::uint8_t>(needs.has_null));
    for (const std::uint64_t value : {needs.characters, needs.whole_digits, needs.scale}) {
      writer.put(value);
    }
  }
}

PartCheck get_check(WireReader& reader) {
  PartCheck check;
  check.rows = reader.get<std::uint64_t>();
  for (auto n = reader.get<std::uint32_t>(); n > 0; --n) {
    import::Problem& problem = check.problems.emplace_back();
    problem.file = reader.get_text();
    problem.column = reader.get_text();
    problem.reason = reader.get_text();
    problem.records = reader.get<std::uint64_t>();
    for (auto lines = reader.get<std::uint32_t>(); lines > 0; --lines) {
      problem.lines.push_back(reader.get<std::uint64_t>());
    }
    for (auto examples = reader.get<std::uint32_t>(); examples > 0; --examples) {
      problem.examples.emplace_back(reader.get_text());
    }
  }
  for (auto n = reader.get<std::uint32_t>(); n > 0; --n) {
    const std::size_t column = reader.get<std::uint32_t>();
    WiderType::Needs needs;
    needs.taken_by = reader.get<std::uint32_t>();
    needs.has_null = reader.get<std::uint8_t>() != 0;
    needs.characters = reader.get<std::uint64_t>();
    needs.whole_digits = reader.get<std::uint64_t>();
    needs.scale = reader.get<std::uint64_t>();
    check.needs.emplace_back(column, needs);
  }
  return check;
}

/// Thrown to end a part when the root has cancelled its job.
struct Cancelled {};

/// A rank that reads: one job.
class Service {
 public:
  Service(backend::Connection& source, import::Communicator& ranks, const std::atomic<bool>& stop)
      : source_(source), ranks_(ranks), stop_(stop) {}

  /// `next` is the root's next order, which is already being received.
  void run(const ReadJob& job, import::Request& next) {
    next_ = &next;
    try {
      RowConverter converter(job.columns, job.target, job.as_is);
      for (const std::string& part : job.parts) {
        Bytes end;
        if (job.kind == ReadJob::Kind::check) {
          put_check(end, check(job, part));
        } else {
          read_part(source_, job, converter, part, stop_, [&](RowBatch&& batch) {
            Bytes message;
            put_batch(message, batch);
            queue(std::move(message));
          });
          WireWriter(end).put(Answer::done);
        }
        queue(std::move(end));
      }
    } catch (const Cancelled&) {
      Bytes message;
      WireWriter(message).put(Answer::cancelled);
      in_flight_.emplace_back(std::move(message));
      start();
    } catch (const Error& error) {
      Bytes message;
      put_failure(message, error);
      in_flight_.emplace_back(std::move(message));
      start();
    }
    while (!in_flight_.empty()) finish();
  }

 private:
  struct Message {
    explicit Message(Bytes text) : bytes(std::move(text)) {}
    Bytes bytes;
    std::unique_ptr<import::Request> request;
  };

  /// Nothing is sent before the part is done.
  PartCheck check(const ReadJob& job, const std::string& part) {
    import::SignsOfLife signs(ranks_);
    return check_part(source_, job, part, stop_, [&] {
      signs.work_goes_on();
      const auto lock = signs.pause();
      throw_if_cancelled();
    });
  }
  void throw_if_cancelled() {
    // The only order that arrives during a job.
    if (next_->test()) throw Cancelled{};
  }
  void queue(Bytes message) {
    throw_if_cancelled();
    while (!in_flight_.empty() && in_flight_.front().request->test()) in_flight_.pop_front();
    if (in_flight_.size() >= kMaxInFlight) finish();
    in_flight_.emplace_back(std::move(message));
    start();
  }
  void start() { in_flight_.back().request = ranks_.isend(in_flight_.back().bytes, 0); }
  void finish() {
    import::wait(*in_flight_.front().request);
    in_flight_.pop_front();
  }

  backend::Connection& source_;
  import::Communicator& ranks_;
  const std::atomic<bool>& stop_;
  import::Request* next_ = nullptr;
  std::deque<Message> in_flight_;  // a deque, so that references to its elements stay valid
};

class RankReaders final : public SourceReaders {
 public:
  RankReaders(backend::Connection& source, import::Communicator& ranks,
              const std::atomic<bool>& stop)
      : source_(source), ranks_(ranks), stop_(stop) {}
  ~RankReaders() override { send_at_end(ranks_, Order::end_snapshot); }

  std::size_t size() const override { return static_cast<std::size_t>(ranks_.size() - 1); }

  void copy(const ReadJob& job, const TakeBatch& take) override {
    start(job);
    run(job, [&](std::size_t part, Answer answer, WireReader& reader) {
      if (answer != Answer::batch) return true;
      take(part, get_batch(reader));
      return false;
    });
  }

  std::vector<PartCheck> check(const ReadJob& job) override {
    std::vector<PartCheck> checks(job.parts.size());
    start(job);
    run(
        job,
        [&](std::size_t part, Answer, WireReader& reader) {
          checks[part] = get_check(reader);
          return true;
        },
        [&](std::size_t part) { checks[part] = check_part(source_, job, job.parts[part], stop_); });
    return checks;
  }

 private:
  void start(const ReadJob& job) {
    for (int rank = 1; rank < ranks_.size(); ++rank) {
      Bytes message;
      put_job(message, job, rank, ranks_.size());
      send_message(ranks_, message, rank);
    }
    left_.assign(static_cast<std::size_t>(ranks_.size()), 0);
    for (std::size_t part = 0; part < job.parts.size(); ++part) {
      ++left_[static_cast<std::size_t>(reader_of(job.kind, part, ranks_.size()))];
    }
    left_.front() = 0;
  }

  /// `each` is given every message of the parts in order, and says whether the part ends with it;
  /// `own` does a part that is the root's.
  template <class Each>
  void run(const ReadJob& job, const Each& each, const std::function<void(std::size_t)>& own = {}) {
    try {
      for (std::size_t part = 0; part < job.parts.size(); ++part) {
        const auto reader = static_cast<std::size_t>(reader_of(job.kind, part, ranks_.size()));
        if (reader == 0) {
          own(part);
          continue;
        }
        for (bool is_over = false; !is_over;) {
          throw_if_interrupted(stop_);
          const Bytes message = import::next_message(ranks_, static_cast<int>(reader),
                                                     [this] { throw_if_interrupted(stop_); });
          WireReader text({message.data(), message.size()});
          const auto answer = text.get<Answer>();
          if (answer == Answer::failed) {
            left_[reader] = 0;
            throw_failure(text);
          }
          is_over = each(part, answer, text);
        }
        --left_[reader];
      }
    } catch (...) {
      cancel();
      throw;
    }
  }

  /// Waits until every rank waits for the next order.
  void cancel() {
    if (ranks_.was_left()) return;
    for (std::size_t reader = 1; reader < left_.size(); ++reader) {
      if (left_[reader] != 0) {
        send_message(ranks_, order(Order::cancel), static_cast<int>(reader));
      }
    }
    for (std::size_t reader = 1; reader < left_.size(); ++reader) {
      while (left_[reader] != 0) {
        const Bytes message = import::next_message(ranks_, static_cast<int>(reader));
        const auto answer = WireReader({message.data(), message.size()}).get<Answer>();
        if (answer == Answer::done || answer == Answer::part) --left_[reader];
        if (answer == Answer::failed || answer == Answer::cancelled) left_[reader] = 0;
      }
    }
  }

  backend::Connection& source_;
  import::Communicator& ranks_;
  const std::atomic<bool>& stop_;
  std::vector<std::size_t> left_;  ///< unfinished parts of each rank other than the root
};

bool begin_together(backend::Connection& source, import::Communicator& ranks,
                    const std::vector<std::string>& tables) {
  OneMoment moment(source, tables);
  source.begin_snapshot();
  send_to_all(ranks, order(Order::snapshot));
  std::optional<Error> failure;
  for (int rank = 1; rank < ranks.size(); ++rank) {
    const Bytes message = import::next_message(ranks, rank);
    WireReader reader({message.data(), message.size()});
    if (reader.get<Answer>() != Answer::failed) continue;
    const auto code = static_cast<ErrorCode>(reader.get<std::int32_t>());
    failure = Error(code, std::string(reader.get_text()));
  }
  if (!failure && moment.holds()) return true;
  source.rollback();
  send_to_all(ranks, order(Order::end_snapshot));
  if (failure) throw Error(*failure);
  return false;
}

}  // namespace

std::unique_ptr<SourceReaders> rank_readers(backend::Connection& source,
                                            import::Communicator& ranks,
                                            const std::vector<std::string>& tables,
                                            EventSink& events, const std::atomic<bool>& stop) {
  constexpr int kTries = 5;
  std::string reason = "other sessions keep writing to it";
  try {
    for (int i = 0; i < kTries; ++i) {
      if (begin_together(source, ranks, tables)) {
        return std::make_unique<RankReaders>(source, ranks, stop);
      }
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::interrupted || ranks.was_left()) throw;
    reason = error.message();
  }
  events.warning(
      "dbmig.copy",
      fmt::format("Only one rank reads the source: the others could not get the same snapshot ({})",
                  reason));
  source.begin_snapshot();
  return thread_reader(source, stop);
}

void serve_copy(backend::Connection& source, import::Communicator& ranks,
                const std::atomic<bool>& stop) {
  const TimestampsInUtc in_utc(source);
  Bytes message;
  auto request = ranks.irecv(message, 0);
  while (true) {
    import::wait(*request);
    const Bytes text = message;
    request = nullptr;
    WireReader reader({text.data(), text.size()});
    const auto what = reader.get<Order>();
    if (what == Order::quit) break;
    request = ranks.irecv(message, 0);
    if (what == Order::end_snapshot) source.rollback();
    if (what == Order::job) Service(source, ranks, stop).run(get_job(reader), *request);
    if (what != Order::snapshot) continue;
    Bytes answer;
    try {
      source.begin_snapshot();
      WireWriter(answer).put(Answer::done);
    } catch (const Error& error) {
      put_failure(answer, error);
    }
    send_message(ranks, answer, 0);
  }
  source.rollback();
}

void end_service(import::Communicator& ranks) {
  send_at_end(ranks, Order::quit);
}

}  // namespace dbmig::transfer
