#include <exception>

#include <circo/defaults.hpp>
#include <circo/error.hpp>
#include <circo/scheduler/context.hpp>

namespace circo {

void Context::spawned(ActorHead& head) {
  if (scheduler_.arena().type(head.row).on_spawn == nullptr) return;
  newborn_.push_back(&head);
  if (newborn_.size() > 1) return;  // the loop below is at work, further up the stack
  const auto outer_self = self_;
  const auto outer_record = record_;
  const auto outer_occasion = occasion_;
  const auto outer_dying = dying_;
  std::exception_ptr thrown;
  for (std::size_t i = 0; i < newborn_.size(); ++i) {
    try {
      enter(*newborn_[i], "in on_spawn");
      scheduler_.arena().type(newborn_[i]->row).on_spawn(newborn_[i]->state(), *this);
      if (dying_) end_actor();
    } catch (...) {
      if (!thrown) thrown = located(std::current_exception());
    }
  }
  newborn_.clear();
  self_ = outer_self;
  record_ = outer_record;
  occasion_ = outer_occasion;
  dying_ = outer_dying;
  if (thrown) std::rethrow_exception(thrown);
}

void Context::end_actor() {
  ActorHead& head = scheduler_.arena().head(self_->row);
  const ActorType& type = scheduler_.arena().type(head.row);
  if (type.on_death != nullptr) type.on_death(head.state(), *this);
  dying_ = false;
  const SendHooks& hooks = scheduler_.send_hooks();
  if (hooks.on_death != nullptr) hooks.on_death(hooks.plugins, scheduler_, head);
  scheduler_.bury(head);
}

std::string Context::where() const {
  if (!self_->addr) return "";
  return fmt::format(
      "actor {} (address {:#x}) {}: ", scheduler_.arena().type(self_->row).name, self_->addr.bits(),
      record_ == nullptr ? occasion_ : fmt::format("on message {}", scheduler_.dispatch().messages[record_->message]));
}

std::exception_ptr Context::located(const std::exception_ptr& thrown) const {
  try {
    return std::make_exception_ptr(Error(where() + what_of(thrown)));
  } catch (...) {
    return thrown;  // no memory left to say more
  }
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
