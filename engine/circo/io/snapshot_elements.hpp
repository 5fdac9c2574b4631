#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <circo/io/edge_order.hpp>
#include <circo/io/h5md.hpp>
#include <circo/io/row_order.hpp>
#include <circo/io/snapshot.hpp>

namespace circo {

/// A frame's actors and edges in the order of the file, and how many frames are before it.
struct OrderedFrame {
  const SnapshotFrame& frame;
  const RowOrder& actors;
  const OrderedEdges& edges;
  std::uint64_t number;
};

/// The H5MD elements of a snapshot file: which there are, of which type and shape, and how a frame gets into them.
/// Where it says *collective*, errors are not agreed on: the caller does that.
class SnapshotElements {
 public:
  SnapshotElements() = default;
  /// Species k of the frames is called species[k]; throws Error unless names differ from each other.
  SnapshotElements(const std::vector<std::string>& species, int deflate);

  /// What makes `frame` unfit to stand with those before, if anything.
  std::optional<std::string> complaint_about(const SnapshotFrame& frame) const;

  /// The rows of /particles/actors come in chunks of so many, when the first frame has `actors`.
  std::uint64_t chunk_rows(std::uint64_t actors) const;

  /// Entries of a frame.
  std::uint64_t most_actors() const { return most_actors_; }
  std::uint64_t most_edges() const { return most_edges_; }

  /// Whether the frame has what no frame before had: then create() must be called.
  bool lacks(const OrderedFrame& next) const;
  /// *Collective.* Creates the elements in `file` that the frame needs and that are not there.
  void create(const H5File& file, const OrderedFrame& next);

  /// Bytes by which the file grows at most.
  std::uint64_t growth(const OrderedFrame& next) const;
  /// *Collective.* Makes room in the elements, except step, time and counts.
  void extend(const OrderedFrame& next);
  /// *Collective.* Writes the frame, except step, time and counts. What can fail on one rank is done in `together`,
  /// which must throw on all ranks when it has.
  void write(const OrderedFrame& next, const Communicator& comm,
             const std::function<void(const std::function<void()>&)>& together);
  /// *Collective.* Appends step, time and counts, which makes the frame valid.
  void append_clock(const OrderedFrame& next, const Communicator& comm);

  /// *Collective.*
  void close();
  /// Local, without a call to HDF5.
  void abandon() noexcept;

 private:
  struct Value {
    std::string name;
    H5mdValue value;
  };
  using Values = std::vector<Value>;

  static H5mdValue* find(Values& values, const std::string& name);
  static const H5mdValue* find(const Values& values, const std::string& name) {
    return find(const_cast<Values&>(values), name);
  }
  /// The group of a time-dependent element, with step and time.
  H5Group create_group(const H5File& file, const std::string& parent, const std::string& name);
  void create_actors(const H5File& file, const OrderedFrame& next);
  void create_edges(const H5File& file, const OrderedFrame& next);
  template <class Visit>
  void for_each_value(Visit visit);

  H5Datatype species_type_;
  int deflate_ = 0;
  Values clock_, actors_, schedulers_, observables_, edges_;
  std::uint64_t most_actors_ = 0, most_edges_ = 0;  // in a frame: the width of their elements
};

}  // namespace circo
