#include <limits>
#include <random>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/error.hpp>
#include <circo/kernels/grants.hpp>

using namespace circo::kernels;

namespace {

std::vector<std::uint64_t> ids_of(const std::vector<Request>& requests) {
  std::vector<std::uint64_t> ids;
  for (const Request& request : requests) ids.push_back(request.id);
  return ids;
}

Request to_target(std::uint64_t id, std::uint32_t target, float gain, float load) {
  return {.id = id, .source = 0, .target = target, .gain = gain, .load = load};
}

}  // namespace

TEST_CASE("a target grants by gain, ties by id, and passes over what does not fit") {
  const std::vector<Request> requests{to_target(1, 1, 0.1f, 0.25f), to_target(2, 1, 0.5f, 0.25f),
                                      to_target(9, 1, 0.3f, 1),     to_target(4, 1, 0.1f, 0.25f),
                                      to_target(5, 2, -1, 0.125f),  to_target(3, 1, 0.1f, 0.25f)};
  const std::vector<double> loads{1, 0.25, 1, 1};
  CHECK(ids_of(grant(requests, loads, 1.0)) == std::vector<std::uint64_t>{2, 1, 3});
  CHECK(ids_of(grant(requests, loads, 1.125)) == std::vector<std::uint64_t>{2, 1, 3, 5});
  CHECK(grant({}, loads, 1).empty());
}

TEST_CASE("no target exceeds the cap, and the order of requests does not matter") {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<float> value(0, 1);
  std::vector<Request> requests;
  for (std::uint64_t id = 0; id < 500; ++id) {
    requests.push_back(to_target(id, random() % 5, static_cast<float>(random() % 8), 0.1f * value(random)));
  }
  const std::vector<double> loads{0.5, 1.1, 0.9, 1.04, 0};
  const auto granted = grant(requests, loads, 1.04);
  auto after = loads;
  for (const Request& request : granted) after[request.target] += request.load;
  for (std::size_t q = 0; q < loads.size(); ++q) CHECK(after[q] <= std::max(loads[q], 1.04) + 1e-12);
  std::ranges::shuffle(requests, random);
  CHECK(ids_of(grant(requests, loads, 1.04)) == ids_of(granted));
}

TEST_CASE("a source keeps what leaves for balance alone within bounds, the rest goes") {
  const auto requests = [](float price) {
    const auto from = [=](std::uint64_t id, float gain) {
      return Request{.id = id, .source = 0, .target = 1, .gain = gain, .load = 0.05f, .price = price};
    };
    return std::vector<Request>{from(1, 0.02f), from(2, 0.5f), from(3, 0.01f), from(4, 0.015f)};
  };
  // 1.05 - 0.05 (id 2) = 1.00 and - 0.05 (id 1) = 0.95 < 0.97, so 4 and 3 stay.
  CHECK(ids_of(limit_outflow(requests(0.03f), std::vector<double>{1.05, 1})) == std::vector<std::uint64_t>{2, 1});
  CHECK(limit_outflow(requests(0.03f), std::vector<double>{2, 1}).size() == 4);
  CHECK(limit_outflow(requests(-0.03f), std::vector<double>{0.5, 1}).size() == 4);
  // Whom the price weighs little for has another reason to go.
  CHECK(limit_outflow(requests(0.005f), std::vector<double>{0.5, 1}).size() == 4);
}

TEST_CASE("requests that are no numbers, or of no scheduler, are refused") {
  const std::vector<double> loads{1, 1};
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(grant({to_target(1, 1, nan, 1)}, loads, 1), NumericalError);
  CHECK_THROWS_AS(grant({to_target(1, 1, 1, nan)}, loads, 1), NumericalError);
  CHECK_THROWS_AS(grant({to_target(1, 2, 1, 1)}, loads, 1), std::invalid_argument);
  CHECK_THROWS_AS(limit_outflow({{.gain = 1, .load = 1, .price = nan}}, loads), NumericalError);
}

TEST_CASE_FIXTURE(testing::WithKokkos, "proposals become requests in the order of rows") {
  const Proposals proposals{to_device(std::vector<std::uint32_t>{no_label, 3, 0}),
                            to_device(std::vector<float>{0, 0.5f, 0.25f})};
  const auto requests =
      requests_of(proposals, to_device(std::vector<std::uint64_t>{10, 11, 12}), to_device(std::vector<float>{1, 2, 3}),
                  to_device(std::vector<float>{1, 4, 8}), to_device(std::vector<std::uint32_t>{0, 1, 2, 3}),
                  std::vector<float>{1, 0.5f, -0.25f, 0});
  CHECK(ids_of(requests) == std::vector<std::uint64_t>{11, 12});
  CHECK(requests[0].source == 1);
  CHECK(requests[0].target == 3);
  CHECK(requests[0].gain == 0.5f);
  CHECK(requests[1].load == 3);
  CHECK(requests[0].price == 2);
  CHECK(requests[1].price == -2);
}
