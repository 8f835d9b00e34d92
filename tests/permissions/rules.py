"""Rules at random, over few names, so that they meet each other."""

from datetime import UTC, datetime

from hypothesis import strategies as some

from madang.permissions.types import (
    Anything,
    Condition,
    Matcher,
    PathPattern,
    Rule,
    Template,
    Token,
    ToolName,
    UrlPattern,
)

_segments = some.sampled_from(["a", "b", "src", "*", "**", "a*", "?", "한 글", "x(1)"])
_paths = some.builds(
    PathPattern, some.sampled_from(["ws", "home", "abs"]), some.lists(_segments, min_size=1, max_size=4).map(tuple)
)
_kinds = some.sampled_from(["path_read", "path_write", "int", "word", "text"])
_programs = some.sampled_from(["/usr/bin/ls", "/usr/bin/gcc", "/opt/x/tool"])
_tokens = some.one_of(
    some.builds(Token, some.just("literal"), some.sampled_from(["-o", "all", "--x=1", "a)b", "when"])),
    some.builds(
        Token, some.sampled_from(["path_read", "path_write", "int", "word", "text"]), some.just(""), some.booleans()
    ),
    some.builds(Token, some.just("flag"), some.sampled_from(["ls", "-v", "--check"]), some.booleans()),
)
_templates = some.builds(Template, _programs, some.lists(_tokens, max_size=4).map(tuple))
_urls = some.builds(
    UrlPattern,
    some.sampled_from(["http", "https"]),
    some.sampled_from(["example.org", "a.example.org", "xn--9n2bp8q.kr"]),
    some.booleans(),
    some.sampled_from([None, 8080]),
    some.lists(some.sampled_from(["a", "b-c", "~d"]), max_size=3).map(tuple),
)
_tools = some.builds(ToolName, some.just("files"), some.just("ab" * 32), some.sampled_from(["read", "write"]))
_conditions = some.lists(
    some.sampled_from(
        [
            Condition("mode", "ask"), Condition("tier", "2"), Condition("tainted"), Condition("untainted"),
            Condition("unattended"), Condition("size", "3"), Condition("size", "4"),
        ]
    ),
    max_size=2,
).map(tuple)  # fmt: skip
_until = some.sampled_from([None, None, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)])
_KINDS: dict[str, some.SearchStrategy[Matcher]] = {
    "fs.read": _paths, "fs.list": _paths, "fs.write": _paths, "fs.delete": _paths, "exec": _templates, "fetch": _urls,
    "mcp": _tools,
}  # fmt: skip


@some.composite
def _rules(draw: some.DrawFn) -> Rule:
    kind = draw(some.sampled_from([*_KINDS, "memory", "schedule"]))
    effect = draw(some.sampled_from(["allow", "ask", "deny"]))
    matcher = _KINDS.get(kind, some.just(Anything()))
    if kind not in _KINDS:
        effect = draw(some.sampled_from(["ask", "deny"]))
    elif effect != "allow" and draw(some.integers(0, 9)) == 0:
        matcher = some.just(Anything())
    return Rule(effect, kind, draw(matcher), draw(_conditions), draw(_until))  # type: ignore[arg-type]


rules = _rules()
