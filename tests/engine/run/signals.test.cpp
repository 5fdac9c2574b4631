#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <circo/grace.hpp>
#include <circo/run/signals.hpp>

using namespace circo;

namespace {

using Clock = std::chrono::steady_clock;

/// A process that does this.
pid_t start(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child != 0) return child;
  const Signals signals{1};
  work();
  _exit(Signals::end_asked() ? 3 : 0);
}

/// What ends it: its exit code, or minus the signal.
int end_of(pid_t child) {
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

void sleep_for(double seconds, bool progress) {
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (progress) note_progress();
  }
}

TEST_CASE("SIGUSR2 gives a process all the time that it needs") {
  const pid_t sleeps = start([] {
    std::raise(SIGUSR2);
    sleep_for(1.3, false);
  });
  CHECK(end_of(sleeps) == 3);
}

TEST_CASE("SIGTERM and SIGINT end a process that makes no progress, and no other") {
  for (const int number : {SIGTERM, SIGINT}) {
    const pid_t works = start([&] {
      std::raise(number);
      sleep_for(1.3, true);
    });
    const pid_t hangs = start([&] {
      std::raise(number);
      sleep_for(10, false);
    });
    CHECK(end_of(works) == 3);
    CHECK(end_of(hangs) == -SIGTERM);
  }
}

TEST_CASE("the same signal once more ends a process, unless both come at once") {
  for (const int number : {SIGTERM, SIGINT}) {
    const pid_t twice = start([&] {
      std::raise(number);
      std::raise(number);
    });
    const pid_t again = start([&] {
      std::raise(number);
      sleep_for(1.1, true);
      std::raise(number);
    });
    CHECK(end_of(twice) == 3);
    CHECK(end_of(again) == -number);
  }
}

TEST_CASE("once the signal is answered there is no hurry") {
  const pid_t answers = start([] {
    std::raise(SIGTERM);
    Signals::answer();
    sleep_for(1.3, false);
  });
  CHECK(end_of(answers) == 3);
}

TEST_CASE("handlers, the alarm and an ignored SIGINT are left as they were") {
  const auto before = std::signal(SIGINT, SIG_IGN);
  struct sigaction term {
  }, term_after{};
  sigaction(SIGTERM, nullptr, &term);
  alarm(1000);
  {
    const Signals signals;
    std::raise(SIGINT);
    CHECK_FALSE(Signals::end_asked());
    std::raise(SIGTERM);
    CHECK(Signals::end_asked());
  }
  CHECK((std::signal(SIGINT, before) == SIG_IGN));
  sigaction(SIGTERM, nullptr, &term_after);
  CHECK((term.sa_handler == term_after.sa_handler));
  CHECK(alarm(0) > 990);
}

}  // namespace
