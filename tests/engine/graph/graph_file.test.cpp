#include <fstream>
#include <thread>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "scratch.hpp"
#include <circo/graph/generate.hpp>
#include <circo/graph/graph_file.hpp>

using namespace circo;
using test::check_contains;
using test::error_of;
using test::Scratch;

namespace {

Graph parse(std::string_view name, std::string_view text, const GraphFileOptions& options = {}) {
  const Scratch scratch;
  return read_graph(scratch.write(name, text), options);
}

/// The error's text without the folder: "FILE:LINE: ...".
std::string refusal(std::string_view name, std::string_view text, const GraphFileOptions& options = {}) {
  const Scratch scratch;
  const auto path = scratch.write(name, text);
  const std::string error = error_of([&] { read_graph(path, options); });
  REQUIRE(error.starts_with(path.string()));
  return error.substr(path.parent_path().string().size() + 1);
}

const Graph path_of_3 = undirected_graph(3, {{0, 1}, {1, 2}});

}  // namespace

TEST_CASE("An edge list is read with comments, blank lines, tabs, commas and line ends of any kind") {
  const Graph expected = directed_graph(4, {{0, 1}, {1, 3}, {3, 0}});
  CHECK(parse("a.txt", "# Nodes: 4\n% more\n\n0 1\n 1\t3 \n3,0\n") == expected);
  CHECK(parse("a.csv", "0,1\r\n1 , 3\r\n\r\n3,0") == expected);
  CHECK(parse("a.EL",
              "\xEF\xBB\xBF"
              "0 1\n1 3\n3 0\n") == expected);
  CHECK(parse("a.edges", "0 1 2.5\n1 3 +1e2\n3 0 7\n") == directed_graph(4, {{0, 1}, {1, 3}, {3, 0}}, {2.5, 100, 7}));
}

TEST_CASE("An edge list is undirected when every edge is listed both ways, or when the options say so") {
  CHECK(parse("a.txt", "0 1\n1 0\n1 2\n2 1\n") == path_of_3);
  CHECK(parse("a.txt", "0 1\n1 2\n", {.directed = false}) == path_of_3);
  CHECK(parse("a.txt", "0 1\n1 0\n1 2\n", {.directed = false}) == path_of_3);
  CHECK(parse("a.txt", "0 1\n1 0\n1 2\n2 1\n", {.directed = true}).directed);
  CHECK(parse("a.txt", "0 1 2\n1 0 3\n").directed);
}

TEST_CASE("A first line of counts is a header when the counts fit, and an edge otherwise") {
  CHECK(parse("a.txt", "5 2\n0 1\n1 2\n") == directed_graph(5, {{0, 1}, {1, 2}}));
  CHECK(parse("a.txt", "3 2\n0 1\n1 0\n1 2\n2 1\n") == path_of_3);
  CHECK(parse("a.txt", "5 2\n0 1 3\n1 2 4\n") == directed_graph(5, {{0, 1}, {1, 2}}, {3, 4}));
  CHECK(parse("a.txt", "4 0\n").vertex_count() == 4);
  CHECK(parse("a.txt", "5 3\n0 1\n1 2\n") == directed_graph(6, {{5, 3}, {0, 1}, {1, 2}}));  // 3 is not 2
  CHECK(parse("a.txt", "2 2\n0 1\n1 2\n") == directed_graph(3, {{2, 2}, {0, 1}, {1, 2}}));  // vertex 2 is not below 2
  CHECK(parse("a.txt", "5 2\n0 1\n1 2\n", {.header = false}) == directed_graph(6, {{5, 2}, {0, 1}, {1, 2}}));
  CHECK(parse("a.txt", "3 2\n1 2\n2 3\n", {.first_vertex = 1}) == directed_graph(3, {{0, 1}, {1, 2}}));
  check_contains(refusal("a.txt", "# c\n5 3\n0 1\n1 2\n", {.header = true}), "a.txt:2: found '5 3', and 2 lines below",
                 "header=no");
  check_contains(refusal("a.txt", "3 2\n1 2\n2 3\n"), "a.txt:1: ", "from 0", "first_vertex=1", "header=no");
  check_contains(refusal("a.txt", "5 9\n0 1 3\n1 2 4\n"), "a.txt:1: found no weight", "header");
}

