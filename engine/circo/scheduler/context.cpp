#include <circo/defaults.hpp>
#include <circo/scheduler/context.hpp>

namespace circo {

void Context::spawned(ActorHead& head) {
  const ActorType& type = scheduler_.arena().type(head.row);
  if (type.on_spawn == nullptr) return;
  const auto outer_self = self_;
  const auto outer_record = record_;
  const auto outer_dying = dying_;
  enter(head, "in on_spawn");
  type.on_spawn(head.state(), *this);
  const bool stillborn = dying_;
  if (stillborn && type.on_death != nullptr) type.on_death(head.state(), *this);
  self_ = outer_self;
  record_ = outer_record;
  dying_ = outer_dying;
  if (!stillborn) return;
  const SendHooks& hooks = scheduler_.send_hooks();
  if (hooks.on_death != nullptr) hooks.on_death(hooks.plugins, scheduler_, head);
  scheduler_.bury(head);
}

Position Context::near_self() {
  // One draw holds 21 bits for each coordinate.
  const std::uint64_t bits = random()();
  auto offset = [&](int coordinate) {
    const auto part = static_cast<std::int32_t>(bits >> 21 * coordinate & 0x1FFFFF) - 0x100000;
    return static_cast<float>(part) * static_cast<float>(defaults::spawn_distance / 0x100000);
  };
  return position() + Position{offset(0), offset(1), offset(2)};
}

void Context::nothing_to_forward() {
  throw Error("forward() passes on the message that an actor reacts to; here there is none: use send()");
}

void Context::received_by_none(std::string_view name) {
  throw Error(fmt::format("message {} is received by no actor type of the model", name));
}

void Context::too_big(std::string_view name, std::size_t bytes) {
  throw Error(fmt::format("message {} has {} bytes; a message may have {} at most: send it in parts", name, bytes,
                          max_message_bytes));
}

}  // namespace circo
