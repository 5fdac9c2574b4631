#include <string_view>

#include <doctest/doctest.h>

#include <circo/actor/dispatch.hpp>
#include <circo/scheduler/context.hpp>

namespace {

using namespace circo;

struct Ping {
  int value;
};
struct Pong {};
template <class T>
struct Boxed {
  T value;
};

struct Left {
  using Receives = Messages<Ping, Boxed<int>>;
  int last = 0;
  void on(const Ping& ping, Context&) { last = ping.value; }
  void on(const Boxed<int>& boxed, Context&) { last = 10 * boxed.value; }
};

struct Right {
  using Receives = Messages<Pong, Ping>;
  static constexpr std::string_view name = "the right one";
  int pongs = 0;
  void on(const Pong&, Context&) { ++pongs; }
  void on(const Ping&, Context&) {}
  void on_death(Context&) {}
  double load() const { return 2.5; }
};

/// A member called name is state.
struct Named {
  using Receives = Messages<>;
  std::uint64_t name = 7;
};
static_assert(actor_name<Named>() == "Named" && actor_name<Right>() == "the right one");

struct Deaf {
  using Receives = Messages<>;
};

/// Has a handler that it does not list.
struct Modest {
  using Receives = Messages<Pong>;
  void on(const Pong&, Context&) {}
  void on(const Ping&, Context&) {}
};

using Types = ActorTypes<Left, Right, Deaf, Modest>;

static_assert(std::is_same_v<Types::AllMessages, Messages<Ping, Boxed<int>, Pong>>);
static_assert(Handles<Left, Ping> && !Handles<Left, Pong> && Handles<Modest, Ping>);
static_assert(Actor<Deaf> && !Actor<Ping>);

TEST_CASE("every message of the model has one number, every actor type too") {
  const Dispatch dispatch = Types::bind();
  CHECK(dispatch.actors.size() == 4);
  CHECK(dispatch.messages.size() == 3);
  CHECK(message_number<Ping> == 0);
  CHECK(message_number<Boxed<int>> == 1);
  CHECK(message_number<Pong> == 2);
  CHECK(actor_number<Left> == 0);
  CHECK(actor_number<Modest> == 3);
}

TEST_CASE("types are named without their namespaces, or as they say themselves") {
  const Dispatch dispatch = Types::bind();
  CHECK(dispatch.actors[0].name == "Left");
  CHECK(dispatch.actors[1].name == "the right one");
  CHECK(dispatch.messages[0] == "Ping");
  CHECK(dispatch.messages[1] == "Boxed<int>");
}

TEST_CASE("a handler is there for what an actor lists, and null for all else") {
  const Dispatch dispatch = Types::bind();
  const bool expected[4][3] = {{true, true, false}, {true, false, true}, {false, false, false}, {false, false, true}};
  for (ActorNumber actor = 0; actor < 4; ++actor)
    for (MessageNumber message = 0; message < 3; ++message) {
      CAPTURE(static_cast<int>(actor));
      CAPTURE(message);
      CHECK((dispatch.handler(actor, message) != nullptr) == expected[actor][message]);
    }
}

TEST_CASE("a handler calls the right actor with the right message") {
  const Dispatch dispatch = Types::bind();
  Scheduler scheduler{0, dispatch, {}};
  Context context{scheduler};
  Left left;
  alignas(8) std::byte body[8];
  Body<Ping>::write(body, Ping{42});
  dispatch.handler(actor_number<Left>, message_number<Ping>)(&left, body, context);
  CHECK(left.last == 42);
  Body<Boxed<int>>::write(body, {7});
  dispatch.handler(actor_number<Left>, message_number<Boxed<int>>)(&left, body, context);
  CHECK(left.last == 70);
  Right right;
  dispatch.handler(actor_number<Right>, message_number<Pong>)(&right, body, context);
  CHECK(right.pongs == 1);
}

TEST_CASE("optional members of an actor are null where it has none") {
  const Dispatch dispatch = Types::bind();
  const ActorType& left = dispatch.actors[0];
  const ActorType& right = dispatch.actors[1];
  CHECK((left.on_spawn == nullptr));
  CHECK((left.on_death == nullptr));
  CHECK((left.on_migrate == nullptr));
  CHECK((left.load_of == nullptr));
  CHECK((right.on_death != nullptr));
  REQUIRE((right.load_of != nullptr));
  const Right actor;
  CHECK(right.load_of(&actor) == 2.5);
}

namespace fluid {
struct Cell : Deaf {};
struct Step {};
}  // namespace fluid
namespace solid {
struct Cell : Deaf {};
struct Step {};
}  // namespace solid
struct Both {
  using Receives = Messages<fluid::Step, solid::Step, Ping>;
  void on(const fluid::Step&, Context&) {}
  void on(const solid::Step&, Context&) {}
  void on(const Ping&, Context&) {}
};

TEST_CASE("types that are named alike are told apart by their namespaces") {
  const Dispatch dispatch = ActorTypes<fluid::Cell, solid::Cell, Both>::bind();
  CHECK(dispatch.actors[0].name.ends_with("fluid::Cell"));
  CHECK(dispatch.actors[1].name.ends_with("solid::Cell"));
  CHECK(dispatch.actors[2].name == "Both");
  CHECK(dispatch.messages[0].ends_with("fluid::Step"));
  CHECK(dispatch.messages[1].ends_with("solid::Step"));
  CHECK(dispatch.messages[2] == "Ping");
}

/// A data member is no near miss of a function.
struct Data {
  using Receives = Messages<>;
  double load = 1;
  std::string_view observe;
  static constexpr int on_spawn = 3;
};
struct Near {
  void on_spawn();
  void load();
  double load(int) const;
};
struct Final final {
  template <class T>
  void on_spawn(T);
};
class Private {
  [[maybe_unused]] void on_spawn() {}
};
struct Heir : Near {};

TEST_CASE("functions that have a hook's name are found whatever their signature, data members are not") {
  CHECK_FALSE(circo::detail::has_function_load<Data>);
  CHECK_FALSE(circo::detail::has_function_observe<Data>);
  CHECK_FALSE(circo::detail::has_function_on_spawn<Data>);
  CHECK_FALSE(circo::detail::has_function_on_spawn<Deaf>);
  CHECK(circo::detail::has_function_load<Near>);
  CHECK(circo::detail::has_function_on_spawn<Near>);
  CHECK(circo::detail::has_function_on_spawn<Private>);
  CHECK(circo::detail::has_function_on_spawn<Heir>);
  const Dispatch dispatch = ActorTypes<Data>::bind();
  CHECK((dispatch.actors[0].load_of == nullptr));
}

TEST_CASE("no list of types is bound while another is held, nor held after another was bound") {
  const Dispatch types = Types::bind();
  {
    const Binding one{types.list}, two{types.list};
    CHECK_THROWS_WITH_AS((ActorTypes<Modest, Right>::bind()),
                         doctest::Contains("two models with different actor types"), Error);
    CHECK(message_number<Pong> == 2);
    Types::bind();
  }
  ActorTypes<Modest, Right>::bind();
  CHECK_THROWS_WITH_AS(Binding{types.list}, doctest::Contains("another model has been bound since"), Error);
}

TEST_CASE("binding another model renumbers") {
  ActorTypes<Modest, Right>::bind();
  CHECK(actor_number<Modest> == 0);
  CHECK(actor_number<Right> == 1);
  CHECK(message_number<Pong> == 0);
  CHECK(message_number<Ping> == 1);
  Types::bind();
  CHECK(message_number<Ping> == 0);
}

}  // namespace
