"""Tiny models, the wheels they come in, and an engine that answers without knowing anything."""

import base64
import hashlib
import random
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from madang.gateway.embedded.types import EnginePackage, Hub, Model, Packages, Part, Place

PART_BYTES = 40_000
PARTS = 3

# The engine's Python face with nothing behind it. It lists its model to whoever has the key, and dies when its
# model file says so.
_ENGINE = """
import http.server, json, os, sys, threading


class Bag:
    def __getattr__(self, name):
        self.__dict__[name] = Bag()
        return self.__dict__[name]


CommonParams = Bag


class Server:
    def __init__(self, params):
        if open(params.model.path, "rb").read(5) == b"CRASH":
            print("no such tensor", params.api_keys[0], file=sys.stderr, flush=True)
            os._exit(7)
        print("noise of native code", flush=True)

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                allowed = self.headers["Authorization"] == "Bearer " + params.api_keys[0]
                body = json.dumps({"data": [{"id": next(iter(params.model_alias))}]}).encode()
                self.send_response(200 if allowed else 401)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer((params.hostnames[0], params.port), Answer)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.listening_address = "http://127.0.0.1:%d" % server.server_port
"""


@dataclass(frozen=True)
class Offer:
    """A tiny model, its bytes, and the folder of wheels it can be joined from."""

    model: Model
    engine: EnginePackage
    content: bytes
    wheels: Path

    def wheel_of(self, number: int) -> Path:
        return next(self.wheels.glob(f"yard_part{number}-*.whl"))


def make_offer(folder: Path, seed: int, *places: Place, start: bytes = b"") -> Offer:
    """A model whose last place is its packages in `folder`; `places` come before. `start` begins its bytes."""
    content = start + random.Random(seed).randbytes(PARTS * PART_BYTES - len(start))
    pieces = [content[index * PART_BYTES : (index + 1) * PART_BYTES] for index in range(PARTS)]
    parts = tuple(
        _make_part(folder, f"yard-part{number}", {f"yard_part{number}/data/part.bin": piece})
        for number, piece in enumerate(pieces, start=1)
    )
    return Offer(make_model(content, *places, Packages(parts)), _make_engine(folder), content, folder)


def lay_out(offer: Offer, folder: Path) -> None:
    """Put the model and the engine where a fetch would have put them."""
    models, engine = folder / "models", folder / "engine" / f"{offer.engine.name}-{offer.engine.version}"
    models.mkdir(parents=True)
    (models / offer.model.file_name).write_bytes(offer.content)
    with zipfile.ZipFile(next(offer.wheels.glob("xllamacpp-*"))) as wheel:
        wheel.extractall(engine)


def make_model(content: bytes, *places: Place) -> Model:
    return Model(
        name="tiny",
        file_name="tiny.gguf",
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        licence="MIT",
        context_tokens=64,
        places=places,
    )


def hub(base_url: str) -> Hub:
    return Hub(f"{base_url}/tiny.gguf")


def _make_part(folder: Path, name: str, files: Mapping[str, bytes]) -> Part:
    return Part(name, "1.0", make_wheel(folder, name, "1.0", files))


def _make_engine(folder: Path) -> EnginePackage:
    sha256 = make_wheel(folder, "xllamacpp", "0.0.1", {"xllamacpp/__init__.py": _ENGINE.encode()})
    return EnginePackage("xllamacpp", "0.0.1", f"xllamacpp==0.0.1 --hash=sha256:{sha256}", 10_000)


def make_wheel(folder: Path, name: str, version: str, files: Mapping[str, bytes]) -> str:
    """Write a wheel that pip takes and return its SHA-256."""
    module = name.replace("-", "_")
    metadata = f"{module}-{version}.dist-info"
    entries = dict(files) | {
        f"{metadata}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{metadata}/WHEEL": b"Wheel-Version: 1.0\nGenerator: yard\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_record_hash(data)},{len(data)}\n" for path, data in entries.items())
    entries[f"{metadata}/RECORD"] = f"{record}{metadata}/RECORD,,\n".encode()
    path = folder / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for entry, data in entries.items():
            # A ZipInfo of its own has no time in it, so that the same bytes make the same wheel.
            archive.writestr(zipfile.ZipInfo(entry), data)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _record_hash(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
