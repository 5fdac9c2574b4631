#include <exception>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <circo/defaults.hpp>
#include <circo/error.hpp>
#include <circo/io/text_output.hpp>
#include <circo/run/trace.hpp>
#include <circo/transport/pass_to_root.hpp>

namespace circo {

void Trace::start(const Communicator& world) {
  if (!on()) return;
  events_.reserve(defaults::trace_events);  // so that taking down an event cannot fail
  world.sum(std::int64_t{0});
  zero_ = now();
}

void Trace::add(const char* name, std::uint64_t track, Time begin) noexcept {
  if (events_.size() < events_.capacity()) events_.push_back({name, track, begin, now()});
}

std::string Trace::text(int rank) const {
  auto microseconds = [](auto duration) { return std::chrono::duration<double, std::micro>(duration).count(); };
  std::string text =
      fmt::format(R"({{"name":"process_name","ph":"M","pid":{},"args":{{"name":"rank {}"}}}})", rank, rank);
  for (const Event& event : events_)
    text += fmt::format(R"(,
{{"name":"{}","ph":"X","pid":{},"tid":{},"ts":{:.3f},"dur":{:.3f}}})",
                        event.name, rank, event.track, microseconds(event.begin - zero_),
                        microseconds(event.end - event.begin));
  return text;
}

void Trace::write(const Communicator& world) const {
  if (!on()) return;
  std::optional<std::string> failure;
  std::string mine;
  TextOutput file;
  try {
    mine = text(world.rank());
    if (world.rank() == 0) file = TextOutput{file_};
    if (world.rank() == 0) file.write("{\"traceEvents\":[\n");
  } catch (...) {
    failure = what_of(std::current_exception());
  }
  int before = 0;
  const auto later =
      pass_to_root(world, std::as_bytes(std::span{mine}), [&](int rank, std::span<const std::byte> piece) {
        if (failure) return;
        if (std::exchange(before, rank) != rank) file.write(",\n");
        file.write({reinterpret_cast<const char*>(piece.data()), piece.size()});
      });
  if (!failure) failure = later;
  try {
    if (world.rank() == 0 && !failure) {
      file.write("\n],\"displayTimeUnit\":\"ns\"}\n");
      file.close();
    }
  } catch (...) {
    failure = what_of(std::current_exception());
  }
  world.agree(failure);
}

}  // namespace circo
