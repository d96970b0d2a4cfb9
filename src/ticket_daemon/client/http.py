"""One HTTP request to a daemon, with the standard library alone. Proxies of the environment are ignored."""

from __future__ import annotations

from ticket_daemon.errors import Unreachable


def exchange(
    url: str, body: bytes | None = None, token: str | None = None, timeout: float = 10.0, method: str | None = None
) -> tuple[int, bytes]:
    """Status and body of the answer, within `timeout` seconds. Raises Unreachable, ValueError for no http(s) URL."""
    import http.client
    import urllib.error
    import urllib.request

    if not url.startswith(("http://", "https://")):
        raise ValueError(url)
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"}, method=method)  # noqa: S310
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except urllib.error.URLError as error:
        # Nothing was sent where the connection was refused; of any other trouble it cannot be known.
        raise Unreachable(url, str(error.reason), sent=not isinstance(error.reason, ConnectionRefusedError)) from None
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(url, str(error) or type(error).__name__, sent=True) from None
