#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <circo/io/text_output.hpp>
#include <circo/io/traffic_file.hpp>

namespace circo {

void write_traffic(const Rank& rank, const Traffic& traffic, const std::filesystem::path& path) {
  std::vector<TrafficEdge> mine;
  for (std::size_t scheduler = 0; scheduler < rank.schedulers().size(); ++scheduler)
    std::ranges::copy_if(traffic.edges(scheduler), std::back_inserter(mine),
                         [](const TrafficEdge& edge) { return edge.self < edge.partner; });
  const auto bytes = rank.world().gather_all(std::as_bytes(std::span{mine}));
  std::optional<std::string> failure;
  if (rank.world().rank() == 0) {
    try {
      std::vector<TrafficEdge> all(bytes.size() / sizeof(TrafficEdge));
      std::memcpy(all.data(), bytes.data(), bytes.size());
      std::ranges::sort(all, {}, [](const TrafficEdge& edge) { return std::pair{edge.self, edge.partner}; });
      std::string text = "actor,partner,weight\n";
      for (const TrafficEdge& edge : all)
        text += fmt::format("{},{},{:.6g}\n", edge.self.bits(), edge.partner.bits(), edge.weight);
      TextOutput file{path};
      file.write(text);
      file.close();
    } catch (const std::exception& exception) {
      failure = exception.what();
    }
  }
  rank.world().agree(failure);
}

}  // namespace circo
