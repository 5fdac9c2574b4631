#include <sstream>

#include <cereal/types/string.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/vector.hpp>
#include <fmt/format.h>

#include <circo/actor/layout.hpp>
#include <circo/actor/type_name.hpp>
#include <circo/io/checkpoint_file.hpp>
#include <circo/run/epoch.hpp>
#include <circo/run/state_layout.hpp>
#include <circo/scheduler/place.hpp>
#include <circo/scheduler/scheduler.hpp>
#include <circo/space/edge_sums.hpp>
#include <circo/space/eras.hpp>
#include <circo/space/luggage.hpp>
#include <circo/space/pace.hpp>
#include <circo/space/traffic.hpp>

namespace circo {

namespace {

std::string line(std::string_view kind, std::string_view name, std::size_t size, const std::string& layout) {
  return fmt::format("{} {} of {} bytes{}{}\n", kind, name, size, layout.empty() ? "" : ": ", layout);
}

template <class... Types>
std::string lines() {
  return (line("type", type_name<Types>(), sizeof(Types), layout_of<Types>()) + ...);
}

}  // namespace

std::string engine_layout() {
  return lines<CheckpointBlock, Counts, Addr, Place, Position, Envelope, Infoton, Luggage, TrafficEdge, EdgeSums::Sum,
               Eras, Pace, Epoch>();
}

std::string types_text(const Dispatch& dispatch) {
  std::string text;
  for (const auto& type : dispatch.actors) text += line("actor", type.name, type.size, type.layout());
  for (std::size_t m = 0; m < dispatch.messages.size(); ++m)
    text += line("message", dispatch.messages[m], dispatch.message_sizes[m], dispatch.message_layouts[m]());
  return text;
}

std::string layout_difference(const std::string& saved, const std::string& here) {
  if (saved == here) return {};
  std::istringstream left{saved}, right{here};
  std::string was, is;
  while (std::getline(left, was) && std::getline(right, is) && was == is) was = is = "";
  return fmt::format("it has '{}' where this one has '{}'", was.empty() ? "nothing more" : was,
                     is.empty() ? "nothing more" : is);
}

}  // namespace circo
