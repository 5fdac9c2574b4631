#pragma once

#include <optional>
#include <string>
#include <vector>

#include <circo/run/model.hpp>

namespace circo {

/// Plugin: gives the model its epochs, and checks the columns that it reports. After what moves actors, before what
/// writes of them.
class ModelEpochs {
 public:
  explicit ModelEpochs(Model& model) : model_{&model} {}
  void on_epoch(Rank& rank, Epoch& epoch);
  void on_checkpoint(Rank& rank, Bytes& out);
  void on_resume(Rank& rank, ByteReader& in);

 private:
  std::optional<std::string> complaint_about(const Epoch& epoch) const;

  Model* model_;
  std::optional<std::vector<std::string>> columns_;  // of the first epoch, which the others must have too
};

}  // namespace circo
