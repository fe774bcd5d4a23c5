"""The flow a new bot begins with: it greets, answers from the articles, asks who writes, and hands over."""

from typing import Any

import msgspec

from hark.bots.flow import BotFlow

_STARTER: dict[str, Any] = {
    "language": "en",
    "name": {"en": "Assistant", "it": "Assistente", "ko": "도우미"},
    "audience": {"channels": ["messenger"]},
    "blocks": [
        {"type": "start", "id": "start", "x": 0, "y": 0, "on": {"type": "new_conversation"}, "next": "greet"},
        {
            "type": "message", "id": "greet", "x": 0, "y": 160, "next": "answer",
            "text": {
                "en": "Hello {{contact.name|there}}! I am an automatic assistant and answer from our articles. A person is always one step away.",
                "it": "Ciao {{contact.name|a te}}! Sono un assistente automatico e rispondo con i nostri articoli. Una persona è sempre a un passo.",
                "ko": "안녕하세요 {{contact.name|고객님}}! 저는 도움말로 답해 드리는 자동 도우미입니다. 언제든 상담원과 이야기하실 수 있습니다.",
            },
        },
        {
            "type": "answer", "id": "answer", "x": 0, "y": 340, "unknown": "email",
            "text": {"en": "What would you like to know?", "it": "Che cosa vuoi sapere?", "ko": "무엇을 알고 싶으신가요?"},
        },
        {
            "type": "ask", "id": "email", "x": 0, "y": 520, "kind": "email", "attribute": "contact.email",
            "next": "person", "failed": "person",
            "text": {
                "en": "I have no good answer to that, so a person will reply. Where can they reach you if you leave?",
                "it": "Non ho una buona risposta, quindi ti scriverà una persona. Dove può raggiungerti se te ne vai?",
                "ko": "정확한 답을 찾지 못해 상담원이 답해 드립니다. 자리를 비우시면 어디로 연락드릴까요?",
            },
        },
        {"type": "hand_over", "id": "person", "x": 0, "y": 720},
    ],
}  # fmt: skip


def starter_flow() -> BotFlow:
    """A fresh copy of it, without anything wrong in it."""
    return msgspec.convert(_STARTER, BotFlow)
