#pragma once

#include <chrono>
#include <concepts>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include <circo/error.hpp>
#include <circo/memory.hpp>
#include <circo/run/checkpoints.hpp>
#include <circo/run/epoch.hpp>
#include <circo/run/hook_signatures.hpp>
#include <circo/run/hooks.hpp>
#include <circo/run/setup.hpp>
#include <circo/run/trace.hpp>
#include <circo/run/watch.hpp>
#include <circo/scheduler/drain.hpp>
#include <circo/transport/control.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

/// Why a run ended.
enum class End { quiescent, stopped, epochs, supersteps, seconds, interrupted };
std::string_view to_string(End end);

/// The run has come to its end, and its result is there; but what is written after that could not be.
class FailedAfterRun : public AgreedError {
 public:
  FailedAfterRun(End end, const std::string& text) : AgreedError{text}, end_{end} {}
  End end() const { return end_; }

 private:
  End end_;
};

struct EngineSettings {
  RankSettings rank;
  Start start = Start::random;
  std::uint64_t superstep_budget = defaults::superstep_budget;
  int staleness = defaults::staleness;
  // An epoch closes when the first of these is reached; 0: does not count.
  double epoch_messages_per_actor = defaults::epoch_messages_per_actor;
  std::uint64_t epoch_min_supersteps = defaults::epoch_min_supersteps;  ///< goes with the messages
  std::uint64_t epoch_supersteps = defaults::epoch_supersteps;
  double epoch_seconds = 0;
  // The run ends at the first of these; 0: no limit.
  std::uint64_t max_epochs = 0;
  std::uint64_t max_supersteps = 0;
  double max_seconds = 0;
  std::uint64_t max_actors = 0;   ///< over all ranks; passing it is an error
  std::filesystem::path trace{};  ///< file for a timeline of all ranks; empty: none
  std::uint64_t max_memory = 0;   ///< bytes a rank; passing it is an error
};

/// The loop: supersteps until no mail is left, a limit is reached or an actor asks for the end; epochs in between. In
/// strict mode what is sent in a superstep is delivered in the next one, in an order that does not depend on the
/// layout; in relaxed mode mail between actors of one scheduler is delivered at once, and exchanges overlap with it.
template <class... Plugins>
class Engine {
  static_assert((hooks::check_signatures<Plugins>() && ...));

