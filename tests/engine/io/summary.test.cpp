#include <cmath>
#include <limits>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <circo/io/summary.hpp>

namespace {

using namespace circo;

Summary summary_of(const Report& report) {
  Summary summary;
  summary.model = "town";
  summary.end = "no message left";
  summary.result = report;
  return summary;
}

TEST_CASE("a summary is written whatever bytes a report holds, and is JSON") {
  Report report;
  report.put("city", std::string{"M\xfcnchen"});
  report.put("M\xfcll", std::int64_t{1});
  report.put("control", std::string{"a\nb\0c", 5});
  report.put("quote\"\\", std::string{"\"\\"});
  report.put("nan", std::nan(""));
  report.put("inf", std::numeric_limits<double>::infinity());
  const auto json = nlohmann::json::parse(summary_json(summary_of(report), Metrics{""}));
  CHECK(json["result"]["city"] == "M\xef\xbf\xbdnchen");
  CHECK(json["result"]["control"] == std::string{"a\nb\0c", 5});
  CHECK(json["result"]["quote\"\\"] == "\"\\");
  CHECK(json["result"]["nan"].is_null());
  CHECK(json["result"]["inf"].is_null());
  CHECK(json["result"].size() == 6);
}

TEST_CASE("a summary says of how many reports a value is the last") {
  Report report;
  report.put("once", std::int64_t{1});
  report.put("often", std::int64_t{1});
  report.put("often", std::int64_t{2});
  const Summary summary = summary_of(report);
  const auto json = nlohmann::json::parse(summary_json(summary, Metrics{""}));
  CHECK(json["result"]["often"] == 2);
  CHECK(json["reports_of_result"] == nlohmann::json{{"often", 2}});
  const std::string table = summary_table(summary, Metrics{""});
  CHECK(table.find("the last of 2 reports") != std::string::npos);
  CHECK(table.find("result: once                                 1\n") != std::string::npos);
}

}  // namespace
