#pragma once

#include <type_traits>

/// CIRCO_MEMBER_FUNCTION(name) defines `has_function_name<T>`: whether class T has a member function of this name,
/// whatever its parameters, also where it cannot be called from outside. What the engine would call and cannot is so
/// told from what is not there. Data members do not count, if they are public.
///
/// A class that inherits the name from two bases makes it ambiguous; it can be named only if T has it not.
#define CIRCO_MEMBER_FUNCTION(name)                                       \
  namespace member_function_detail {                                      \
  struct With_##name {                                                    \
    void name();                                                          \
  };                                                                      \
  template <class T>                                                      \
  struct Both_##name : T, With_##name {};                                 \
  template <class T, bool is_final = std::is_final_v<T>>                  \
  struct Has_##name {                                                     \
    static constexpr bool value = !requires { &Both_##name<T>::name; };   \
  };                                                                      \
  template <class T>                                                      \
  struct Has_##name<T, true> {                                            \
    static constexpr bool value = requires { &T::name; };                 \
  };                                                                      \
  template <class T>                                                      \
  concept Data_##name = requires {                                        \
    requires std::is_member_object_pointer_v<decltype(&T::name)>;         \
  }                                                                       \
  || requires {                                                           \
    requires std::is_pointer_v<decltype(&T::name)>;                       \
    requires std::is_object_v<std::remove_pointer_t<decltype(&T::name)>>; \
  };                                                                      \
  }                                                                       \
  template <class T>                                                      \
  inline constexpr bool has_function_##name =                             \
      member_function_detail::Has_##name<T>::value && !member_function_detail::Data_##name<T>;
