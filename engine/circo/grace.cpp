#include <ctime>

#include <circo/grace.hpp>

namespace circo {

namespace {

timer_t timer;
volatile std::sig_atomic_t exists = 0;
itimerspec whole_time{};

}  // namespace

void Grace::create(unsigned seconds) {
  // A timer of its own: the process's alarm() belongs to the host program.
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGTERM;
  whole_time.it_value.tv_sec = seconds;
  exists = timer_create(CLOCK_MONOTONIC, &event, &timer) == 0;
}

void Grace::destroy() {
  runs = 0;
  if (exists != 0) timer_delete(timer);
  exists = 0;
}

void Grace::start() {
  if (exists == 0) return;
  timer_settime(timer, 0, &whole_time, nullptr);
  runs = 1;
}

void Grace::stop() {
  runs = 0;
  const itimerspec never{};
  if (exists != 0) timer_settime(timer, 0, &never, nullptr);
}

}  // namespace circo
