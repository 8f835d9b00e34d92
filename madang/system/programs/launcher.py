"""Ties a program up, then becomes it: `python -I -S launcher.py FD`. Alone in its file; imports nothing of ours.

FD gives a policy as JSON, then takes words about it: that the program is tied up, what failed, how many processes
were left over. Whatever fails here ends with 126, before the program has run.
"""

import ctypes
import json
import os
import platform
import resource
import signal
import struct
import sys
import time
from typing import Any

FAILED = 126
BPF_LOAD, BPF_EQUAL, BPF_AT_LEAST, BPF_SET, BPF_RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, EPERM, ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
NEW_NAMESPACES, TIOCSTI, TIOCLINUX = 0x7E020000, 0x5412, 0x541C
# io_uring, pidfd_getfd, the mount family (as one number on both), process_madvise, quotactl_fd.
_BOTH = [425, 426, 427, 438, 428, 429, 430, 431, 432, 433, 442, 467, 440, 443]
# By machine: how the kernel names it, its clone, ioctl and socket, then what is refused: ptrace, process_vm_*, unshare,
# setns, mount, umount, pivot_root, chroot, bpf, keys (3), userfaultfd, perf_event_open, *_handle_at, kexec (2), modules
# (3), reboot, swap (2), acct, clocks (3), names (2), quotactl, syslog, kcmp, fanotify_init, move_pages; iopl, ioperm.
MACHINES: dict[str, tuple[int, int, int, int, list[int]]] = {
    "x86_64": (0xC000003E, 56, 16, 41, [
        101, 310, 311, 272, 308, 165, 166, 155, 161, 321, 250, 248, 249, 323, 298, 303, 304, 246, 320, 175, 313, 176,
        169, 167, 168, 163, 164, 227, 305, 170, 171, 179, 103, 312, 300, 279, 172, 173]),
    "aarch64": (0xC00000B7, 220, 29, 198, [
        117, 270, 271, 97, 268, 40, 39, 41, 51, 280, 219, 217, 218, 282, 241, 264, 265, 104, 294, 105, 273, 106,
        142, 224, 225, 89, 170, 112, 266, 161, 162, 60, 116, 272, 262, 239]),
}  # fmt: skip
CLONE3 = 435
READ_FILE, READ_FOLDER, EXECUTE, WRITE_FILE, TRUNCATE, DEVICES = 4, 8, 1, 2, 1 << 14, 1 << 15
ON_FILES = READ_FILE | EXECUTE | WRITE_FILE | TRUNCATE | DEVICES
libc = ctypes.CDLL(None, use_errno=True)


def syscall(number: int, *words: Any) -> int:
    result: int = libc.syscall(ctypes.c_long(number), *words)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def prctl(*words: int) -> None:
    if libc.prctl(*[ctypes.c_ulong(word) for word in words], *[ctypes.c_ulong(0)] * (5 - len(words))):
        raise OSError(ctypes.get_errno(), "prctl")


def filter_program(machine: str, network: bool) -> bytes:
    """Return the seccomp filter: what is refused answers EPERM, other machines' calls end the program."""
    arch, clone, ioctl, socket, refused = MACHINES[machine]
    code = [(BPF_LOAD, 0, 0, 4), (BPF_EQUAL, 1, 0, arch), (BPF_RETURN, 0, 0, KILL), (BPF_LOAD, 0, 0, 0)]
    code += [(BPF_AT_LEAST, 0, 1, 0x40000000), (BPF_RETURN, 0, 0, KILL)] if machine == "x86_64" else []
    for number in [*refused, *_BOTH, *([] if network else [socket])]:
        code += [(BPF_EQUAL, 0, 1, number), (BPF_RETURN, 0, 0, EPERM)]
    code += [(BPF_EQUAL, 0, 1, CLONE3), (BPF_RETURN, 0, 0, ENOSYS)]
    code += [(BPF_EQUAL, 0, 3, clone), (BPF_LOAD, 0, 0, 16), (BPF_SET, 0, 1, NEW_NAMESPACES), (BPF_RETURN, 0, 0, EPERM)]
    code += [(BPF_LOAD, 0, 0, 0), (BPF_EQUAL, 0, 5, ioctl), (BPF_LOAD, 0, 0, 24), (BPF_EQUAL, 1, 0, TIOCSTI)]
    code += [(BPF_EQUAL, 0, 1, TIOCLINUX), (BPF_RETURN, 0, 0, EPERM), (BPF_LOAD, 0, 0, 0)]
    if network:
        code += [(BPF_EQUAL, 0, 5, socket), (BPF_LOAD, 0, 0, 16), (BPF_EQUAL, 2, 0, 2), (BPF_EQUAL, 1, 0, 10)]
        code += [(BPF_RETURN, 0, 0, EPERM), (BPF_RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", *one) for one in [*code, (BPF_RETURN, 0, 0, ALLOW)])


def refuse_calls(policy: dict[str, Any]) -> None:
    program = filter_program(platform.machine(), policy["network"])
    held = ctypes.create_string_buffer(program)
    fprog = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held)))
    prctl(22, 2, ctypes.addressof(fprog))


