#include <algorithm>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/io/checkpoint_folder.hpp>
#include <circo/io/seal.hpp>

namespace circo {

namespace fs = std::filesystem;

fs::path CheckpointFolder::file(std::uint64_t superstep) const {
  return path_ / fmt::format("superstep-{:012}.h5", superstep);
}

std::vector<fs::path> CheckpointFolder::files() const {
  std::vector<fs::path> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator{path_, none})
    if (entry.path().filename().string().starts_with("superstep-") && entry.path().extension() == ".h5")
      found.push_back(entry.path());
  std::ranges::sort(found, std::ranges::greater{});
  return found;
}

void CheckpointFolder::keep_newest(std::size_t keep) const {
  const auto all = files();
  std::error_code ignored;
  for (std::size_t i = keep; i < all.size(); ++i) fs::remove(all[i], ignored);
}

fs::path CheckpointFolder::newest_valid(const Communicator& world,
                                        const std::function<void(const std::string&)>& tell) const {
  std::vector<fs::path> candidates;
  if (world.rank() == 0) candidates = files();
  const auto count = static_cast<std::size_t>(world.max(static_cast<double>(candidates.size())));
  for (std::size_t i = 0; i < count; ++i) {
    const fs::path candidate = world.broadcast(world.rank() == 0 ? candidates[i].string() : "", 0);
    const auto complaint = seal_complaint(world, candidate);
    if (!complaint) return candidate;
    if (world.rank() != 0) continue;
    tell(*complaint + (i + 1 < count ? "; trying the one before" : ""));
    std::error_code ignored;
    fs::rename(candidate, candidate.string() + ".damaged", ignored);
  }
  throw Error(
      fmt::format("{} has no {}checkpoint to resume from; expected the folder of a run that was written with "
                  "--checkpoint-every, --checkpoint-minutes or on a signal",
                  path_.parent_path().string(), count == 0 ? "" : "undamaged "));
}

}  // namespace circo
