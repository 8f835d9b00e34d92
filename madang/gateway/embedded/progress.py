"""The built-in model's fetch as one line in the terminal."""

from typing import Any, Literal, TextIO

from madang.gateway.embedded.types import BuiltInState

_WIDTH = 24
_WORDS = {
    "ko": {
        "begin": "내장 모델을 받고 있어요 ({size:,.0f} MB). 그동안에도 마당을 쓸 수 있어요.",
        "fetching": "내장 모델 받는 중",
        "checking": "내장 모델을 확인하고 있어요…",
        "end": "내장 모델이 준비됐어요.",
        "failed": "내장 모델을 받지 못했어요: {message}",
        "unsupported": "이 컴퓨터에서는 내장 모델을 쓸 수 없어요: {message}",
        "memory": "메모리가 {needed} 비어 있어야 하는데 {found}만 남았어요.",
        "disk": "디스크에 {needed}가 비어 있어야 하는데 {found}만 남았어요.",
        "cpu": "프로세서에 {needed} 명령이 없어요.",
        "library": "{needed} 파일이 없어요. apt install libgomp1로 설치할 수 있어요.",
        "platform": "{found}에 맞는 엔진이 없어요.",
    },
    "en": {
        "begin": "Fetching the built-in model ({size:,.0f} MB). Madang can be used meanwhile.",
        "fetching": "Fetching the built-in model",
        "checking": "Checking the built-in model…",
        "end": "The built-in model is here.",
        "failed": "The built-in model could not be fetched: {message}",
        "unsupported": "This machine cannot run the built-in model: {message}",
        "memory": "{needed} of memory must be free, {found} is.",
        "disk": "{needed} of disk must be free, {found} is.",
        "cpu": "its processor has no {needed}.",
        "library": "{needed} is missing; apt install libgomp1 brings it.",
        "platform": "there is no engine for {found}.",
    },
}


class TerminalProgress:
    """Draws a bar on a terminal; elsewhere it writes only how the fetch began and ended."""

    def __init__(self, out: TextIO, language: Literal["ko", "en"]) -> None:
        self._out, self._words = out, _WORDS[language]
        self._is_terminal = out.isatty()
        self._has_begun = self._has_bar = False

    def show(self, state: BuiltInState) -> None:
        """Take notice of a state; meant to be given to `announce`."""
        match state.status:
            case "fetching" | "checking":
                self._begin(state)
                self._draw(state)
            case "stopped" if self._has_begun:
                self._end(self._words["end"])
            case "failed" | "unsupported":
                self._end(self._words[state.status].format(message=_why(state.reason or {}, self._words)))
            case "absent" | "off" if self._has_begun:
                self._end("")

    def _begin(self, state: BuiltInState) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._line(self._words["begin"].format(size=state.total_bytes / 1e6))

    def _draw(self, state: BuiltInState) -> None:
        if not self._is_terminal:
            return
        if state.status == "checking":
            self._over(self._words["checking"])
            return
        share = state.progress_bytes / max(state.total_bytes, 1)
        bar = ("█" * round(share * _WIDTH)).ljust(_WIDTH, "░")
        self._over(f"{self._words['fetching']} {bar} {share:4.0%}  {state.progress_bytes / 1e6:,.0f} MB")

    def _over(self, text: str) -> None:
        self._has_bar = True
        self._out.write(f"\r\x1b[2K{text}")
        self._out.flush()

    def _end(self, text: str) -> None:
        if self._has_bar:
            self._out.write("\r\x1b[2K")
        if text:
            self._line(text)
        self._has_begun = self._has_bar = False

    def _line(self, text: str) -> None:
        self._out.write(f"{text}\n")
        self._out.flush()


def _why(reason: dict[str, Any], words: dict[str, str]) -> str:
    """The sentence for what is lacking, or the failure's own message."""
    if "message" in reason:
        return str(reason["message"])
    return words[str(reason["reason"])].format(needed=_amount(reason["needed"]), found=_amount(reason["found"]))


def _amount(value: str | int | None) -> str:
    return f"{value / 1e9:.1f} GB" if isinstance(value, int) else str(value)
