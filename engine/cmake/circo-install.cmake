# `cmake --install` puts the circo command, libraries and headers under the prefix, with a package, so that elsewhere
#   find_package(circo REQUIRED)
#   target_link_libraries(my_program PRIVATE circo::engine)
# is enough. What the libraries need, also privately, the package finds again (circo-dependencies.cmake).
#
# -Wall, -Werror, -march=native and the sanitizers are those of circo_settings, which is not exported. Nothing in a
# header depends on the processor (no vector types, no alignment by its vectors), so a program compiled for another
# level than the libraries fits them; but inline functions that both have exist once, from either. So libraries that
# shall run on another machine must be built with -DCIRCO_NATIVE=OFF.
include(CMakePackageConfigHelpers)
set(circo_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/circo)

install(TARGETS circo_kernels circo_engine EXPORT circo ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS circo RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/kernels/circo ${PROJECT_SOURCE_DIR}/engine/circo
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

install(EXPORT circo NAMESPACE circo:: FILE circo-exported.cmake DESTINATION ${circo_package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/circo-config.cmake.in ${PROJECT_BINARY_DIR}/circo-config.cmake
                              INSTALL_DESTINATION ${circo_package_dir} NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may change what programs see.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/circo-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/circo-config.cmake ${PROJECT_BINARY_DIR}/circo-config-version.cmake
              ${CMAKE_CURRENT_LIST_DIR}/circo-dependencies.cmake
        DESTINATION ${circo_package_dir})
