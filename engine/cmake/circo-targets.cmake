# circo_settings: compile options that every target of this tree shares (not exported).
add_library(circo_settings INTERFACE)
target_compile_options(circo_settings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Werror)
if(CIRCO_SANITIZE)
  target_compile_options(circo_settings INTERFACE -fsanitize=${CIRCO_SANITIZE} -fno-omit-frame-pointer
                                                  -fno-sanitize-recover=all)
  target_link_options(circo_settings INTERFACE -fsanitize=${CIRCO_SANITIZE})
endif()
if(CIRCO_NATIVE)
  target_compile_options(circo_settings INTERFACE -march=native)
endif()

# circo_add_library(NAME SOURCES...): the static library circo_NAME, alias circo::NAME.
function(circo_add_library name)
  add_library(circo_${name} STATIC ${ARGN})
  add_library(circo::${name} ALIAS circo_${name})
  set_target_properties(circo_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_compile_features(circo_${name} PUBLIC cxx_std_20)
  target_link_libraries(circo_${name} PRIVATE $<BUILD_INTERFACE:circo_settings>)
  target_include_directories(circo_${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}>
                                                  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endfunction()
