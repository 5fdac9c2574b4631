#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include <circo/defaults.hpp>
#include <circo/space/gathered_traffic.hpp>
#include <circo/space/meetings.hpp>

namespace {

using namespace circo;

constexpr SchedulerId n = 9;

/// All with all.
std::vector<LoadLink> all_links() {
  std::vector<LoadLink> links;
  for (SchedulerId a = 0; a < n; ++a)
    for (SchedulerId b = a + 1; b < n; ++b) links.push_back({a, b, 1});
  return links;
}

/// The pairs that meet; each scheduler is in one at most.
std::set<std::pair<SchedulerId, SchedulerId>> pairs_of(const std::vector<SchedulerId>& meeting) {
  std::vector<std::vector<SchedulerId>> at(n);
  for (SchedulerId s = 0; s < n; ++s)
    if (meeting[s] != nobody) at[meeting[s]].push_back(s);
  std::set<std::pair<SchedulerId, SchedulerId>> pairs;
  for (SchedulerId s = 0; s < n; ++s) {
    if (at[s].empty()) continue;
    REQUIRE(at[s].size() == 2);
    REQUIRE(std::ranges::count(at[s], s) == 1);
    pairs.insert({at[s].front(), at[s].back()});
  }
  return pairs;
}

TEST_CASE("all neighbors meet once, soon, and then nobody until one has changed") {
  Meetings meetings{n};
  const auto links = all_links();
  std::size_t met = 0;
  std::set<std::pair<SchedulerId, SchedulerId>> seen;
  std::uint64_t epoch = 1;
  for (; epoch <= std::uint64_t{2} * n; ++epoch) {
    const auto pairs = pairs_of(meetings.arrange(links, epoch));
    met += pairs.size();
    seen.insert(pairs.begin(), pairs.end());
  }
  CHECK(seen.size() == links.size());
  CHECK(met == links.size());
  meetings.change(4, epoch - 1);
  std::set<SchedulerId> others;
  for (; epoch <= std::uint64_t{4} * n; ++epoch)
    for (const auto& [a, b] : pairs_of(meetings.arrange(links, epoch))) {
      CHECK((a == 4 || b == 4));
      CHECK(others.insert(a == 4 ? b : a).second);
    }
  CHECK(others.size() == n - 1);
}

TEST_CASE("of two who meet, either is the one who sees the traffic of both as often as the other") {
  Meetings meetings{n};
  const auto links = all_links();
  std::vector<int> met(n, 0), seen(n, 0);
  for (std::uint64_t epoch = 1; epoch <= 1000; ++epoch) {
    const auto meeting = meetings.arrange(links, epoch);
    for (SchedulerId s = 0; s < n; ++s) {
      met[s] += meeting[s] != nobody;
      seen[s] += meeting[s] == s;
      meetings.change(s, epoch);
    }
  }
  for (SchedulerId s = 0; s < n; ++s) {
    REQUIRE(met[s] > 500);
    CHECK(seen[s] > 0.4 * met[s]);
    CHECK(seen[s] < 0.6 * met[s]);
  }
}

TEST_CASE("after long they look again, and only neighbors meet") {
  Meetings meetings{n};
  const std::vector<LoadLink> one{{2, 5, 1}};
  const std::set<std::pair<SchedulerId, SchedulerId>> both{{2, 5}};
  CHECK(pairs_of(meetings.arrange(one, 1)) == both);
  for (std::uint64_t epoch = 2; epoch <= defaults::repartition_epochs; ++epoch)
    REQUIRE(pairs_of(meetings.arrange(one, epoch)).empty());
  CHECK(pairs_of(meetings.arrange(one, 1 + defaults::repartition_epochs)) == both);
  CHECK(pairs_of(meetings.arrange({}, 1000)).empty());
}

TEST_CASE("what is saved goes on the same") {
  Meetings meetings{n};
  for (std::uint64_t epoch = 1; epoch < 6; ++epoch) {
    meetings.arrange(all_links(), epoch);
    meetings.change(epoch % 3, epoch);
  }
  Bytes bytes;
  meetings.save(bytes);
  Meetings loaded{n};
  ByteReader in{bytes};
  loaded.load(in);
  CHECK(in.empty());
  for (std::uint64_t epoch = 6; epoch < 30; ++epoch)
    CHECK(meetings.arrange(all_links(), epoch) == loaded.arrange(all_links(), epoch));
}

}  // namespace
