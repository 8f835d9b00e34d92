"""Codes and tickets open one thing once, and not for long."""

from madang.clock import FixedClock
from madang.guard.once import SignInCodes, Tickets
from madang.web import ALL_SCOPES, Principal

SOMEONE = Principal("person", "s1", ALL_SCOPES)


def test_WEB_10_a_code_opens_once() -> None:
    codes = SignInCodes(FixedClock())
    code = codes.issue()
    assert [codes.take(code), codes.take(code)] == [True, False]


def test_WEB_10_a_code_runs_out_after_a_minute() -> None:
    clock = FixedClock()
    codes = SignInCodes(clock)
    early, late = codes.issue(), codes.issue()
    clock.advance(seconds=59)
    assert codes.take(early)
    clock.advance(seconds=1)
    assert not codes.take(late)


def test_WEB_08_a_ticket_runs_out_after_thirty_seconds() -> None:
    clock = FixedClock()
    tickets = Tickets(clock)
    early, late = tickets.issue(SOMEONE), tickets.issue(SOMEONE)
    clock.advance(seconds=29)
    assert tickets.take(early) == SOMEONE
    clock.advance(seconds=1)
    assert tickets.take(late) is None


def test_unused_codes_do_not_pile_up() -> None:
    codes = SignInCodes(FixedClock())
    issued = [codes.issue() for _ in range(100)]
    assert sum(codes.take(code) for code in issued) == 16
