"""`llm`, a client for the terminal, told nothing but an address and a token."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def model() -> None:
    folder = Path(os.environ["LLM_USER_PATH"])
    lines = ["- model_id: yard", "  model_name: env/pretender", f"  api_base: {os.environ['MADANG_URL']}"]
    (folder / "extra-openai-models.yaml").write_text("\n".join([*lines, "  api_key_name: madang", ""]))
    (folder / "keys.json").write_text(json.dumps({"madang": os.environ["MADANG_TOKEN"]}))


@pytest.mark.parametrize("options", [[], ["--no-stream"]])
def test_llm_is_answered(options: list[str]) -> None:
    command = [str(Path(sys.executable).parent / "llm"), "prompt", "-m", "yard"]
    done = subprocess.run([*command, *options, "hello"], capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.strip() == "Hello there, this is an answer.", done.stderr
