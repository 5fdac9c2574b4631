"""What the text of H5MD 1.1 asks of a file (nongnu.org/h5md/releases/h5md-1.1.0.html).

    h5md_checker.py FILE...     prints departures; exit code 1 when there are any
"""

import sys

import h5py
import numpy as np

INTEGER, FLOAT, ENUM, STRING = h5py.h5t.INTEGER, h5py.h5t.FLOAT, h5py.h5t.ENUM, h5py.h5t.STRING


def type_class(item):
    return item.id.get_type().get_class()


def is_fixed_string(attributes, name, shape=()):
    attribute = attributes.get_id(name)
    kind = attribute.get_type()
    return kind.get_class() == STRING and not kind.is_variable_str() and attribute.shape == shape


def complaints(root):
    """Where the file `root` departs from H5MD 1.1, section by section of its text."""
    found = []

    def expect(condition, text):
        if not condition:
            found.append(text)

    def time_dependent(element, values, rank):
        expect(isinstance(element, h5py.Group) and {"step", "value"} <= set(element), f"{element.name}: needs step and value")
        step, time, value = element["step"], element.get("time"), element["value"]
        expect(type_class(step) == INTEGER and step.ndim == 1, f"{step.name}: expected Integer[variable]")
        expect(np.all(np.diff(step[:]) > 0), f"{step.name}: not increasing")
        if time is not None:
            expect(type_class(time) in (FLOAT, INTEGER) and time.shape == step.shape, f"{time.name}: expected Float[variable]")
            expect(np.all(np.diff(time[:]) >= 0), f"{time.name}: not increasing")
        expect(value.shape[0] == step.shape[0], f"{value.name}: first dimension is not that of step")
        expect(value.maxshape[0] is None, f"{value.name}: frames cannot be added")
        expect(type_class(value) in values, f"{value.name}: wrong class of type")
        expect(value.ndim == rank, f"{value.name}: expected {rank} dimensions")

    # H5MD metadata
    h5md = root["h5md"]
    version = h5md.attrs.get_id("version")
    expect(version.get_type().get_class() == INTEGER and version.shape == (2,), "h5md: version: expected Integer[2]")
    expect(tuple(h5md.attrs["version"]) == (1, 1), "h5md: version is not 1.1")
    expect(is_fixed_string(h5md["author"].attrs, "name"), "h5md/author: name: expected a fixed-length String[]")
    for name in ("name", "version"):
        expect(is_fixed_string(h5md["creator"].attrs, name), f"h5md/creator: {name}: expected a fixed-length String[]")
    expect("email" not in h5md["author"].attrs or is_fixed_string(h5md["author"].attrs, "email"), "h5md/author: email: no String[]")
    for module in h5md.get("modules", {}).values():
        expect(module.attrs["version"].shape == (2,), f"{module.name}: version: expected Integer[2]")
    expect(set(root) <= {"h5md", "particles", "observables", "connectivity", "parameters"}, "root: unknown groups")

    # Particles group, simulation box
    kinds = {"position": ({FLOAT, INTEGER}, 3), "velocity": ({FLOAT, INTEGER}, 3), "species": ({ENUM, INTEGER}, 2), "id": ({INTEGER}, 2)}
    for group in root["particles"].values():
        box = group["box"]
        dimension = box.attrs.get_id("dimension")
        expect(dimension.get_type().get_class() == INTEGER and dimension.shape == (), f"{box.name}: dimension: expected Integer[]")
        expect(is_fixed_string(box.attrs, "boundary", (box.attrs["dimension"],)), f"{box.name}: boundary: expected String[D]")
        expect(set(box.attrs["boundary"]) <= {b"none", b"periodic"}, f"{box.name}: unknown boundary")
        expect("edges" in box or set(box.attrs["boundary"]) == {b"none"}, f"{box.name}: needs edges")
        counts = set()
        for name, element in group.items():
            if name == "box":
                continue
            values, rank = kinds.get(name, ({FLOAT, INTEGER}, 2))
            time_dependent(element, values, rank)
            counts.add(element["value"].shape[1])
            if name == "position":
                expect(element["value"].shape[2] == box.attrs["dimension"], f"{element.name}: not of the box's dimension")
        expect(len(counts) == 1, f"{group.name}: elements differ in their number of particles")
        if "id" in group:
            for ids in group["id/value"]:
                existing = ids[ids != group["id/value"].fillvalue]
                expect(len(np.unique(existing)) == len(existing), f"{group.name}/id: not unique")

    # Observables group
    for element in root["observables"].values():
        time_dependent(element, {FLOAT, INTEGER}, 1)

    # Connectivity group: time-dependent lists of tuples
    for element in root.get("connectivity", {}).values():
        time_dependent(element, {INTEGER}, 3)
        attribute = element.attrs.get_id("particles_group")
        if attribute.shape != () or attribute.get_type().get_class() != h5py.h5t.REFERENCE:
            found.append(f"{element.name}: particles_group: expected an object reference")
            continue
        group = root[element.attrs["particles_group"]]
        expect(group.parent == root["particles"], f"{element.name}: particles_group: refers to no group in particles")
        for step, tuples in zip(element["step"], element["value"]):
            tuples = tuples[(tuples != element["value"].fillvalue).all(axis=1)]
            frame = list(group["id/step"]).index(step)
            expect(np.isin(tuples, group["id/value"][frame]).all(), f"{element.name}: tuples of no particle")

    # Parameters group
    expect(isinstance(root.get("parameters", root), h5py.Group), "parameters: expected a group")
    return found


def main(paths):
    found = []
    for path in paths:
        with h5py.File(path) as root:
            found += [f"{path}: {text}" for text in complaints(root)]
    print("\n".join(found or ["H5MD 1.1: no departure"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