TEST_CASE("Vertices of an edge list may be counted from 1, or be renumbered") {
  CHECK(parse("a.txt", "1 2\n2 4\n", {.first_vertex = 1}) == directed_graph(4, {{0, 1}, {1, 3}}));
  check_contains(refusal("a.txt", "1 2\n0 1\n", {.first_vertex = 1}),
                 "a.txt:2: found vertex 0; expected numbers from 1", "first_vertex=0");
  CHECK(parse("a.txt", "900000000000 7\n7 30\n", {.compact = true}) == directed_graph(3, {{2, 0}, {0, 1}}));
}

TEST_CASE("A malformed line of an edge list is named with what was expected") {
  check_contains(refusal("a.txt", "0 1\n0 x\n"), "a.txt:2: found 'x'; expected a vertex", "mend");
  check_contains(refusal("a.txt", "0 1\n\n5\n"), "a.txt:3: found the end of the line; expected a vertex");
  check_contains(refusal("a.txt", "0 1\n-3 1\n"), "a.txt:2: found '-3'; expected a vertex, a whole number from 0");
  check_contains(refusal("a.txt", "0 1\n1.5 1\n"), "found '1.5'");
  check_contains(refusal("a.txt", "0 1\n99999999999999999999 1\n"), "a.txt:2: found '99999999999999999999'");
  check_contains(refusal("a.txt", "0 1\n5000000000 1\n"),
                 "a.txt:2: found vertex 5000000000; expected numbers from 0 to", "compact");
  check_contains(refusal("a.txt", "0 1 2 3\n"), "a.txt:1: found '3'; expected the end of the line", "METIS");
  check_contains(refusal("a.txt", "0 1 3\n0 1 2\n2 0\n"), "a.txt:3: found no weight", "alike");
  check_contains(refusal("a.txt", "0 1\n1 2\n2 0 5\n"), "a.txt:3: found a weight", "alike");
  check_contains(refusal("a.csv", "0,1,\n"),
                 "a.csv:1: found the end of the line; expected another number after the comma");
  check_contains(refusal("a.csv", "0,,1\n"), "a.csv:1: found ''");
  for (const std::string_view weight : {"nan", "inf", "-inf", "-1", "1e999", "0x10", "--1", "+-1", "1.5.2"}) {
    check_contains(refusal("a.txt", "0 1 " + std::string{weight} + "\n"),
                   "a.txt:1: found '" + std::string{weight} + "'", "expected a weight, a finite number, 0 or more");
  }
}

TEST_CASE("An edge list with far more vertices than edges is refused before it costs memory") {
  check_contains(refusal("a.txt", "0 4000000000\n"), "has 4000000001 vertices", "only 1 edges", "compact=yes");
}

TEST_CASE("A METIS file is read with weights, comments and vertices without neighbors") {
  CHECK(parse("a.graph", "% c\n3 2\n2\n% c\n1 3\n2\n") == path_of_3);
  CHECK(parse("a.graph", "3 1 0\n2\n1\n\n") == undirected_graph(3, {{0, 1}}));
  CHECK(parse("a.graph", "3 2 1\n2 5\n3 6 1 5\n2 6\n\n\n") == undirected_graph(3, {{0, 1}, {1, 2}}, {5, 6}));
  Graph weighted = undirected_graph(3, {{0, 1}, {1, 2}}, {5, 6});
  weighted.vertex_weights = {7, 0, 9};
  CHECK(parse("a.graph", "3 2 011\n7 2 5\n0 1 5 3 6\n9 2 6\n") == weighted);
  CHECK(parse("a.graph", "3 2 111 2\n1 7 1 2 5\n1 0 1 1 5 3 6\n1 9 1 2 6\n") == weighted);
}

