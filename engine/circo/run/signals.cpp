#include <unistd.h>

#include <circo/defaults.hpp>
#include <circo/run/signals.hpp>

namespace circo {

namespace {

volatile std::sig_atomic_t save = 0;
volatile std::sig_atomic_t end = 0;

void note(int number) {
  if (number == SIGUSR1) {
    save = 1;
  } else if (end == 0) {
    end = 1;
    alarm(defaults::signal_grace_s);
  }
}

}  // namespace

Signals::Signals() {
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < numbers.size(); ++i) sigaction(numbers[i], &action, &before_[i]);
}

Signals::~Signals() {
  answer();
  end = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) sigaction(numbers[i], &before_[i], nullptr);
}

bool Signals::save_asked() { return save != 0; }
bool Signals::end_asked() { return end != 0; }

void Signals::answer() {
  save = 0;
  alarm(0);
}

}  // namespace circo
