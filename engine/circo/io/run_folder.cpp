#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/io/run_folder.hpp>
#include <circo/io/xdmf.hpp>
#include <circo/transport/together.hpp>

namespace circo {

namespace {

namespace fs = std::filesystem;

fs::path first_free(const std::string& prefix, const std::string& suffix = "") {
  for (int n = 1;; ++n) {
    fs::path path = fmt::format("{}{}{}", prefix, n, suffix);
    if (!fs::exists(fs::symlink_status(path))) return path;
  }
}

RunFolder make(const fs::path& wanted, const std::string& model) {
  RunFolder folder;
  folder.path = wanted.empty() ? first_free("runs/" + model + "-") : wanted;
  while (!folder.path.has_filename() && folder.path.has_parent_path()) folder.path = folder.path.parent_path();
  const auto exists = [](const fs::path& file) { return fs::exists(file); };
  const std::array files{folder.config(), folder.metrics(), folder.snapshots(), folder.summary(), folder.log()};
  if (std::ranges::any_of(files, exists)) {
    folder.earlier = first_free(folder.path.string() + ".");
    fs::rename(folder.path, folder.earlier);
  }
  fs::create_directories(folder.path);
  return folder;
}

}  // namespace

RunFolder make_run_folder(const Communicator& world, const fs::path& wanted, const std::string& model) {
  RunFolder folder;
  std::optional<std::string> failure;
  if (world.rank() == 0) {
    try {
      folder = make(wanted, model);
    } catch (const fs::filesystem_error& error) {
      failure = fmt::format("cannot make the run folder {}: {}; choose another with --out", error.path1().string(),
                            error.code().message());
    }
  }
  world.agree(failure);
  folder.path = world.broadcast(folder.path.string(), 0);
  return folder;
}

RunFolder reopen_run_folder(const Communicator& world, const fs::path& path) {
  const RunFolder folder{path, {}};
  together(world, "go on in the run folder " + path.string(), [&] {
    if (world.rank() != 0 || !fs::exists(folder.snapshots())) return;
    const fs::path aside = first_free((path / "snapshots.").string(), ".h5");
    fs::rename(folder.snapshots(), aside);
    XdmfFile::rename_snapshots(folder.xdmf(), folder.snapshots().filename(), aside.filename());
  });
  return folder;
}

}  // namespace circo
