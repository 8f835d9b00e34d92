"""How errors leave the house: one shape, an id that the log has as well, and nothing of what was sent."""

from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from loguru import logger
from starlette.exceptions import HTTPException

from madang.errors import BadRequest, MadangError, NotFound, named
from madang.ids import new_id
from madang.redact import Redactor

_BY_STATUS = {404: NotFound}


def answer_errors(web: FastAPI) -> None:
    """Install the one handler for our errors, the framework's and those nobody foresaw."""
    web.add_exception_handler(MadangError, _ours)
    web.add_exception_handler(RequestValidationError, _invalid)
    web.add_exception_handler(HTTPException, _framework)
    web.add_exception_handler(Exception, _unforeseen)


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, MadangError)
    number = new_id()
    logger.info("{} {}: {} ({}) {}", request.method, request.url.path, error.code, number, error.message)
    answer = _answer(request, error.status, error.code, error.message, details=error.details, number=number)
    if wait := error.details.get("retry_after_seconds"):
        answer.headers["retry-after"] = str(wait)
    return answer


async def _invalid(request: Request, error: Exception) -> Response:
    """Name the fields and the rules they break. The values stay out: one may be a key."""
    assert isinstance(error, RequestValidationError)
    fields = [_field(entry) for entry in error.errors()]
    message = "; ".join(f"{field['field']}: {field['message']}" for field in fields)
    return await _ours(request, BadRequest(message or "the request cannot be understood", fields=fields))


async def _framework(request: Request, error: Exception) -> Response:
    """The framework's own refusals: no such address, no such method."""
    assert isinstance(error, HTTPException)
    if error.status_code in _BY_STATUS:
        return await _ours(request, _BY_STATUS[error.status_code]("there is nothing at this address"))
    answer = _answer(request, error.status_code, "bad_request", str(error.detail), details={}, number=new_id())
    answer.headers.update(error.headers or {})
    return answer


async def _unforeseen(request: Request, error: Exception) -> Response:
    number = new_id()
    logger.opt(exception=error).error("{} {}: internal ({})", request.method, request.url.path, number)
    message = "something went wrong inside; the log has it under this id"
    return _answer(request, 500, "internal", message, details={}, number=number)


def _answer(
    request: Request, status: int, code: str, message: str, *, details: dict[str, Any], number: str
) -> Response:
    """Answer in the one shape. A provider may have repeated the key it was sent, so known secrets are masked."""
    redactor: Redactor = request.app.state.redactor
    facts = {name: _stated(name, fact) for name, fact in details.items()}
    body = {"code": code, "message": redactor.clean(message), "details": redactor.clean_all(facts), "id": number}
    return Response(orjson.dumps({"error": body}, default=str), status, media_type="application/json")


def _stated(name: str, fact: Any) -> Any:
    """An id in an error may be whatever somebody put into an address."""
    return named(fact) if name.endswith("_id") and isinstance(fact, str) else fact


def _field(entry: dict[str, Any]) -> dict[str, Any]:
    bounds = {name: value for name, value in entry.get("ctx", {}).items() if isinstance(value, int | float)}
    place = [named(str(part)) for part in entry["loc"] if part not in ("body", "query", "path")]
    return {"field": ".".join(place), "rule": entry["type"], "message": entry["msg"], **bounds}
