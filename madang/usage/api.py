"""/api/usage: sums by day, hour, model, feature and token; the calls, as a list and as CSV; another model's price.

/metrics: the same ledger for Prometheus.
"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from madang.preferences.types import RouteBody, RouteRule
from madang.usage.away import Visits
from madang.usage.metrics import MEDIA_TYPE, exposed
from madang.usage.period import zone_named
from madang.usage.service import Asked, UsageReports
from madang.usage.sheet import written
from madang.usage.types import Away, By, Call, Report, Savings, Trial, WhatIf
from madang.web import Page, needs, service

router = APIRouter(tags=["usage"], dependencies=[needs("read")])

VisitsDep = Annotated[Visits, service(Visits)]
ReportsDep = Annotated[UsageReports, service(UsageReports)]
# PostgreSQL takes no U+0000.
_TEXT = r"^[^\x00]*$"
Word = Annotated[str | None, Query(max_length=400, pattern=_TEXT)]


def asked(
    *,
    first: Annotated[date, Query(alias="from", description="The first day.")],
    last: Annotated[date, Query(alias="to", description="The last day, which is counted.")],
    zone: Annotated[str, Query(max_length=100, description="Whose days: an IANA name such as Asia/Seoul.")] = "UTC",
    model: Word = None,
    feature: Word = None,
    token: Word = None,
    status: Word = None,
) -> Asked:
    """Return what the query asks for."""
    return Asked(first, last, zone_named(zone), model, feature, token, status)


AskedDep = Annotated[Asked, Depends(asked)]


@router.get("/api/usage")
async def report(reports: ReportsDep, wanted: AskedDep, by: By = "day") -> Report:
    """Sums over whole days in all and by group, errors, latencies, and the pace of this month."""
    return await reports.report(wanted, by)


@router.get("/api/usage/calls")
async def calls(
    reports: ReportsDep,
    wanted: AskedDep,
    cursor: Annotated[str | None, Query(max_length=100, pattern=_TEXT)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[Call]:
    """The calls, the newest first."""
    found = await reports.calls(wanted, cursor, limit + 1)
    return Page(items=found[:limit], next_cursor=found[limit - 1].id if len(found) > limit else None)


@router.get("/api/usage/calls.csv", response_class=StreamingResponse, responses={200: {"content": {"text/csv": {}}}})
async def calls_csv(reports: ReportsDep, wanted: AskedDep) -> StreamingResponse:
    """The calls as a file, the newest first. Times are the zone's."""
    name = f"madang-usage-{wanted.first}-{wanted.last}.csv"
    # What is wrong with the days is said before the file begins.
    wanted.filter()
    return StreamingResponse(
        written(reports.all_calls(wanted), wanted.zone),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/api/usage/what-if")
async def what_if(
    reports: ReportsDep, wanted: AskedDep, on: Annotated[str, Query(min_length=1, max_length=400)]
) -> WhatIf:
    """What the same tokens cost on another model, as `provider/name`, where tokens were counted."""
    return await reports.what_if(wanted, on)


@router.get("/api/usage/savings")
async def savings(reports: ReportsDep, wanted: AskedDep) -> Savings:
    """What each way of saving saved."""
    return await reports.savings(wanted)


@router.post("/api/usage/trial")
async def trial(reports: ReportsDep, rule: RouteBody) -> Trial:
    """What a routing rule had done with the newest questions of conversations whose model was left open."""
    return await reports.try_rule(RouteRule(**rule.model_dump()))


@router.post("/api/usage/visit", dependencies=[needs(person=True)])
async def visit(visits: VisitsDep) -> Away | None:
    """Say that a person is there; after ten minutes without anybody, what was spent meanwhile, told once."""
    return await visits.visit()


@router.get("/api/usage/away")
async def away(visits: VisitsDep) -> Away | None:
    """What was spent during the last absence in which anything was."""
    return await visits.last()


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(reports: ReportsDep) -> Response:
    """Counters and histograms over the whole ledger, as Prometheus reads them."""
    return Response(exposed(await reports.totals()), headers={"Content-Type": MEDIA_TYPE})
