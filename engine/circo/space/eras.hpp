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
  /// `left`: what is still to be won now, as part of all traffic.
  void end(bool adopted, double left);
  /// Part of the incumbent's cut by which a challenger must be better. It grows with time, as more and more of what is
  /// won is noise of the traffic.
  double least_gain() const;
  /// Hope fades with each step, the more sweeps it had, until an era wins. Returns the messages that an actor is to get
  /// (mean) before the next one while all may be won (see Pace): the more the less hope there is.
  double end_step(int sweeps);
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
  int ended_ = 0;    // eras since all was new, or changed
  double hope_ = 1;  // the part of what is left that the next one may win
  double left_ = 0;  // when the last one ended
  bool unfolded_ = false;
};

}  // namespace circo
