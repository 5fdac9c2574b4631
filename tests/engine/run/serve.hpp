#pragma once

#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <mpi.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <circo/kernels/runtime.hpp>
#include <circo/transport/mpi.hpp>

namespace circo::test {

/// Sends what a process writes to standard output and standard error to two files while it lives.
class Redirection {
 public:
  explicit Redirection(const std::string& prefix) {
    const char* ends[] = {".out", ".err"};
    for (int i = 0; i < 2; ++i) {
      flush();
      before_[i] = dup(i + 1);
      const int file = open((prefix + ends[i]).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
      dup2(file, i + 1);
      close(file);
    }
  }
  ~Redirection() {
    flush();
    for (int i = 0; i < 2; ++i) {
      dup2(before_[i], i + 1);
      close(before_[i]);
    }
  }
  Redirection(const Redirection&) = delete;
  Redirection& operator=(const Redirection&) = delete;

 private:
  static void flush() {
    std::cout.flush();
    std::cerr.flush();
    std::fflush(nullptr);
  }
  int before_[2] = {};
};

/// *Collective.* The next line of rank 0's standard input, without a busy wait; empty at its end.
inline std::string next_request(const Communicator& world) {
  std::string line;
  if (world.rank() == 0) std::getline(std::cin, line);
  auto length = static_cast<int>(line.size());
  const auto broadcast = [&](void* data, int count, MPI_Datatype type) {
    MPI_Request request;
    mpi_check(MPI_Ibcast(data, count, type, 0, world.get(), &request));
    for (int done = 0; done == 0;) {
      mpi_check(MPI_Test(&request, &done, MPI_STATUS_IGNORE));
      if (done == 0) std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
  };
  broadcast(&length, 1, MPI_INT);
  line.resize(static_cast<std::size_t>(length));
  broadcast(line.data(), length, MPI_CHAR);
  return line;
}

/// *Collective.* Runs `command(argc, argv)` for one request after another in one MPI_Init, as starting a process for
/// each would take longer than most runs do; sessions.py is the other side. A request is a line of JSON, {"cwd":
/// folder, "args": [argument...], "output": prefix}; each rank r writes to PREFIX.r.out and PREFIX.r.err. The answer is
/// a line of rank 0: the exit code, the same on all ranks, or "codes differ".
template <class Command>
int serve(const char* program, Command&& command) {
  const MpiEnvironment mpi;
  const kernels::Runtime kokkos;
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  for (;;) {
    const std::string line = next_request(world);
    if (line.empty()) return 0;
    const auto request = nlohmann::json::parse(line);
    std::filesystem::current_path(request.at("cwd").get<std::string>());
    std::vector<std::string> words{program};
    for (const auto& word : request.at("args")) words.push_back(word.get<std::string>());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    int code = 0;
    {
      const Redirection redirection{request.at("output").get<std::string>() + "." + std::to_string(world.rank())};
      code = command(static_cast<int>(words.size()), argv.data());
    }
    const bool same = world.max(code) == code && -world.max(-code) == code;
    const bool all_same = world.sum(std::int64_t{same}) == world.size();
    if (world.rank() == 0) std::cout << (all_same ? std::to_string(code) : "codes differ") << std::endl;
  }
}

}  // namespace circo::test
