// Must not compile: package_test looks for a sentence about each mistake.

#include <circo/circo.hpp>
#include <circo/run/engine.hpp>

struct Greeting {};

struct Actor {
  using Receives = circo::Messages<Greeting>;
  void on(const Greeting&, circo::Context&) {}
  void on_spawn() {}
  void on_death(const Greeting&) {}
  void on_migrate(circo::Context) {}
  double load() { return 1; }
  void observe(circo::Observer) const {}
};

struct Model {
  using Actors = circo::ActorTypes<Actor>;
  static constexpr std::string_view name = "model", describe = "has the right functions with the wrong parameters";
  void add_options(CLI::App) {}
  void prepare(const circo::Communicator&) {}
  void setup(circo::Setup&) const {}
  void on_epoch(const circo::Epoch&) {}
  void finish(circo::Finish&) {}
};

struct Plugin {
  void on_setup() {}
  void on_start(const int&) {}
  void spawn_position(circo::Scheduler&, circo::Position&) {}
  void on_spawn(circo::Scheduler&, circo::Addr) {}
  void on_send(circo::Scheduler&, circo::ActorHead&) {}
  void on_deliver(circo::Scheduler&, circo::Envelope&, circo::ActorHead&) {}
  void on_dead_letter(circo::Envelope&) {}
  void on_death(circo::ActorHead&) {}
  void on_superstep(circo::Scheduler&) {}
  void on_epoch(circo::Epoch&) {}
  void on_migrate_out(circo::Scheduler&, circo::Bytes&) {}
  void on_migrate_in(circo::Scheduler&, circo::ByteReader&) {}
  void on_idle(circo::Rank&) {}
  void on_stop() {}
  void on_checkpoint(circo::Bytes&) {}
  void on_resume(circo::ByteReader&) {}
};

int main(int argc, char** argv) {
  circo::Engine<Plugin> engine{MPI_COMM_WORLD, Model::Actors::bind(), {}, Plugin{}};
  return circo::command<Model>(argc, argv);
}
