"""What the terminal says, in Korean and English."""

import locale
import os
from typing import Literal

Language = Literal["ko", "en"]

_WORDS: dict[str, tuple[str, str]] = {
    "cli.about": ("마당: 내 컴퓨터에서 여는 나만의 AI 작업실", "Madang: your own AI, working in your own yard."),
    "cli.bad_settings": ("쓸 수 없는 설정이 있어요:", "Some settings cannot be used:"),
    "cli.env_file": ("./.env 대신 읽을 파일", "read this file instead of ./.env"),
    "cli.no_env_file": ("{path} 파일이 없어요.", "There is no file {path}."),
    "cli.json": ("JSON으로 출력해요", "print JSON"),
    "cli.data_dir": ("마당이 쓰는 폴더", "the folder that Madang keeps everything in"),
    "cli.not_running": (
        "이 데이터 폴더로 켜 둔 마당이 없어요. 먼저 `madang serve`로 켜 주세요.",
        "Madang is not running on this data folder. Start it with `madang serve`.",
    ),
    "cli.request_failed": ("마당이 거절했어요: {message} ({code})", "Madang refused: {message} ({code})"),
    "cli.unreachable": ("{url}에서 답이 없어요.", "Nothing answers at {url}."),
    "serve.about": ("마당을 켜요", "start Madang"),
    "serve.host": ("들을 주소", "address to listen on"),
    "serve.port": ("들을 포트, 0이면 빈 포트", "port to listen on; 0 takes a free one"),
    "serve.no_browser": ("브라우저를 열지 않아요", "do not open a browser"),
    "serve.next_port": ("포트를 누가 쓰고 있으면 다음 빈 포트로", "where the port is taken, use the next free one"),
    "serve.ready": ("마당을 열었어요:  {url}", "Madang is open:  {url}"),
    "serve.ready_code": (
        "이 주소는 한 번만, 60초 동안 쓸 수 있어요. 새 주소는 `madang signin`으로 받아요.",
        "The address works once, for 60 seconds. `madang signin` gives a fresh one.",
    ),
    "serve.data": ("데이터 폴더:  {path}", "Data folder:  {path}"),
    "serve.stop": ("끄려면 Ctrl+C를 누르세요.", "Press Ctrl+C to stop."),
    "serve.stopped": ("마당을 닫았어요.", "Madang is closed."),
    "serve.already": ("이미 켜져 있어요. 그 마당을 열게요:  {url}", "It is running already; opening that one:  {url}"),
    "serve.port_taken": (
        "포트 {port}은(는) 다른 프로그램이 쓰고 있어요{by}. --next-port를 붙이면 다음 빈 포트로 켜요.",
        "Port {port} is taken{by}. With --next-port Madang takes the next free one.",
    ),
    "serve.port_taken_by": (" ({name}, PID {pid})", " by {name} (PID {pid})"),
    "serve.exposed": (
        "주의: {host}에서 들어요. 이 네트워크의 다른 기기도 비밀번호로 들어올 수 있어요.",
        "Note: listening on {host}. Other machines on this network can sign in with the password.",
    ),
    "serve.env_file_open": (
        "주의: {path} 파일에 든 키를 이 컴퓨터의 다른 사용자도 읽을 수 있어요. chmod 600 {path}",
        "Note: other users of this machine can read the secrets in {path}. chmod 600 {path}",
    ),
    "serve.failed": ("마당을 열지 못했어요: {message}", "Madang could not be opened: {message}"),
    "ask.about": (
        "물어보고 답을 받아요. 파이프로 넣은 글도 함께 물어요",
        "ask and print the answer; piped text goes along",
    ),
    "ask.question": ("물어볼 말", "what to ask"),
    "ask.model": ("쓸 모델", "the model to use"),
    "ask.system": ("시스템 프롬프트", "the system prompt"),
    "ask.conversation": ("이어서 물을 대화의 id", "id of the conversation to go on with"),
    "ask.fresh": ("저장해 둔 답을 쓰지 않고 새로 물어요", "ask anew, even where an answer is kept"),
    "ask.nothing": ("물어볼 말이 없어요.", "There is nothing to ask."),
    "ask.waiting": ("내장 모델을 준비하고 있어요… {percent}", "Getting the built-in model ready… {percent}"),
    "ask.broke_off": ("답이 끝나지 못했어요: {message} ({code})", "The answer broke off: {message} ({code})"),
    "signin.about": ("새 로그인 주소를 받아요", "print a fresh sign-in address"),
    "token.about": (
        "다른 프로그램이 쓸 토큰을 만들고, 보고, 지워요",
        "make, list and revoke tokens for other programs",
    ),
    "token.create": ("토큰을 만들어요", "make a token"),
    "token.list": ("토큰을 보여줘요", "list the tokens"),
    "token.revoke": ("토큰을 지워요", "revoke a token"),
    "token.name": ("무엇에 쓰는지", "what it is for"),
    "token.scopes": ("할 수 있는 일: chat, read, manage", "what it may do: chat, read, manage"),
    "token.once": ("토큰은 지금 한 번만 보여요:", "The token is shown this once:"),
    "token.revoked": ("지웠어요.", "Revoked."),
    "token.none": ("토큰이 없어요.", "There are no tokens."),
    "doctor.about": ("무엇이 되고 무엇이 빠졌는지 살펴봐요", "see what works, what is missing and how to mend it"),
    "openapi.about": ("API 문서(OpenAPI)를 출력해요", "print the OpenAPI document"),
    "demo-data.about": (
        "빈 폴더에 한 달 치 예시 데이터를 만들어요",
        "fill an empty folder with a month of made-up data",
    ),
    "demo-data.folder": ("예시 데이터를 둘 빈 폴더", "the empty folder to fill"),
    "demo-data.days": ("며칠 치를 만들지", "how many days"),
    "demo-data.seed": ("같은 수를 주면 같은 데이터가 나와요", "the same number gives the same data"),
    "demo-data.not_empty": (
        "{path} 폴더가 비어 있지 않아서 아무것도 쓰지 않았어요. 빈 폴더를 골라 주세요.",
        "{path} is not empty, so nothing was written. Name an empty folder.",
    ),
    "demo-data.made": (
        "대화 {conversations}개와 호출 {calls}건을 만들었어요. 이렇게 열어 보세요:",
        "Made {conversations} conversations with {calls} calls. Open them with:",
    ),
    "doctor.ok": ("좋아요", "ok"),
    "doctor.note": ("참고", "note"),
    "doctor.bad": ("문제", "problem"),
    "doctor.name.python": ("파이썬", "Python"),
    "doctor.name.page": ("화면 파일", "page files"),
    "doctor.name.data_dir": ("데이터 폴더", "data folder"),
    "doctor.name.disk": ("디스크", "disk"),
    "doctor.name.database": ("데이터베이스", "database"),
    "doctor.name.server": ("서버", "server"),
    "doctor.name.env_file": (".env 파일", ".env file"),
    "doctor.env_file_open": (
        "{path}에 든 키를 다른 사용자도 읽을 수 있어요.",
        "Other users can read the secrets in {path}.",
    ),
    "doctor.env_file_closed": ("다른 사용자가 읽을 수 있는 키가 없어요", "no secrets that other users can read"),
    "doctor.name.exposure": ("듣는 주소", "listens on"),
    "doctor.name.provider": ("모델 서비스", "model provider"),
    "doctor.name.builtin": ("내장 모델", "built-in model"),
    "doctor.name.keyring": ("열쇠고리", "keyring"),
    "doctor.name.memory": ("메모리 보호", "memory"),
    "doctor.memory_closed": ("다른 프로그램이 읽을 수 없어요", "closed to other programs"),
    "doctor.memory_open": (
        "같은 사용자의 다른 프로그램이 읽을 수 있어요.",
        "Other programs of the same user can read it.",
    ),
    "doctor.page_missing": ("{path}에 화면 파일이 없어요.", "The page's files are not at {path}."),
    "doctor.page_altered": (
        "설치할 때와 다른 화면 파일이 있어요: {files}",
        "These page files are not those installed: {files}",
    ),
    "doctor.reinstall": ("마당을 다시 설치해 주세요.", "Install Madang again."),
    "doctor.data_dir_new": ("{path} (처음 켤 때 만들어요)", "{path} (made at the first start)"),
    "doctor.data_dir_open": (
        "{path} 폴더를 다른 사용자도 열 수 있어요 (권한 {mode}).",
        "Other users can open {path} (mode {mode}).",
    ),
    "doctor.data_dir_closed": ("{path} 폴더에 쓸 수 없어요.", "{path} cannot be written to."),
    "doctor.data_dir_cure": (
        "폴더 주인을 바꾸거나 MADANG_DATA_DIR로 다른 폴더를 정해 주세요.",
        "Change its owner, or name another folder in MADANG_DATA_DIR.",
    ),
    "doctor.disk": ("{free} 남았어요", "{free} free"),
    "doctor.disk_cure": ("자리를 비워 주세요.", "Make room."),
    "doctor.database_damaged": (
        "{at} 점검에서 데이터베이스 파일의 손상을 찾았어요: {found}",
        "The check of {at} found damage in the database file: {found}",
    ),
    "doctor.database_cure": (
        "마당을 끄고 {path} 폴더를 먼저 복사해 두세요.",
        "Stop Madang and copy {path} before anything else.",
    ),
    "doctor.sqlite_old": (
        "3.51.3보다 오래됐어요. 마당은 한 연결로만 정리해서 안전하지만, 새 파이썬이면 더 좋아요.",
        "Older than 3.51.3. Madang checkpoints from one connection, which is safe; a newer Python brings a newer one.",
    ),
    "doctor.server_off": ("꺼져 있어요", "not running"),
    "doctor.server_on": ("{url} (PID {pid})", "{url} (PID {pid})"),
    "doctor.exposure_cure": (
        "MADANG_PASSWORD와 MADANG_ALLOWED_ORIGINS를 정하거나 MADANG_HOST를 비워 주세요.",
        "Set MADANG_PASSWORD and MADANG_ALLOWED_ORIGINS, or leave MADANG_HOST empty.",
    ),
    "doctor.provider_none": (
        "키가 없어요. 내장 모델이 답해요.",
        "No key in the environment; the built-in model answers.",
    ),
    "doctor.provider_cure": (
        "설정 화면이나 OPENAI_API_KEY로 키를 넣을 수 있어요.",
        "Add one on the Settings page or in OPENAI_API_KEY.",
    ),
    "doctor.builtin_off": ("껐어요 (MADANG_BUILTIN=off)", "off (MADANG_BUILTIN=off)"),
    "doctor.builtin_here": ("{model} 준비됐어요", "{model} is here"),
    "doctor.builtin_can": ("{model}을(를) 받을 수 있어요", "{model} can be fetched"),
    "doctor.builtin_cannot": (
        "이 컴퓨터에서 쓸 수 없어요: {reason} (필요: {needed}, 있음: {found})",
        "It cannot run here: {reason} (needed: {needed}, found: {found})",
    ),
    "doctor.keyring_none": (
        "운영체제 열쇠고리가 없어요. 키는 나만 읽는 파일에 둬요.",
        "There is no system keyring; keys are kept in a file that only you can read.",
    ),
}

_chosen: list[Language] = []


def speak(language: Language | None) -> None:
    """Use `language` from here on; without one the system's decides."""
    _chosen[:] = [language] if language else []


def language() -> Language:
    """Return the terminal's language."""
    if _chosen:
        return _chosen[0]
    wanted = os.environ.get("MADANG_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "ko" if (wanted or locale.getlocale()[0] or "").lower().startswith("ko") else "en"


def say(key: str, **values: object) -> str:
    """Return the sentence of `key`."""
    korean, english = _WORDS[key]
    return (korean if language() == "ko" else english).format(**values)
