"""Guessing is slowed down more and more, for each address by itself, and a while without it is forgiven."""

from itertools import pairwise

from madang.clock import FixedClock
from madang.guard.brake import Brake


def waits_of(brake: Brake, clock: FixedClock, guesses: int) -> list[int]:
    """Guess as soon as it is allowed; return what each further guess had to wait for."""
    waits = []
    for _ in range(guesses):
        brake.failed("127.0.0.1")
        waits.append(brake.wait_of("127.0.0.1"))
        clock.advance(seconds=waits[-1])
    return waits


def test_WEB_12_from_the_twentieth_on_each_wrong_credential_costs_twice_as_long() -> None:
    clock = FixedClock()
    waits = waits_of(Brake(clock), clock, 30)
    assert waits[:19] == [0] * 19
    assert waits[19] >= 2
    assert all(later > earlier for earlier, later in pairwise(waits[19:29]))
    assert max(waits) <= 15 * 60 + 1


def test_WEB_12_twenty_in_more_than_a_minute_cost_nothing() -> None:
    clock = FixedClock()
    brake = Brake(clock)
    for _ in range(60):
        brake.failed("127.0.0.1")
        clock.advance(seconds=4)
    assert brake.wait_of("127.0.0.1") == 0


def test_WEB_12_another_address_does_not_wait() -> None:
    clock = FixedClock()
    brake = Brake(clock)
    waits_of(brake, clock, 19)
    brake.failed("127.0.0.1")
    assert brake.wait_of("127.0.0.1") > 0
    assert brake.wait_of("::1") == 0


def test_guesses_made_while_waiting_do_not_lengthen_it() -> None:
    clock = FixedClock()
    brake = Brake(clock)
    for _ in range(500):
        brake.failed("127.0.0.1")
    assert brake.wait_of("127.0.0.1") <= 3
    clock.advance(seconds=120)
    assert brake.wait_of("127.0.0.1") == 0
