"""Fifty pieces of everyday work, as the actions an agent takes for them. `FOLDER` stands for the opened folder's id."""

from collections.abc import Callable
from dataclasses import dataclass

from madang.system.requests import (
    DeleteEntries,
    ExtractArchive,
    FetchPage,
    FindFiles,
    ListFolder,
    MakeFolder,
    MoveEntry,
    ReadFile,
    Request,
    RunProgram,
    SearchFiles,
    WriteFile,
)

PYTHON = "/usr/bin/python3"
TOTAL = "import csv; print(sum(int(row[1]) for row in list(csv.reader(open('data.csv')))[1:]))"
TO_JSON = "import csv, json; json.dump(list(csv.reader(open('data.csv'))), open('data.json', 'w'))"
NUMBER = "open('numbered.txt', 'w').writelines(f'{n} {line}' for n, line in enumerate(open('names.txt'), 1))"
UPPER = "open('upper.txt', 'w').write(open('names.txt').read().upper())"


@dataclass(frozen=True, slots=True)
class Task:
    """What a person wants, the steps to it, and the files that are there when it is done."""

    name: str
    steps: Callable[[str], tuple[Request, ...]]
    makes: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()


def _read(*paths: str) -> Callable[[str], tuple[Request, ...]]:
    return lambda folder: (ListFolder(folder), *(ReadFile(folder, path) for path in paths))


def _note(path: str, *reads: str) -> Callable[[str], tuple[Request, ...]]:
    return lambda folder: (*(ReadFile(folder, one) for one in reads), WriteFile(folder, path, b"written\n"))


def _run(*words: str) -> Callable[[str], tuple[Request, ...]]:
    return lambda folder: (RunProgram(folder, words, wall_s=30),)


def _script(path: str, code: str) -> Callable[[str], tuple[Request, ...]]:
    return lambda folder: (
        WriteFile(folder, path, code.encode()), RunProgram(folder, (PYTHON, path), wall_s=30),
    )  # fmt: skip


