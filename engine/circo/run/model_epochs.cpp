#include <algorithm>
#include <cctype>

#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <fmt/format.h>

#include <circo/io/metrics.hpp>
#include <circo/run/model_epochs.hpp>

namespace circo {

namespace {

std::vector<std::string> names_of(const std::vector<std::pair<std::string, double>>& columns) {
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const auto& [name, value] : columns) names.push_back(name);
  return names;
}

std::string quoted(const std::vector<std::string>& names) {
  return names.empty() ? "none" : fmt::format("'{}'", fmt::join(names, "', '"));
}

}  // namespace

void ModelEpochs::on_epoch(Rank& rank, Epoch& epoch) {
  EpochEdit edit{rank, epoch};
  model_->on_epoch(edit);
  rank.world().agree(complaint_about(epoch));
  if (!columns_) columns_ = names_of(epoch.of_model);
}

std::optional<std::string> ModelEpochs::complaint_about(const Epoch& epoch) const {
  const std::vector<std::string> names = names_of(epoch.of_model), own = names_of(Metrics::figures({}));
  const auto in_word = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (name->empty() || !std::ranges::all_of(*name, in_word))
      return fmt::format("model {}: on_epoch reports a column '{}'; expected a name of letters, digits and _",
                         model_->name(), *name);
    if (std::ranges::find(own, *name) != own.end() || std::find(names.begin(), name, *name) != name)
      return fmt::format("model {}: on_epoch reports a column '{}', of which there is one already; choose another name",
                         model_->name(), *name);
  }
  if (columns_ && names != *columns_)
    return fmt::format(
        "model {}: on_epoch reports the columns {} at epoch {} and reported {} before; expected the same at every "
        "epoch",
        model_->name(), quoted(names), epoch.number, quoted(*columns_));
  return {};
}

void ModelEpochs::on_checkpoint(Rank&, Bytes& out) {
  Bytes columns;
  save_cereal(columns_, columns);
  append(out, columns.size());
  append(out, columns);
}

void ModelEpochs::on_resume(Rank&, ByteReader& in) { load_cereal(columns_, in.take(in.get<std::size_t>())); }

}  // namespace circo
