#include <algorithm>
#include <cmath>

#include <circo/defaults.hpp>
#include <circo/space/eras.hpp>

namespace circo {

void Eras::end(bool adopted, double left) {
  Record& record = records_[present_];
  const double won = left_ > 0 ? 1 - left / left_ : 0;
  left_ = left;
  hope_ = std::max(won, hope_);
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

double Eras::end_step(int sweeps) {
  const double messages = defaults::eager_messages / hope_;
  const double faded = hope_ * std::pow(defaults::fading_hope, sweeps / static_cast<double>(defaults::sweeps));
  hope_ = std::max(faded, defaults::eager_messages / defaults::patient_messages);
  return messages;
}

bool Eras::exhausted() const {
  return std::ranges::all_of(records_, [](const Record& r) { return r.failures >= defaults::fruitless_eras; });
}

double Eras::least_gain() const { return defaults::least_gain * (1 + ended_ / defaults::eras_of_patience); }

void Eras::restart() {
  records_ = {};
  ended_ = 0;
  hope_ = 1;
  left_ = 0;
}

}  // namespace circo
