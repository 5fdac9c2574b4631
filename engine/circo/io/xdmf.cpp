#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <circo/io/text_output.hpp>
#include <circo/io/xdmf.hpp>

namespace circo {

namespace {

/// A frame of a series begins with this, at the beginning of a line, and its step; the series ends with `end_mark`.
constexpr std::string_view frame_mark = "<!-- frame of step ";
constexpr std::string_view end_mark = "<!-- end -->\n";

constexpr std::string_view header = R"(<?xml version="1.0"?>
<!DOCTYPE Xdmf SYSTEM "Xdmf.dtd" []>
<Xdmf Version="2.0">
<Domain>
)";
constexpr std::string_view footer = "</Domain>\n</Xdmf>\n";

std::string begin_of_series(std::string_view name) {
  return fmt::format("<Grid Name=\"{}\" GridType=\"Collection\" CollectionType=\"Temporal\">\n", name);
}

/// A grid for each moment; nothing when there is none.
std::string series(std::string_view name, const std::string& frames) {
  return frames.empty() ? "" : fmt::format("{}{}{}</Grid>\n", begin_of_series(name), frames, end_mark);
}

std::string content_of(const std::filesystem::path& path) {
  std::ostringstream text;
  if (std::ifstream file{path, std::ios::binary}) text << file.rdbuf();
  return text.str();
}

void replace_file(const std::filesystem::path& path, std::string_view text) {
  TextOutput file{path.string() + ".part"};
  file.write(text);
  file.close();
  file.rename(path);
}

/// The frames of a series in `text` up to a step.
std::string frames_until(const std::string& text, std::string_view name, std::int64_t until) {
  const std::string begin = begin_of_series(name);
  const auto start = text.find(begin);
  if (start == std::string::npos) return "";
  const auto first = start + begin.size();
  for (auto at = first;;) {
    const auto end = std::min(text.find(end_mark, first), text.find(frame_mark, at));
    if (end == std::string::npos || text.compare(end, frame_mark.size(), frame_mark) != 0 ||
        std::stoll(text.substr(end + frame_mark.size(), 20)) > until)
      return text.substr(first, end - first);
    at = end + 1;
  }
}

/// The step of the last frame in `frames`; -1 when there is none.
std::int64_t last_step(const std::string& frames) {
  const auto last = frames.rfind(frame_mark);
  return last == std::string::npos ? -1 : std::stoll(frames.substr(last + frame_mark.size(), 20));
}

/// Entries [0, count) of one frame of a dataset [frames][width], or with `values` > 1 [frames][width][values].
struct Slab {
  std::string dataset, number_type;  // "Int" Precision="2"
  std::uint64_t frame, count, frames, width, values = 1;
};

std::string data_item(const std::string& file, const Slab& slab) {
  const bool is_array = slab.values > 1;
  const std::string shape = is_array ? fmt::format("{} {}", slab.count, slab.values) : fmt::format("{}", slab.count);
  const std::string last = is_array ? fmt::format(" {}", slab.values) : "";
  return fmt::format(R"(<DataItem ItemType="HyperSlab" Dimensions="{0}" Type="HyperSlab">
<DataItem Dimensions="3 {1}" Format="XML">{2} 0{3} 1 1{4} 1 {5}{6}</DataItem>
<DataItem NumberType={7} Dimensions="{8} {9}{6}" Format="HDF">{10}:/{11}</DataItem>
</DataItem>
)",
                     shape, is_array ? 3 : 2, slab.frame, is_array ? " 0" : "", is_array ? " 1" : "", slab.count, last,
                     slab.number_type, slab.frames, slab.width, file, slab.dataset);
}

}  // namespace

XdmfFile::XdmfFile(std::filesystem::path path, const std::filesystem::path& snapshots, std::int64_t first_step)
    : path_{std::move(path)},
      snapshots_{snapshots.filename()},
      earlier_actors_{frames_until(content_of(path_), "actors", first_step)},
      earlier_traffic_{frames_until(content_of(path_), "traffic", first_step)},
      last_earlier_{last_step(earlier_actors_)} {}

