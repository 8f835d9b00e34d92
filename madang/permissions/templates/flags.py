"""The closed lists of flags. What is not listed, letter for letter, is unknown: no abbreviation, no cluster."""

from typing import Final, Literal

ValueKind = Literal["none", "int", "word", "text", "path_read"]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Programs that run what they are told to: as templates they take nothing but fixed words.
OPEN_ENDED: Final = _names(
    "sh bash dash zsh fish ksh csh tcsh busybox toybox env nice nohup timeout time stdbuf setsid setpriv chroot "
    "unshare nsenter sudo su doas pkexec xargs parallel watch script strace ltrace gdb flock ionice chrt "
    "taskset runuser python pypy node nodejs deno bun perl ruby php lua luajit tclsh wish Rscript java jshell "
    "osascript pwsh awk gawk mawk nawk sed ed ex vi vim nvim emacs nano less more man make gmake ninja cmake "
    "git hg svn ssh scp sftp rsync curl wget nc ncat socat tar bsdtar zip unzip cpio docker podman kubectl npm "
    "npx yarn pnpm pip uv cargo go systemd-run systemctl crontab at batch ld.so ld-linux-x86-64.so split sqlite"
)


def _list(text: str) -> dict[str, ValueKind]:
    """Read `-n:int --lines=:int -l`: a value follows as the next word, or after `=` where the flag ends with it."""
    found: dict[str, ValueKind] = {}
    for one in text.split():
        flag, _, value = one.partition(":")
        found[flag] = value or "none"  # type: ignore[assignment]
    return found


FLAG_LISTS: Final[dict[str, dict[str, ValueKind]]] = {
    "ls": _list(
        "-1 -a -A -d -h -l -r -S -t -F -i -n -p -s -la -al -lA -lh -lah -alh -ltr -lt -lS -R -lR --all --almost-all "
        "--human-readable --reverse --directory --recursive --full-time --color=never --group-directories-first"
    ),
    "cat": _list("-n -b -s -A -E -T -v --number --number-nonblank --squeeze-blank --show-all --show-ends --show-tabs"),
    "head": _list("-n:int -c:int -q -v --lines=:int --bytes=:int --quiet --verbose"),
    "tail": _list("-n:int -c:int -q -v --lines=:int --bytes=:int --quiet --verbose"),
    "wc": _list("-l -w -c -m -L --lines --words --bytes --chars --max-line-length"),
    "grep": _list(
        "-n -i -v -w -x -c -l -L -o -h -H -q -s -E -F -in -ni -nE -nF -A:int -B:int -C:int -m:int "
        "--line-number --ignore-case --invert-match --word-regexp --count --files-with-matches --only-matching "
        "--no-filename --with-filename --extended-regexp --fixed-strings --color=never --max-count=:int "
        "--after-context=:int --before-context=:int --context=:int"
    ),
    "rg": _list(
        "-n -N -i -S -s -v -w -x -c -l -o -F -H -I -in -ni -A:int -B:int -C:int -m:int -g:text -t:word -T:word "
        "--line-number --ignore-case --smart-case --word-regexp --count --files-with-matches --fixed-strings "
        "--no-heading --heading --color=never --max-count=:int --glob=:text --type=:word --max-depth=:int --json"
    ),
    "find": _list(
        "-name:text -iname:text -path:text -ipath:text -type:word -maxdepth:int -mindepth:int -size:text -mtime:int "
        "-mmin:int -empty -print -print0 -not -a -o -and -or ! ( ) -prune -newer:path_read"
    ),
    "stat": _list("-c:text --format=:text -t --terse"),
    "file": _list("-b -i -N --brief --mime --mime-type --mime-encoding"),
    "diff": _list(
        "-u -c -q -s -y -i -w -b -B -U:int -C:int --unified --brief --side-by-side --ignore-case --ignore-all-space "
        "--ignore-space-change --ignore-blank-lines --unified=:int --color=never"
    ),
    "sort": _list(
        "-n -r -u -f -h -V -b -d -M -nr -rn -un -k:word -t:text --numeric-sort --reverse --unique --key=:word"
    ),
    "uniq": _list("-c -d -u -i --count --repeated --unique --ignore-case -f:int -s:int"),
    "cut": _list("-d:text -f:text -c:text -b:text -s --delimiter=:text --fields=:text --characters=:text --complement"),
    "tr": _list("-d -s -c --delete --squeeze-repeats --complement"),
    "jq": _list(
        "-r -c -S -M -e -n -s -j -a --raw-output --compact-output --sort-keys --monochrome-output --slurp --tab"
    ),
    "sha256sum": _list("-b -t -z --binary --text --tag --zero"),
    "du": _list(
        "-s -h -a -c -k -m -b -sh -hs -d:int --summarize --human-readable --max-depth=:int --all --total --bytes"
    ),
}
