"""LangChain's own tests of a chat model, with its client of OpenAI."""

import os
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_openai import ChatOpenAI
from langchain_tests.integration_tests import ChatModelIntegrationTests


class TestThroughTheDoor(ChatModelIntegrationTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatOpenAI

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {
            "model": "env/pretender",
            "base_url": os.environ["MADANG_URL"],
            "api_key": os.environ["MADANG_TOKEN"],
            "stream_usage": True,
        }

    @property
    def supports_json_mode(self) -> bool:
        return True
