"""What no rule can change: places nobody but the person touches, and what a person is always asked about."""

from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from madang.permissions.globs import folded
from madang.permissions.spots import Parts, Spots, parts_of, takes_all_below
from madang.permissions.types import Places
from madang.permissions.urls import address, is_inside
from madang.system.types import Action, PathUse

MOST_DELETED: Final = 20
LARGE_BYTES: Final = 1 << 20
WRITING: Final[frozenset[PathUse]] = frozenset(["write", "delete", "move_from", "move_to"])
REVEALING: Final[frozenset[PathUse]] = frozenset(["read", "move_from"])

_SYSTEM: Final = ("/dev", "/proc", "/sys", "/run", "/var/run", "/private/var/run", "/tmp/.X11-unix", "/tmp/.ICE-unix")  # noqa: S108
_READ_ONLY: Final = ("/etc/madang",)
_IN_HOME: Final = (
    ".ssh", ".gnupg", ".aws", ".kube", ".docker", ".netrc", ".azure", ".config/gcloud", ".config/gh", ".password-store",
    ".git-credentials", ".pgpass", ".local/share/keyrings", ".local/share/kwalletd", "library/keychains", ".pki",
    ".mozilla", ".config/google-chrome", ".config/chromium", ".config/bravesoftware", ".config/microsoft-edge",
    ".config/vivaldi", ".config/opera", ".librewolf", ".thunderbird", "snap/firefox", "snap/chromium",
    ".var/app/org.mozilla.firefox", ".var/app/com.google.chrome", "library/safari", "library/cookies",
    "library/application support/google/chrome", "library/application support/firefox",
    "library/application support/bravesoftware", "library/application support/microsoft edge",
    "appdata/local/google/chrome", "appdata/roaming/mozilla", "appdata/local/microsoft/edge", ".xauthority",
    ".iceauthority",
)  # fmt: skip
# Other programs obey what lies here: by name in any folder, and as the end of a path.
_PROTECTED_NAMES: Final = (
    ".gitattributes", ".gitmodules", ".gitconfig", ".mcp.json", ".envrc", ".npmrc", ".pypirc", "*.pth",
    "sitecustomize.py", "usercustomize.py", ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases",
    ".profile", ".zshrc", ".zprofile", ".zshenv", ".zlogin", ".zlogout", ".kshrc", ".cshrc", ".tcshrc", ".login",
    ".xprofile", ".xinitrc", ".xsession", ".xsessionrc", ".inputrc", ".vimrc", ".pam_environment", "crontab",
)  # fmt: skip
_PROTECTED_FOLDERS: Final = (
    (".git", "hooks"), (".git", "config"), (".git", "info"), (".git", "modules"),
    (".git", "commondir"), (".git", "config.worktree"), (".git", "worktrees"), (".vscode",), (".idea",),
    (".config", "autostart"), (".config", "systemd"), (".config", "environment.d"), (".config", "fish"),
    (".config", "git"), (".local", "share", "systemd"), ("library", "launchagents"), ("library", "launchdaemons"),
    ("etc", "systemd"), ("etc", "cron.d"), ("etc", "cron.daily"), ("etc", "cron.hourly"), ("etc", "cron.weekly"),
    ("etc", "cron.monthly"), ("etc", "profile.d"), ("spool", "cron"), ("start menu", "programs", "startup"),
)  # fmt: skip
_WHOLE_FOLDERS: Final = (".git", ".config", "launchagents")
_SECRET_NAMES: Final = (
    ".env", ".env.*", "*.env", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk", ".netrc",
    "_netrc", ".pgpass", ".git-credentials", ".htpasswd", ".npmrc", ".pypirc", "credentials", "credentials.json",
    "secrets.json", "secrets.y*ml", "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*",
    "logins.json", "key4.db", "cookies.sqlite", "login data",
)  # fmt: skip
_SECRET_FOLDERS: Final = frozenset(
    [".aws", ".ssh", ".gnupg", ".kube", ".docker", ".azure", ".mozilla", "keyrings", "google-chrome", "chromium"]
)
_NOT_SECRET: Final = ("*.pub", ".env.example", ".env.sample", ".env.template", ".env.dist")


