#pragma once

#include <string>

#include <circo/actor/dispatch.hpp>

namespace circo {

/// How this program saves what the engine keeps in a checkpoint as bytes: a line per type with size and members.
std::string engine_layout();

/// How it saves the actors and messages of a model: a line per type.
std::string types_text(const Dispatch& dispatch);

/// What differs between two texts of those, as in "it has 'A' where this one has 'B'"; empty when they are the same.
std::string layout_difference(const std::string& saved, const std::string& here);

}  // namespace circo
