// A host program that runs the `circo` command again and again, on all ranks and on some; for host_test.py. It says
// what the command has left changed in its process, one line each, and exits with 1 then.
#include <array>
#include <csignal>
#include <cstring>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include <circo/run/command.hpp>

namespace {

using namespace circo;

struct Tick {
  int left;
};
struct Counter {
  using Receives = Messages<Tick>;
  std::uint64_t throws = 0;
  void on(const Tick& tick, Context& ctx) {
    if (throws == ctx.superstep()) throw std::bad_alloc{};
    if (tick.left != 0) ctx.send(ctx.self(), Tick{tick.left - 1});
  }
};
struct Count {
  using Actors = ActorTypes<Counter>;
  static constexpr std::string_view name = "count", describe = "counts down";
  std::uint64_t throws = 0;
  void add_options(CLI::App& app) { app.add_option("--throws", throws, "Superstep at which it throws; 0: none"); }
  void setup(Setup& setup) const {
    const auto all = setup.populate<Counter>(setup.schedulers(), [&](auto, const auto&) { return Counter{throws}; });
    for (std::uint64_t i = 0; i < all.size(); ++i) setup.send(all[i], Tick{20});
  }
};

int run(std::vector<std::string> args, MPI_Comm comm) {
  args.insert(args.begin(), "host");
  std::vector<char*> argv;
  for (auto& arg : args) argv.push_back(arg.data());
  argv.push_back(nullptr);
  return circo::command<Count>(static_cast<int>(args.size()), argv.data(), comm);
}

/// What of the process the command may change while it runs.
struct Process {
  rlimit data{};
  std::vector<struct sigaction> actions;
  MPI_Errhandler world = MPI_ERRHANDLER_NULL, self = MPI_ERRHANDLER_NULL;
  unsigned alarm_s = 0;

  static constexpr std::array<int, 5> signals{SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM};
  static Process now() {
    Process process;
    getrlimit(RLIMIT_DATA, &process.data);
    for (const int number : signals) sigaction(number, nullptr, &process.actions.emplace_back());
    int is_up = 0;
    MPI_Initialized(&is_up);
    if (is_up != 0) MPI_Comm_get_errhandler(MPI_COMM_WORLD, &process.world);
    if (is_up != 0) MPI_Comm_get_errhandler(MPI_COMM_SELF, &process.self);
    process.alarm_s = alarm(1000);
    return process;
  }
};

int complaints = 0;
void check(bool holds, const std::string& what) {
  if (holds) return;
  ++complaints;
  std::cout << "host: " << what << std::endl;
}

void expect(int code, const std::vector<std::string>& args, MPI_Comm comm) {
  const Process before = Process::now();
  const int got = run(args, comm);
  const Process after = Process::now();
  std::string text;
  for (const auto& arg : args) text += " " + arg;
  check(got == code, "exit code " + std::to_string(got) + " of" + text);
  check(before.data.rlim_cur == after.data.rlim_cur, "RLIMIT_DATA is changed by" + text);
  for (std::size_t i = 0; i < Process::signals.size(); ++i)
    check(before.actions[i].sa_handler == after.actions[i].sa_handler,
          "the handler of signal " + std::to_string(Process::signals[i]) + " is changed by" + text);
  if (before.world != MPI_ERRHANDLER_NULL) {
    check(before.world == after.world, "MPI_COMM_WORLD's error handler is changed by" + text);
    check(before.self == after.self, "MPI_COMM_SELF's error handler is changed by" + text);
  }
  check(after.alarm_s > 900, "the alarm is lost by" + text);
}

void on_signal(int) {}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "mpi") MPI_Init(&argc, &argv);  // else MPI is the command's
  std::signal(SIGUSR2, on_signal);
  std::signal(SIGALRM, on_signal);
  rlimit data{};
  getrlimit(RLIMIT_DATA, &data);
  data.rlim_cur = rlim_t{1} << 40;
  setrlimit(RLIMIT_DATA, &data);
  alarm(1000);
  const auto count = [&](const std::string& out, const std::vector<std::string>& more = {}) {
    std::vector<std::string> args{"run", "count", "--progress", "none", "--out", out};
    args.insert(args.end(), more.begin(), more.end());
    return args;
  };
  expect(exit_ok, {"--version"}, MPI_COMM_WORLD);
  expect(exit_ok, count("run", {"--max-memory", "1G"}), MPI_COMM_WORLD);
  expect(exit_bad_input, count("run", {"--throw", "5"}), MPI_COMM_WORLD);
  expect(exit_failed, count("run", {"--throws", "1", "--max-memory", "1G"}), MPI_COMM_WORLD);
  expect(exit_failed, {"--version"}, MPI_COMM_NULL);
  expect(exit_ok, count("run"), MPI_COMM_WORLD);

  // Half of the ranks run it, while the others wait for something else.
  int rank = 0, size = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  MPI_Comm half;
  MPI_Comm_split(MPI_COMM_WORLD, rank % 2, rank, &half);
  MPI_Request others;
  int sum = 0;
  const int one = 1;
  MPI_Iallreduce(&one, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD, &others);
  if (rank % 2 == 0) {
    expect(exit_ok, count("half"), half);
    expect(exit_failed, count("half", {"--throws", "1"}), half);
  }
  MPI_Wait(&others, MPI_STATUS_IGNORE);
  check(sum == size, "not all ranks have come back");
  // Both halves at once, each with a run of its own.
  expect(exit_ok, count(rank % 2 == 0 ? "even" : "odd"), half);
  MPI_Barrier(MPI_COMM_WORLD);
  MPI_Comm_free(&half);
  MPI_Allreduce(MPI_IN_PLACE, &complaints, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  if (mode == "mpi") MPI_Finalize();
  return complaints == 0 ? 0 : 1;
}
