#include <circo/kernels/dimension.hpp>
#include <circo/kernels/pull.hpp>
#include <circo/kernels/pull_row.hpp>

namespace circo::kernels {
namespace {

template <int D>
void pull_rows(const detail::PullRow<D>& rows) {
  Kokkos::parallel_for(
      "circo::pull", Range(0, rows.csr.n_rows()), KOKKOS_LAMBDA(const Index i) {
        float here[D], toward[D], sum[D] = {};
        for (int a = 0; a < D; ++a) here[a] = row<D>(rows.x, i)[a];
        const auto end = rows.csr.offsets(i + 1), ahead = rows.ahead_of(end);
        for (auto k = rows.csr.offsets(i); k < end; ++k) {
          rows.look(k, ahead, here, toward);
          const float weight = rows.csr.weights(k);
#pragma omp simd
          for (int a = 0; a < D; ++a) sum[a] += weight * toward[a];
        }
        rows.store(i, sum);
      });
}

}  // namespace

void pull(const Csr& csr, const ConstValues& degrees, const ConstRows& x, const Rows& f) {
  detail::expect_pull_shapes("pull", csr, degrees, x, f);
  with_dimension(x.extent(1), [&]<int D>() { pull_rows<D>({csr, degrees, x, f}); });
}

}  // namespace circo::kernels
