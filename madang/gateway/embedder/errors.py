"""Why the built-in embedder gives no vectors."""

from madang.gateway.errors import GatewayError


class EmbedderError(GatewayError):
    """Base of the built-in embedder's errors.

    EmbedderError
    ├── EmbedderOff 409   ├── EmbedderUnsupported 409   ├── EmbedderAbsent 409
    └── EmbedderNotFetched 503   └── EmbedderCrashed 502
    """

    code = "embedder.failed"
    status = 503


class EmbedderOff(EmbedderError):
    """What is built in is switched off."""

    code = "embedder.off"
    status = 409


class EmbedderUnsupported(EmbedderError):
    """This machine cannot run it. Details: `reason` (cpu, memory, disk, platform), `needed`, `found`."""

    code = "embedder.unsupported"
    status = 409


class EmbedderAbsent(EmbedderError):
    """It is not on this machine yet, and whoever asked did not want to wait for it."""

    code = "embedder.absent"
    status = 409


class EmbedderNotFetched(EmbedderError):
    """It could not be brought here. Details: `reason` (cancelled, no_place, disk)."""

    code = "embedder.fetch_failed"
    status = 503


class EmbedderCrashed(EmbedderError):
    """Its process ended or did not answer. Details: `exit_code`."""

    code = "embedder.crashed"
    status = 502
