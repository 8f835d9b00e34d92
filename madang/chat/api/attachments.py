"""/api/chat/attachments: files in, files out, never shown by a browser as a page of ours."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Header, Request, Response

from madang.chat.api.shape import AttachmentShape, answer
from madang.chat.desk import check_size
from madang.chat.service import Chat
from madang.errors import BadRequest
from madang.web import needs, service

router = APIRouter(prefix="/api/chat/attachments")
ChatDep = Annotated[Chat, service(Chat)]
_BINARY = {"type": "string", "format": "binary"}


@router.post(
    "",
    dependencies=[needs("chat")],
    status_code=201,
    responses={201: {"model": AttachmentShape}},
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": _BINARY}}}},
)
async def add_attachment(
    request: Request,
    chat: ChatDep,
    x_file_name: Annotated[str | None, Header(max_length=2000, description="The name, percent-encoded.")] = None,
) -> Response:
    """Take in a picture (PNG, JPEG, GIF, WebP) or a text of at most 10 MiB; what it is, its bytes say."""
    return answer((await chat.attachments.add(x_file_name, await _body(request))).as_json(), 201)


@router.get(
    "/{attachment_id}",
    dependencies=[needs("read")],
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
async def read_attachment(chat: ChatDep, attachment_id: str) -> Response:
    """Return a file as a download."""
    attachment, data = await chat.attachments.find(attachment_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(attachment.name, safe='')}",
        "Content-Security-Policy": "sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, headers=headers, media_type=attachment.media_type)


async def _body(request: Request) -> bytes:
    """Read the body, and no more of it than a file may have."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal():
        raise BadRequest("content-length is not a number", field="content-length")
    check_size(int(declared))
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        check_size(len(data))
    return bytes(data)
