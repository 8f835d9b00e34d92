"""What a conversation with a model consists of: messages of words and pictures."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class TextPart:
    """A piece of text in a message."""

    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """A picture in a message: its media type (`image/png`) and its bytes in base64."""

    media_type: str
    data_base64: str


Part = TextPart | ImagePart


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the conversation that is sent."""

    role: Role
    content: str | tuple[Part, ...]

    @property
    def text(self) -> str:
        """Return the words of the message, without its pictures."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content if isinstance(part, TextPart))
