"""The ledger in the words of Prometheus: text exposition format 0.0.4. Pure.

No label has values that people or providers choose, such as a model's name: each one would be a series for ever.
"""

from collections.abc import Iterable, Iterator, Mapping

from madang import __version__
from madang.usage.types import Histogram, Totals

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FIRST_WORD_BOUNDS_MS = (50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000)
DURATION_BOUNDS_MS = (250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000)
Sample = tuple[Mapping[str, str], str]


def exposed(totals: Totals) -> str:
    """Return all metrics as one text."""
    sums = totals.sums
    counters = (
        ("prompt_tokens_total", "Tokens sent to models, cached ones included.", sums.prompt_tokens),
        ("cached_prompt_tokens_total", "Prompt tokens that a provider had cached itself.", sums.cached_tokens),
        ("completion_tokens_total", "Tokens answered by models, reasoning included.", sums.completion_tokens),
        ("reasoning_tokens_total", "Tokens that models thought before they answered.", sums.reasoning_tokens),
        ("wrong_similar_answers_total", "Kept answers that were wrong for a similar question.", sums.wrong_hits),
        ("unknown_cost_calls_total", "Calls whose cost nobody knows; they are in no sum.", sums.unknown_cost_calls),
    )
    kinds = [
        ({"feature": one.feature, "status": one.status, "cache": one.cache}, str(one.calls)) for one in totals.kinds
    ]
    lines = [
        *_metric("build_info", "gauge", "The version that runs.", [({"version": __version__}, "1")]),
        *_metric("calls_total", "counter", "Calls by feature, end and cache outcome.", kinds),
        *(line for name, about, value in counters for line in _metric(name, "counter", about, [({}, str(value))])),
        *_metric("cost_usd_total", "counter", "Dollars spent, as far as known.", [({}, _dollars(sums.cost_microusd))]),
        *_metric("saved_usd_total", "counter", "Dollars not spent twice.", [({}, _dollars(sums.saved_microusd))]),
        *_histogram("first_token_seconds", "Time until the first word of a sent call.", totals.first_words),
        *_histogram("call_duration_seconds", "Time until a sent call was answered.", totals.durations),
    ]
    return "\n".join([*lines, ""])


def _metric(name: str, kind: str, about: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP madang_{name} {about}"
    yield f"# TYPE madang_{name} {kind}"
    for labels, value in samples:
        yield f"madang_{name}{_labelled(labels)} {value}"


def _histogram(name: str, about: str, times: Histogram) -> Iterator[str]:
    yield from _metric(name, "histogram", about, ())
    for bound, count in times.within:
        yield f'madang_{name}_bucket{{le="{bound / 1000:g}"}} {count}'
    yield f'madang_{name}_bucket{{le="+Inf"}} {times.count}'
    yield f"madang_{name}_sum {times.sum_ms // 1000}.{times.sum_ms % 1000:03}"
    yield f"madang_{name}_count {times.count}"


def _labelled(labels: Mapping[str, str]) -> str:
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{inside}}}" if inside else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _dollars(microusd: int) -> str:
    return f"{microusd // 10**6}.{microusd % 10**6:06}"