TEST_CASE("A malformed METIS file is named with what was expected") {
  check_contains(refusal("a.graph", "3\n"), "a.graph:1: found the end of the line; expected the number of edges");
  check_contains(refusal("a.graph", "3 2 1 1 1\n"), "a.graph:1: ");
  check_contains(refusal("a.graph", "3 2 2\n"), "a.graph:1: found '2'; expected fmt");
  check_contains(refusal("a.graph", "3 2 10 0\n"), "a.graph:1: found '0'; expected ncon");
  check_contains(refusal("a.graph", "-3 2\n"), "a.graph:1: found '-3'; expected the number of vertices");
  check_contains(refusal("a.graph", "9999999999 2\n"), "a.graph:1: found 9999999999 vertices");
  check_contains(refusal("a.graph", "% only\n"), "a.graph: has no header");
  check_contains(refusal("a.graph", "3 2\n2\n1 4\n2\n"),
                 "a.graph:3: vertex 2 has the neighbor 4; expected another vertex, from 1 to 3");
  check_contains(refusal("a.graph", "3 2\n2\n1 0\n2\n"), "a.graph:3: vertex 2 has the neighbor 0");
  check_contains(refusal("a.graph", "3 2\n2\n1 2\n2\n"), "a.graph:3: vertex 2 has the neighbor 2");
  check_contains(refusal("a.graph", "3 2\n2\n3 1 3\n2\n"), "a.graph:3: vertex 2 lists the neighbor 3 twice");
  check_contains(refusal("a.graph", "3 2\n2\n1 3\n"),
                 "a.graph:3: the file ends after the lines of 2 vertices; expected 3");
  check_contains(refusal("a.graph", "3 2\n2\n1 3\n2\n1\n"), "a.graph:5: found a line after the last of the 3 vertices");
  check_contains(refusal("a.graph", "3 3\n2\n1 3\n2\n"), "a.graph:1: found 2 edges; expected 3");
  check_contains(refusal("a.graph", "3 2 1\n2 0\n1 0\n\n"), "a.graph:2: found '0'; expected an edge weight above 0");
  check_contains(refusal("a.graph", "3 2 1\n2\n1 1\n\n"), "a.graph:2: found the end of the line; expected a weight");
}

TEST_CASE("An edge of a METIS file that is listed at one end only is named by its lines") {
  check_contains(refusal("a.graph", "%\n3 2\n2\n%\n1\n2\n"),
                 "a.graph:6: vertex 3 lists the neighbor 2, but vertex 2 (line 5)");
  check_contains(refusal("a.graph", "3 2\n2 3\n1\n\n"),
                 "a.graph:2: vertex 1 lists the neighbor 3, but vertex 3 (line 4)");
  check_contains(refusal("a.graph", "2 1 1\n2 5\n1 6\n"), "a.graph:2: ", "same weight");
}

TEST_CASE("A Matrix Market file is read in every kind, whatever its suffix") {
  CHECK(parse("a.mtx", "%%MatrixMarket matrix coordinate pattern general\n%c\n3 3 2\n1 2\n2 3\n") ==
        directed_graph(3, {{0, 1}, {1, 2}}));
  CHECK(parse("a.txt", "%%MatrixMarket MATRIX Coordinate integer symmetric\n3 3 3\n2 1 4\n1 1 9\n3 2 5\n") ==
        undirected_graph(3, {{0, 1}, {1, 2}}, {4, 5}));
  CHECK(parse("a.mtx", "%%MatrixMarket matrix coordinate real skew-symmetric\n3 3 2\n2 1 -4.5\n3 2 0\n") ==
        undirected_graph(3, {{0, 1}}, {4.5}));
  CHECK(parse("a.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 3\n1 2 -3\n2 1 3\n2 2 1\n",
              {.diagonal = true}) == undirected_graph(2, {{0, 1}, {1, 1}}, {3, 1}));
  CHECK(parse("a.mtx", "%%MatrixMarket matrix coordinate pattern symmetric\n0 0 0\n").vertex_count() == 0);
}

