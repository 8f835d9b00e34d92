"""A provider that says what it is told to: for tests, for trying things out, and for every way a stream can break."""

from madang.gateway.fake_upstream.faults import Fault, Status
from madang.gateway.fake_upstream.server import FakeUpstream
from madang.gateway.fake_upstream.turns import Pause, Received, Reply, Say, Turn

__all__ = ["FakeUpstream", "Fault", "Pause", "Received", "Reply", "Say", "Status", "Turn"]
