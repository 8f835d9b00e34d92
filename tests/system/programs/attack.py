"""What a hostile program would try, inside a box; prints what it could do. Alone in its file: it runs in there.

python3 attack.py '{"outside": [paths], "pid": 1, "port": 1, "udp": 1, "abstract": "", "unix": ""}'
"""

import ctypes
import json
import os
import socket
import sys
from collections.abc import Callable
from functools import partial

libc = ctypes.CDLL(None, use_errno=True)
NUMBERS = {
    "ptrace": 101, "process_vm_readv": 310, "unshare": 272, "setns": 308, "mount": 165, "bpf": 321, "keyctl": 250,
    "userfaultfd": 323, "open_by_handle_at": 304, "perf_event_open": 298, "io_uring_setup": 425, "pidfd_getfd": 438,
    "kexec_load": 246, "init_module": 175, "clone3": 435, "open_tree": 428, "fsopen": 430, "pivot_root": 155,
}  # fmt: skip


def can(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


def connects(family: int, kind: int, address: object, protocol: int = 0) -> Callable[[], object]:
    def attempt() -> None:
        with socket.socket(family, kind, protocol) as made:
            made.settimeout(3)
            made.connect(address)  # type: ignore[arg-type]
            made.send(b"canary")

    return attempt


def egress(given: dict[str, object]) -> dict[str, bool]:
    here = ("127.0.0.1", given["port"])
    return {
        "tcp": can(connects(socket.AF_INET, socket.SOCK_STREAM, here)),
        "udp": can(connects(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", given["udp"]))),
        "tcp6": can(lambda: socket.socket(socket.AF_INET6, socket.SOCK_STREAM).close()),
        "icmp": can(connects(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0), socket.IPPROTO_ICMP)),
        "unix": can(connects(socket.AF_UNIX, socket.SOCK_STREAM, given["unix"])),
        "abstract": can(connects(socket.AF_UNIX, socket.SOCK_STREAM, given["abstract"])),
        "netlink": can(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()),
        "vsock": can(lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).close()),
        "name": can(lambda: socket.create_connection(("localhost", int(str(given["port"]))), 3).close()),
        "io_uring": libc.syscall(425, 4, ctypes.create_string_buffer(256)) >= 0,
    }


def reads(paths: list[str]) -> dict[str, bool]:
    return {path: can(partial(read, path)) for path in paths}


def read(path: str) -> None:
    if os.path.isdir(path):
        os.listdir(path)
    else:
        os.close(os.open(path, os.O_RDONLY))


def writes(path: str) -> dict[str, bool]:
    folder, inside = os.path.dirname(path), os.path.abspath("inside")
    return {
        "write": can(lambda: os.close(os.open(path, os.O_WRONLY))),
        "truncate": can(lambda: os.truncate(path, 0)),
        "create": can(lambda: os.close(os.open(f"{folder}/new", os.O_WRONLY | os.O_CREAT, 0o600))),
        "rename": can(lambda: os.rename(path, f"{folder}/renamed")),
        "unlink": can(lambda: os.unlink(path)),
        "link_in": can(lambda: os.link(path, f"{inside}-link")),
        "move_in": can(lambda: os.rename(path, f"{inside}-moved")),
        "symlink_through": can(lambda: through_link(path, f"{inside}-sym")),
        "mkdir": can(lambda: os.mkdir(f"{folder}/made")),
        "chmod": can(lambda: os.chmod(path, 0o777)),
        "utime": can(lambda: os.utime(path, (1, 1))),
        "xattr": can(lambda: os.setxattr(path, "user.madang", b"1")),
    }


def through_link(path: str, link: str) -> None:
    os.symlink(path, link)
    os.truncate(link, 0)


def calls() -> dict[str, int]:
    found = {}
    for name, number in NUMBERS.items():
        result = libc.syscall(number, int(name == "ptrace"), 0, 0, 0, 0, 0)
        found[name] = ctypes.get_errno() if result < 0 else 0
    found["clone_newuser"] = _errno(cloned)
    found["tiocsti"] = _errno(lambda: libc.ioctl(0, 0x5412, ctypes.c_char_p(b"x")))
    return found


def cloned() -> int:
    result: int = libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0)
    if result == 0:
        os._exit(0)
    return result


def _errno(call: Callable[[], int]) -> int:
    return ctypes.get_errno() if call() < 0 else 0


def main(given: dict[str, object]) -> None:
    outside = [str(path) for path in given["outside"]]  # type: ignore[attr-defined]
    print(json.dumps({
        "egress": egress(given), "reads": reads(outside), "calls": calls(),
        "kills": can(lambda: os.kill(int(str(given["pid"])), 0)), "writes": writes(outside[0]),
        "environ": can(lambda: open(f"/proc/{given['pid']}/environ", "rb").read()),  # noqa: SIM115
        "process": os.path.exists(f"/proc/{given['pid']}"),
    }))  # fmt: skip


main(json.loads(sys.argv[1]))
