#pragma once

namespace circo {

/// A place in the actor space. No unit: the law sets the scale.
struct Position {
  float x = 0, y = 0, z = 0;

  friend constexpr Position operator+(Position a, Position b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
  friend constexpr Position operator-(Position a, Position b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
  friend constexpr Position operator*(float s, Position a) { return {s * a.x, s * a.y, s * a.z}; }
  friend constexpr bool operator==(Position, Position) = default;
};

}  // namespace circo
