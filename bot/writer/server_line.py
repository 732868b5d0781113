"""The HTTP client below the openai client: it never reads more than an answer may hold."""

from __future__ import annotations

from typing import Any

import httpx2

from bot.writer.trouble import ServerTrouble, Trouble

#: Bytes of a whole answer, unpacked; a draft takes some thousand.
MOST = 2**20
#: Seconds to reach the server; the answer itself has until the deadline.
CONNECT = 5.0
UNPACKED = {"content-encoding", "content-length", "transfer-encoding"}


class CappedClient(httpx2.AsyncClient):
    """Reads answers up to ``MOST`` bytes, past which it hangs up."""

    def __init__(self) -> None:
        super().__init__(
            timeout=httpx2.Timeout(None, connect=CONNECT),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=20),
            follow_redirects=True,
        )

    async def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:
        """Send and read the whole answer, streamed or not.

        Raises:
            ServerTrouble: the answer is too long.
        """
        response = await super().send(request, stream=True, **options)
        try:
            content = await _read(response)
        finally:
            await response.aclose()
        headers = [(name, value) for name, value in response.headers.multi_items() if name.lower() not in UNPACKED]
        return httpx2.Response(response.status_code, headers=headers, content=content, request=response.request)


async def _read(response: httpx2.Response) -> bytes:
    content = bytearray()
    async for part in response.aiter_bytes():
        content += part
        if len(content) > MOST:
            raise ServerTrouble(Trouble.HUGE)
    return bytes(content)
