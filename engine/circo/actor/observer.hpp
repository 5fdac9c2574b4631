#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace circo {

/// Takes down what actors show of themselves in snapshots. An actor type that has
///
///     void observe(Observer& see) const { see("keys", "", keys_.size()); }
///
/// gets a column of that name in each snapshot, with the value of each of its actors, and NaN for actors that show
/// nothing of that name. Called when a snapshot is written; it must not change anything. Types may share a name when
/// they mean the same by it.
class Observer {
 public:
  Observer() = default;
  Observer(Observer&&) = default;  // no copies, or an observe(Observer) would tell its own one
  Observer& operator=(Observer&&) = default;

  struct Column {
    std::string name, unit;
    std::vector<double> values;  ///< by actor, up to the last one that has shown one
  };

  /// `name`: one word of letters, digits and _; `unit`: "" when there is none, else as in "s" or "m+2 s-1".
  void operator()(std::string_view name, std::string_view unit, double value) {
    std::vector<double>& values = column(name, unit).values;
    values.resize(actor_, std::numeric_limits<double>::quiet_NaN());
    values.push_back(value);
  }

  /// Turns to an actor, by its number; they come in rising order. The caller's part, as is what follows.
  void turn_to(std::uint64_t actor) {
    actor_ = actor;
    next_ = 0;
  }
  const std::vector<Column>& columns() const { return columns_; }

 private:
  /// Actors of a type show the same in the same order, so the next column is mostly the one that is wanted.
  Column& column(std::string_view name, std::string_view unit) {
    if (next_ < columns_.size() && columns_[next_].name == name) return columns_[next_++];
    for (next_ = 0; next_ < columns_.size(); ++next_)
      if (columns_[next_].name == name) return columns_[next_++];
    columns_.push_back({std::string{name}, std::string{unit}, {}});
    return columns_[next_++];
  }

  std::vector<Column> columns_;
  std::uint64_t actor_ = 0;
  std::size_t next_ = 0;
};

}  // namespace circo