TEST_CASE("A malformed Matrix Market file is named with what was expected") {
  const std::string banner = "%%MatrixMarket matrix coordinate real general\n";
  const std::string symmetric = "%%MatrixMarket matrix coordinate pattern symmetric\n";
  check_contains(refusal("a.mtx", "3 3 1\n1 2 1\n"), "a.mtx:1: found '3 3 1'; expected a banner");
  check_contains(refusal("a.mtx", "%%MatrixMarket matrix array real general\n"), "a.mtx:1: ", "coordinate");
  check_contains(refusal("a.mtx", "%%MatrixMarket matrix coordinate complex general\n"),
                 "a.mtx:1: ", "'real', 'integer' or 'pattern'");
  check_contains(refusal("a.mtx", "%%MatrixMarket matrix coordinate real hermitian\n"), "a.mtx:1: ", "'symmetric'");
  check_contains(refusal("a.mtx", banner), "a.mtx:1: the file ends before the sizes");
  check_contains(refusal("a.mtx", banner + "3 4 1\n"), "a.mtx:2: found a matrix of 3 x 4; expected a square one");
  check_contains(refusal("a.mtx", banner + "3 3\n"), "a.mtx:2: found the end of the line");
  check_contains(refusal("a.mtx", banner + "3 3 -1\n"), "a.mtx:2: found '-1'");
  check_contains(refusal("a.mtx", banner + "3 3 1\n0 1 1\n"),
                 "a.mtx:3: found row 0, column 1; expected numbers from 1 to 3");
  check_contains(refusal("a.mtx", banner + "3 3 1\n1 4 1\n"), "a.mtx:3: found row 1, column 4");
  check_contains(refusal("a.mtx", banner + "3 3 1\n1 2\n"),
                 "a.mtx:3: found the end of the line; expected the entry's value");
  check_contains(refusal("a.mtx", banner + "3 3 1\n1 2 nan\n"), "a.mtx:3: found 'nan'");
  check_contains(refusal("a.mtx", banner + "3 3 1\n1 2 1 0\n"), "a.mtx:3: found '0'; expected the end of the line");
  check_contains(refusal("a.mtx", banner + "3 3 2\n1 2 1\n"), "a.mtx:3: the file ends after 1 entries; expected 2");
  check_contains(refusal("a.mtx", banner + "3 3 1\n1 2 1\n2 3 1\n"), "a.mtx:4: found more than the 1 entries");
  check_contains(refusal("a.mtx", symmetric + "3 3 1\n1 2\n"),
                 "a.mtx:3: found row 1, column 2; expected no entry above the diagonal");
  check_contains(refusal("a.mtx", symmetric + "4000000000 4000000000 1\n2 1\n"), "a.mtx: has 4000000000 vertices");
}

