#include <cstdlib>
#include <random>

#include <doctest/doctest.h>

#include "scratch.hpp"
#include <circo/actor/random.hpp>
#include <circo/graph/generate.hpp>
#include <circo/graph/graph_file.hpp>

using namespace circo;
using test::Scratch;

namespace {

/// A new one each run; CIRCO_TEST_SEED=N repeats a run that failed.
std::uint64_t test_seed() {
  if (const char* given = std::getenv("CIRCO_TEST_SEED")) return std::strtoull(given, nullptr, 10);
  return std::random_device{}();
}

constexpr std::string_view suffixes[] = {".txt", ".csv", ".graph", ".mtx"};

/// What a mutation inserts: every character and word that means something in one of the formats, and some that do not.
constexpr std::string_view words[] = {"0",          "1",     "7",   "-1",  "99999999999999999999",
                                      "4294967295", "1e400", "nan", "inf", " ",
                                      "\t",         "\n",    "\r",  ",",   "#",
                                      "%",          ".",     "-",   "+",   "e",
                                      "x",          "\xff",  "011", "10",  "1 1",
                                      "\n\n",       "2 2\n"};

class Mutator {
 public:
  explicit Mutator(Random& random) : random_{random} {}

  std::string random_bytes() {
    std::string text(random_.below(300), '\0');
    for (char& c : text) c = static_cast<char>(random_.below(256));
    return text;
  }
  std::string random_words() {
    std::string text = random_.below(4) == 0 ? "%%MatrixMarket matrix coordinate real general\n" : "";
    for (auto left = random_.below(60); left > 0; --left) (text += word()) += random_.below(2) == 0 ? " " : "";
    return text;
  }
  std::string mutated(std::string text) {
    for (auto left = random_.below(4); left > 0; --left) {
      const auto at = random_.below(text.size() + 1);
      switch (random_.below(5)) {
        case 0:
          text.insert(at, word());
          break;
        case 1:
          text.erase(at, random_.below(20));
          break;
        case 2:
          text.resize(at);
          break;
        case 3:
          text.insert(at, text.substr(random_.below(text.size() + 1), random_.below(40)));
          break;
        default:
          if (at < text.size()) text[at] = static_cast<char>(random_.below(256));
      }
    }
    return text;
  }

 private:
  std::string_view word() { return words[random_.below(std::size(words))]; }
  Random& random_;
};

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

TEST_CASE("Random bytes and mutated files are read or refused with an error of one line, never worse") {
  const std::uint64_t seed = test_seed();
  MESSAGE("CIRCO_TEST_SEED=" << seed);
  Random random{seed, 0};
  Mutator mutator{random};
  const Scratch scratch;

  Graph weighted = generate::communities(3, 5, 4, 1, Random{seed, 0});
  weighted.vertex_weights.assign(15, 2);
  const Graph mesh = generate::grid2d(4, 3, false);
  write_edge_list(weighted, scratch.path("weighted.txt"));
  write_edge_list(mesh, scratch.path("mesh.txt"));
  write_metis(weighted, scratch.path("weighted.graph"));
  write_metis(mesh, scratch.path("mesh.graph"));
  struct Text {
    std::string_view suffix;
    std::string text;
  };
  const Text valid[] = {
      {".txt", text_of(scratch.path("weighted.txt"))},
      {".csv", text_of(scratch.path("mesh.txt"))},
      {".graph", text_of(scratch.path("weighted.graph"))},
      {".graph", text_of(scratch.path("mesh.graph"))},
      {".mtx", "%%MatrixMarket matrix coordinate real symmetric\n%c\n4 4 5\n1 1 2\n2 1 -1.5\n3 2 4e3\n4 3 1\n4 4 0\n"},
      {".mtx", "%%MatrixMarket matrix coordinate pattern general\n3 3 4\n1 2\n2 3\n3 1\n1 3\n"}};
  int read = 0;
  for (int round = 0; round < 2000; ++round) {
    const auto kind = random.below(10);
    const auto& start = valid[random.below(std::size(valid))];
    const std::string text = kind == 0   ? mutator.random_bytes()
                             : kind == 1 ? mutator.random_words()
                                         : mutator.mutated(start.text);
    const std::string_view suffix = kind < 4 ? suffixes[random.below(std::size(suffixes))] : start.suffix;
    const auto path = scratch.write("fuzz" + std::string{suffix}, text);
    GraphFileOptions options;
    options.sparse_vertices = 1000;  // a mutated number may ask for gigabytes
    options.block_bytes = 16 + random.below(100);
    options.compact = random.below(4) == 0;
    options.diagonal = random.below(2) == 0;
    options.first_vertex = random.below(2);
    const auto direction = random.below(3);
    if (direction < 2) options.directed = direction == 1;
    INFO("round " << round << ", file:\n" << text);
    try {
      const Graph graph = read_graph(path, options);
      graph.validate();
      ++read;
    } catch (const Error& error) {
      const std::string message = error.what();
      CHECK(message.starts_with(path.string() + ":"));
      CHECK(message.find('\n') == std::string::npos);
      CHECK(message.find("; expected ") != std::string::npos);
    }
  }
  CHECK(read > 200);
}
