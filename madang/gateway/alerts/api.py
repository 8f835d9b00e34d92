"""/api/settings/caps/alerts: which caps were half used, nearly used and used up lately."""

from typing import Annotated

from fastapi import APIRouter

from madang.gateway.alerts.service import Alerts
from madang.gateway.alerts.types import Alert
from madang.web import needs, service

router = APIRouter(prefix="/api/settings/caps", tags=["settings"])


@router.get("/alerts", dependencies=[needs("read")])
async def alerts(told: Annotated[Alerts, service(Alerts)]) -> list[Alert]:
    """What was told of the caps lately, the newest first."""
    return await told.newest()
