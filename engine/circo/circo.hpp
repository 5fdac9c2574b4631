#pragma once

/// All that a model needs.

#include <circo/actor/actor.hpp>
#include <circo/actor/dispatch.hpp>
#include <circo/actor/message.hpp>
#include <circo/actor/observer.hpp>
#include <circo/run/checks.hpp>
#include <circo/run/command.hpp>
#include <circo/run/model.hpp>
#include <circo/run/setup.hpp>
#include <circo/scheduler/context.hpp>
