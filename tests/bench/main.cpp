// Benchmarks beside hand-written loops in the same process; scripts/bench runs them all.
//
//   bench --list                              NAME RANKS of all, one a line
//   bench [--quick] [--csv FILE] NAME         runs one on the ranks that there are, and adds its rows to FILE

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>

#include <CLI/CLI.hpp>
#include <bench/bench.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/run/usage.hpp>
#include <circo/run/version.hpp>

namespace circo::bench {

void check(bool right, std::string_view what) {
  if (!right) throw Error("benchmark: " + std::string{what});
}

void Bench::add(Figure figure) {
  if (world_.rank() == 0) {
    const double ns = figure.unit.starts_with("M ") ? 1e3 / figure.value : 0;
    auto cell = [](double value, int digits) { return value != 0 ? fmt::format("{:.{}f}", value, digits) : ""; };
    fmt::print("  {:<52} {:>10.2f} {:<14} {:>8} {:>10} {:>6}\n", figure.name, figure.value, figure.unit, cell(ns, 2),
               cell(figure.floor, 2), cell(figure.ratio, 2));
    std::fflush(stdout);
  }
  figures_.push_back(std::move(figure));
}

namespace {

/// What the program was built with and runs on, as the last columns of the CSV.
std::string provenance() {
  std::string cpu = "unknown";
  std::ifstream info{"/proc/cpuinfo"};
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) {
      cpu = line.substr(line.find(':') + 2);
      break;
    }
  std::string text = version_text(), compiler, mpi, kokkos;
  auto after = [&](std::string_view key) {
    const auto begin = text.find(key) + key.size();
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  return fmt::format(R"({},"{}","{}","{}","{}",{:%Y-%m-%d})", git_hash(), after("compiler: "), after("MPI: "),
                     after("Kokkos: "), cpu, fmt::gmtime(std::time(nullptr)));
}

void write_csv(const std::filesystem::path& path, std::string_view benchmark, const std::vector<Figure>& figures) {
  const bool begun = std::filesystem::exists(path) && std::filesystem::file_size(path) != 0;
  std::ofstream file{path, std::ios::app};
  if (!begun) file << "benchmark,case,value,unit,floor_value,floor_ratio,git,compiler,mpi,kokkos,cpu,date\n";
  const std::string last = provenance();
  auto cell = [](double value) { return value != 0 ? fmt::format("{:.4g}", value) : std::string{}; };
  for (const Figure& figure : figures)
    file << fmt::format("{},{},{:.4g},{},{},{},{}\n", benchmark, figure.name, figure.value, figure.unit,
                        cell(figure.floor), cell(figure.ratio), last);
  if (!file.flush()) throw Error("cannot write " + path.string());
}

int run(int argc, char** argv) {
  bool quick = false, list = false;
  std::string csv, name;
  CLI::App app{"Circo's benchmarks, beside hand-written loops in the same process"};
  app.add_flag("--quick", quick, "Small sizes: shows that they work, the figures mean nothing");
  app.add_flag("--list", list, "Names of the benchmarks and the ranks that they run on");
  app.add_option("--csv", csv, "File that the figures are added to");
  app.add_option("NAME", name, "The benchmark");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "bench: {}; see bench --help\n", parse_complaint(app, {argv + 1, argv + argc}, error));
    return 2;
  }
  if (list) {
    for (const Benchmark& each : benchmarks())
      for (const int ranks : each.ranks) fmt::print("{} {}\n", each.name, ranks);
    return 0;
  }
  const MpiEnvironment mpi;
  const Communicator world = Communicator::duplicate(MPI_COMM_WORLD);
  for (const Benchmark& each : benchmarks()) {
    if (each.name != name) continue;
    if (world.rank() == 0)
      fmt::print("{} on {} rank{}: {}\n", name, world.size(), world.size() > 1 ? "s" : "", each.describe);
    Bench bench{world, quick};
    each.run(bench);
    if (world.rank() == 0 && !csv.empty()) write_csv(csv, name, bench.figures());
    return 0;
  }
  fmt::print(stderr, "bench: there is no benchmark '{}'; see bench --list\n", name);
  return 2;
}

}  // namespace
}  // namespace circo::bench

int main(int argc, char** argv) {
  try {
    return circo::bench::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