def path_denial(found: Spots, places: Places, is_by_hand: bool, takes_below: bool = True) -> str:
    """Return why nobody may do this to a path, as a code, or nothing. `takes_below`: what lies in it counts as well."""
    takes_below = takes_below and takes_all_below(found.touched)
    if found.touched.type == "other":
        return "not_a_file"
    for parts in both_ways(found):
        if any(_meets(root, parts, takes_below) for root in _closed(places.home, places.secret)):
            return "secret_place"
        if found.touched.use in WRITING and any(parts[: len(root)] == root for root in map(parts_of, _READ_ONLY)):
            return "madang_own"
        if found.touched.use in WRITING and not is_by_hand and ".madang" in parts:
            return "madang_own"
    return ""


def path_question(found: Spots) -> str:
    """Return why a person is always asked about a path, as a code, or nothing."""
    touched = found.touched
    if touched.use in WRITING and any(map(is_protected, both_ways(found))):
        return "protected"
    if touched.use in REVEALING and any(map(looks_secret, both_ways(found))):
        return "secret_file"
    if touched.use != "cwd" and touched.type == "file" and (touched.links or 1) > 1:
        return "hardlink"
    if touched.use == "write" and touched.type == "file" and (touched.size or 0) > LARGE_BYTES:
        return "large_overwrite"
    return ""


def action_denial(action: Action) -> str:
    """Return why nobody may do this at all, as a code, or nothing. Names that lead inside are the fetcher's to find."""
    if action.kind != "fetch":
        return ""
    found = address(action.url)
    if found is None or found.scheme not in ("http", "https"):
        return "bad_address"
    return "inner_address" if is_inside(found.host) else ""


def action_question(action: Action) -> str:
    """Return why a person is always asked about this, as a code, or nothing."""
    if action.kind in ("mcp.connect", "schedule"):
        return "always_asks"
    if action.kind == "exec" and action.sandbox is not None and action.sandbox.network:
        return "network"
    if action.kind == "fs.delete" and _deleted(action) > MOST_DELETED:
        return "many_deleted"
    return ""


def both_ways(found: Spots) -> list[Parts]:
    """Return where a path was said to be and where its object is, from the top, without case."""
    return [tuple(map(folded, one[0].parts)) for one in (found.said, found.real)]


def is_protected(parts: Parts) -> bool:
    """Say whether other programs obey what lies here."""
    if not parts:
        return False
    if parts[-1] in _WHOLE_FOLDERS or any(fnmatchcase(parts[-1], name) for name in _PROTECTED_NAMES):
        return True
    return any(parts[at : at + len(folder)] == folder for folder in _PROTECTED_FOLDERS for at in range(len(parts))) or (
        len(parts) == 2 and parts[0] == "etc" and parts[1] in ("profile", "environment", "ld.so.preload", "crontab")
    )


def looks_secret(parts: Parts) -> bool:
    """Say whether a file's name or place is one where secrets lie."""
    if not parts or any(fnmatchcase(parts[-1], name) for name in _NOT_SECRET):
        return False
    if parts[-1].startswith("id_") and "." not in parts[-1]:
        return True
    return not _SECRET_FOLDERS.isdisjoint(parts) or any(fnmatchcase(parts[-1], name) for name in _SECRET_NAMES)


@lru_cache(maxsize=8)
def _closed(home: str, secret: tuple[str, ...]) -> list[Parts]:
    home = home.rstrip("/")
    paths = (*_SYSTEM, *secret, *(f"{home}/{name}" for name in _IN_HOME))
    return [tuple(map(folded, parts_of(path))) for path in paths]


def _meets(root: Parts, parts: Parts, takes_below: bool) -> bool:
    """Say whether a path lies in a closed place, or takes one with it."""
    return parts[: len(root)] == root or (takes_below and root[: len(parts)] == parts)


def _deleted(action: Action) -> int:
    held = action.details.get("files", 0)
    more = MOST_DELETED + 1 if action.details.get("is_truncated") else 0
    return max(len(action.paths), held if isinstance(held, int) else 0, more)