TASKS = (
    Task("What is in this folder?", _read()),
    Task("Read me the notes", _read("notes/today.md")),
    Task("Summarise all notes", _note("summary.md", "notes/today.md", "notes/week.md"), ("summary.md",)),
    Task("오늘 메모를 요약해 줘", _note("요약.md", "notes/today.md"), ("요약.md",)),
    Task("Find all CSV files", lambda folder: (FindFiles(folder, "**/*.csv"),)),
    Task("Where is Kim mentioned?", lambda folder: (SearchFiles(folder, "Kim"),)),
    Task("회의라는 말이 어디에 있어?", lambda folder: (SearchFiles(folder, "회의"),)),
    Task("How many lines has the data?", _run("wc", "-l", "data.csv")),
    Task("Show the first lines", _run("head", "-n", "3", "data.csv")),
    Task("Show the last lines", _run("tail", "-n", "3", "data.csv")),
    Task("Sort the names", _run("sort", "names.txt")),
    Task(
        "Which names come twice?",
        lambda f: (RunProgram(f, ("sort", "names.txt")), RunProgram(f, ("uniq", "-d", "names.txt"))),
    ),
    Task("What changed between drafts?", _run("diff", "-u", "draft1.txt", "draft2.txt")),
    Task("How large is everything?", _run("du", "-sh", ".")),
    Task("List what is there, with sizes", _run("ls", "-la")),
    Task("Find the word in code", _run("grep", "-n", "def", "app.py")),
    Task("Which files are Markdown?", _run("find", ".", "-name", "*.md")),
    Task("Give me the checksum", _run("sha256sum", "data.csv")),
    Task("What kind of file is it?", _run("stat", "data.csv")),
    Task("Take the second column", _run("cut", "-d,", "-f2", "data.csv")),
    Task("Write a shopping list", _note("shopping.md"), ("shopping.md",)),
    Task("장보기 목록을 써 줘", _note("장보기.md"), ("장보기.md",)),
    Task(
        "Add a line to the notes", lambda f: (ReadFile(f, "notes/today.md"), WriteFile(f, "notes/today.md", b"more\n"))
    ),
    Task(
        "Rename the draft",
        lambda f: (MoveEntry(f, "draft1.txt", "draft-old.txt"),),
        ("draft-old.txt",),
        ("draft1.txt",),
    ),
    Task(
        "Sort the pictures into a folder",
        lambda f: (
            MakeFolder(f, "pictures"),
            MoveEntry(f, "a.png", "pictures/a.png"),
            MoveEntry(f, "b.png", "pictures/b.png"),
        ),
        ("pictures/a.png", "pictures/b.png"),
        ("a.png",),
    ),
    Task("Throw the old log away", lambda f: (DeleteEntries(f, ("old.log",)),), (), ("old.log",)),
    Task(
        "Throw three temporary files away",
        lambda f: (DeleteEntries(f, ("t1.tmp", "t2.tmp", "t3.tmp")),),
        (),
        ("t1.tmp",),
    ),
    Task("Unpack the archive", lambda f: (ExtractArchive(f, "photos.zip", "photos"),), ("photos/one.txt",)),
    Task(
        "Make a project skeleton",
        lambda f: (
            MakeFolder(f, "tool/src"),
            WriteFile(f, "tool/src/main.py", b"print('hi')\n"),
            WriteFile(f, "tool/README.md", b"# Tool\n"),
        ),
        ("tool/src/main.py", "tool/README.md"),
    ),
    Task("Run that program", _run(PYTHON, "app.py")),
    Task("Write a script that adds up a column", _script("total.py", TOTAL), ("total.py",)),
    Task("Turn the CSV into JSON", _script("to_json.py", TO_JSON), ("data.json",)),
    Task("Number the lines", _script("number.py", NUMBER), ("numbered.txt",)),
    Task(
        "Fix the bug and run the tests",
        lambda f: (
            ReadFile(f, "app.py"),
            WriteFile(f, "app.py", b"def add(a, b):\n    return a + b\n"),
            RunProgram(f, (PYTHON, "-m", "unittest", "-q", "test_app"), wall_s=60),
        ),
        ("app.py",),
    ),
    Task("Compile all modules", _run(PYTHON, "-m", "compileall", "-q", "app.py")),
    Task("Replace a word everywhere", _run("sed", "-i", "s/Kim/Lee/", "names.txt"), ("names.txt",)),
    Task("Pack the notes", _run("tar", "-czf", "notes.tgz", "notes"), ("notes.tgz",)),
    Task("Copy the data", _run("cp", "data.csv", "copy.csv"), ("copy.csv",)),
    Task("Split the file", _run("split", "-l", "2", "names.txt", "part-"), ("part-aa",)),
    Task("Make a backup folder", _run("mkdir", "-p", "backup/2026"), ("backup/2026",)),
    Task(
        "What does git say?",
        lambda f: (RunProgram(f, ("git", "status", "--short")), RunProgram(f, ("git", "log", "--oneline"))),
    ),
    Task("Start a repository in a sub-folder", _run("git", "init", "-q", "library"), ("library",)),
    Task("Count the words of all notes", _run("wc", "-w", "notes/today.md", "notes/week.md")),
    Task("Make the names upper case", _script("upper.py", UPPER), ("upper.txt",)),
    Task(
        "Draw a table of contents",
        lambda f: (FindFiles(f, "notes/*.md"), WriteFile(f, "notes/index.md", b"- today\n- week\n")),
        ("notes/index.md",),
    ),
    Task("Look up a page of the web", lambda f: (FetchPage("https://docs.example/page"),)),
    Task(
        "Compare two pages of the web",
        lambda f: (FetchPage("https://one.example/a"), FetchPage("https://two.example/b")),
    ),
    Task("Read the settings with a key in them", lambda f: (ReadFile(f, ".env"),)),
    Task(
        "Change the editor's settings",
        lambda f: (MakeFolder(f, ".vscode"), WriteFile(f, ".vscode/settings.json", b"{}\n")),
        (".vscode/settings.json",),
    ),
    Task("Read a letter elsewhere", lambda f: (ReadFile("", "{outside}"),)),
)
