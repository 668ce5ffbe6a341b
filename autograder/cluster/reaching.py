"""How a cluster is reached, and which addresses may be used: whoever can speak to a scheduler can have it run code."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ENCRYPTED = ("tls", "wss")


class BadCluster(Exception):
    """The cluster cannot be used; the message says what to do."""


class Lost(Exception):
    """No worker has brought the submission to its end; whatever the reason, it is the cluster's."""


@dataclass(frozen=True)
class Reached:
    """A scheduler's address, and the files of TLS: the authority's certificate, ours, and our key.

    ``complain`` is told in a sentence what somebody should know, such as a worker that is not used.
    """

    address: str
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    trust_network: bool = False
    complain: Callable[[str], None] = print

    def check(self) -> None:
        """Raise BadCluster for an address that cannot be meant, or is open to others."""
        parts = urlsplit(self.address)
        try:
            usable = parts.scheme in ("tcp", *ENCRYPTED) and parts.hostname and parts.port
        except ValueError:
            usable = False
        if not usable:
            raise BadCluster(f"{self.address!r} is no scheduler's address: say tcp://HOST:PORT or tls://HOST:PORT")
        files = [path for path in (self.authority, self.certificate, self.key) if path]
        for path in files:
            if not path.is_file():
                raise BadCluster(f"{path} is not there")
        if parts.scheme in ENCRYPTED and len(files) < 3:
            raise BadCluster("a tls:// address needs --tls-ca-file, --tls-cert and --tls-key, as its workers do")
        if files and parts.scheme not in ENCRYPTED:
            raise BadCluster(f"{self.address} is not encrypted: --tls-… go with tls://HOST:PORT")
        self._check_files()
        if parts.scheme not in ENCRYPTED and not self.trust_network and not _is_this_machine(parts.hostname or ""):
            raise BadCluster(
                f"{self.address} is neither encrypted nor on this machine: everybody in between could read submissions "
                "and give grades. Use tls://; or, where nobody else is in that network, say --trust-network"
            )

    def _check_files(self) -> None:
        """Raise BadCluster unless the files are what they are given for: the cluster would only be silent."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            if self.authority:
                context.load_verify_locations(self.authority)
            if self.certificate and self.key:
                context.load_cert_chain(self.certificate, self.key, password=_no_password)
        except OSError as error:
            names = " ".join(str(path) for path in (self.authority, self.certificate, self.key) if path)
            why = getattr(error, "reason", None) or error.strerror or error
            raise BadCluster(f"{names}: no authority, certificate and its key without a password ({why})") from error


def _no_password() -> str:
    return ""


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
