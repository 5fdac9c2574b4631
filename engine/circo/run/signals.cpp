#include <ctime>

#include <circo/grace.hpp>
#include <circo/run/signals.hpp>

namespace circo {

namespace {

volatile std::sig_atomic_t save = 0;
volatile std::sig_atomic_t end = 0;
volatile std::sig_atomic_t in_haste = 0;  // SIGTERM or SIGINT has come
timespec first{};                         // when

bool is_repeated() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  // Launchers and timeout(1) send the same signal twice at once, to the process and to its group.
  return now.tv_sec > first.tv_sec + 1 || (now.tv_sec == first.tv_sec + 1 && now.tv_nsec >= first.tv_nsec);
}

void note(int number, siginfo_t* info, void*) {
  if (number == SIGUSR1) {
    save = 1;
    return;
  }
  end = 1;
  if (number == SIGUSR2) return;
  if (in_haste == 0) {
    in_haste = 1;
    clock_gettime(CLOCK_MONOTONIC, &first);
    Grace::start();
  } else if (info->si_code == SI_TIMER || is_repeated()) {
    std::signal(number, SIG_DFL);
    std::raise(number);  // comes when this returns
  }
}

}  // namespace

Signals::Signals(unsigned grace_s) {
  save = 0;
  end = 0;
  in_haste = 0;
  Grace::create(grace_s);
  struct sigaction action {};
  action.sa_sigaction = note;
  action.sa_flags = SA_RESTART | SA_SIGINFO;
  sigfillset(&action.sa_mask);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    sigaction(numbers[i], &action, &before_[i]);
    // A shell starts jobs in the background with SIGINT ignored.
    if (numbers[i] == SIGINT && before_[i].sa_handler == SIG_IGN) sigaction(SIGINT, &before_[i], nullptr);
  }
}

Signals::~Signals() {
  Grace::destroy();
  for (std::size_t i = 0; i < numbers.size(); ++i) sigaction(numbers[i], &before_[i], nullptr);
}

bool Signals::save_asked() { return save != 0; }
bool Signals::end_asked() { return end != 0; }

void Signals::answer() {
  save = 0;
  Grace::stop();
}

}  // namespace circo
