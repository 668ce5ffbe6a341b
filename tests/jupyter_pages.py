"""JupyterLab and formgrader as servers of their own, and a real Chromium to look at them with."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
TOKEN = "unrolled-tests"
PICTURES = os.environ.get("UNROLLED_PICTURES")


@contextlib.contextmanager
def jupyter(
    folder: Path,
    settings: Path,
    *options: str,
    python: str = sys.executable,
    environment: Mapping[str, str] = os.environ,
) -> Iterator[str]:
    """A JupyterLab server on ``folder``, of a Python and its environment; gives its address.

    Every cell is kept in the page (JupyterLab draws only those in sight by default), so that a test can read them all.
    """
    _write(settings / "lab/@jupyterlab/notebook-extension/tracker.jupyterlab-settings", {"windowingMode": "none"})
    _write(settings / "lab/@jupyterlab/apputils-extension/notification.jupyterlab-settings", {"fetchNews": "false"})
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [python, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += [f"--IdentityProvider.token={TOKEN}", "--ServerApp.port_retries=0", f"--notebook-dir={folder}", *options]
    environment = dict(environment) | {
        "JUPYTERLAB_SETTINGS_DIR": str(settings / "lab"),
        "JUPYTER_CONFIG_DIR": str(settings / "config"),
        "JUPYTER_RUNTIME_DIR": str(settings / "runtime"),
        "JUPYTERLAB_WORKSPACES_DIR": str(settings / "workspaces"),
        "PATH": f"{Path(python).parent}{os.pathsep}{environment['PATH']}",
    }
    log = settings / "server.log"
    with log.open("w") as said:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=said)
        try:
            yield _up(f"http://127.0.0.1:{port}", server, log)
        finally:
            server.terminate()
            try:
                server.wait(timeout=30)
            except subprocess.TimeoutExpired:
                server.kill()  # it waits for what it is doing; the test has said already what went wrong
                server.wait()


@contextlib.contextmanager
def page(address: str) -> Iterator[Page]:
    """A page of a headless Chromium, logged in to the server."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            context = browser.new_context(viewport={"width": 1280, "height": 1000})
            context.set_default_timeout(120_000)
            opened = context.new_page()
            opened.goto(f"{address}/api/status?token={TOKEN}")
            yield opened
        finally:
            browser.close()


def shot(what: Page | Locator, name: str, parts: Sequence[Locator] = ()) -> None:
    """Keep a picture of a page, or of a part of one, when ``UNROLLED_PICTURES`` names a folder for them.

    Args:
        parts: of a page, only what these take up together.
    """
    if not PICTURES:
        return
    path = Path(PICTURES) / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    boxes = [box for box in (part.bounding_box() for part in parts) if box]
    if boxes and isinstance(what, Page):
        left, top = min(box["x"] for box in boxes), min(box["y"] for box in boxes)
        right, end = (max(box[at] + box[size] for box in boxes) for at, size in (("x", "width"), ("y", "height")))
        what.screenshot(path=path, clip={"x": left, "y": top, "width": right - left, "height": end - top})
    else:
        what.screenshot(path=path)


def _up(address: str, server: subprocess.Popen, log: Path) -> str:
    until = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=5):
                return address
        except OSError as error:
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}") from error
            time.sleep(0.2)


def _write(path: Path, settings: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings))
