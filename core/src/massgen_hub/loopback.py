"""Models on this machine are reached directly, whatever proxy is set."""

from __future__ import annotations

from collections.abc import Mapping

HERE = "127.0.0.1,localhost"
PROXIES = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


def sparing_loopback(environment: Mapping[str, str]) -> dict[str, str]:
    """NO_PROXY in both spellings, with loopback added to what is there; nothing where no proxy is set."""
    if not any(environment.get(name) for name in PROXIES):
        return {}
    kept = environment.get("no_proxy") or environment.get("NO_PROXY")
    value = f"{kept},{HERE}" if kept else HERE
    return {"NO_PROXY": value, "no_proxy": value}
