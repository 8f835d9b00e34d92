"""The templates let through what only reads, word by word, and nothing that could be talked into more."""

from pathlib import Path
from typing import Any

import pytest

from madang.permissions.matchers import RuleError, read_template
from madang.permissions.templates.builtin import built_in
from madang.permissions.templates.match import fit
from tests.permissions.making import judged, program_action

INJECTIONS = (Path(__file__).parent / "injections.txt").read_text("utf-8").splitlines()


def test_PROC_01_no_way_of_making_a_reader_do_more_is_let_through() -> None:
    assert len(INJECTIONS) >= 150
    let_through = [line for line in INJECTIONS if _effect(line.split(" "), "read") != "deny"]
    assert let_through == []
    assert [line for line in INJECTIONS if _effect(line.split(" "), "ask") != "ask"] == []


def test_PROC_01_control_a_look_at_the_first_word_lets_them_through() -> None:
    readers = {exe.rsplit("/", 1)[1] for exe in built_in()}
    assert sum(line.startswith(tuple(readers)) for line in INJECTIONS) > 100


@pytest.mark.parametrize(
    "line",
    [
        "ls", "ls -la", "ls -l src", "cat a.txt b.txt", "head -n 20 a", "head --lines=20 a", "tail -n +5 a",
        "grep -n word a b", "grep -n -A 3 word a", "rg -n word src", "rg --files src", "rg --files -g *.py src",
        "find . -name *.py", "find src -type f -maxdepth 2", "find . ( -name a -o -name b ) -print", "find . ! -name a",
        "stat -c %s a", "file -b a", "diff -u a b", "sort -n -r a", "sort -t , -k 2 a", "uniq -c a", "cut -d , -f 1 a",
        "tr a-z A-Z", "tr -d x", "jq -r .name a.json", "sha256sum a", "du -sh src", "cat -- a", "wc -l a b",
    ],
)  # fmt: skip
def test_what_only_reads_needs_no_question(line: str) -> None:
    assert _effect(line.split(" "), "ask") == "allow"


def test_there_are_seventeen_built_in() -> None:
    names = {exe.rsplit("/", 1)[1] for exe in built_in()}
    assert " ".join(sorted(names)) == "cat cut diff du file find grep head jq ls rg sha256sum sort stat tail tr uniq wc"


@pytest.mark.parametrize(
    "word", [";", "&&", "|", "$(id)", "`id`", ">out", "<in", "*", "?", "~", "{a,b}", "!", "$IFS", "<<E"]
)
def test_PROC_02_what_means_something_to_a_shell_is_a_name_here(word: str) -> None:
    found = fit(read_template("/usr/bin/cat <path:r>..."), ["a", word])
    assert [one.word for one in found.placed] == ["a", word]
    assert found.is_whole


@pytest.mark.parametrize("word", ["-n", "--", "-", "@list", "", "a\nb", "a\x1b[2J", "a\u202eb"])
def test_PROC_02_what_looks_like_a_flag_or_hides_something_is_no_path(word: str) -> None:
    assert fit(read_template("/usr/bin/cat <path:r>..."), ["a", word]).stopped == 1


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<flag:sort>...", ["--num"]), ("<flag:sort>...", ["--numeric"]), ("<flag:sort>...", ["-rnu"]),
        ("<flag:head>...", ["-n=3"]), ("<flag:head>...", ["-n3"]), ("<flag:head>...", ["--lines", "3"]),
        ("<flag:head>...", ["--lines="]), ("<flag:head>...", ["--lines=3;id"]), ("<flag:ls>...", ["@a"]),
        ("<flag:ls>...", ["--all=yes"]), ("<flag:ls>...", ["--", "-l"]), ("<flag:-n> <int>", ["-n", "-3"]),
    ],
)  # fmt: skip
def test_PROC_03_only_flags_letter_for_letter_are_known(template: str, words: list[str]) -> None:
    assert not fit(read_template(f"/usr/bin/any {template}"), words).is_whole


def test_the_bench_says_which_word_fits_where_and_where_it_stops() -> None:
    template = read_template("/usr/bin/prettier <flag:--check> --parser <word> <path:w>...")
    found = fit(template, ["--check", "--parser", "css", "a.css", "b.css"])
    assert [(one.token, one.path) for one in found.placed] == [(0, ""), (1, ""), (2, ""), (3, "w"), (3, "w")]
    stopped = fit(template, ["--parser", "css", "-x"])
    assert (stopped.stopped, [one.word for one in stopped.placed]) == (2, ["--parser", "css"])
    assert fit(template, ["--check"]).stopped == 1


def test_a_template_of_ones_own_allows_what_it_says_within_the_folder() -> None:
    rule = ["allow exec(/usr/bin/prettier --check <path:r>...)"]
    assert judged(program_action("prettier", "--check", "a.css"), rule).effect == "allow"
    assert judged(program_action("prettier", "--write", "a.css"), rule).effect == "ask"
    for outside in ("/etc/passwd", "../other", "../../.ssh/id_rsa", ".env"):
        assert judged(program_action("prettier", "--check", outside), rule).effect == "ask", outside


def test_a_template_means_the_file_and_no_other_of_the_name() -> None:
    for exe in ("/usr/lib/coreutils/ls", "/usr/bin/busybox", "/home/min/work/ls"):
        assert judged(program_action("ls", exe=exe)).effect == "ask"
    assert judged(program_action("./ls", exe="/usr/bin/ls")).effect == "ask"


@pytest.mark.parametrize("exe", ["/usr/bin/python3.11", "/bin/sh", "/usr/bin/env", "/usr/bin/git", "/usr/bin/xargs"])
def test_what_runs_what_it_is_told_is_allowed_with_fixed_words_only(exe: str) -> None:
    assert read_template(f"{exe} tools/check.py").exe == exe
    for open_word in ("<text>", "<path:r>", "<word>", "<flag:-v>"):
        with pytest.raises(RuleError, match="open_ended"):
            read_template(f"{exe} {open_word}")
    assert read_template(f"{exe} <text>...", effect="deny").exe == exe


def test_what_denies_a_program_denies_it_under_every_name() -> None:
    rule = ["deny exec(/usr/bin/gcc <text>...)"]
    for action in (program_action("gcc", "-x", "a"), program_action("gcc", exe="/opt/bin/gcc")):
        assert judged(action, rule, mode="workspace").effect == "deny"


def _effect(words: list[str], mode: Any) -> str:
    return judged(program_action(*words), mode=mode).effect
