#pragma once

#include <circo/scheduler/scheduler.hpp>

namespace circo {

/// Lays a scheduler's actors out anew in memory, states and what they own, along a curve through the actor space: those
/// that are near each other, partners, share cache lines, pages and what the processor reads ahead. Rows change as
/// when actors move; addresses do not. Mail must be settled. Local. Throws Error when a state's serialization throws.
///
/// The curve is that of Morton, "A computer oriented geodetic data base" (IBM, 1966), through the box of the actors.
void lay_out_along_curve(Scheduler& scheduler);

}  // namespace circo
