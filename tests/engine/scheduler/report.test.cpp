#include <cereal/types/string.hpp>
#include <cereal/types/variant.hpp>
#include <cereal/types/vector.hpp>
#include <doctest/doctest.h>

#include <circo/actor/serialize.hpp>
#include <circo/scheduler/report.hpp>

namespace {

using namespace circo;

TEST_CASE("two million reports of one name are one entry, the last one, with their number") {
  Report report;
  for (std::int64_t i = 0; i < 2'000'000; ++i) report.put("energy", static_cast<double>(i));
  REQUIRE(report.size() == 1);
  CHECK(report[0] == Report::Entry{"energy", 1'999'999.0, 2'000'000});
}

TEST_CASE("names keep the order in which they first came, and survive a checkpoint with values and numbers") {
  Report report;
  report.put("b", std::int64_t{1});
  report.put("a", std::string{"x"});
  report.put("b", 2.5);
  Report later;
  later.put("c", std::int64_t{3});
  later.put("b", std::int64_t{4});
  report.put(later);
  Bytes bytes;
  save_cereal(report, bytes);
  Report back;
  back.put("gone", std::int64_t{0});
  load_cereal(back, bytes);
  REQUIRE(back.size() == 3);
  CHECK(back[0] == Report::Entry{"b", std::int64_t{4}, 3});
  CHECK(back[1] == Report::Entry{"a", std::string{"x"}, 1});
  CHECK(back[2] == Report::Entry{"c", std::int64_t{3}, 1});
  back.put("b", std::int64_t{5});
  CHECK(back[0] == Report::Entry{"b", std::int64_t{5}, 4});
}

}  // namespace
