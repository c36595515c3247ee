#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "backend/bulk.hpp"
#include "base/error.hpp"

namespace dbmig::import {

/// A sink for a load in several transactions: closed before each of them ends, and opened in the
/// next one. Counts over all of them.
class RenewedSink final : public backend::BulkSink {
 public:
  using Make = std::function<std::unique_ptr<backend::BulkSink>()>;

  /// `make` creates the sink in a transaction that has begun; it is called at once.
  explicit RenewedSink(Make make)
      : make_(std::move(make)), sink_(make_()), encoding_(sink_->encoding()) {}

  /// Does the work that the sink has deferred. Throws as finish() does.
  void close() {
    sink_->finish();
    rows_ += sink_->rows();
    skipped_ += sink_->skipped();
    sink_.reset();
  }
  /// Throws Error{failed} if the new sink does not accept the encoding of the old one.
  void open() {
    sink_ = make_();
    if (sink_->encoding() == encoding_) return;
    throw Error(ErrorCode::failed, "another session changed the table during the import")
        .hint("--resume continues from the last commit");
  }

  std::string encoding() const override { return encoding_; }
  bool refused_rows_take_numbers() const override { return sink_->refused_rows_take_numbers(); }
  void write(std::span<const char> batch, const backend::RefusedRow& refused) override {
    sink_->write(batch, refused);
  }
  void finish() override { sink_->finish(); }
  std::uint64_t rows() const override { return rows_ + (sink_ ? sink_->rows() : 0); }
  std::uint64_t skipped() const override { return skipped_ + (sink_ ? sink_->skipped() : 0); }

 private:
  Make make_;
  std::unique_ptr<backend::BulkSink> sink_;
  std::string encoding_;
  std::uint64_t rows_ = 0;  ///< of the sinks that are closed
  std::uint64_t skipped_ = 0;
};

}  // namespace dbmig::import
