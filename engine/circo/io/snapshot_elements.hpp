#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <circo/io/h5md.hpp>
#include <circo/io/row_order.hpp>
#include <circo/io/snapshot.hpp>

namespace circo {

/// The H5MD elements of a snapshot file: which there are, of which type and shape, and how a frame gets into them.
/// Where it says *collective*, errors are not agreed on: the caller does that.
class SnapshotElements {
 public:
  SnapshotElements() = default;
  /// Species k of the frames is called species[k]; throws Error unless names differ from each other and from "none".
  explicit SnapshotElements(const std::vector<std::string>& species);

  /// *Collective.* Creates the elements in `file`, for frames like `frame`, in which all ranks have `actors` actors.
  void create(const H5File& file, const SnapshotFrame& frame, std::uint64_t actors);
  bool exist() const { return !clock_.empty(); }

  /// The rows of /particles/actors come in chunks of so many.
  std::uint64_t chunk_rows() const { return actors_.front().value.column().chunk_rows; }

  /// Bytes by which the file grows at most when a frame of `actors` actors follows `frames` frames.
  std::uint64_t growth(std::uint64_t frames, std::uint64_t actors) const;

  /// What makes `frame` unfit to stand with those before, if anything.
  std::optional<std::string> complaint_about(const SnapshotFrame& frame) const;

  /// *Collective.* Makes room in the elements, except step and time, for a frame of `actors` actors after `frames`
  /// frames.
  void extend(std::uint64_t frames, std::uint64_t actors);

  /// Local. Writes this rank's part of that frame, except step and time.
  void write_values(std::uint64_t frames, const SnapshotFrame& frame, const OrderedRows& actors,
                    const Communicator& comm);

  /// *Collective.* Appends step and time, which makes the frame count.
  void append_clock(std::uint64_t frames, const SnapshotFrame& frame, const Communicator& comm);

  /// *Collective.*
  void close();
  /// Local, without a call to HDF5.
  void abandon() noexcept;

 private:
  /// A column of /particles/actors: the dataset, and how a row's value gets into the buffer that is written.
  struct ActorColumn {
    H5mdValue value;
    void (*pack)(const SnapshotRow& row, std::byte* to);
  };

  H5mdValue create_element(const H5File& file, hid_t group, const std::string& name, H5mdColumn column);
  static void write_rows(ActorColumn& column, std::uint64_t frame, const OrderedRows& ordered);
  template <class Visit>
  void for_each_value(Visit visit);

  H5Datatype species_type_;
  std::vector<H5mdValue> clock_;  // step, time
  std::vector<ActorColumn> actors_;
  std::vector<H5mdValue> schedulers_;  // position, rank
  std::vector<std::string> observable_names_;
  std::vector<H5mdValue> observables_;
  std::uint64_t most_actors_ = 0;  // in a frame: the width of the actors' elements
  std::uint64_t filled_ = 0;       // entries a frame that are written in the frames before
};

}  // namespace circo
