"""Nothing that is stored or sent can become code: the ways to that are in no file of the package."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "madang"
MODULES = {"pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle", "joblib", "yaml"}
CALLS = {"eval", "exec", "compile", "__import__"}
LOADERS = {("torch", "load"), ("numpy", "load"), ("np", "load"), ("yaml", "load")}


def test_CACHE_03_no_file_can_make_code_of_data():
    found = [f"{path.relative_to(PACKAGE)}: {one}" for path in PACKAGE.rglob("*.py") for one in _ways(path)]
    assert found == []


def test_CACHE_03_control_each_way_is_seen(tmp_path: Path):
    for line in ("import pickle", "from marshal import loads", "import a.b, shelve as s", "eval('1')", "torch.load(x)"):
        (tmp_path / "a.py").write_text(line)
        assert _ways(tmp_path / "a.py"), line


def _ways(path: Path) -> list[str]:
    return [way for node in ast.walk(ast.parse(path.read_text("utf-8"))) if (way := _way(node))]


def _way(node: ast.AST) -> str | None:
    match node:
        case ast.Import(names):
            return next((name.name for name in names if name.name.split(".")[0] in MODULES), None)
        case ast.ImportFrom(module=str(module)):
            return module if module.split(".")[0] in MODULES else None
        case ast.Call(func=ast.Name(id=name)):
            return name if name in CALLS else None
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)):
            return f"{owner}.{name}" if (owner, name) in LOADERS else None
    return None
