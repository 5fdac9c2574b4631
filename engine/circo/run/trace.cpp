#include <optional>
#include <string>

#include <fmt/format.h>

#include <circo/defaults.hpp>
#include <circo/error.hpp>
#include <circo/io/text_output.hpp>
#include <circo/run/trace.hpp>

namespace circo {

void Trace::start(const Communicator& world) {
  if (!on()) return;
  world.sum(std::int64_t{0});
  zero_ = now();
}

void Trace::add(const char* name, std::uint64_t track, Time begin) {
  if (events_.size() < defaults::trace_events) events_.push_back({name, track, begin, now()});
}

void Trace::write(const Communicator& world) const {
  if (!on()) return;
  auto microseconds = [](auto duration) { return std::chrono::duration<double, std::micro>(duration).count(); };
  std::string mine = fmt::format(R"({{"name":"process_name","ph":"M","pid":{},"args":{{"name":"rank {}"}}}})",
                                 world.rank(), world.rank());
  for (const Event& event : events_)
    mine += fmt::format(R"(,
{{"name":"{}","ph":"X","pid":{},"tid":{},"ts":{:.3f},"dur":{:.3f}}})",
                        event.name, world.rank(), event.track, microseconds(event.begin - zero_),
                        microseconds(event.end - event.begin));
  if (world.rank() + 1 < world.size()) mine += ",\n";
  const auto all = world.gather_all(std::as_bytes(std::span{mine}));
  std::optional<std::string> failure;
  try {
    if (world.rank() == 0) {
      TextOutput file{file_};
      file.write("{\"traceEvents\":[\n");
      file.write({reinterpret_cast<const char*>(all.data()), all.size()});
      file.write("\n],\"displayTimeUnit\":\"ns\"}\n");
      file.close();
    }
  } catch (const Error& error) {
    failure = error.what();
  }
  world.agree(failure);
}

}  // namespace circo
