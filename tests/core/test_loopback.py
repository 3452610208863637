"""Models on this machine are reached directly."""

from pathlib import Path

from massgen_hub.loopback import sparing_loopback
from massgen_hub.worker.launch import Launch


def test_loopback_is_added_to_what_is_spared_already():
    proxy = {"HTTPS_PROXY": "http://proxy.example:3128"}
    assert sparing_loopback({**proxy, "no_proxy": "intranet"})["NO_PROXY"] == "intranet,127.0.0.1,localhost"
    assert sparing_loopback(proxy)["no_proxy"] == "127.0.0.1,localhost"


def test_where_no_proxy_is_set_nothing_is_said_about_proxies():
    assert sparing_loopback({"PATH": "/bin", "HTTP_PROXY": ""}) == {}


def test_a_worker_reaches_the_gateway_without_the_proxy(tmp_path, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    environment = Launch(python=Path("python3"), home=tmp_path, log=tmp_path / "log").environment()
    assert environment["HTTP_PROXY"] == "http://proxy.example:3128"
    assert "127.0.0.1" in environment["NO_PROXY"]
