#include <fstream>
#include <sstream>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include <circo/io/text_output.hpp>
#include <circo/io/xdmf.hpp>

namespace circo {

namespace {

/// A frame in the file begins with this, at the beginning of a line, and its step; the last one ends with `footer`.
constexpr std::string_view frame_mark = "<!-- frame of step ";

constexpr std::string_view header = R"(<?xml version="1.0"?>
<!DOCTYPE Xdmf SYSTEM "Xdmf.dtd" []>
<Xdmf Version="2.0">
<Domain>
<Grid Name="run" GridType="Collection" CollectionType="Temporal">
)";
constexpr std::string_view footer = "</Grid>\n</Domain>\n</Xdmf>\n";

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

/// The frames of `text` up to a step, and the last step of them.
std::pair<std::string, std::int64_t> frames_until(const std::string& text, std::int64_t until) {
  const std::string mark = "\n" + std::string{frame_mark};
  std::string kept;
  std::int64_t last = -1;
  for (auto begin = text.find(mark); begin != std::string::npos;) {
    const auto next = text.find(mark, begin + 1);
    const auto end = next == std::string::npos ? text.rfind(footer) : next + 1;
    const std::int64_t step = std::stoll(text.substr(begin + mark.size(), 20));
    if (end == std::string::npos || step > until) break;
    last = step;
    kept += text.substr(begin + 1, end - begin - 1);
    begin = next;
  }
  return {kept, last};
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

XdmfFile::XdmfFile(std::filesystem::path path, std::filesystem::path snapshots, std::int64_t first_step)
    : path_{std::move(path)}, snapshots_{snapshots.filename()} {
  std::tie(earlier_, last_earlier_) = frames_until(content_of(path_), first_step);
}

void XdmfFile::add(const SnapshotFrame& frame, const SnapshotSizes& sizes) {
  sizes_ = sizes;
  frames_.push_back({frame.step, frame.time, sizes.actors, sizes.edges, {}});
  for (const ObservedColumn& column : frame.observed) frames_.back().observed.push_back(column.name);
  std::string text = std::string{header} + earlier_;
  for (std::size_t number = 0; number < frames_.size(); ++number) text += text_of(number);
  replace_file(path_, text + std::string{footer});
}

std::string XdmfFile::text_of(std::size_t number) const {
  const Frame& frame = frames_[number];
  if (frame.actors == 0 || frame.step <= last_earlier_) return "";
  const auto item = [&](const std::string& dataset, const std::string& type, std::uint64_t values = 1) {
    const bool of_actors = dataset.starts_with("particles");
    return data_item(snapshots_.string(), {dataset, type, number, of_actors ? frame.actors : frame.edges, sizes_.frames,
                                           of_actors ? sizes_.most_actors : sizes_.most_edges, values});
  };
  const std::string geometry = "<Geometry GeometryType=\"XYZ\">\n" +
                               item("particles/actors/position/value", R"("Float" Precision="4")", 3) + "</Geometry>\n";
  std::string columns;
  const auto add_column = [&](const std::string& name, const std::string& type) {
    columns += fmt::format("<Attribute Name=\"{}\" AttributeType=\"Scalar\" Center=\"Node\">\n{}</Attribute>\n", name,
                           item("particles/actors/" + name + "/value", type));
  };
  add_column("scheduler", R"("UInt" Precision="4")");
  add_column("rank", R"("UInt" Precision="4")");
  add_column("load", R"("Float" Precision="4")");
  add_column("species", R"("Int" Precision="2")");
  for (const std::string& name : frame.observed) add_column(name, R"("Float" Precision="8")");

  std::string text = fmt::format(
      "{0}{1} -->\n<Grid Name=\"epoch {1}\" GridType=\"Collection\" CollectionType=\"Spatial\">\n"
      "<Time Value=\"{2}\"/>\n",
      frame_mark, frame.step, frame.time);
  text += fmt::format(
      "<Grid Name=\"actors\" GridType=\"Uniform\">\n"
      "<Topology TopologyType=\"Polyvertex\" NumberOfElements=\"{}\" NodesPerElement=\"1\"/>\n",
      frame.actors);
  text += geometry + columns + "</Grid>\n";
  if (frame.edges > 0) {
    text += fmt::format(
        "<Grid Name=\"traffic\" GridType=\"Uniform\">\n"
        "<Topology TopologyType=\"Polyline\" NumberOfElements=\"{}\" NodesPerElement=\"2\">\n",
        frame.edges);
    text += item("connectivity/traffic/rows", R"("UInt" Precision="4")", 2) + "</Topology>\n" + geometry;
    text += "<Attribute Name=\"weight\" AttributeType=\"Scalar\" Center=\"Cell\">\n" +
            item("connectivity/traffic/weight", R"("Float" Precision="4")") + "</Attribute>\n</Grid>\n";
  }
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
