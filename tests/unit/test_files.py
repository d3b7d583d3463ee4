"""Files are either whole or absent, whichever code writes them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from memristive.core.files import atomic, atomic_folder, read_json, write_csv, write_json

PLACES = ("workflow/src", "workflow/scripts", "benchmarks")
# Calls that write to a path or a stream, by the name of the method or function.
METHODS = {"write_text", "write_bytes", "savefig", "to_csv", "to_json", "to_parquet", "to_pickle", "tofile"}
FUNCTIONS = {
    "shutil": {"copy", "copy2", "copyfile", "copytree", "copyfileobj", "move"},
    "np": {"save", "savez", "savez_compressed", "savetxt"},
    "torch": {"save"},
    "networks": {"save_file"},
    "": {"save_file"},
    "json": {"dump"},
    "yaml": {"dump", "safe_dump"},
    "papermill": {"execute_notebook"},
    "request": {"urlretrieve"},
}
TEMPORARY = {"atomic", "atomic_folder", "TemporaryDirectory", "BytesIO"}
ALLOWED = {
    # A lock that is never read, and the log of a job, which is read while it grows.
    ("runtime/forkserver/client.py", "_connect"),
    ("runtime/scripting.py", "job"),
    # To the end of the temporary file that the caller has made.
    ("kernels/build.py", "_seal"),
    # Into the temporary folder of a measurement, which the caller makes.
    ("benchmarks/conversion.py", "_images"),
    ("benchmarks/workflow.py", "_study_config"),
    ("benchmarks/workflow.py", "_write"),
}


def test_a_file_that_fails_halfway_stays_as_it_was(tmp_path):
    path = tmp_path / "a" / "result.json"
    write_json(path, {"a": 1})
    with pytest.raises(ValueError, match="halfway"), atomic(path) as temporary:
        temporary.write_text("{", encoding="utf-8")
        raise ValueError("halfway")
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(path, {"a": float("nan")})
    with pytest.raises(ValueError, match="not in fieldnames"):
        write_csv(path, [{"a": 1}, {"b": 2}])
    assert read_json(path) == {"a": 1}
    assert [each.name for each in path.parent.iterdir()] == ["result.json"]


def test_whoever_reads_a_file_that_is_written_anew_has_the_old_one_whole(tmp_path):
    path = tmp_path / "result.json"
    write_json(path, list(range(10_000)))
    old = path.read_text()
    with path.open() as reader:
        beginning = reader.read(10)
        write_json(path, [])
        assert beginning + reader.read() == old
    assert read_json(path) == []


def test_a_folder_that_fails_halfway_stays_as_it_was(tmp_path):
    path = tmp_path / "study"
    with atomic_folder(path) as whole:
        (whole / "old").touch()
    with pytest.raises(ValueError, match="halfway"), atomic_folder(path) as whole:
        (whole / "new").touch()
        raise ValueError("halfway")
    assert [each.name for each in path.iterdir()] == ["old"]
    with atomic_folder(path) as whole:
        (whole / "new").touch()
    assert [each.name for each in path.iterdir()] == ["new"]
    assert [each.name for each in tmp_path.iterdir()] == ["study"]


def words(node: ast.AST) -> set[str]:
    """The names and attributes in an expression."""
    return {getattr(each, "id", getattr(each, "attr", "")) for each in ast.walk(node)}


def written(node: ast.AST) -> set[str]:
    """The words among which is what a call writes to; none where it writes nothing."""
    if not isinstance(node, ast.Call):
        return set()
    function, arguments = node.func, [*node.args, *(keyword.value for keyword in node.keywords)]
    inner = function.value if isinstance(function, ast.Attribute) else None
    name = getattr(function, "attr", getattr(function, "id", ""))
    module = getattr(inner, "attr", getattr(inner, "id", ""))
    given = set().union(*map(words, arguments))
    if name == "open":
        modes = [each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        writes = any(set(mode) <= set("rwaxbt+") and set(mode) & set("wax+") for mode in modes)
        return (words(inner) if inner else given) if writes else set()
    if name in ("write_text", "write_bytes") and inner:
        return words(inner)
    return given if (name in METHODS and inner) or name in FUNCTIONS.get(module, ()) else set()


def temporary_names(function: ast.AST) -> set[str]:
    """The names in a function that stand for temporary places, or for paths and streams made from them."""
    bound = [(node.targets, node.value) for node in ast.walk(function) if isinstance(node, ast.Assign)]
    for node in ast.walk(function):
        if isinstance(node, ast.With):
            bound += [([item.optional_vars], item.context_expr) for item in node.items if item.optional_vars]
    pairs = [(words(value), set().union(*map(words, targets))) for targets, value in bound]
    found, more = set(), set(TEMPORARY)
    while found != more:
        found = set(more)
        more.update(*(made for used, made in pairs if used & found))
    return found


def direct_writes(path: Path) -> Iterator[tuple[str, int]]:
    """Function and line of each call in a file that writes to its final place at once."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))]:
        temporary = temporary_names(function)
        inner = {
            each
            for node in ast.walk(function)
            if node is not function and isinstance(node, ast.FunctionDef)
            for each in ast.walk(node)
        }
        for node in set(ast.walk(function)) - inner:
            place = written(node)
            if place and not place & temporary:
                yield getattr(function, "name", ""), node.lineno


def test_nothing_is_written_to_its_final_place_at_once(repository):
    found, allowed = [], set()
    for place in PLACES:
        for path in sorted((repository / place).rglob("*.py")):
            for function, line in direct_writes(path):
                name = str(path.relative_to(repository))
                known = next((each for each in ALLOWED if name.endswith(each[0]) and function == each[1]), None)
                allowed.add(known)
                if known is None:
                    found.append(f"{name}:{line} in {function or 'the module'}")
    assert not found, "use memristive.core.files: " + ", ".join(found)
    assert allowed - {None} == ALLOWED


LINES = [
    'path.write_text("a")',
    'open(path, "w").write("a")',
    'path.open("wb")',
    'path.open(mode="a")',
    "figure.savefig(path)",
    "frame.to_csv(path)",
    "json.dump(value, stream)",
    "np.savez(path, a=1)",
    "torch.save(state, path)",
    "shutil.copy(a, path)",
    "save_file(tensors, path)",
]


@pytest.mark.parametrize("line", LINES)
def test_a_direct_write_is_noticed(tmp_path, line):
    source = tmp_path / "code.py"
    source.write_text(f"def write(path, figure, frame, stream):\n    {line}\n")
    assert list(direct_writes(source)) == [("write", 2)]
    moved = line.replace("path", "temporary").replace("stream", "temporary")
    source.write_text(f"def write(path, figure, frame):\n    with atomic(path) as temporary:\n        {moved}\n")
    assert list(direct_writes(source)) == []
