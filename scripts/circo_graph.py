"""The traffic of a frame as a graph. Part of circo_analysis."""

import numpy as np
from circo_runs import BadInput

METIS_LARGEST = 1_000_000  # what the heaviest edge weighs in a METIS file, whose weights are whole numbers


def to_networkx(frame, species=None):
    """A networkx.Graph: vertices are ids of actors with their columns as attributes, edges have `weight`. `species`: names
    by number."""
    import networkx

    graph = networkx.Graph(step=frame.step)
    columns = {name: values.tolist() for name, values in frame.columns.items() if values.ndim == 1 and name != "id"}
    columns.update({axis: frame["position"][:, k].tolist() for k, axis in enumerate("xyz")})
    if species and "species" in columns:
        columns["species"] = [species.get(number, str(number)) for number in columns["species"]]
    ids = frame["id"].tolist()
    for row, actor in enumerate(ids):
        graph.add_node(actor, **{name: values[row] for name, values in columns.items()})
    for (a, b), weight in zip(frame.traffic["ids"].tolist(), frame.traffic["weight"].tolist()):
        graph.add_edge(a, b, weight=weight)
    return graph


def metis_text(frame):
    """The METIS file format: vertices are actors in the order of id, from 1; their weight is the load, at least 1; edges
    weigh as much as their traffic, pulling or pushing, the heaviest 10^6."""
    n, rows = len(frame), frame.traffic["rows"].astype(np.int64)
    heavy = np.abs(frame.traffic["weight"].astype(float))
    weights = np.maximum(1, np.rint(heavy / (heavy.max(initial=0) or 1) * METIS_LARGEST)).astype(np.int64)
    load = np.maximum(1, np.rint(np.nan_to_num(frame["load"]))).astype(np.int64) if "load" in frame.columns else np.ones(n, np.int64)
    ends = np.concatenate([rows, rows[:, ::-1]])
    both = np.concatenate([weights, weights])
    order = np.lexsort((ends[:, 1], ends[:, 0]))
    ends, both = ends[order], both[order]
    starts = np.searchsorted(ends[:, 0], np.arange(n + 1))
    lines = [f"{n} {len(rows)} 011"]
    for vertex in range(n):
        part = slice(starts[vertex], starts[vertex + 1])
        pairs = np.stack([ends[part, 1] + 1, both[part]], axis=1).ravel()
        lines.append(" ".join(map(str, [load[vertex], *pairs.tolist()])))
    return "\n".join(lines) + "\n"


def write_graph(frame, path, species=None):
    """By the name: .graph or .metis in METIS' format, .graphml and .gexf by networkx."""
    kind = path.suffix.lower()
    if kind not in (".graph", ".metis", ".graphml", ".gexf"):
        raise BadInput(f"{path}: expected a name that ends in .graph or .metis (METIS), .graphml or .gexf (networkx)")
    try:
        if kind in (".graph", ".metis"):
            path.write_text(metis_text(frame), encoding="ascii")
            return
        import networkx

        (networkx.write_graphml if kind == ".graphml" else networkx.write_gexf)(to_networkx(frame, species), path)
    except ImportError as error:
        raise BadInput(f"{path}: needs the Python package networkx (Debian: python3-networkx); METIS' format does not") from error
    except OSError as error:
        raise BadInput(f"{path}: cannot be written: {error.strerror or error}") from error