def refuse_files(policy: dict[str, Any]) -> None:
    """Landlock, as far as this kernel has it: only the named places can be read, run or written."""
    try:
        abi = syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint(1))
    except OSError:
        if policy["landlock"] == "required":
            raise
        return
    every = (1 << (13 + (abi >= 2) + (abi >= 3))) - 1 | (DEVICES if abi >= 5 else 0)
    words = [every, *([3] if abi >= 4 else []), *([3] if abi >= 6 else [])]
    attributes = struct.pack(f"{len(words)}Q", *words)
    rules = syscall(444, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0))
    reading = READ_FILE | READ_FOLDER
    grants = [(reading, policy["read"]), (reading | EXECUTE, policy["run"]), (every & ~EXECUTE, policy["write"])]
    for rights, paths in grants:
        for path in paths:
            allow(rules, rights & every, path)
    syscall(446, ctypes.c_int(rules), ctypes.c_uint(0))
    os.close(rules)


def allow(rules: int, rights: int, path: str) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    rights &= -1 if os.path.isdir(path) else ON_FILES
    syscall(445, ctypes.c_int(rules), ctypes.c_int(1), struct.pack("=Qi", rights, place), ctypes.c_uint(0))
    os.close(place)


def set_limits(policy: dict[str, Any]) -> None:
    for name, most in policy["limits"].items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (limit, limit))


def stand(policy: dict[str, Any]) -> None:
    """Go to the folder that was held, and see that it is the one."""
    os.chdir(policy["cwd"])
    here = os.stat(".")
    if [here.st_dev, here.st_ino] != policy["cwd_object"]:
        raise OSError("the folder is another one")


def supervise(link: int, grace_s: float) -> None:
    """Stay behind as the parent of whatever the program leaves over, and end that with it."""
    prctl(36, 1)
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        prctl(1, signal.SIGKILL)
        return
    signal.signal(signal.SIGTERM, lambda *_: end_softly(child, grace_s))
    signal.signal(signal.SIGUSR1, lambda *_: os.kill(-child, signal.SIGKILL))
    prctl(1, signal.SIGTERM)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    _, status = os.waitpid(child, 0)
    # The first process of a namespace takes all of it along.
    if os.getpid() != 1:
        say(link, left_over=sweep())
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def end_softly(child: int, grace_s: float) -> None:
    os.kill(-child, signal.SIGTERM)
    os.kill(-child, signal.SIGCONT)
    deadline = time.monotonic() + grace_s
    while time.monotonic() < deadline and os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        time.sleep(0.02)
    os.kill(-child, signal.SIGKILL)


def sweep() -> int:
    """Kill everything below this process until nothing is left; return how many there were."""
    ended, deadline = 0, time.monotonic() + 5
    while time.monotonic() < deadline:
        with open(f"/proc/self/task/{os.getpid()}/children") as children:
            for pid in children.read().split():
                os.kill(int(pid), signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return ended
        ended += 1
    return ended


def say(link: int, **word: Any) -> None:
    os.write(link, json.dumps(word).encode() + b"\n")


def main(link: int) -> None:
    try:
        with open(link, "rb", closefd=False) as given:
            policy = json.loads(given.readline())
        os.set_inheritable(link, False)
        os.closerange(3, link)
        os.closerange(link + 1, 65536)
        stand(policy)
        os.umask(0o022)
        if sys.platform == "linux":
            supervise(link, policy["grace_s"]) if policy["supervised"] else prctl(1, signal.SIGKILL)
        set_limits(policy)
        if sys.platform == "linux" and policy["held"]:
            prctl(38, 1)
            refuse_files(policy)
            refuse_calls(policy)
        say(link, tied=True)
        os.execve(policy["program"], policy["argv"], policy["environment"])
    except BaseException as error:
        say(link, failed=f"{type(error).__name__}: {error}"[:500])
        os._exit(FAILED)


if __name__ == "__main__":
    main(int(sys.argv[1]))
