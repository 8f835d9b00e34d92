"""Why the built-in model cannot answer."""

from madang.gateway.errors import GatewayError


class BuiltInError(GatewayError):
    """Base of the built-in model's errors.

    BuiltInError
    ├── BuiltInOff 409    ├── BuiltInUnsupported 409   ├── FetchFailed 503
    └── NoSound 400       └── EngineCrashed 502
    """

    code = "builtin.failed"
    status = 503


class BuiltInOff(BuiltInError):
    """The built-in model is switched off."""

    code = "builtin.off"
    status = 409


class BuiltInUnsupported(BuiltInError):
    """This machine cannot run it. Details: `reason` (cpu, memory, disk, platform, library), `needed`, `found`."""

    code = "builtin.unsupported"
    status = 409


class NoSound(BuiltInError):
    """Speech was asked of the built-in model, which neither speaks nor listens."""

    code = "builtin.no_sound"
    status = 400


class FetchFailed(BuiltInError):
    """It could not be brought here. Details: `reason` (cancelled, no_place, engine, disk), `places` where several
    were tried, each `{place, message}`."""

    code = "builtin.fetch_failed"
    status = 503


class EngineCrashed(BuiltInError):
    """The engine ended or did not become ready. Details: `exit_code`, `output` (its last lines)."""

    code = "builtin.crashed"
    status = 502


class PlaceFailed(Exception):
    """One place did not give what was asked; the next one is tried. Never leaves the room."""
