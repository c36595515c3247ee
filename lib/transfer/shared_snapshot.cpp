#include "transfer/shared_snapshot.hpp"

#include "transfer/copy_source.hpp"

namespace dbmig::transfer {

SharedSnapshot::SharedSnapshot(backend::Connection& source, import::Communicator* ranks,
                               const CopyOptions& options, EventSink& events,
                               const std::atomic<bool>& stop)
    : source_(source) {
  if (ranks != nullptr && ranks->size() > 1) {
    const std::vector<std::string> tables = chosen_tables(source.inspect({}).schema, options);
    readers_ = rank_readers(source, *ranks, tables, events, stop);
  } else {
    source.begin_snapshot();
    readers_ = thread_reader(source, stop);
  }
}

SharedSnapshot::~SharedSnapshot() {
  readers_ = nullptr;
  source_.rollback();
}

ReadJob job_for(const backend::Connection& source, TablePair& pair,
                const std::vector<KeyRange>& ranges, DialectKind target) {
  const dialect::Dialect& dialect = source.dialect();
  const std::string column = pair.range_column(dialect.kind()).value_or("");
  ReadJob job;
  job.table = pair.name();
  for (const KeyRange& range : ranges) {
    job.parts.push_back(
        pair.select_source(dialect, range.condition(dialect, pair.source().name, column)));
  }
  job.columns = pair.converter().columns();
  job.as_is = pair.converter().as_is();
  job.target = target;
  job.key = pair.key();
  return job;
}

}  // namespace dbmig::transfer
