"""circo_analysis reads runs of the engine: once more what was written, whole and resumed, at rest and under way."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np

try:
    import pytest
except ImportError:
    print("skipped: there is no pytest (Debian: python3-pytest)")
    sys.exit(77)

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "scripts"))
from circo_analysis import BadInput, Run, difference, main, remote_share, summary, to_networkx

CIRCO = os.environ.get("CIRCO", str(ROOT / "build/release/circo"))
MPIRUN = str(ROOT / "scripts/mpirun")
LIST = ["linked_list", "--actors", "300", "--in-flight", "30", "--mode", "strict", "--epoch-min-supersteps", "16"]


def command(*arguments, ranks=1):
    return [MPIRUN, "-n", str(ranks), CIRCO, "run", *map(str, arguments), "--progress", "none"]


def circo(*arguments, ranks=1):
    subprocess.run(command(*arguments, ranks=ranks), check=True, timeout=120, capture_output=True)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The same run whole, resumed twice, and with another seed; and two of other models."""
    folder = tmp_path_factory.mktemp("runs")
    every = ["--snapshot-every", 2]
    circo(*LIST, *every, "--epochs", 12, "--schedulers-per-rank", 2, "--out", folder / "whole", ranks=2)
    circo(*LIST, *every, "--epochs", 9, "--schedulers-per-rank", 4, "--checkpoint-every", 4, "--out", folder / "resumed")
    circo("--resume", folder / "resumed", "--schedulers-per-rank", 2, "--epochs", 11, ranks=2)
    circo("--resume", folder / "resumed", "--schedulers-per-rank", 1, "--epochs", 12, ranks=4)
    circo(*LIST, *every, "--epochs", 12, "--schedulers-per-rank", 4, "--seed", 9, "--out", folder / "other")
    circo("pagerank", "--graph", "rmat:7", "--schedulers-per-rank", 2, "--out", folder / "pagerank", ranks=2)
    circo("search_tree", "--keys", 2000, "--leaf", 50, "--searches", 1000, "--schedulers-per-rank", 3, "--out", folder / "tree")
    return folder


