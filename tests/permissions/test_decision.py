"""What a decision says: the modes, the rules over them, what no rule can change, and what a run has met."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from madang.permissions.types import Grant, SourcedRule
from madang.system.types import Action, Actor
from tests.permissions.making import (
    FOLDER,
    HOME,
    NOW,
    PLACES,
    fetch_action,
    file_action,
    granted,
    judged,
    program_action,
    sourced,
    touched,
)

READ, WRITE = file_action("fs.read", "a.txt"), file_action("fs.write", "a.txt")
TEMPLATE, OTHER = program_action("ls", "-l", "src"), program_action("gcc", "a.c")
FETCH, OUTSIDE = fetch_action("https://example.org/a"), file_action("fs.read", f"{HOME}/other/a.txt")
MODES = {
    "chat": ("deny", "deny", "deny", "deny", "deny", "deny"),
    "read": ("allow", "deny", "allow", "deny", "deny", "deny"),
    "ask": ("allow", "ask", "allow", "ask", "ask", "ask"),
    "workspace": ("allow", "allow", "allow", "allow", "ask", "ask"),
    "unattended": ("ask", "ask", "ask", "ask", "ask", "deny"),
}
ACTIONS = (READ, WRITE, TEMPLATE, OTHER, FETCH, OUTSIDE)


@pytest.mark.parametrize("mode", MODES)
def test_each_mode_answers_as_the_table_says(mode: Any) -> None:
    assert tuple(judged(action, mode=mode).effect for action in ACTIONS) == MODES[mode]


def test_a_folder_opened_to_be_read_is_only_read_in_any_mode() -> None:
    there = file_action("fs.write", f"{HOME}/looked-at/a.txt", folder="f2", relative="a.txt")
    found = judged(there, ["allow fs.write(ws:**)"], mode="workspace")
    assert (found.effect, found.code) == ("deny", "folder_read_only")


def test_deny_is_over_ask_over_allow_over_the_mode() -> None:
    allow, ask, deny = "allow fs.write(ws:**)", "ask fs.write(ws:**)", "deny fs.write(ws:a.txt)"
    assert judged(WRITE, [allow]).effect == "allow"
    assert judged(WRITE, [allow, ask]).effect == "ask"
    found = judged(WRITE, [deny, allow, ask])
    assert (found.effect, found.code, found.rule, found.source.kind) == ("deny", "rule_denies", deny, "user")


def test_a_rule_of_a_folder_never_allows_and_reaches_no_other_folder() -> None:
    assert judged(WRITE, [sourced("allow fs.write(ws:**)", "folder", "f1")]).effect == "ask"
    assert judged(READ, [sourced("deny fs.read(ws:**)", "folder", "f2")]).effect == "allow"
    assert judged(READ, [sourced("deny fs.read(ws:**)", "folder", "f1")]).effect == "deny"


def test_what_allows_must_cover_the_real_object_and_what_denies_either() -> None:
    link = file_action("fs.read", "link", real=f"{HOME}/other/a.txt")
    assert judged(link, ["allow fs.read(ws:**)"]).effect == "ask"
    assert judged(link, ["deny fs.read(home:other/**)"]).effect == "deny"
    assert judged(link, ["deny fs.read(ws:link)"]).effect == "deny"


def test_what_is_done_to_a_folder_is_done_to_what_lies_in_it() -> None:
    tree = file_action("fs.delete", "src", type="folder")
    assert judged(tree, ["deny fs.delete(ws:src/kept/**)", "allow fs.delete(ws:**)"]).effect == "deny"
    moved = replace(READ, kind="fs.write", paths=(touched("src", "move_from", type="folder"), touched("b", "move_to")))
    assert judged(moved, ["deny fs.read(ws:src/private/a)"], mode="workspace").effect == "deny"
    assert judged(moved, mode="workspace").effect == "allow"


def test_the_strictest_path_of_several_decides() -> None:
    both = replace(READ, paths=(touched("a"), touched(f"{HOME}/b")))
    assert judged(both).effect == "ask"


def test_a_rule_counts_until_its_time_and_under_its_conditions() -> None:
    assert judged(WRITE, ["allow fs.write(ws:**) until 2026-11-23T12:00:01Z"]).effect == "allow"
    assert judged(WRITE, ["allow fs.write(ws:**) until 2026-11-23T12:00:00Z"]).effect == "ask"
    assert judged(WRITE, ["allow fs.write(ws:**) when size<3"]).effect == "ask"
    assert judged(WRITE, ["allow fs.write(ws:**) when size<4 and mode=ask and !tainted"]).effect == "allow"
    tainted = replace(WRITE, taint=("private",))
    assert judged(tainted, ["allow fs.write(ws:**) when !tainted"]).effect == "ask"
    assert judged(WRITE, ["deny fs.write(ws:**) when tier>=2"]).effect == "deny"
    assert judged(OTHER, ["deny exec(*) when tier>=2"]).effect == "deny"
    assert judged(replace(OTHER, sandbox=None), ["deny exec(*) when tainted"]).effect == "ask"


@pytest.mark.parametrize(
    "grant",
    [
        granted("allow fs.write(ws:**)", "run", "r2"),
        granted("allow fs.write(ws:**)", "conversation", "c2"),
        granted("allow fs.write(ws:**)", "workspace", "f2"),
        granted("allow fs.write(ws:**)", "job", "j2"),
        granted("allow fs.write(ws:**)", "run", "r1", expires_at=NOW),
        granted("allow fs.write(ws:**)", "run", "r1", uses=1, most_uses=1),
    ],
)
def test_a_grant_counts_only_for_what_it_was_given_for(grant: SourcedRule) -> None:
    assert judged(WRITE, [grant], conversation="c1", job="j1").effect == "ask"


def test_a_grant_allows_where_it_was_given_and_says_so() -> None:
    found = judged(WRITE, [granted("allow fs.write(ws:**)", "workspace", "f1")])
    assert (found.effect, found.code, found.grant) == ("allow", "grant_allows", "g1")
    exact = Grant("g2", "run", "r1", digest=WRITE.digest)
    assert judged(WRITE, grants=(exact,)).grant == "g2"
    assert judged(file_action("fs.write", "b.txt"), grants=(exact,)).effect == "ask"


def test_without_anybody_there_only_what_the_job_was_given_counts() -> None:
    assert judged(READ, ["allow fs.read(ws:**)"], mode="unattended").effect == "ask"
    given = granted("allow fs.read(ws:**)", "job", "j1")
    assert judged(READ, [given], mode="unattended", job="j1").effect == "allow"
    found = judged(READ, mode="unattended", parks=False)
    assert (found.effect, found.code) == ("deny", "nobody_to_ask")


def test_what_a_person_does_by_hand_is_not_asked_about_and_meets_the_hard_rules() -> None:
    by_hand = Actor("person", "min")
    assert judged(replace(WRITE, actor=by_hand), ["deny fs.write(ws:**)"], mode="chat").effect == "allow"
    assert judged(replace(file_action("fs.read", f"{HOME}/.ssh/id_rsa"), actor=by_hand)).effect == "deny"
    machine = sourced("deny fs.write(ws:**)", "machine")
    assert judged(replace(WRITE, actor=by_hand), [machine]).effect == "deny"


BROAD = ["allow fs.read(abs:**)", "allow fs.write(abs:**)", "allow fs.delete(abs:**)", "allow fs.list(abs:**)"]
CLOSED = [
    f"{HOME}/.local/share/madang/madang.sqlite3", f"{HOME}/.local/share/madang", f"{HOME}/keys/a", f"{HOME}/.ssh/new",
    f"{HOME}/.SSH/id_rsa", f"{HOME}/.gnupg/x", f"{HOME}/.aws/credentials", f"{HOME}/.kube/config", f"{HOME}/.netrc",
    f"{HOME}/.docker/config.json", f"{HOME}/.mozilla/firefox/a/key4.db", f"{HOME}/.config/google-chrome/Default/a",
    f"{HOME}/Library/Keychains/login.keychain", "/proc/1/mem", "/dev/sda", "/run/user/1000/bus", "/var/run/docker.sock",
    f"{FOLDER}/../.ssh/id_rsa",
]  # fmt: skip


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("kind", ["fs.read", "fs.write", "fs.delete", "fs.list"])
def test_FS_11_nobody_touches_the_keys_and_the_data_whatever_the_rules(kind: Any, path: str) -> None:
    found = judged(file_action(kind, path, type="missing"), BROAD, mode="workspace")
    assert (found.effect, found.source.kind) == ("deny", "hard")
    behind_a_link = file_action(kind, "link", real=path)
    assert judged(behind_a_link, BROAD, mode="workspace").effect == "deny"


@pytest.mark.parametrize("kind", ["fs.read", "fs.delete"])
def test_FS_11_a_folder_is_not_taken_with_the_keys_in_it(kind: Any) -> None:
    assert judged(file_action(kind, HOME, type="folder"), BROAD).code == "secret_place"


PROTECTED = [
    ".git/config", "sub/.git/hooks/pre-commit", ".git", ".gitattributes", ".gitmodules", ".vscode/tasks.json",
    ".idea/a.xml", ".mcp.json", ".envrc", ".npmrc", "a/x.pth", "sitecustomize.py", "usercustomize.py", ".GIT/config",
    f"{HOME}/.bashrc", f"{HOME}/.zshrc", f"{HOME}/.profile", f"{HOME}/.config/autostart/a.desktop",
    f"{HOME}/.config/systemd/user/a.service", "/etc/cron.d/a", "/var/spool/cron/crontabs/min", "/etc/systemd/system/a",
    ".g\u200cit/config",
]  # fmt: skip


@pytest.mark.parametrize("path", PROTECTED)
def test_FS_11_PERM_08_what_other_programs_obey_is_never_written_unasked(path: str) -> None:
    rules = [*BROAD, granted("allow fs.write(abs:**)", "run", "r1")]
    found = judged(file_action("fs.write", path, type="missing"), rules, mode="workspace")
    assert (found.effect, found.code) == ("ask", "protected")
    moved = replace(WRITE, paths=(touched("harmless", "move_from"), touched(path, "move_to")))
    assert judged(moved, rules, mode="workspace").effect == "ask"


@pytest.mark.parametrize("path", [".madang/policy", "sub/.Madang/x", "/etc/madang/policy.toml"])
def test_PERM_08_its_own_rules_are_denied_to_every_tool(path: str) -> None:
    found = judged(file_action("fs.write", path, type="missing"), BROAD, mode="workspace")
    assert (found.effect, found.code) == ("deny", "madang_own")


@pytest.mark.parametrize("path", [".env", ".env.local", "id_ed25519", "deploy/a.pem", "x/.aws/config", "prod.key"])
def test_FS_12_a_file_that_looks_like_a_secret_is_asked_about(path: str) -> None:
    assert judged(file_action("fs.read", path), BROAD, mode="workspace").code == "secret_file"
    moved = replace(WRITE, paths=(touched(path, "move_from"), touched("plain.txt", "move_to")))
    assert judged(moved, mode="workspace").code == "secret_file"
    assert judged(program_action("cat", path)).effect == "ask"


def test_FS_12_an_example_and_a_public_key_are_no_secrets() -> None:
    for path in (".env.example", "id_ed25519.pub", "id_utils.py", "environment.md"):
        assert judged(file_action("fs.read", path)).effect == "allow", path


def test_large_many_and_linked_are_asked_about() -> None:
    assert judged(file_action("fs.write", "a", size=(1 << 20) + 1), BROAD, mode="workspace").code == "large_overwrite"
    assert judged(file_action("fs.write", "a", links=2), BROAD, mode="workspace").code == "hardlink"
    many = replace(READ, kind="fs.delete", paths=tuple(touched(f"{n}", "delete") for n in range(21)))
    assert judged(many, BROAD, mode="workspace").code == "many_deleted"
    assert judged(replace(many, paths=many.paths[:20]), BROAD, mode="workspace").effect == "allow"
    tree = file_action("fs.delete", "a", type="folder")
    assert judged(replace(tree, details={"files": 21}), BROAD, mode="workspace").code == "many_deleted"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://localhost:8000/", "http://10.0.0.1/", "http://169.254.169.254/latest", "http://[::1]/",
     "http://0x7f.1/", "http://2130706433/", "http://metadata.google.internal/", "http://printer/", "http://a.local./",
     "ftp://example.org/", "https://user@example.org/", "https://exämple.org/", "file:///etc/passwd", ""],
)  # fmt: skip
def test_a_place_inside_is_never_fetched(url: str) -> None:
    found = judged(fetch_action(url), ["allow fetch(http://127.0.0.1/)", "allow fetch(http://localhost:8000/)"])
    assert (found.effect, found.source.kind) == ("deny", "hard")


def test_without_walls_a_program_runs_once_at_most_and_never_unattended() -> None:
    loose = program_action("ls", tier=0)
    found = judged(loose, ["allow exec(/usr/bin/ls <path:r>...)"], mode="workspace")
    assert (found.effect, found.code, found.only_once) == ("ask", "unsandboxed", True)
    assert judged(loose, mode="unattended").effect == "deny"


@pytest.mark.parametrize("rule", ["deny fs.write(ws:locked/**)", "deny fs.read(ws:**)", "ask fs.delete(ws:*.txt)"])
def test_a_program_that_may_do_anything_is_asked_about_where_a_rule_is_about_a_part_of_its_folder(rule: str) -> None:
    assert judged(program_action("python3", "x.py"), mode="workspace").effect == "allow"
    found = judged(program_action("python3", "x.py"), [rule], mode="workspace")
    assert (found.effect, found.code) == ("ask", "denied_below")
    assert judged(program_action("ls", "-la"), [rule], mode="workspace").effect == "allow"
    assert judged(program_action("python3", "x.py"), ["deny fs.write(abs:srv/**)"], mode="workspace").effect == "allow"


def test_a_program_needs_the_walls_that_are_asked_for() -> None:
    assert judged(program_action("ls", tier=1), required_tier=2).code == "tier_too_low"
    weak = judged(program_action("gcc", "a.c", tier=2), mode="workspace")
    assert (weak.effect, weak.code) == ("ask", "tier_asks")
    assert judged(program_action("gcc", "a.c", network=True), ["allow exec(/usr/bin/gcc a.c)"]).code == "network"


UNTRUSTED = ("untrusted", "private")


def test_a_run_that_met_strangers_and_private_things_asks_before_it_sends() -> None:
    allow = "allow fetch(https://example.org/)"
    assert judged(FETCH, [allow]).effect == "allow"
    tainted = replace(FETCH, taint=UNTRUSTED)
    assert judged(tainted, [allow]).code == "tainted"
    assert judged(tainted, [granted(allow, "run", "r1")]).code == "tainted"
    since = granted(allow, "run", "r1", taint=UNTRUSTED)
    assert judged(tainted, [since]).effect == "allow"
    assert judged(tainted, [granted(allow, "conversation", "c", taint=UNTRUSTED)], conversation="c").code == "tainted"
    for kind in ("memory", "schedule", "mcp"):
        assert judged(Action(kind, Actor("run", "r1"), "r1", taint=UNTRUSTED)).effect == "ask"  # type: ignore[arg-type]


def test_a_run_that_met_a_secret_sends_nothing_unseen() -> None:
    found = judged(replace(FETCH, taint=("secret",)), [granted("allow fetch(https://example.org/)", "run", "r1")])
    assert (found.effect, found.code, found.only_once) == ("ask", "secret_outbound", True)
    assert judged(replace(FETCH, taint=("secret",)), mode="unattended").effect == "deny"


def test_PERM_12_what_is_too_long_to_be_judged_is_denied() -> None:
    assert judged(program_action("cat", *(["a"] * 100_000))).code == "too_long"
    assert judged(program_action("cat", "a" * 200_000)).code == "too_long"
    assert judged(file_action("fs.read", "a/" * 5000)).code == "too_long"


def test_case_and_the_forms_of_unicode_count_as_the_file_system_counts_them() -> None:
    folding = replace(PLACES, folds_case=True)
    composed, taken_apart = "caf\u00e9.txt", "cafe\u0301.txt"
    rule = [f"deny fs.read(ws:{composed})"]
    assert judged(file_action("fs.read", taken_apart), rule, places=folding).effect == "deny"
    assert judged(file_action("fs.read", "CAF\u00c9.txt"), rule, places=folding).effect == "deny"
    assert judged(file_action("fs.read", taken_apart), rule).effect == "allow"
    # A wide letter is another letter everywhere.
    assert judged(file_action("fs.read", "\uff46ile"), ["deny fs.read(ws:file)"], places=folding).effect == "allow"
    write = file_action("fs.write", taken_apart)
    assert judged(write, [f"allow fs.write(ws:{composed})"], places=folding).effect == "allow"
    assert judged(file_action("fs.write", "A.txt"), ["allow fs.write(ws:a.txt)"], places=folding).effect == "ask"


def test_a_grant_of_an_hour_ends() -> None:
    grant = granted("allow fs.write(ws:**)", expires_at=NOW + timedelta(hours=1))
    assert judged(WRITE, [grant]).effect == "allow"
    assert judged(WRITE, [grant], now=NOW + timedelta(hours=1)).effect == "ask"
