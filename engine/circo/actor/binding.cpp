#include <mutex>

#include <circo/actor/binding.hpp>
#include <circo/error.hpp>

namespace circo {

namespace {

std::mutex mutex;
const void* bound = nullptr;
int holders = 0;

}  // namespace

void Binding::bind(const void* list) {
  const std::lock_guard lock{mutex};
  if (holders != 0 && list != bound)
    throw Error(
        "two models with different actor types in one process: expected that the engine of the first has ended before "
        "the second is bound, as the types have one number each; run them one after another, or in programs of their "
        "own");
  bound = list;
}

Binding::Binding(const void* list) : holds_{list != nullptr} {
  const std::lock_guard lock{mutex};
  if (!holds_) return;
  if (list != bound)
    throw Error(
        "an engine was given the dispatch table of a model, and another model has been bound since; expected "
        "ActorTypes::bind() right before the engine is made");
  ++holders;
}

Binding::~Binding() {
  const std::lock_guard lock{mutex};
  if (holds_) --holders;
}

}  // namespace circo
