"""The graphs that scripts/compare compares on: which, on how many schedulers, and those that no generator makes."""


class Case:
    """A graph on a number of schedulers. `make(path)` writes the graph where no generator makes it."""

    def __init__(self, name, graph, schedulers, loads="uniform", make=None):
        self.name, self.graph, self.schedulers, self.loads, self.make = name, graph, schedulers, loads, make

    def label(self):
        return f"{self.name}, {self.schedulers}"

    def options(self, folder):
        return ["--graph", str(folder / "graphs" / self.graph) if self.make else self.graph, "--loads", self.loads]


def write(path, lines):
    partial = path.with_suffix(".partial")
    partial.write_text("".join(line + "\n" for line in lines))
    partial.rename(path)


def search_tree(path, levels=12):
    """Random searches from the root to a leaf (METIS format): both the work of a node and the traffic of the edge above
    it are half of those of its parent."""
    count = 2**levels - 1
    rate = [2 ** (levels - (v + 1).bit_length()) for v in range(count)]
    lines = [f"{count} {count - 1} 011"]
    for v in range(count):
        near = [child for child in (2 * v + 1, 2 * v + 2) if child < count]
        edges = [((v - 1) // 2, rate[v])] * (v > 0) + [(child, rate[child]) for child in near]
        lines.append(" ".join(map(str, [rate[v], *(number for to, weight in edges for number in (to + 1, weight))])))
    write(path, lines)


def uneven_pools(path, members=2400, pools=120, shape=1.3):
    """Pools whose sizes follow a power law (edge list); everyone talks with all others of the same pool alike."""
    sizes = [((k + 0.5) / pools) ** (-1 / shape) for k in range(pools)]
    lines, first = [], 0
    for size in (max(2, round(size * members / sum(sizes))) for size in sizes):
        lines += [f"{u} {v} {1 / (size - 1):.6g}" for u in range(first, first + size) for v in range(first, first + size) if u != v]
        first += size
    write(path, lines)


MATRIX = [
    Case("list of 4,000", "tree:4000,arity=1", 6),
    Case("search tree 4,095", "search_tree.graph", 8, "file", search_tree),
    Case("pools 120 x 20", "communities:120x20,outside=0", 20),
    Case("pools of power-law sizes", "uneven_pools.edges", 20, make=uneven_pools),
    Case("grid 128^2", "grid2d:128x128", 16),
    Case("grid 24^3", "grid3d:24x24x24", 16),
    Case("random geometric 20k", "rgg:n=20000", 32),
    Case("communities 200 x 50", "communities:200x50", 16),
    Case("R-MAT 2^13", "rmat:13", 16),
    Case("small world p=.05", "small_world:n=10000,p=0.05", 16),
    Case("small world p=.3", "small_world:n=10000,p=0.3", 16),
    Case("Barabasi-Albert m=4", "barabasi:n=10000,m=4", 16),
    Case("random geometric 50k", "rgg:n=50000", 8),
    Case("random geometric 50k", "rgg:n=50000", 64),
    Case("random geometric 50k", "rgg:n=50000", 256),
    Case("grid 128^2, Pareto loads", "grid2d:128x128", 16, "pareto:1.3"),
    Case("geometric 20k, Pareto loads", "rgg:n=20000", 32, "pareto:1.3"),
]
QUICK = [Case("grid 32^2", "grid2d:32x32", 4), Case("communities 20 x 50", "communities:20x50", 4),
         Case("search tree 1,023", "search_tree_10.graph", 4, "file", lambda path: search_tree(path, 10))]
