"""The gates in their order: headers on every answer, the Host, the limits, the origin; `Auth` stands behind them.

This part needs neither the web framework nor the database, so the page can be served while those are loaded.
"""

from madang.guard.asgi import App
from madang.guard.bounds import Bounds
from madang.guard.headers import Headers
from madang.guard.hosts import Doors, HostGate
from madang.guard.limits import Limits
from madang.guard.origins import OriginGate


def gate(app: App, names: Doors, bounds: Bounds) -> App:
    """Return `app` behind every gate that asks no credential. What it serves itself must be public."""
    return Headers(HostGate(Limits(OriginGate(app, names), bounds), names))
