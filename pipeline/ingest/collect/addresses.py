"""Connections to public addresses only: the address that is checked is the one connected to."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

IsAllowed = Callable[[str], bool]


class PrivateAddressError(Exception):
    """A host's name leads to an address that is not public."""


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the public internet, also where IPv6 wraps an IPv4 address."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


def any_address(_: str) -> bool:
    """Allow every address."""
    return True


class Opened:
    """The sockets of a client, so that a clock can shut them."""

    def __init__(self) -> None:
        """Begin with none."""
        self._sockets: list[socket.socket] = []

    def add(self, opened: socket.socket) -> None:
        """Remember a socket: by a second handle, since TLS takes the first one over."""
        self._sockets.append(opened.dup())

    def shut(self) -> None:
        """End every connection, whatever it waits for."""
        for opened in self._sockets:
            try:
                opened.shutdown(socket.SHUT_RDWR)
            except OSError:  # it has ended by itself
                continue

    def forget(self) -> None:
        """Close the handles."""
        for opened in self._sockets:
            opened.close()
        self._sockets.clear()


def guarded_pool(is_allowed: IsAllowed, opened: Opened) -> urllib3.PoolManager:
    """Return a client whose connections go to allowed addresses only and are remembered in `opened`."""

    def connect(connection: Any) -> socket.socket:
        host, port = connection._dns_host, connection.port
        last: OSError | None = None
        try:
            places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise urllib3.exceptions.NameResolutionError(host, connection, socket.gaierror(str(error))) from error
        for family, kind, protocol, _, address in places:
            if not is_allowed(str(address[0])):
                raise PrivateAddressError(f"{host} leads to {address[0]}, which is no public address")
            made = socket.socket(family, kind, protocol)
            made.settimeout(connection.timeout)
            try:
                made.connect(address)
            except OSError as error:
                made.close()
                last = error
                continue
            opened.add(made)
            return made
        raise urllib3.exceptions.NewConnectionError(connection, f"cannot be reached: {last}")

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    manager = urllib3.PoolManager(num_pools=20, maxsize=1)
    manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return manager
