#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <circo/defaults.hpp>
#include <circo/error.hpp>
#include <circo/kernels/runtime.hpp>
#include <circo/memory.hpp>
#include <circo/nearest_name.hpp>
#include <circo/run/checkpoints.hpp>
#include <circo/run/command.hpp>
#include <circo/run/model_command.hpp>
#include <circo/run/partition_command.hpp>
#include <circo/run/same_start.hpp>
#include <circo/run/usage.hpp>
#include <circo/run/version.hpp>
#include <circo/space/balancer.hpp>
#include <circo/space/law.hpp>

namespace circo {

namespace {

constexpr const char* usage = R"(circo runs programs of actors that find their own placement, over MPI.

  circo run MODEL [options]              run a model; `circo run MODEL --help` lists its options
  circo run --config RUN/config.toml     make an earlier run again
  circo run --resume RUN [options]       go on from its newest checkpoint, on any number of ranks
  circo partition [options]              divide a graph with METIS or Scotch; --help lists the options
  circo models | balancers | laws        what there is
  circo --version | --help

Under MPI: mpirun -n 4 circo run linked_list --schedulers-per-rank 2

Exit codes, the same on every rank: 0 done; 1 the run failed; 2 wrong options or input, nothing has been run;
3 ended on SIGTERM, SIGINT, SIGUSR2 or --time-limit with a checkpoint, to be resumed. SIGUSR1 has a checkpoint written.
)";

template <class Entries>
std::string list_of(const Entries& entries) {
  std::string text;
  for (const auto& entry : entries) text += fmt::format("{:<14} {}\n", entry.name, entry.describe);
  return text;
}

std::string list_of(const Models& models) {
  std::string text;
  for (const auto& model : models) text += fmt::format("{:<14} {}\n", model->name(), model->describe());
  return text;
}

/// Prints why the command fails, once, when all ranks fail. Should the others not (this rank alone ran out of memory in
/// the middle of a collective call, say), they would wait for ever: then it ends them.
void end_together(const Communicator& world, const std::string& why, int code) {
  auto complain = [&] {
    fmt::print(stderr, "circo: {}\n", why);
    std::fflush(stderr);
  };
  MPI_Request all_here;
  int done = MPI_Ibarrier(world.get(), &all_here) != MPI_SUCCESS;
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(defaults::failure_patience_s);
  while (!done && std::chrono::steady_clock::now() < patience)
    if (MPI_Test(&all_here, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS) break;
  if (done) {
    if (world.rank() == 0) complain();
    return;
  }
  complain();
  MPI_Abort(world.get(), code);
}

/// Gives the memory that the run has kept to the host program.
struct FreedMemory {
  FreedMemory() = default;
  ~FreedMemory() { release_freed_memory(); }
  FreedMemory(const FreedMemory&) = delete;
  FreedMemory& operator=(const FreedMemory&) = delete;
};

int dispatch_command(const std::vector<std::string>& args, const Models& models, const Communicator& world) {
  auto print = [&](const std::string& text) {
    if (world.rank() == 0) fmt::print("{}", text);
  };
  std::vector<std::string_view> names_of_models;
  for (const auto& model : models) names_of_models.push_back(model->name());
  as_usage("", [&] {
    require_same(world, traits_of_start(args, listed(names_of_models)),
                 "start every rank with the same program and arguments in the same folder");
  });
  const std::string first = args.empty() ? "--help" : args.front();
  if (args.size() > 1 && first != "run" && first != "partition")
    throw Usage{fmt::format("circo {} takes no arguments; found {}", first, args[1])};
  if (first == "--help" || first == "-h" || first == "help") {
    print(usage);
  } else if (first == "--version") {
    print(version_text());
  } else if (first == "models") {
    print(list_of(models));
  } else if (first == "balancers") {
    print(list_of(balancers()));
  } else if (first == "laws") {
    print(list_of(laws()));
  } else if (first == "partition") {
    partition_command({args.begin() + 1, args.end()}, world);
  } else if (first == "run") {
    return model_command({args.begin() + 1, args.end()}, models, world);
  } else {
    const std::vector<std::string_view> names{"run", "partition", "models", "balancers", "laws"};
    const std::string hint = did_you_mean(first, names);
    throw Usage{
        fmt::format("unknown command '{}'{} `circo --help` lists the commands", first, hint.empty() ? ";" : hint)};
  }
  return exit_ok;
}

}  // namespace

int run_command(int argc, char** argv, const Models& models, MPI_Comm comm) try {
  const MpiEnvironment mpi;
  if (comm == MPI_COMM_NULL)
    throw Error("the command got MPI_COMM_NULL; call it only on the ranks of a communicator, and with that");
  const auto world = Communicator::duplicate(comm);
  // Of its own, as other ranks may be in the middle of a collective call on `world`.
  const auto at_end = Communicator::duplicate(comm);
  const FreedMemory freed;
  Checkpoints::program_begins();
  try {
    kernels::Runtime::for_process();
    const std::vector<std::string> args(argv + std::min(argc, 1), argv + argc);
    return dispatch_command(args, models, world);
  } catch (const Usage& bad) {
    end_together(at_end, bad.text, exit_bad_input);
    return exit_bad_input;
  } catch (...) {
    end_together(at_end, what_of(std::current_exception()), exit_failed);
    return exit_failed;
  }
} catch (...) {
  // Without a communicator that works, each rank speaks for itself.
  fmt::print(stderr, "circo: {}\n", what_of(std::current_exception()));
  return exit_failed;
}

}  // namespace circo
