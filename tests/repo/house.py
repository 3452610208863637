"""Where things are in this repository."""

import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core" / "src" / "massgen_hub"
MEMBERS = sorted(path.parent for kind in ("adapters", "plugins") for path in (ROOT / kind).glob("*/pyproject.toml"))
APART = {
    ROOT / path for path in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["workspace"]["exclude"]
}
TOGETHER = [folder for folder in MEMBERS if folder not in APART]
SOURCES = sorted(
    path
    for folder in ("core", "adapters", "plugins")
    for path in (ROOT / folder).rglob("*.py")
    if not {"tests", ".venv"} & set(path.parts)
)


def project(folder):
    """The pyproject of a member."""
    return tomllib.loads((folder / "pyproject.toml").read_text())


def imports(path, package="massgen_hub"):
    """The modules of `package` that a source file of it imports, as dotted names below the package.

    What is imported inside a function or for type checking counts too: an arrow is an arrow.
    """
    here = path.relative_to(CORE).with_suffix("").parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = here[: len(here) - node.level]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            found |= {".".join((*base, *name.split("."))) for name in names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package):
            found.add(node.module.partition(".")[2])
    return found


def standard_imports(path):
    """The top-level names of everything that a source file imports absolutely."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found