 public:
  /// *Collective.*
  Engine(MPI_Comm comm, const Dispatch& dispatch, const EngineSettings& settings, Plugins... plugins)
      : settings_{settings},
        plugins_{std::move(plugins)...},
        rank_{comm, dispatch, settings.rank},
        control_{rank_.world()},
        trace_{settings.trace},
        watch_{rank_, settings_} {
    for (const auto& scheduler : rank_.schedulers()) scheduler->set_send_hooks(hooks::send_hooks(plugins_));
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  Rank& rank() { return rank_; }
  template <class Plugin>
  Plugin& plugin() {
    return std::get<Plugin>(plugins_);
  }
  std::uint64_t superstep() const { return superstep_; }

  /// *Collective.* Makes the first actors with `setup(Setup&)`, called for each local scheduler, and runs to the end.
  /// Throws AgreedError, on all ranks with the same text, when anything failed anywhere; FailedAfterRun when the run
  /// had come to its end.
  template <std::invocable<Setup&> Model>
  End run(Model&& setup) {
    return until_all_fail([&] {
      hooks::on_setup(plugins_, rank_);
      populate(setup);
      return loop();
    });
  }

  /// *Collective.* The same from where a checkpoint was written, in place of the first actors; with another number of
  /// schedulers too.
  End resume(const CheckpointFile& file) {
    return until_all_fail([&] {
      hooks::on_setup(plugins_, rank_);
      load(file);
      return loop();
    });
  }

  /// Has checkpoints written, which must outlive the run.
  void set_checkpoints(Checkpoints& checkpoints) { checkpoints_ = &checkpoints; }

  /// The run's time, sessions before a checkpoint included.
  double seconds() const { return watch_.seconds(); }

 private:
  bool strict() const { return settings_.rank.strict; }
  /// Supersteps after which all ranks look at a tally.
  int lag() const { return strict() ? 0 : settings_.staleness; }

  bool at_last_superstep() const { return settings_.max_supersteps != 0 && superstep_ >= settings_.max_supersteps; }

  /// What has failed on this rank where nothing is agreed, as memory for what is received, is agreed here: before it
  /// unwinds what the other ranks still work with, as files that only all of them can close.
  template <class Work>
  End until_all_fail(Work&& work) {
    try {
      return work();
    } catch (const AgreedError&) {
      throw;
    } catch (...) {
      lift_memory_limit();  // it may be what failed, and saying so takes memory
      rank_.world().agree(what_of(std::current_exception()));
      throw;
    }
  }

  /// Does what comes after the end of the run. When that fails, the rest is done all the same.
  template <class Work>
  void afterwards(Work&& work) {
    try {
      work();
    } catch (const AgreedError& error) {
      if (!failed_after_) failed_after_ = error.what();
    }
  }

  End loop() {
    hooks::on_start(plugins_, rank_);
    watch_.start();
    if (checkpoints_ != nullptr) checkpoints_->start(rank_, watch_.seconds());
    trace_.start(rank_.world());
    for (;;) {
      step();
      if (control_.in_flight() <= lag() && !at_last_superstep()) continue;
      if (const auto end = decide(control_.finish())) {
        afterwards([&] { hooks::on_stop(plugins_, rank_); });
        afterwards([&] { trace_.write(rank_.world()); });
        if (failed_after_) throw FailedAfterRun{*end, *failed_after_};
        return *end;
      }
    }
  }

  template <class Model>
  void populate(Model& setup) {
    for (const auto& scheduler : rank_.schedulers()) {
      try {
        Setup each{*scheduler, rank_.layout().schedulers(), settings_.start};
        setup(each);
        each.finish();
      } catch (const std::bad_alloc&) {
        scheduler->fail("out of memory while the first actors were made; use more ranks or fewer actors");
      } catch (...) {
        scheduler->fail(what_of(std::current_exception()));
      }
    }
    watch_.agree();
    rank_.deliver_all();
  }

  void step() {
    ++superstep_;
    {
      const Trace::Phase phase{trace_, "drain"};
      rank_.parallel([&](Scheduler& scheduler) {
        scheduler.set_superstep(superstep_);
        hooks::Delivery delivery{plugins_};
        drain(scheduler, delivery, strict() ? UINT64_MAX : settings_.superstep_budget);
      });
    }
    rank_.guard([&] {
      hooks::on_superstep(plugins_, rank_);
      watch_.check_memory();
    });
    if (strict()) {
      const Trace::Phase phase{trace_, "settle"};
      rank_.settle();
      control_.start(watch_.tally());
      return;
    }
    {
      const Trace::Phase phase{trace_, "collect and start exchange"};
      rank_.collect();
      rank_.exchange().start();
      control_.start(watch_.tally());
    }
    rank_.guard([&] { trace_.exchange_started(); });
    // What is here is taken in at once; without local mail there is nothing better to do than wait for it.
    Exchange& exchange = rank_.exchange();
    while (exchange.in_flight() > 0 && (exchange.in_flight() > settings_.staleness || exchange.ready() || idle())) {
      const Trace::Phase phase{trace_, "take in"};
      rank_.distribute(exchange.finish());
      trace_.exchange_finished();
    }
  }

  bool idle() const {
    for (const auto& scheduler : rank_.schedulers())
      if (!scheduler->idle()) return false;
    return true;
  }

  /// The same on every rank, as it goes by the tally and by what all have in common.
  std::optional<End> decide(const Tally& tally) {
    if (tally.failures != 0 || watch_.too_many(tally)) fail(tally);
    std::optional<End> end;
    if (tally.stops != 0) {
      end = End::stopped;
    } else if (tally.quiescent()) {
      finish_waves();
      if (hooks::on_idle(plugins_, rank_)) return {};
      end = End::quiescent;
    } else if (at_last_superstep()) {
      end = End::supersteps;
    } else if (settings_.max_seconds != 0 && 1e-3 * static_cast<double>(tally.clock_ms) >= settings_.max_seconds) {
      end = End::seconds;
    }
    const bool due = watch_.epoch_due(tally, superstep_);
    if (!end && due && settings_.max_epochs != 0 && watch_.epoch() + 1 >= settings_.max_epochs) end = End::epochs;
    if (end || due) close_epoch(due, end.has_value());
    return end || checkpoints_ == nullptr ? end : checkpoint(checkpoints_->wish(tally, due ? watch_.epoch() : 0));
  }

  std::optional<End> checkpoint(Checkpoints::Wish wish) {
    if (wish == Checkpoints::Wish::none) return {};
    finish_waves();
    // In strict mode mail is settled, and what on_epoch has sent is not to arrive earlier than it would.
    if (!strict()) settle();
    Bytes common;
    append(common, superstep_);
    append(common, rank_.moved());
    watch_.save(common);
    hooks::on_checkpoint(plugins_, rank_, common);
    checkpoints_->write(rank_, state_hooks(), std::move(common), superstep_, watch_.epoch(), wish);
    if (wish == Checkpoints::Wish::save) return {};
    return End::interrupted;
  }

  void load(const CheckpointFile& file) {
    ByteReader common{file.head().common};
    together(rank_.world(), "load the checkpoint", [&] {
      superstep_ = common.get<std::uint64_t>();
      if (common.get<bool>()) rank_.set_moved();
      watch_.load(common);
    });
    for (const auto& scheduler : rank_.schedulers()) scheduler->set_superstep(superstep_);
    load_schedulers(rank_, state_hooks(), file);
    hooks::on_resume(plugins_, rank_, common);
  }

  StateHooks state_hooks() {
    return {hooks::migration_hooks(plugins_),
            [this](Scheduler& at, StateWriter& out) { hooks::on_checkpoint(plugins_, at, out); },
            [this](Scheduler& at, StateReader& in) { hooks::on_resume(plugins_, at, in); }};
  }

  void close_epoch(bool complete, bool last) {
    const Trace::Phase phase{trace_, "epoch"};
    finish_waves();
    settle();
    while (trace_.exchange_finished()) {
    }
    Epoch epoch = watch_.close_epoch(superstep_);
    epoch.complete = complete;
    epoch.last = last;
    epoch.migrate = [this](const auto& targets) { return migrate(rank_, targets, hooks::migration_hooks(plugins_)); };
    const auto use = [&] {
      hooks::on_epoch(plugins_, rank_, epoch);
      together(rank_.world(), [&] { announce_places(rank_); });
      watch_.open_epoch(superstep_);
      watch_.agree();
    };
    if (last) {
      afterwards(use);
    } else {
      use();
    }
  }

  void settle() {
    rank_.settle();
    watch_.agree();
  }

  /// Looks at the tallies that are still under way, so that none is mistaken for a later one.
  void finish_waves() {
    while (control_.in_flight() > 0) {
      const Tally tally = control_.finish();
      if (tally.failures != 0) fail(tally);
    }
  }

  [[noreturn]] void fail(const Tally& tally) {
    while (rank_.exchange().in_flight() > 0) rank_.exchange().finish();
    while (control_.in_flight() > 0) control_.finish();
    watch_.fail(tally);
  }

  EngineSettings settings_;
  std::tuple<Plugins...> plugins_;
  Rank rank_;
  Control control_;
  Trace trace_;
  Watch watch_;
  std::uint64_t superstep_ = 0;
  Checkpoints* checkpoints_ = nullptr;
  std::optional<std::string> failed_after_;  // what has failed after the end of the run
};

}  // namespace circo
