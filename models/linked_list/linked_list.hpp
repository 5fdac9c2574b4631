#pragma once

#include <cstdint>

#include <CLI/App.hpp>

#include <circo/run/model.hpp>

namespace circo::models {

/// A sum on its way along the list.
struct Sum {
  double total;
};

/// An item adds its value and passes the sum on.
struct ListItem {
  using Receives = Messages<Sum>;
  double value = 0;
  Addr next;  ///< of the last item: the summer

  void on(const Sum& sum, Context& ctx) { ctx.send(next, Sum{sum.total + value}); }
};

/// Gets each finished sum, checks it and starts the next one.
struct Summer {
  using Receives = Messages<Sum>;
  Addr first;
  double expected = 0;
  std::uint64_t to_do = 0;  ///< sums after which the run ends; 0: never
  std::uint64_t done = 0;
  std::uint64_t wrong = 0;

  void on(const Sum& sum, Context& ctx);
};

/// The showcase of Circo: a linked list whose items' values are summed again and again, with many sums in flight. Items
/// are made at random places; the infoton step finds the list and cuts it into one run a scheduler.
class LinkedList {
 public:
  using Actors = ActorTypes<ListItem, Summer>;
  static constexpr std::string_view name = "linked_list";
  static constexpr std::string_view describe =
      "a linked list of actors, summed again and again with many sums in flight";

  void add_options(CLI::App& app);
  void setup(Setup& setup) const;
  void finish(Finish& finish) const;

 private:
  std::uint64_t items_ = 4000;
  std::uint64_t in_flight_ = 200;
  std::uint64_t sums_ = 0;
};

}  // namespace circo::models