def test_a_frame_has_a_row_for_each_actor_and_its_columns(runs):
    run = Run(runs / "whole")
    assert run.frames.steps == [0, 2, 4, 6, 8, 10, 12]
    assert run.parameters["actors"] == "300" and run.parameters["git"] and run.parameters["HDF5"].startswith("1.")
    frame = run.frames[-1]
    assert len(frame) == 301 and frame["position"].shape == (301, 3) and np.isfinite(frame["position"]).all()
    assert (np.diff(frame["id"].astype(object)) > 0).all()
    assert (frame["rank"] == frame["scheduler"] // 2).all()
    assert sorted(run.species.values()) == ["ListItem", "Summer", "none"]
    assert (frame["species"] == 1).sum() == 1
    assert len(frame.records()) == 301 and {"id", "x", "load"} <= set(frame.records().dtype.names)


def test_the_traffic_of_a_list_is_a_ring(runs):
    frame = Run(runs / "whole").frames[-1]
    rows = frame.traffic["rows"]
    assert (frame["id"][rows] == frame.traffic["ids"]).all() and (frame.traffic["weight"] > 0).all()
    assert (np.bincount(rows.ravel(), minlength=301) == 2).all()
    assert 0 < remote_share(frame) < 1


def test_models_show_columns_of_their_own(runs):
    frame = Run(runs / "pagerank").frames[-1]
    vertices = ~np.isnan(frame["pagerank"])
    assert vertices.sum() == 128 and frame["pagerank"][vertices].sum() == pytest.approx(1)
    assert sorted(frame["vertex"][vertices]) == list(range(128))
    tree = Run(runs / "tree")
    assert np.nansum(tree.frames[-1]["keys"]) == tree.summary["result"]["keys"]


def test_a_resumed_run_is_read_as_the_one_that_was_never_interrupted(runs):
    assert (runs / "resumed" / "snapshots.2.h5").exists()
    assert Run(runs / "resumed").frames.steps == Run(runs / "whole").frames.steps
    assert difference(Run(runs / "whole"), Run(runs / "resumed")) == (None, [])


def test_the_first_difference_is_told(runs, capsys):
    step, found = difference(Run(runs / "whole"), Run(runs / "other"))
    assert step == 0 and any(text.startswith("position: of 301 actors") for text in found)
    assert main(["diff", str(runs / "whole"), str(runs / "resumed")]) == 0
    assert main(["diff", str(runs / "whole"), str(runs / "other")]) == 1
    assert "at epoch 0" in capsys.readouterr().out


def test_a_summary_names_what_it_was(runs):
    text = summary(Run(runs / "pagerank"))
    for word in ("pagerank", "128 Vertex", "seed 0", "traffic crosses schedulers", "remote_share"):
        assert word in text


def test_the_graph_is_what_circo_and_networkx_read(runs, tmp_path):
    assert main(["graph", str(runs / "whole"), "--out", str(tmp_path / "list.graph")]) == 0
    lines = (tmp_path / "list.graph").read_text().splitlines()
    assert lines[0] == "301 301 011" and all(len(line.split()) == 5 for line in lines[1:])
    divided = subprocess.run([CIRCO, "partition", "--graph", tmp_path / "list.graph", "--parts", "3"], capture_output=True, text=True,
                             timeout=60)
    assert divided.returncode == 0, divided.stderr
    networkx = pytest.importorskip("networkx")
    run = Run(runs / "whole")
    graph = to_networkx(run.frames[-1], run.species)
    assert graph.number_of_nodes() == 301 and set(dict(graph.degree).values()) == {2} and networkx.is_connected(graph)
    assert main(["graph", str(runs / "whole"), "--out", str(tmp_path / "list.graphml"), "--frame", "2"]) == 0
    assert networkx.read_graphml(tmp_path / "list.graphml").number_of_edges() == len(run.frames[2].traffic["weight"])


def test_pictures_and_a_film(runs, tmp_path, capsys):
    assert main(["plot", str(runs / "whole"), "--out", str(tmp_path), "--dpi", "40"]) == 0
    assert main(["animate", str(runs / "resumed"), "--out", str(tmp_path / "film.gif"), "--dpi", "40"]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"space.png", "traffic.png", "curves.png", "film.gif"}
    assert "film.gif" in capsys.readouterr().out


def test_what_is_wrong_is_one_line(runs, tmp_path, capsys):
    for arguments in (["summary", tmp_path / "nowhere"], ["animate", tmp_path], ["graph", runs / "whole", "--out", tmp_path / "x.txt"],
                      ["graph", runs / "whole", "--out", tmp_path / "x.graph", "--frame", "7"],
                      ["graph", runs / "whole", "--out", tmp_path / "no" / "x.graph"], ["plot", tmp_path]):
        assert main([str(argument) for argument in arguments]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    (tmp_path / "snapshots.h5").write_bytes((runs / "whole" / "snapshots.h5").read_bytes()[:5000])
    os.utime(tmp_path / "snapshots.h5", (0, 0))
    with pytest.raises(BadInput, match="damaged"):
        Run(tmp_path)


@pytest.mark.parametrize(("lost", "text"), [("connectivity/traffic/value", "has 0 of its .* edges"),
                                            ("particles/actors/id/value", "has 0 of its .* actors")])
def test_a_newest_frame_that_was_cut_off_is_left_out_in_one_line(runs, tmp_path, capsys, lost, text):
    path = tmp_path / "snapshots.h5"
    shutil.copy(runs / "whole" / "snapshots.h5", path)
    whole = Run(runs / "whole").frames.steps
    with h5py.File(path, "r+") as file:
        # What a reader gets for a chunk that the index does not lead to.
        file[lost][-1] = file[lost].fillvalue
    os.utime(path, (0, 0))
    assert Run(tmp_path).frames.steps == whole[:-1]
    assert re.fullmatch(f".*snapshots.h5: .*the frame of epoch .* {text}; this frame is left out\n", capsys.readouterr().err)


def test_a_run_can_be_read_while_it_goes_on(tmp_path):
    out = tmp_path / "run"
    seen = 0
    with subprocess.Popen(command("linked_list", "--actors", 2000, "--snapshot-every", 1, "--epochs", 60, "--epoch-messages", 1,
                                  "--epoch-min-supersteps", 1, "--out", out, ranks=2), stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            run = Run(out) if (out / "snapshots.h5").exists() else None
            if run is None or not len(run.frames):
                continue
            frame = run.frames[-1]
            assert len(frame) == 2001 and np.isfinite(frame["position"]).all() and (frame["scheduler"] < 2).all()
            assert frame.step == 0 or len(frame.traffic["weight"]) > 0
            seen += 1
        assert process.returncode == 0
    frames = Run(out).frames
    assert seen > 0 and frames.steps == list(range(61))
    assert all(len(frame.traffic["weight"]) > 0 for frame in frames if frame.step > 0)


if __name__ == "__main__":
    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", __file__]))
