#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "backend/bulk.hpp"

namespace dbmig::backend::mariadb {

/// A sink whose calls to the server run inside of `tell`, which may add to their errors.
class ToldSink final : public BulkSink {
 public:
  using Tell = std::function<void(const std::function<void()>& work)>;

  ToldSink(std::unique_ptr<BulkSink> sink, Tell tell)
      : sink_(std::move(sink)), tell_(std::move(tell)) {}

  std::string encoding() const override { return sink_->encoding(); }
  void write(std::span<const char> batch, const RefusedRow& refused) override {
    tell_([&] { sink_->write(batch, refused); });
  }
  DeferredChecks begin(const DeferrableChecks& deferrable) override {
    DeferredChecks deferred;
    tell_([&] { deferred = sink_->begin(deferrable); });
    return deferred;
  }
  void finish() override {
    tell_([&] { sink_->finish(); });
  }
  bool refused_rows_take_numbers() const override { return sink_->refused_rows_take_numbers(); }
  std::uint64_t rows() const override { return sink_->rows(); }
  std::uint64_t skipped() const override { return sink_->skipped(); }

 private:
  std::unique_ptr<BulkSink> sink_;
  Tell tell_;
};

}  // namespace dbmig::backend::mariadb
