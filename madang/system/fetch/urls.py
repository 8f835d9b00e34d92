"""An address of a web page, read strictly: two programs that read it must not find two hosts in it."""

import re
from dataclasses import dataclass, replace
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Literal
from urllib.parse import urljoin

from madang.system.fetch.addresses import Address
from madang.system.fetch.errors import BadFetchUrl, NotPublic

Scheme = Literal["http", "https"]
_LONGEST = 4096
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PARTS = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?", re.IGNORECASE | re.ASCII)
_BRACKETED = re.compile(r"\[([0-9A-Fa-f:.]{2,45})\](?::([0-9]{1,5}))?", re.ASCII)
_NAMED = re.compile(r"([^:\[\]%@]+)(?::([0-9]{1,5}))?", re.ASCII)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})", re.ASCII)
# White space, controls, what is invisible or turns the direction, the other slash, and halves of characters.
_NEVER = re.compile(
    "[\x00-\x20\x7f-\xa0\\\\\u00ad\u061c\u180e\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ud800-\udfff\ufeff]"
)
_AS_IT_IS = frozenset("!$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_[]abcdefghijklmnopqrstuvwxyz~")
_UNRESERVED = frozenset("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~")
_NEAR = ("localhost", "local", "lan", "internal", "intranet", "home", "corp", "home.arpa", "onion", "test", "invalid")


@dataclass(frozen=True, slots=True)
class PageUrl:
    """Where a page is. `host` is in ASCII, without brackets; `target` is the path and the query, as they are sent."""

    scheme: Scheme
    host: str
    port: int
    target: str
    address: Address | None = None

    def __str__(self) -> str:
        return self._with(self.host)

    @property
    def shown(self) -> str:
        """The whole of it, with the host in the letters that a person reads."""
        return self._with(self.shown_host)

    @property
    def shown_host(self) -> str:
        """The host in the letters that a person reads."""
        return _in_letters(self.host) if "xn--" in self.host else self.host

    @property
    def query(self) -> str:
        """What is behind the question mark."""
        return self.target.partition("?")[2]

    def _with(self, host: str) -> str:
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{f'[{host}]' if ':' in host else host}{port}{self.target}"

    def next(self, location: str) -> "PageUrl":
        """Return where a redirect leads. Raises what `parsed` does."""
        _check(location)
        return parsed(location if _has_scheme(location) else urljoin(str(self), location))


def parsed(text: str) -> PageUrl:
    """Read an address. What is sent to no server (`#part`) goes. Raises `BadFetchUrl`, and `NotPublic` for names
    that only a private network knows."""
    _check(text)
    found = _PARTS.fullmatch(text)
    if found is None:
        raise BadFetchUrl("only http and https are fetched", reason="scheme")
    scheme: Scheme = "https" if found[1].lower() == "https" else "http"
    url = _with_authority(found[2], scheme)
    # An empty query is none: the client would not send its mark.
    query = "" if found[4] == "?" else _encoded(found[4] or "")
    return replace(url, target=_path(found[3]) + query)


def _check(text: str) -> None:
    if len(text) > _LONGEST:
        raise BadFetchUrl("the address is too long", reason="length")
    if _NEVER.search(text):
        raise BadFetchUrl("there are characters in it that no address has", reason="characters")


def _has_scheme(location: str) -> bool:
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", location) is not None


def _with_authority(authority: str, scheme: Scheme) -> PageUrl:
    if "@" in authority:
        raise BadFetchUrl("no name or password is sent along", reason="credentials")
    if bracketed := _BRACKETED.fullmatch(authority):
        address = _version_6(bracketed[1])
        return PageUrl(scheme, str(address), _port(bracketed[2], scheme), "/", address)
    named = _NAMED.fullmatch(authority)
    if named is None:
        raise BadFetchUrl("this is no host", reason="host")
    host = _ascii(named[1])
    return PageUrl(scheme, host, _port(named[2], scheme), "/", _version_4(host))


def _port(digits: str | None, scheme: Scheme) -> int:
    """Return the port. Below 1024 stand services that are none of the web: mail, shells."""
    port = int(digits) if digits else _DEFAULT_PORTS[scheme]
    if not (1024 <= port <= 65535 or port in _DEFAULT_PORTS.values()):
        raise BadFetchUrl("no page is behind this port", reason="port")
    return port


def _version_6(text: str) -> IPv6Address:
    try:
        return IPv6Address(text)
    except AddressValueError as error:
        raise BadFetchUrl("this is no address of version 6", reason="host") from error


def _version_4(host: str) -> IPv4Address | None:
    """Return the address that a host spells. Only four plain numbers spell one; `127.1` or `0x7f.1` spell none."""
    if not _NUMBER.fullmatch(host.rpartition(".")[2]):
        return None
    try:
        return IPv4Address(host)
    except AddressValueError as error:
        raise BadFetchUrl("this is no address of version 4", reason="host") from error


def _ascii(host: str) -> str:
    """Return a host's name as it is looked up: in ASCII and small letters, without the last dot."""
    name = host.lower()
    if not host.isascii():
        name = _from_letters(name)
    name = name.removesuffix(".")
    if len(name) > 253 or not all(map(_LABEL.fullmatch, name.split("."))):
        raise BadFetchUrl("this is no host", reason="host")
    if "xn--" in name:
        _in_letters(name)
    last = name.rpartition(".")[2]
    if not _NUMBER.fullmatch(last) and ("." not in name or name.endswith(tuple(f".{one}" for one in _NEAR))):
        raise NotPublic("only a private network knows this name", host=name, kind="name")
    return name


def _from_letters(name: str) -> str:
    """Return a name in ASCII, by the rules of 2008: digits and dots of other scripts are no part of one."""
    import idna

    try:
        if re.search("[\u3002\uff0e\uff61]", name):
            raise idna.IDNAError("another dot")
        return idna.encode(name, strict=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise BadFetchUrl("this is no host", reason="host") from error


def _in_letters(name: str) -> str:
    import idna

    try:
        return idna.decode(name, strict=True)
    except (idna.IDNAError, UnicodeError) as error:
        raise BadFetchUrl("this is no host", reason="host") from error


def _encoded(text: str) -> str:
    """Return a path or query in one spelling: capital hex digits, and `%41` for no letter that may stand for itself."""
    whole = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    plain = _ESCAPE.sub(_unescaped, whole)
    return "".join(one if one in _AS_IT_IS else _escaped(one) for one in plain)


def _unescaped(found: re.Match[str]) -> str:
    one = chr(int(found[1], 16))
    return one if one in _UNRESERVED else found[0].upper()


def _escaped(one: str) -> str:
    return "".join(f"%{byte:02X}" for byte in one.encode())


def _path(text: str) -> str:
    """Return a path without `.` and `..`: what a rule says of a folder holds for all that is asked of it."""
    kept: list[str] = []
    names = _encoded(text or "/").split("/")[1:]
    for name in names:
        if name == "..":
            del kept[-1:]
        elif name != ".":
            kept.append(name)
    if names[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)
