#include <circo/kernels/rotate.hpp>
#include <circo/kernels/small_matrix.hpp>

namespace circo::kernels {
namespace {

template <int D>
void rotate_rows(const Matrix& matrix, const Rows& x, const Rows& v, const Rows& f) {
  const detail::SmallMatrix<D> q(matrix);
  Kokkos::parallel_for(
      "circo::rotate", Range(0, static_cast<Index>(f.extent(0))), KOKKOS_LAMBDA(const Index i) {
        q.apply(row<D>(x, i), row<D>(x, i));
        q.apply(row<D>(v, i), row<D>(v, i));
        q.apply(row<D>(f, i), row<D>(f, i));
      });
}

}  // namespace

void rotate(const Matrix& q, const Rows& x, const Rows& v, const Rows& f) {
  expect_at_least("rotate", "x", x.extent(0), f.extent(0));
  expect_at_least("rotate", "v", v.extent(0), f.extent(0));
  for (const auto d : {static_cast<std::size_t>(q.n), x.extent(1), v.extent(1)}) {
    expect_size("rotate", "a dimension of q, x or v", d, f.extent(1));
  }
  with_dimension(f.extent(1), [&]<int D>() { rotate_rows<D>(q, x, v, f); });
}

}  // namespace circo::kernels
