#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace circo {

/// A value that a model reports as part of its result.
using Value = std::variant<std::int64_t, double, std::string>;

/// Named values, each name once, in the order in which the names first came. Of several values of one name the last
/// counts.
class Report {
 public:
  struct Entry {
    std::string name;
    Value value;
    std::uint64_t times = 1;  ///< values that have been put under this name

    bool operator==(const Entry&) const = default;
    template <class Archive>
    void serialize(Archive& archive) {
      archive(name, value, times);
    }
  };

  void put(std::string_view name, Value value, std::uint64_t times = 1) {
    const auto [at, is_new] = places_.try_emplace(std::string{name}, entries_.size());
    if (is_new) {
      entries_.push_back({std::string{name}, std::move(value), times});
    } else {
      Entry& entry = entries_[at->second];
      entry.value = std::move(value);
      entry.times += times;
    }
  }
  /// Puts all of another report, in its order.
  void put(const Report& other) {
    for (const Entry& entry : other) put(entry.name, entry.value, entry.times);
  }
  void clear() {
    entries_.clear();
    places_.clear();
  }

  std::size_t size() const { return entries_.size(); }
  const Entry& operator[](std::size_t i) const { return entries_[i]; }
  std::vector<Entry>::const_iterator begin() const { return entries_.begin(); }
  std::vector<Entry>::const_iterator end() const { return entries_.end(); }

  template <class Archive>
  void save(Archive& archive) const {
    archive(entries_);
  }
  template <class Archive>
  void load(Archive& archive) {
    clear();
    std::vector<Entry> entries;
    archive(entries);
    for (Entry& entry : entries) put(entry.name, std::move(entry.value), entry.times);
  }

 private:
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace circo