TEST_CASE("A file that is no graph is refused with what it is") {
  const Scratch scratch;
  const auto error = [&](const std::filesystem::path& path) { return error_of([&] { read_graph(path); }); };
  check_contains(error(scratch.path("none.txt")), "none.txt: cannot be opened (No such file", "check its name");
  check_contains(error(scratch.path("")), "is a directory");
  check_contains(error(scratch.write("empty.txt", "")), "empty.txt: is empty");
  check_contains(error(scratch.write("comments.txt", "# a\n\n")), "comments.txt: lists no edges");
  check_contains(error(scratch.write("web.txt.gz", "\x1f\x8b\x08")), "is compressed by gzip", "gunzip -k");
  check_contains(error(scratch.write("web.txt", "\x1f\x8b\x08")), "is compressed by gzip");
  check_contains(error(scratch.write("zeros.txt", std::string_view{"0 1\n\0\0", 6})), "is no text (byte 4 is '\\x00')");
  check_contains(error(scratch.write("late.txt", "0 1\n" + std::string(20, '#') + "\n1 \xff\xfe\n")),
                 "late.txt:3: found '\\xff\\xfe'");
  check_contains(error(scratch.write("a.dat", "0 1\n")), "unknown suffix '.dat'", ".graph", "format=");
  check_contains(error(scratch.write("plain", "0 1\n")), "has no suffix");
  CHECK(read_graph(scratch.write("b.dat", "0 1\n"), {.format = GraphFormat::edge_list}).edge_count() == 1);
}

TEST_CASE("A file is read the same in small blocks and from a pipe") {
  const Scratch scratch;
  const Graph graph = generate::random_geometric(200, 6, false, Random{1, 0});
  write_metis(graph, scratch.path("a.graph"));
  CHECK(read_graph(scratch.path("a.graph"), {.block_bytes = 16}) == graph);
  const auto pipe = scratch.path("pipe.graph");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  std::thread writer{[&] { std::ofstream{pipe} << std::ifstream{scratch.path("a.graph")}.rdbuf(); }};
  CHECK(read_graph(pipe) == graph);
  writer.join();
}

TEST_CASE("What was written is read back as the same graph") {
  const Scratch scratch;
  Random random{7, 0};
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    std::vector<Graph::Edge> edges;
    std::vector<double> weights, whole;
    for (std::uint64_t i = random.below(30); i > 0; --i) {
      edges.push_back({static_cast<Graph::Vertex>(random.below(9)), static_cast<Graph::Vertex>(random.below(9))});
      weights.push_back(random.uniform() * 100);
      whole.push_back(1 + static_cast<double>(random.below(9)));
    }
    const auto list = scratch.path("a.txt"), metis = scratch.path("a.graph");
    Graph directed = directed_graph(9, edges, weights);
    directed.directed = find_unmatched(directed).has_value();
    write_edge_list(directed, list);
    CHECK(read_graph(list) == directed);
    const Graph undirected = undirected_graph(9, edges);
    write_edge_list(undirected, list);
    CHECK(read_graph(list) == undirected);
    Graph simple = simplified(undirected_graph(9, edges, whole));
    write_metis(simple, metis);
    CHECK(read_graph(metis) == simple);
    simple.vertex_weights = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    write_metis(simple, metis);
    CHECK(read_graph(metis) == simple);
  }
}

TEST_CASE("A METIS file is not written when it could not hold the graph") {
  const Scratch scratch;
  const auto error = [&](const Graph& graph) { return error_of([&] { write_metis(graph, scratch.path("a.graph")); }); };
  check_contains(error(directed_graph(2, {{0, 1}})), "directed", "symmetrise");
  check_contains(error(undirected_graph(2, {{0, 0}})), "0 - 0, a loop");
  check_contains(error(undirected_graph(2, {{0, 1}, {0, 1}})), "0 - 1 twice");
  check_contains(error(undirected_graph(2, {{0, 1}}, {1.5})), "the weight 1.5; expected whole numbers from 1");
  check_contains(error(undirected_graph(2, {{0, 1}}, {0})), "the weight 0");
  CHECK_FALSE(std::filesystem::exists(scratch.path("a.graph")));
}

TEST_CASE("A file that cannot be written is an error") {
  check_contains(error_of([] { write_edge_list(path_of_3, "/nonexistent/a.txt"); }),
                 "/nonexistent/a.txt: cannot be made (No such file");
  if (std::filesystem::exists("/dev/full")) {
    check_contains(error_of([] { write_edge_list(path_of_3, "/dev/full"); }), "cannot be written (No space left");
  }
}
