#include <algorithm>
#include <cmath>

#include <circo/defaults.hpp>
#include <circo/space/eras.hpp>

namespace circo {

void Eras::end(bool adopted) {
  Record& record = records_[present_];
  if (adopted) {
    patience_ /= 2;
  } else if (messages_to_step() < defaults::patient_messages) {
    ++patience_;
  }
  if (adopted) {
    for (Record& each : records_) each.failures = 0;
    record.wait = 0;
  } else {
    record.wait = (1 << std::min(record.failures, 3)) - 1;
    ++record.failures;
  }
  unfolded_ = unfolded_ || ended_ + 1 >= defaults::unfolding_eras;
  ++ended_;
  if (!unfolded_ || (adopted && present() == Origin::geometry)) return;  // more may unfold
  do {
    present_ = (present_ + 1) % records_.size();
  } while (records_[present_].wait-- > 0);
}

double Eras::messages_to_step() const {
  return std::min(std::ldexp(defaults::eager_messages, unfolded_ ? 2 * patience_ : 0), defaults::patient_messages);
}

bool Eras::exhausted() const {
  return std::ranges::all_of(records_, [](const Record& r) { return r.failures >= defaults::fruitless_eras; });
}

double Eras::least_gain() const { return defaults::least_gain * (1 + ended_ / defaults::eras_of_patience); }

void Eras::restart() {
  records_ = {};
  ended_ = patience_ = 0;
}

}  // namespace circo
