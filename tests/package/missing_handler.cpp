// Must not compile: package_test looks for the sentence that says why.

#include <circo/circo.hpp>

struct Greeting {};
struct Question {};

struct Mute {
  using Receives = circo::Messages<Greeting, Question>;
  void on(const Greeting&, circo::Context&) {}
};

circo::Dispatch bind() { return circo::ActorTypes<Mute>::bind(); }
