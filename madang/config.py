"""Settings from the environment and `.env`: read once at start, passed down, never changed."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_DATABASES = ("postgresql", "postgres", "sqlite")
Seconds = Annotated[float, Field(gt=0)]


def _named(name: str, default: Any, description: str, **bounds: Any) -> Any:
    """A field whose variable does not begin with `MADANG_`; the keyword works as well."""
    field = name.lower()
    return Field(default, validation_alias=AliasChoices(name, field), description=description, **bounds)


class Settings(BaseSettings):
    """Every variable Madang reads. Each is `MADANG_` + the field's name unless the field says otherwise."""

    model_config = SettingsConfigDict(
        env_prefix="MADANG_", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    host: str = Field(
        "127.0.0.1",
        description="Address to listen on. Another than loopback needs MADANG_PASSWORD and MADANG_ALLOWED_ORIGINS.",
    )
    port: int = Field(8765, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    data_dir: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("madang", appauthor=False),
        description="Folder that holds everything Madang keeps. Default: the platform's user data folder.",
    )
    keys_dir: Path | None = Field(
        None,
        description="Folder for files with keys, which processes on one PostgreSQL share. Default: the data folder.",
    )
    open_browser: bool = Field(True, description="Open the sign-in page in the browser at start.")
    lang: Literal["ko", "en"] | None = Field(
        None, description="Language of the terminal and the first page; default: the system's."
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Other origins that may call the API, separated by commas, such as https://madang.example.org."
    )
    password: SecretStr | None = Field(None, description="Password for signing in without a one-time link.")
    password_file: Path | None = Field(None, description="File that holds the password, instead of MADANG_PASSWORD.")
    token: SecretStr | None = Field(
        None, description="A bearer token for programs with the scopes chat, read and manage."
    )
    token_file: Path | None = Field(None, description="File that holds the bearer token, instead of MADANG_TOKEN.")
    passphrase: SecretStr | None = Field(None, description="Opens the sealed file of keys, where one is used.")
    passphrase_file: Path | None = Field(
        None, description="File that holds the passphrase, instead of MADANG_PASSPHRASE."
    )
    keyring_timeout: Seconds = Field(2.0, description="Seconds to wait for the system's keyring.")
    socket_limit: int = Field(10_000, ge=10, description="How many connections are served at once.")
    request_timeout: Seconds = Field(
        30.0, description="Seconds for the headers of a request to come in, and for each further part of its body."
    )
    body_limit_bytes: int = Field(50 * 2**20, ge=2**10, description="Largest request body.")

    database_url: SecretStr | None = _named(
        "DATABASE_URL", None, "PostgreSQL to use instead of SQLite, such as postgresql://user:password@host/madang."
    )

    openai_api_key: SecretStr | None = _named(
        "OPENAI_API_KEY", None, "Key of OpenAI, or of the server at OPENAI_BASE_URL."
    )
    openai_api_key_file: Path | None = _named(
        "OPENAI_API_KEY_FILE", None, "File that holds the key, instead of OPENAI_API_KEY."
    )
    openai_base_url: str | None = _named(
        "OPENAI_BASE_URL",
        None,
        "Address of an OpenAI-compatible server, ending in /v1; `http` on this machine and in private networks only.",
    )
    model: str | None = Field(None, description="Default model: provider/name, or a bare name that one provider has.")
    max_tokens: int | None = Field(None, ge=1, le=1_000_000, description="Default limit of an answer, in tokens.")
    daily_cap_usd: float | None = Field(
        None, ge=0, allow_inf_nan=False, description="Most that paid models may cost in a day, in US dollars."
    )
    price_list_url: str = Field(
        "https://raw.githubusercontent.com/pydantic/genai-prices/refs/heads/main/prices/new_data/v2/data.json",
        description="Address of the newest price list; it is asked only when a person has the prices updated.",
    )
    discover: bool = Field(
        True, description="Look for model servers on this machine (Ollama, LM Studio, llama.cpp, vLLM)."
    )

    cache_ttl: timedelta = Field(
        timedelta(hours=24), description="How long an answer is kept for the same question, in seconds."
    )
    cache_limit_bytes: int = Field(256 * 2**20, ge=2**20, description="Largest size of the kept answers.")

    builtin: bool = Field(True, description="Use the small built-in model; off never fetches or starts it.")
    builtin_dir: Path | None = Field(
        None, description="Folder of the built-in model; default: builtin in the data folder."
    )
    builtin_idle: timedelta = Field(
        timedelta(minutes=10), description="The built-in model stops after this long without use, in seconds."
    )
    builtin_threads: int | None = Field(
        None, ge=1, le=256, description="Threads of the built-in model; default: the processors, 8 at most."
    )

    upstream_connect_timeout: Seconds = Field(5.0, description="Seconds to wait for a connection to a provider.")
    upstream_first_byte_timeout: Seconds = Field(
        60.0, description="Seconds to wait for a remote provider's first byte."
    )
    upstream_local_first_byte_timeout: Seconds = Field(600.0, description="The same for servers on this machine.")
    upstream_gap_timeout: Seconds = Field(
        60.0, description="Seconds of silence after which an answer counts as stalled."
    )
    upstream_total_timeout: Seconds = Field(600.0, description="Seconds an answer may take as a whole.")
    upstream_vector_timeout: Seconds = Field(
        5.0, description="Seconds an answer waits at most while a similar question is looked for."
    )

    rules: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Rules of permission that hold while Madang runs, one a line, such as `deny fetch(*)`."
    )
    policy_file: Path = Field(
        Path("/etc/madang/policy.toml"),
        description="File with the machine's rules; it counts if only root can write it.",
    )
    approval_deadline: timedelta = Field(
        timedelta(days=7), description="How long a question waits for an answer, in seconds."
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="What is logged at the least.")
    log_json: bool = Field(False, description="Write the log to the terminal as JSON lines.")

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("rules", mode="before")
    @classmethod
    def _lines(cls, value: object) -> object:
        return tuple(line.strip() for line in value.splitlines() if line.strip()) if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _address(cls, value: SecretStr | None) -> SecretStr | None:
        """Refuse here what no library can read: its complaint would repeat parts of the password."""
        try:
            parts = urlsplit(value.get_secret_value() if value else "postgresql://")
            is_known = parts.scheme.partition("+")[0] in _DATABASES and parts.port != 0
        except ValueError:
            is_known = False
        if not is_known:
            raise ValueError(
                "is no address such as postgresql://user:password@host/madang; percent-encode the password"
            )
        return value

    @field_validator("cache_ttl", "builtin_idle", mode="before")
    @classmethod
    def _seconds(cls, value: object) -> object:
        try:
            return timedelta(seconds=float(value)) if isinstance(value, str | int | float) else value
        except OverflowError:
            raise ValueError("is longer than any time") from None


def load(env_file: Path | None = None, **overrides: Any) -> Settings:
    """Read the environment, then `env_file` (default `./.env`), then the defaults; `overrides` win over all.

    Raises `pydantic.ValidationError` with one entry per variable that cannot be used, and `FileNotFoundError`
    where a named `env_file` does not exist.
    """
    if env_file is not None and not env_file.is_file():
        raise FileNotFoundError(env_file)
    return Settings(_env_file=env_file or ".env", **overrides)


def variable(name: str, field: FieldInfo) -> str:
    """Return the name of a setting's variable, in upper case."""
    alias = field.validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"MADANG_{name.upper()}"


def secret_variables() -> frozenset[str]:
    """Return the names of the variables whose values are secrets."""
    fields = Settings.model_fields.items()
    return frozenset(variable(name, field) for name, field in fields if field.annotation == SecretStr | None)
