"""Shards at URLs: a server that speaks S3, and one that answers as the Hugging Face hub does."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote, urlparse

import pytest

pytest.importorskip("pyarrow", reason="pyarrow is not installed: make test-engines")

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXTS = ("刚才,*县作了发言。", "会议强调,要抓好落实。", "全市新建个社区食堂,覆盖率达%。")
VERDICTS = ["damaged", "whole", "damaged"]
SHARD = gzip.compress(b"".join(json.dumps({"text": text}).encode() + b"\n" for text in TEXTS))
FILES = {"shards/a.jsonl.gz": SHARD, "shards/deep/b.jsonl.gz": SHARD, "README.md": b"# shards\n"}


def scanned(url: str, env: dict[str, str], folder: Path) -> list[tuple[str, str]]:
    command = [sys.executable, "-m", "redactscan", "scan", "--config", "", "--format", "jsonl", "--jobs", "2", url]
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", check=False, env={**os.environ, **env}, cwd=folder
    )
    assert done.returncode == 1, done.stderr
    return [(entry["path"], entry.get("verdict")) for entry in map(json.loads, done.stdout.splitlines())]


def rows(*names: str) -> list[tuple[str, str]]:
    return [(f"{name}:{row}", verdict) for name in names for row, verdict in enumerate(VERDICTS, 1)]


# --- S3 ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bucket() -> Iterator[dict[str, str]]:
    """A server with a bucket of FILES; what has to be in the environment to reach it."""
    server = pytest.importorskip("moto.server", reason="moto is not installed: make test-engines")
    pytest.importorskip("s3fs", reason="s3fs is not installed: make test-engines")
    import boto3  # noqa: PLC0415 - it comes with them

    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",  # noqa: S106 - any will do
    )
    client.create_bucket(Bucket="bucket")
    for name, data in FILES.items():
        client.put_object(Bucket="bucket", Key=name, Body=data)
    yield {**keys, "FSSPEC_S3_ENDPOINT_URL": f"http://{host}:{port}"}
    running.stop()


def test_s3(bucket: dict[str, str], tmp_path: Path) -> None:
    every = rows("s3://bucket/shards/a.jsonl.gz", "s3://bucket/shards/deep/b.jsonl.gz")
    assert scanned("s3://bucket/shards", bucket, tmp_path) == every
    assert scanned("s3://bucket/shards/*.gz", bucket, tmp_path) == every[:3]


# --- the hub -----------------------------------------------------------------------------------------------------

COMMIT = "0" * 40


class _Hub(BaseHTTPRequestHandler):
    """The calls of `hf://` for one dataset, `someone/texts`, of FILES."""

    protocol_version = "HTTP/1.1"
    api: ClassVar = "/api/datasets/someone/texts"

    def do_GET(self) -> None:
        path = unquote(urlparse(self.path).path)
        if path in (self.api, f"{self.api}/revision/main", f"{self.api}/revision/{COMMIT}"):
            self._json({"id": "someone/texts", "sha": COMMIT})
        elif found := re.fullmatch(rf"{self.api}/tree/(?:main|{COMMIT})/?(.*)", path):
            self._json(_tree(found[1], deep="recursive=True" in self.path or "recursive=true" in self.path))
        elif (name := path.removeprefix("/datasets/someone/texts/resolve/").partition("/")[2]) in FILES:
            self._file(FILES[name])
        else:
            self.send_error(404)

    do_HEAD = do_GET  # noqa: N815 - as it is looked for

    def do_POST(self) -> None:
        wanted = self.rfile.read(int(self.headers["Content-Length"])).decode()
        paths = json.loads(wanted)["paths"] if wanted.startswith("{") else re.findall(r"paths=([^&]+)", wanted)
        every = {entry["path"]: entry for entry in _tree("", deep=True)}
        self._json([every[name] for name in map(unquote, paths) if name in every])

    def _json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _file(self, data: bytes) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted is None:
            self._send(200, data, {"ETag": '"x"', "X-Repo-Commit": COMMIT})
            return
        first, last = int(wanted[1]), min(int(wanted[2] or len(data)), len(data) - 1)
        self._send(206, data[first : last + 1], {"Content-Range": f"bytes {first}-{last}/{len(data)}"})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: Any) -> None:  # noqa: ANN401 - as it is inherited
        """Say nothing."""


def _tree(folder: str, *, deep: bool) -> list[dict[str, Any]]:
    prefix = f"{folder.rstrip('/')}/" if folder else ""
    entries: dict[str, dict[str, Any]] = {}
    for name, data in FILES.items():
        if not name.startswith(prefix):
            continue
        parts = name.removeprefix(prefix).split("/")
        for n in range(1, len(parts) if deep else min(2, len(parts))):
            inner = prefix + "/".join(parts[:n])
            entries[inner] = {"type": "directory", "path": inner, "oid": "0" * 40, "size": 0}
        if deep or len(parts) == 1:
            entries[name] = {"type": "file", "path": name, "oid": "0" * 40, "size": len(data)}
    return list(entries.values())


def test_hf(tmp_path: Path) -> None:
    pytest.importorskip("huggingface_hub", reason="huggingface_hub is not installed: make test-engines")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    env = {"HF_ENDPOINT": f"http://127.0.0.1:{server.server_address[1]}", "HF_HOME": str(tmp_path), "HF_TOKEN": ""}
    names = "hf://datasets/someone/texts/shards/a.jsonl.gz", "hf://datasets/someone/texts/shards/deep/b.jsonl.gz"
    found = scanned("hf://datasets/someone/texts/shards", env, tmp_path)
    server.shutdown()
    server.server_close()
    assert found == rows(*names)
