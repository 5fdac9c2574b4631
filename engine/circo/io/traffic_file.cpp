#include <algorithm>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/io/text_output.hpp>
#include <circo/io/traffic_file.hpp>
#include <circo/transport/pass_to_root.hpp>

namespace circo {

void write_traffic(const Rank& rank, const Traffic& traffic, const std::filesystem::path& path) {
  std::optional<std::string> failure;
  std::vector<TrafficEdge> mine;
  try {
    for (std::size_t scheduler = 0; scheduler < rank.schedulers().size(); ++scheduler)
      std::ranges::copy_if(traffic.edges(scheduler), std::back_inserter(mine),
                           [](const TrafficEdge& edge) { return edge.self < edge.partner; });
  } catch (...) {
    failure = what_of(std::current_exception());
    mine.clear();
  }
  Bytes bytes;
  const auto later = pass_to_root(
      rank.world(), std::as_bytes(std::span{mine}),
      [&](int, std::span<const std::byte> piece) { bytes.insert(bytes.end(), piece.begin(), piece.end()); });
  if (!failure) failure = later;
  if (rank.world().rank() == 0 && !failure) {
    try {
      std::vector<TrafficEdge> all(bytes.size() / sizeof(TrafficEdge));
      std::ranges::copy(bytes, std::as_writable_bytes(std::span{all}).begin());
      std::ranges::sort(all, {}, [](const TrafficEdge& edge) { return std::pair{edge.self, edge.partner}; });
      std::string text = "actor,partner,weight\n";
      for (const TrafficEdge& edge : all)
        text += fmt::format("{},{},{:.6g}\n", edge.self.bits(), edge.partner.bits(), edge.weight);
      TextOutput file{path};
      file.write(text);
      file.close();
    } catch (...) {
      failure = what_of(std::current_exception());
    }
  }
  rank.world().agree(failure);
}

}  // namespace circo
