#include <algorithm>

#include <linked_list/linked_list.hpp>

#include <circo/run/checks.hpp>

namespace circo::models {

void Summer::on(const Sum& sum, Context& ctx) {
  ++done;
  if (sum.total != expected) ++wrong;
  if (to_do != 0 && done >= to_do) {
    if (done == to_do) ctx.stop();
    return;
  }
  ctx.send(first, Sum{0});
}

void LinkedList::add_options(CLI::App& app) {
  app.add_option("--actors", items_, "Items in the list")->check(whole(1))->capture_default_str();
  app.add_option("--in-flight", in_flight_, "Sums in flight at once")->check(whole(1))->capture_default_str();
  app.add_option("--sums", sums_, "Sums after which the run ends; 0: go on for ever")
      ->check(whole())
      ->capture_default_str();
}

void LinkedList::setup(Setup& setup) const {
  // Values 1 .. n in double are summed exactly while n(n+1)/2 < 2^53.
  const auto n = static_cast<double>(items_);
  const Addr summer = setup.spawn<Summer>();
  const Population items = setup.populate<ListItem>(items_, [&](std::uint64_t i, const Population& all) {
    return ListItem{static_cast<double>(i + 1), i + 1 < items_ ? all[i + 1] : summer};
  });
  setup.edit<Summer>(summer, [&](Summer& state) {
    state.first = items[0];
    state.expected = n * (n + 1) / 2;
    state.to_do = sums_;
  });
  // The sums start spread along the list, each with the total of the items before it, as if they had long been under
  // way.
  for (std::uint64_t k = 0; k < in_flight_; ++k) {
    const std::uint64_t at = k * items_ / in_flight_;
    const auto before = static_cast<double>(at);
    setup.send(items[at], Sum{before * (before + 1) / 2});
  }
}

void LinkedList::finish(Finish& finish) const {
  std::int64_t sums[2] = {0, 0};
  finish.for_each<Summer>([&](Addr, const Summer& summer) {
    sums[0] += static_cast<std::int64_t>(summer.done);
    sums[1] += static_cast<std::int64_t>(summer.wrong);
  });
  finish.world().sum(sums);
  finish.report("sums", sums[0]);
  finish.report("wrong_sums", sums[1]);
}

}  // namespace circo::models
