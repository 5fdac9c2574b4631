#pragma once

#include <array>
#include <cstddef>

namespace circo {

/// Where the challenger of an era comes from.
enum class Origin {
  geometry,  ///< the cells that schedulers hold in the space, refined
  melted,    ///< the incumbent, its borders molten and frozen again
  annealed,  ///< the incumbent, refined with noise that fades
};

/// Which era comes next: origins take turns, the geometry for as long as it wins; one that fails is left out for more
/// and more turns, until all have failed so often that there is no use in going on.
class Eras {
 public:
  Origin present() const { return static_cast<Origin>(present_); }
  void end(bool adopted);
  /// Part of the incumbent's cut by which a challenger must be better. It grows with time, as more and more of what is
  /// won is noise of the traffic.
  double least_gain() const;
  /// Messages that an actor is to get (mean) from one step to the next while all may be won (see Pace): ever more while
  /// nothing is. What is won late is little, and more of it rare.
  double messages_to_step() const;
  /// Nothing that was tried lately was of use.
  bool exhausted() const;
  /// The space has unfolded, so the incumbent is worth refining further.
  bool unfolded() const { return unfolded_; }
  /// Everything may be of use again.
  void restart();

 private:
  struct Record {
    int failures = 0;  // since the last success of any origin
    int wait = 0;      // turns to be left out
  };
  std::array<Record, 3> records_{};
  std::size_t present_ = 0;
  int ended_ = 0;     // eras since all was new, or changed
  int patience_ = 0;  // grows with each era that wins nothing, and is halved by one that wins
  bool unfolded_ = false;
};

}  // namespace circo
