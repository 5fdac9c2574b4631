#pragma once

namespace circo {

/// Types of actors and messages have their numbers from the list that was bound last (ActorTypes::bind), one list for
/// the whole process. An engine holds its list while it lives, so that no other can be bound under it.
class Binding {
 public:
  /// Makes `list` the bound one. Throws Error while an engine holds another.
  static void bind(const void* list);

  /// Holds `list`. Throws Error unless it is the one that was bound last. Null: holds nothing.
  explicit Binding(const void* list);
  ~Binding();
  Binding(const Binding&) = delete;
  Binding& operator=(const Binding&) = delete;

 private:
  bool holds_;
};

}  // namespace circo
