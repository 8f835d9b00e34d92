"""/api/settings/prices: what each model costs, where that is from, and what the person decides about it."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from madang.gateway.pricing.book import PriceBook, PriceDesk, PricedModel
from madang.gateway.pricing.renewal import PriceListRenewal
from madang.gateway.pricing.types import Decision
from madang.web import Body, needs, service

router = APIRouter(prefix="/api/settings/prices", tags=["settings"])

DeskDep = Annotated[PriceDesk, service(PriceDesk)]
RenewalDep = Annotated[PriceListRenewal, service(PriceListRenewal)]
# A thousand dollars a token is more than anybody asks, and still fits the ledger.
PriceField = Annotated[int | None, Field(ge=0, le=10**15, strict=True)]
_TEXT = r"^[^\x00]*$"


class NewDecision(Body):
    """A decision about `provider_id/model name`. Prices are micro-dollars per million tokens, for `set` only.

    Without a price of their own, cached tokens cost like others.
    """

    model: str = Field(min_length=3, max_length=600, pattern=_TEXT)
    decision: Decision
    input_microusd_per_mtok: PriceField = None
    output_microusd_per_mtok: PriceField = None
    cached_microusd_per_mtok: PriceField = None


@router.get("", dependencies=[needs("read")])
async def prices(desk: DeskDep) -> PriceBook:
    """The price of every model, and where it comes from."""
    return await desk.book()


@router.put("", dependencies=[needs(person=True)])
async def decide(body: NewDecision, desk: DeskDep) -> PricedModel:
    """Set a model's price, let it be free, or refuse it under a cap while its price is unknown."""
    given = (body.input_microusd_per_mtok, body.output_microusd_per_mtok, body.cached_microusd_per_mtok)
    return await desk.decide(body.model, body.decision, given)


@router.delete("", status_code=204, dependencies=[needs(person=True)])
async def forget(model: Annotated[str, Query(max_length=600, pattern=_TEXT)], desk: DeskDep) -> None:
    """Go back to the price that stands without a decision."""
    await desk.forget(model)


@router.post("/list", status_code=204, dependencies=[needs(person=True)])
async def renew(renewal: RenewalDep) -> None:
    """Fetch the newest price list and use it from here on."""
    await renewal.renew()


@router.delete("/list", status_code=204, dependencies=[needs(person=True)])
async def back(renewal: RenewalDep) -> None:
    """Go back to the price list that came with Madang."""
    await renewal.back()
