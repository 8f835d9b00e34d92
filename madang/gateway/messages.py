"""What is sent to a model: messages of words and pictures, or a form with a file."""

from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Upload:
    """A file and the fields beside it in a form, in their order; a name that ends with `[]` may come again."""

    fields: tuple[tuple[str, str], ...]
    file_name: str
    media_type: str
    data: memoryview = field(repr=False)
