"""The one way out to the network: a client bound to one origin and one key, whatever an SDK or the environment says.

The request's headers are written here and nowhere else, so neither `OPENAI_CUSTOM_HEADERS`, `ANTHROPIC_CUSTOM_HEADERS`,
`OPENAI_ORG_ID` nor a proxy variable has a say, and the key is never inside an SDK's objects. Imported on first use.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import lru_cache

import httpx2

from pointsman import __version__
from pointsman.core.errors import Fault, ProviderError
from pointsman.providers import faults
from pointsman.security.endpoints import Endpoint

WIRE_CAP = 256_000_000
"""Bytes of one answer on the wire: an event carries a hundred bytes around a few letters of text."""

LINE_CAP = 4_000_000
"""Bytes of one line of it, which an SDK would gather in memory."""

_ERROR_CAP = 65_536

# The transport's own loggers write headers, and the SDKs' write whole requests when a variable asks for it.
_LOUD = ("anthropic", "openai", "httpx2", "httpcore2")


def client(endpoint: Endpoint, headers: Mapping[str, str]) -> httpx2.AsyncClient:
    """A client that can reach `endpoint`'s origin only, always with exactly `headers` besides those of the format."""
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    transport = _BoundTransport(endpoint, headers)
    return httpx2.AsyncClient(transport=transport, trust_env=False, follow_redirects=False)


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    """The system's certificates, whatever `SSL_CERT_FILE` says; read once, as it takes 40 ms."""
    return httpx2.create_ssl_context(trust_env=False)


class _BoundTransport(httpx2.AsyncBaseTransport):
    """Sends to one origin, and turns every failure below the stream's format into a `ProviderError`."""

    def __init__(self, endpoint: Endpoint, headers: Mapping[str, str]) -> None:
        self._origin = endpoint.origin
        self._headers = {
            "accept": "text/event-stream, application/json",
            # Without compression a small answer cannot grow into a huge one behind the caps.
            "accept-encoding": "identity",
            "content-type": "application/json",
            "user-agent": f"pointsman/{__version__}",
            **headers,
        }
        self._inner = httpx2.AsyncHTTPTransport(verify=_certificates(), trust_env=False, retries=0)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if _origin(request.url) != self._origin:
            raise ProviderError(Fault.BAD_REQUEST, "a call to another host than the endpoint's was stopped")
        body = await request.aread()
        sent = httpx2.Request(
            request.method, request.url, headers=self._headers, content=body, extensions=dict(request.extensions)
        )
        failure: ProviderError | None = None
        try:
            response = await self._inner.handle_async_request(sent)
        except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError, OSError, ValueError) as error:
            failure = _unreachable(error)
        if failure is not None:
            raise failure
        names = {name.lower(): value for name, value in response.headers.items()}
        stream = _CappedStream(response.stream, self._origin)
        if not 200 <= response.status_code < 300:
            error_body = await _beginning(stream)
            raise faults.from_status(response.status_code, names, error_body)
        if problem := _not_a_stream(names):
            await stream.aclose()
            raise problem
        return httpx2.Response(response.status_code, headers=response.headers, stream=stream, extensions=response.extensions)

    async def aclose(self) -> None:
        await self._inner.aclose()


class _CappedStream(httpx2.AsyncByteStream):
    """The body, with an end: of patience, of a line, and of all of it."""

    def __init__(self, inner: object, origin: str) -> None:
        assert isinstance(inner, httpx2.AsyncByteStream)  # noqa: S101 - narrows the type that the async transport promises
        self._inner = inner
        self._origin = origin

    async def __aiter__(self) -> AsyncIterator[bytes]:
        whole = line = 0
        failure: ProviderError | None = None
        try:
            async for chunk in self._inner:
                whole += len(chunk)
                last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
                line = line + len(chunk) if last < 0 else len(chunk) - last - 1
                if whole > WIRE_CAP or line > LINE_CAP or (last > LINE_CAP and _long_line(chunk)):
                    raise faults.malformed("does not end")
                yield chunk
        except httpx2.TimeoutException:
            failure = ProviderError(Fault.TIMEOUT, "the answer stalled")
        except (httpx2.HTTPError, OSError):
            failure = ProviderError(Fault.CUT, "the connection broke in the middle of the answer")
        if failure is not None:
            raise failure

    async def aclose(self) -> None:
        await self._inner.aclose()


def _long_line(chunk: bytes) -> bool:
    return any(len(line) > LINE_CAP for line in chunk.splitlines())


async def _beginning(stream: _CappedStream) -> bytes:
    """As much of an error's body as is worth reading; what breaks on the way does not matter any more."""
    body = b""
    try:
        async for chunk in stream:
            body += chunk
            if len(body) > _ERROR_CAP:
                break
    except ProviderError:
        pass
    finally:
        await stream.aclose()
    return body[:_ERROR_CAP]


def _not_a_stream(headers: Mapping[str, str]) -> ProviderError | None:
    if headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        return faults.malformed("is compressed, which was not asked for")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("text/html", "application/json", "application/xhtml+xml"):
        return faults.malformed(f"is {kind}, not a stream: is base_url the API's address?")
    return None


def _unreachable(error: Exception) -> ProviderError:
    """Why no answer began."""
    chain = list(_chain(error))
    if any(isinstance(cause, httpx2.TimeoutException) for cause in chain):
        return ProviderError(Fault.TIMEOUT, "the endpoint did not answer in time")
    told = " ".join(f"{type(cause).__name__} {cause}" for cause in chain).lower()
    if any(isinstance(cause, ssl.SSLError) for cause in chain) or "ssl" in told or "certificate" in told:
        remedy = "check that base_url is https and its certificate is valid"
        return ProviderError(Fault.NETWORK, "no secure connection to the endpoint", remedy=remedy)
    if "gaierror" in told or "name or service" in told or "resolution" in told or "nodename" in told:
        return ProviderError(Fault.NETWORK, "the endpoint's name cannot be found", remedy="check the network and base_url")
    if "refused" in told or "connection attempts failed" in told:
        return ProviderError(Fault.NETWORK, "nothing listens at the endpoint", remedy="start the server, or check base_url")
    return ProviderError(Fault.NETWORK, "the connection to the endpoint broke before an answer", remedy="check the network")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(8):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _origin(url: httpx2.URL) -> str:
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{url.scheme}://{host}" + (f":{url.port}" if url.port is not None else "")
