#include <circo/kernels/dimension.hpp>
#include <circo/kernels/error.hpp>
#include <circo/kernels/pull.hpp>

namespace circo::kernels {
namespace {

void expect_shapes(const char* kernel, const Csr& csr, const ConstValues& degrees, const ConstRows& x, const Rows& f) {
  expect_size(kernel, "degrees", degrees.extent(0), csr.n_rows());
  expect_size(kernel, "f", f.extent(0), csr.n_rows());
  expect_size(kernel, "the dimension of f", f.extent(1), x.extent(1));
  expect_at_least(kernel, "x", x.extent(0), csr.n_rows());
}

struct LinearPull {
  template <int D>
  KOKKOS_INLINE_FUNCTION float operator()(const float (&)[D]) const {
    return 1;
  }
};

struct ConstantPull {
  float softening;
  template <int D>
  KOKKOS_INLINE_FUNCTION float operator()(const float (&toward)[D]) const {
    // Four sums in a fixed pattern, so that additions need not wait for one another.
    float squares[4] = {};
    for (int a = 0; a < D; ++a) squares[a % 4] += toward[a] * toward[a];
    return 1 / (sqrtf((squares[0] + squares[1]) + (squares[2] + squares[3])) + softening);
  }
};

template <int D, class Strength>
void pull_rows(const char* kernel, const Csr& csr, const ConstValues& degrees, const ConstRows& x, const Rows& f,
               const Strength& strength) {
  const auto offsets = csr.offsets;
  const auto columns = csr.columns;
  const auto weights = csr.weights;
  Kokkos::parallel_for(
      kernel, Range(0, csr.n_rows()), KOKKOS_LAMBDA(const Index i) {
        float here[D];
        float sum[D] = {};
        for (int a = 0; a < D; ++a) here[a] = row<D>(x, i)[a];
        for (auto k = offsets(i); k < offsets(i + 1); ++k) {
          const float* partner = row<D>(x, columns(k));
          float toward[D];
#pragma omp simd
          for (int a = 0; a < D; ++a) toward[a] = partner[a] - here[a];
          const float weight = weights(k) * strength(toward);
#pragma omp simd
          for (int a = 0; a < D; ++a) sum[a] += weight * toward[a];
        }
        const float share = degrees(i) > 0 ? 1 / degrees(i) : 0;
        for (int a = 0; a < D; ++a) row<D>(f, i)[a] = sum[a] * share;
      });
}

}  // namespace

void pull(const Csr& csr, const ConstValues& degrees, const ConstRows& x, const Rows& f) {
  expect_shapes("pull", csr, degrees, x, f);
  with_dimension(x.extent(1), [&]<int D>() { pull_rows<D>("circo::pull", csr, degrees, x, f, LinearPull{}); });
}

void unit_pull(const Csr& csr, const ConstValues& degrees, const ConstRows& x, float softening, const Rows& f) {
  expect_shapes("unit_pull", csr, degrees, x, f);
  if (!(softening > 0)) {
    throw NumericalError("unit_pull: softening is " + std::to_string(softening) + ", expected a distance > 0");
  }
  with_dimension(x.extent(1),
                 [&]<int D>() { pull_rows<D>("circo::unit_pull", csr, degrees, x, f, ConstantPull{softening}); });
}

}  // namespace circo::kernels