void XdmfFile::add(const SnapshotFrame& frame, const SnapshotSizes& sizes) {
  sizes_ = sizes;
  frames_.push_back({frame.step, frame.time, sizes.actors, sizes.edges, {}});
  for (const ObservedColumn& column : frame.observed) frames_.back().observed.push_back(column.name);
  std::string actors = earlier_actors_, traffic = earlier_traffic_;
  for (std::size_t number = 0; number < frames_.size(); ++number) {
    if (frames_[number].step <= last_earlier_) continue;
    if (frames_[number].actors > 0) actors += actors_of(number);
    if (frames_[number].edges > 0) traffic += traffic_of(number);
  }
  replace_file(path_, fmt::format("{}{}{}{}", header, series("actors", actors), series("traffic", traffic), footer));
}

std::string XdmfFile::begin_of(std::size_t number, std::string_view name) const {
  const Frame& frame = frames_[number];
  return fmt::format("{}{} -->\n<Grid Name=\"{}\" GridType=\"Uniform\">\n<Time Value=\"{}\"/>\n", frame_mark,
                     frame.step, name, frame.time);
}

std::string XdmfFile::item(std::size_t number, const std::string& dataset, const std::string& type,
                           std::uint64_t values) const {
  const bool of_actors = dataset.starts_with("particles");
  return data_item(snapshots_.string(),
                   {dataset, type, number, of_actors ? frames_[number].actors : frames_[number].edges, sizes_.frames,
                    of_actors ? sizes_.most_actors : sizes_.most_edges, values});
}

std::string XdmfFile::geometry_of(std::size_t number) const {
  return "<Geometry GeometryType=\"XYZ\">\n" +
         item(number, "particles/actors/position/value", R"("Float" Precision="4")", 3) + "</Geometry>\n";
}

std::string XdmfFile::actors_of(std::size_t number) const {
  const Frame& frame = frames_[number];
  std::string text = begin_of(number, "actors");
  text += fmt::format("<Topology TopologyType=\"Polyvertex\" NumberOfElements=\"{}\" NodesPerElement=\"1\"/>\n",
                      frame.actors);
  text += geometry_of(number);
  const auto add_column = [&](const std::string& name, const std::string& type) {
    text += fmt::format("<Attribute Name=\"{}\" AttributeType=\"Scalar\" Center=\"Node\">\n{}</Attribute>\n", name,
                        item(number, "particles/actors/" + name + "/value", type));
  };
  add_column("scheduler", R"("UInt" Precision="4")");
  add_column("rank", R"("UInt" Precision="4")");
  add_column("load", R"("Float" Precision="4")");
  add_column("species", R"("Int" Precision="2")");
  for (const std::string& name : frame.observed) add_column(name, R"("Float" Precision="8")");
  return text + "</Grid>\n";
}

std::string XdmfFile::traffic_of(std::size_t number) const {
  std::string text = begin_of(number, "traffic");
  text +=
      fmt::format("<Topology TopologyType=\"Polyline\" NumberOfElements=\"{}\" NodesPerElement=\"2\">\n{}</Topology>\n",
                  frames_[number].edges, item(number, "connectivity/traffic/rows", R"("UInt" Precision="4")", 2));
  text += geometry_of(number) + "<Attribute Name=\"weight\" AttributeType=\"Scalar\" Center=\"Cell\">\n" +
          item(number, "connectivity/traffic/weight", R"("Float" Precision="4")") + "</Attribute>\n";
  return text + "</Grid>\n";
}

void XdmfFile::rename_snapshots(const std::filesystem::path& path, const std::string& from, const std::string& to) {
  std::string text = content_of(path);
  if (text.empty()) return;
  const std::string old_name = ">" + from + ":", new_name = ">" + to + ":";
  for (auto at = text.find(old_name); at != std::string::npos; at = text.find(old_name, at + new_name.size()))
    text.replace(at, old_name.size(), new_name);
  replace_file(path, text);
}

}  // namespace circo
